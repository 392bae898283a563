import type { JSX } from 'preact';
import { groupDigits } from '../core/units/bytes.ts';
import type { PanelState, PanelStep } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelSelection } from '../protocol/panel-view-state.ts';
import { DataTable } from './data-table.tsx';
import type { Column } from './data-table.tsx';
import { EvidenceLink } from './evidence-link.tsx';
import type { PageActions } from './page-actions.ts';
import { SectionFrame } from './section-frame.tsx';

export interface StepsViewProps {
  readonly scenario: NonNullable<PanelState['scenario']>;
  readonly selection: PanelSelection | undefined;
  readonly table: boolean;
  readonly actions: PageActions;
}

export function Mark({ failed }: { failed: boolean }): JSX.Element {
  return (
    <svg class={failed ? 'mark fail' : 'mark dim'} viewBox="0 0 10 10" aria-hidden="true">
      {failed ? <path d="M5 .5 9.8 9.5H.2z" /> : <rect x="2" y="2" width="6" height="6" />}
    </svg>
  );
}

/** The steps of the scenario with their outcomes. */
export function StepsView({ scenario, selection, table, actions }: StepsViewProps): JSX.Element {
  const { steps } = scenario;
  const failed = steps.reduce((sum, step) => sum + (step.ok ? 0 : 1), 0);
  const columns: Column<PanelStep>[] = [
    { key: 'step', head: text.step, kind: 'number', cell: (step) => groupDigits(step.index) },
    { key: 'outcome', head: text.outcome, cell: (step) => <span class={step.ok ? 'dim outcome' : 'fail outcome'}><Mark failed={!step.ok} />{step.ok ? text.done : text.failed}</span> },
    { key: 'op', head: text.operation, cell: (step) => step.op },
    { key: 'summary', head: text.summary, kind: 'text', cell: (step) => step.summary },
  ];
  if (table) columns.push({ key: 'evidence', head: text.evidence, cell: (step) => step.from && <EvidenceLink evidence={step.from} actions={actions} /> });
  const at = selection?.kind === 'step' ? steps.findIndex((step) => step.index === selection.index) : -1;
  const count = steps.length === 1 ? text.stepsMetaOne : fill(text.stepsMetaMany, groupDigits(steps.length));
  return (
    <SectionFrame id="steps" head={text.steps} meta={`${scenario.name} · ${count} · ${fill(text.failedCount, groupDigits(failed))}`}>
      <DataTable
        id="step"
        label={text.steps}
        rows={steps}
        columns={columns}
        selected={at < 0 ? undefined : at}
        onSelect={(index) => {
          const step = steps[index];
          if (step) actions.select({ kind: 'step', index: step.index });
        }}
        onEnter={actions.enterWhy}
      />
    </SectionFrame>
  );
}
