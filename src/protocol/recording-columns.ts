import type { MachineChanges } from './machine-changes.ts';

/**
 * A run's operations in columns, and the runs of slots that each took from the aperture or gave back to it: what a page needs to
 * show the aperture after any operation. Operations count from 0; all columns of a kind have the same length.
 */
export interface RecordingColumns {
  readonly operations: number;
  /** Index of the scenario's step, never falling. */
  readonly step: Uint32Array;
  /** Index into the recording's names of operations, devices and results; `NO_DEVICE` for none. */
  readonly operation: Uint8Array;
  readonly device: Uint16Array;
  readonly result: Uint8Array;
  readonly cpu: Uint16Array;
  readonly bytes: Float64Array;
  /** Bytes copied between buffers and bounce slots. */
  readonly copied: Float64Array;
  readonly runs: number;
  /** Operation during which a run changed hands, never falling. */
  readonly runOperation: Uint32Array;
  /** First slot of the run. */
  readonly runFirst: Uint32Array;
  /** Slots taken; negative where they were given back. */
  readonly runCount: Int32Array;
  /** What became of the machine's memory beside the slots. */
  readonly machine: MachineChanges;
  /** Line of each operation in the text that the recording is of, never falling; absent where it is of none. */
  readonly line?: Uint32Array;
}

/** Device of an operation that has none. */
export const NO_DEVICE = 0xffff;
