import { evidenceOf } from '../core/platform/fact.ts';
import type { Reason } from '../core/platform/reason.ts';
import { evidenceLabel } from './provenance-text.ts';
import { knobOf, reasonText } from './reason-text.ts';

/** One step of an explanation as JSON carries it. */
export interface ExplainJson {
  readonly key: string;
  readonly text: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Where the fact of the step comes from: a place, or the source that a default was read from. */
  readonly from?: { readonly label: string; readonly uri?: string; readonly line?: number; readonly column?: number };
  readonly knob?: 'helps' | 'does-not';
}

export function explainJson(reason: Reason): ExplainJson {
  const knob = knobOf(reason);
  const { fact } = reason;
  const evidence = fact && evidenceOf(fact)[0];
  const from = evidence
    ? { label: evidenceLabel(evidence), uri: evidence.uri, line: evidence.line, column: evidence.column }
    : fact?.from.kind === 'default' ? { label: fact.from.source }
      : fact?.from.kind === 'derived' ? { label: fact.from.rule } : undefined;
  return { key: reason.key, text: reasonText(reason), params: reason.params, ...(from ? { from } : {}), ...(knob ? { knob } : {}) };
}
