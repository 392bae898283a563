import type { JSX } from 'preact';
import { formatBytes } from '../core/units/bytes.ts';
import type { PanelLimit } from '../protocol/panel-state.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelSelection } from '../protocol/panel-view-state.ts';
import { DataTable } from './data-table.tsx';
import type { PageActions } from './page-actions.ts';
import { SectionFrame } from './section-frame.tsx';

export function limitSize(limit: PanelLimit): string {
  if (limit.bytes === undefined) return text.unknown;
  return limit.bytes === null ? text.unlimited : formatBytes(limit.bytes);
}

export interface LimitsViewProps {
  readonly limits: readonly PanelLimit[];
  /** Whether there is a platform whose limits these are. */
  readonly platform: boolean;
  readonly selection: PanelSelection | undefined;
  readonly actions: PageActions;
}

/** What the platform promises for one request of each kind. */
export function LimitsView({ limits, platform, selection, actions }: LimitsViewProps): JSX.Element {
  return (
    <SectionFrame id="limits" head={text.limits} meta={limits.length > 0 ? text.limitsMeta : undefined}>
      {limits.length === 0 ? (
        <p class="dim">{platform ? text.noLimits : text.noLimitsPlatform}</p>
      ) : (
        <DataTable
          id="limit"
          label={text.limits}
          rows={limits}
          columns={[
            { key: 'name', head: text.limit, cell: (limit) => limit.name },
            { key: 'size', head: text.size, kind: 'number', cell: limitSize },
            { key: 'text', head: text.meaning, kind: 'text', cell: (limit) => limit.text },
          ]}
          selected={selection?.kind === 'limit' ? selection.index : undefined}
          onSelect={(index) => actions.select({ kind: 'limit', index })}
          onEnter={actions.enterWhy}
        />
      )}
    </SectionFrame>
  );
}
