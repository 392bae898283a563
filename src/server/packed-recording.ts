import type { Recording } from '../core/scenario/recording.ts';
import { RESULTS } from '../core/scenario/recording.ts';
import { packRecording } from '../protocol/pack-recording.ts';
import type { RecordingColumns } from '../protocol/recording-columns.ts';
import type { PanelRecording } from '../protocol/panel-state.ts';

/** A run's recording as it travels to the page. */
export interface PackedRecording {
  readonly about: PanelRecording;
  readonly bytes: Uint8Array;
}

/** @param operations that the run did: more than are recorded where it was long */
export function packedRecording(recording: Recording, operations: number): PackedRecording {
  const bytes = packRecording(columnsOf(recording));
  return {
    bytes,
    about: {
      id: `${bytes.length.toString(16)}-${hashOf(bytes).toString(16)}`, bytes: bytes.length, operations: recording.length, runs: recording.runs, slotsFrom: recording.slotsFrom,
      complete: recording.length === operations, operationNames: [...recording.operations], devices: [...recording.devices], results: [...RESULTS],
    },
  };
}

/** The columns of a recording as they are: longer than what was recorded, which nobody looks at. */
function columnsOf(recording: Recording): RecordingColumns {
  const { length: operations, step, operation, device, result, cpu, bytes, copied, runs, runOperation, runFirst, runCount } = recording;
  return { operations, step, operation, device, result, cpu, bytes, copied, runs, runOperation, runFirst, runCount };
}

/** FNV-1a, 32 bits: tells one recording from the next. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
