import type { PanelCommand } from '../protocol/panel-messages.ts';
import type { EvidenceRef } from '../protocol/panel-state.ts';
import type { PanelSelection, PanelViewState } from '../protocol/panel-view-state.ts';

/** What the parts of the page can do; failures come back as the page's banner. */
export interface PageActions {
  select(selection: PanelSelection | undefined): void;
  /** Moves the focus to the explanation of what is selected. */
  enterWhy(): void;
  look(change: Partial<Omit<PanelViewState, 'version' | 'selection'>>): void;
  open(evidence: EvidenceRef): void;
  command(command: PanelCommand): void;
  runScenario(scenario: string): void;
}
