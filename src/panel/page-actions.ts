import type { ExportFormat, PanelCommand } from '../protocol/panel-messages.ts';
import type { EvidenceRef } from '../protocol/panel-state.ts';
import type { PanelSelection, PanelViewState } from '../protocol/panel-view-state.ts';

/** What the parts of the page can do; failures come back as the page's banner. */
export interface PageActions {
  readonly select: (selection: PanelSelection | undefined) => void;
  /** Moves the focus to the explanation of what is selected. */
  readonly enterWhy: () => void;
  /** Shows the recording after so many operations. */
  readonly seek: (position: number) => void;
  /** Makes a file of what is shown and hands it to the extension to keep. */
  readonly exportAs: (format: ExportFormat) => void;
  readonly togglePlay: () => void;
  readonly look: (change: Partial<Omit<PanelViewState, 'version' | 'selection'>>) => void;
  readonly open: (evidence: EvidenceRef) => void;
  readonly command: (command: PanelCommand) => void;
  readonly runScenario: (scenario: string) => void;
  /** Runs a step, by its number, under other settings. */
  readonly trySettings: (step: number) => void;
  readonly stopSettings: () => void;
}
