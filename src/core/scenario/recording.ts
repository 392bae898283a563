import { MachineJournal } from './machine-journal.ts';

/** What became of one operation, as a recording keeps it. */
export const RESULTS = ['refused', 'direct', 'bounce', 'pages', 'exchange', 'cma', 'pool', 'released', 'done'] as const;
export type RecordedResult = (typeof RESULTS)[number];

/** One operation of a run. Sizes are bytes. */
export interface RecordedOperation {
  /** Index of the scenario's step that it belongs to. */
  readonly step: number;
  /** Index of the operation's name in the recording's `operations`. */
  readonly operation: number;
  /** Index of the device in the recording's `devices`; 0xffff for none. */
  readonly device: number;
  /** The processor that it ran on. */
  readonly cpu: number;
  readonly result: number;
  readonly bytes: number;
  readonly copied: number;
}

const FIRST_CAPACITY = 256;
/** Operations that a recording holds: some 80 MB. A longer run goes on unrecorded. */
export const MAX_OPERATIONS = 2 ** 21;
export const NO_DEVICE = 0xffff;

type Column = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/**
 * Every operation of a run, in columns, and every run of slots that one took from the default pool or gave back to it: what the
 * aperture looked like after any operation follows from these runs alone. A million operations take some 40 MB.
 * Columns are longer than the recording: only the first `length` entries count, of the runs' columns the first `runs`.
 */
export class Recording {
  readonly devices: readonly string[];
  readonly operations: readonly string[];
  readonly capacity: number;
  /** What became of the machine's memory beside the slots. */
  readonly machine = new MachineJournal();
  length = 0;
  step = new Uint32Array(FIRST_CAPACITY);
  operation = new Uint8Array(FIRST_CAPACITY);
  device = new Uint16Array(FIRST_CAPACITY);
  cpu = new Uint16Array(FIRST_CAPACITY);
  result = new Uint8Array(FIRST_CAPACITY);
  bytes = new Float64Array(FIRST_CAPACITY);
  copied = new Float64Array(FIRST_CAPACITY);
  runs = 0;
  /** Operations before which the runs are of an aperture that is no more. */
  slotsFrom = 0;
  /** Index of the operation during which the run changed hands. */
  runOperation = new Uint32Array(FIRST_CAPACITY);
  /** First slot of the run, padding included. */
  runFirst = new Uint32Array(FIRST_CAPACITY);
  /** Slots taken; negative where they were given back. */
  runCount = new Int32Array(FIRST_CAPACITY);

  /** @param capacity operations that it holds at most */
  constructor(devices: readonly string[], operations: readonly string[], capacity = MAX_OPERATIONS) {
    this.devices = devices;
    this.operations = operations;
    this.capacity = capacity;
  }

  /** Whether nothing more is recorded. */
  get full(): boolean {
    return this.length >= this.capacity;
  }

  /** Records an operation, behind the runs of slots that it took and gave back. */
  add(entry: RecordedOperation): void {
    if (this.full) return;
    const at = this.length;
    if (at === this.step.length) this.#grow();
    this.step[at] = entry.step;
    this.operation[at] = entry.operation;
    this.device[at] = entry.device;
    this.cpu[at] = entry.cpu;
    this.result[at] = entry.result;
    this.bytes[at] = entry.bytes;
    this.copied[at] = entry.copied;
    this.length = at + 1;
  }

  /** Records that the operation which is added next took a run of slots, or gave it back where the count is negative. */
  addRun(first: number, count: number): void {
    if (this.full) return;
    const at = this.runs;
    if (at === this.runFirst.length) this.#growRuns();
    this.runOperation[at] = this.length;
    this.runFirst[at] = first;
    this.runCount[at] = count;
    this.runs = at + 1;
  }

  /** The operation that would be added next is not: its runs of slots are none of the recording's. */
  dropPending(): void {
    while (this.runs > 0 && this.runOperation[this.runs - 1] === this.length) this.runs--;
  }

  /** The machine is booted anew by the operation that is added next: the runs of slots so far are of an aperture that is no more. */
  forgetRuns(): void {
    this.runs = 0;
    this.slotsFrom = this.length + 1;
  }

  #grow(): void {
    const capacity = this.step.length * 2;
    this.step = larger(this.step, new Uint32Array(capacity));
    this.operation = larger(this.operation, new Uint8Array(capacity));
    this.device = larger(this.device, new Uint16Array(capacity));
    this.cpu = larger(this.cpu, new Uint16Array(capacity));
    this.result = larger(this.result, new Uint8Array(capacity));
    this.bytes = larger(this.bytes, new Float64Array(capacity));
    this.copied = larger(this.copied, new Float64Array(capacity));
  }

  #growRuns(): void {
    const capacity = this.runFirst.length * 2;
    this.runOperation = larger(this.runOperation, new Uint32Array(capacity));
    this.runFirst = larger(this.runFirst, new Uint32Array(capacity));
    this.runCount = larger(this.runCount, new Int32Array(capacity));
  }
}

function larger<T extends Column>(column: T, made: T): T {
  made.set(column);
  return made;
}
