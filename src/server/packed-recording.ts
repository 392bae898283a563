import type { DmaSystem } from '../core/dma/dma-system.ts';
import type { Platform } from '../core/platform/platform.ts';
import type { Recording } from '../core/scenario/recording.ts';
import { RESULTS } from '../core/scenario/recording.ts';
import type { ScenarioRun } from '../core/scenario/run-scenario.ts';
import { packRecording } from '../protocol/pack-recording.ts';
import type { PanelRecording } from '../protocol/panel-state.ts';
import type { RecordingColumns } from '../protocol/recording-columns.ts';
import { memoryZones } from './free-blocks.ts';
import { ownDomain } from './panel-state-of.ts';

/** A recording as it travels to the page. */
export interface PackedRecording {
  readonly about: PanelRecording;
  readonly bytes: Uint8Array;
}

/** The recording of a run. @throws RangeError where it was not recorded */
export function packedRun({ recording, totals: { operations }, platform, system }: ScenarioRun): PackedRecording {
  if (!recording) throw new RangeError('a run that was not recorded');
  return packedRecording(recording, operations, recording.machine.length > 0 ? { machine: aboutMachine(recording, platform, system) } : {});
}

/**
 * @param operations that were done: more than are recorded where they are very many
 * @param more what else is told of it @param lines the line of each operation, where they have some
 */
export function packedRecording(recording: Recording, operations: number, more: Partial<PanelRecording>, lines?: Uint32Array): PackedRecording {
  const bytes = packRecording(columnsOf(recording, lines));
  return {
    bytes,
    about: {
      id: `${bytes.length.toString(16)}-${hashOf(bytes).toString(16)}`, bytes: bytes.length, operations: recording.length, runs: recording.runs, slotsFrom: recording.slotsFrom,
      complete: recording.length === operations, operationNames: [...recording.operations], devices: [...recording.devices], results: [...RESULTS], ...more,
    },
  };
}

function aboutMachine({ machine: { length, owners } }: Recording, platform: Platform, system: DmaSystem): NonNullable<PanelRecording['machine']> {
  const [own, ...guests] = owners;
  return { changes: length, allocator: system.machine.domain ? 'Xen' : 'Linux', zones: memoryZones(platform, system), owners: own === undefined ? [] : [ownDomain(platform), ...guests] };
}

/** The columns of a recording as they are: longer than what was recorded, which nobody looks at. */
function columnsOf(recording: Recording, line: Uint32Array | undefined): RecordingColumns {
  const { length: operations, step, operation, device, result, cpu, bytes, copied, runs, runOperation, runFirst, runCount, machine } = recording;
  return { operations, step, operation, device, result, cpu, bytes, copied, runs, runOperation, runFirst, runCount, machine, ...(line ? { line } : {}) };
}

/** FNV-1a, 32 bits: tells one recording from the next. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
