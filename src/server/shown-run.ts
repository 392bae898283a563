import type { SettingsProgress } from '../core/scenario/try-settings.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import type { SettingRowShown } from '../protocol/setting-rows.ts';
import type { OperationAnswer } from '../protocol/server-requests.ts';
import type { PackedRecording } from './packed-recording.ts';

/** What the panel shows instead of a platform: a scenario's run, or the trace of a kernel. */
export interface ShownRun {
  readonly recording: PackedRecording;
  /** @param step the aperture and the machine after the step of that number; as the last left them without one */
  state(step?: number): PanelState;
  /** A step (from 0) under other settings; absent where there is nothing to run again. */
  readonly trySettings?: (step: number, isCancelled: () => boolean, report: (progress: SettingsProgress) => void) => Promise<SettingRowShown[]>;
  /** Why an operation (from 0) came out as it did. @returns undefined where there is none */
  operation(operation: number, isCancelled: () => boolean): Promise<OperationAnswer | undefined>;
}
