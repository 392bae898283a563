import type { JSX } from 'preact';
import type { EvidenceRef } from '../protocol/panel-state.ts';
import type { PageActions } from './page-actions.ts';

/** Opens the line that a fact comes from. */
export function EvidenceLink({ evidence, actions }: { evidence: EvidenceRef; actions: PageActions }): JSX.Element {
  return (
    <button type="button" class="link" title={`${evidence.uri}:${evidence.line}`} onClick={(event) => { event.stopPropagation(); actions.open(evidence); }}>
      {evidence.label}
    </button>
  );
}
