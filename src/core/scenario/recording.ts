/** What became of one operation, as a recording keeps it. */
export const RESULTS = ['refused', 'direct', 'bounce', 'pages', 'exchange', 'cma', 'pool', 'released', 'done'] as const;
export type RecordedResult = (typeof RESULTS)[number];

/** One operation of a run. Sizes are bytes, slots of 2 KiB. */
export interface RecordedOperation {
  /** Index of the scenario's step that it belongs to. */
  readonly step: number;
  /** Index of the operation's name in the recording's `operations`. */
  readonly operation: number;
  /** Index of the device in the recording's `devices`; 0xffff for none. */
  readonly device: number;
  readonly result: number;
  readonly bytes: number;
  /** First slot of the default pool, padding included; -1 for none. */
  readonly slot: number;
  readonly slots: number;
  /** Slots in use after it. */
  readonly used: number;
  readonly copied: number;
}

const FIRST_CAPACITY = 256;
export const NO_DEVICE = 0xffff;

/**
 * Every operation of a run, in columns: a million operations take some 40 MB and are handed to a page as they are.
 * Columns are longer than the recording: only the first `length` entries count.
 */
export class Recording {
  readonly devices: readonly string[];
  readonly operations: readonly string[];
  length = 0;
  step = new Uint32Array(FIRST_CAPACITY);
  operation = new Uint8Array(FIRST_CAPACITY);
  device = new Uint16Array(FIRST_CAPACITY);
  result = new Uint8Array(FIRST_CAPACITY);
  bytes = new Float64Array(FIRST_CAPACITY);
  slot = new Int32Array(FIRST_CAPACITY);
  slots = new Uint32Array(FIRST_CAPACITY);
  used = new Uint32Array(FIRST_CAPACITY);
  copied = new Float64Array(FIRST_CAPACITY);

  constructor(devices: readonly string[], operations: readonly string[]) {
    this.devices = devices;
    this.operations = operations;
  }

  add(entry: RecordedOperation): void {
    const at = this.length;
    if (at === this.step.length) this.#grow();
    this.step[at] = entry.step;
    this.operation[at] = entry.operation;
    this.device[at] = entry.device;
    this.result[at] = entry.result;
    this.bytes[at] = entry.bytes;
    this.slot[at] = entry.slot;
    this.slots[at] = entry.slots;
    this.used[at] = entry.used;
    this.copied[at] = entry.copied;
    this.length = at + 1;
  }

  #grow(): void {
    const capacity = this.step.length * 2;
    const larger = <T extends Uint32Array | Uint8Array | Uint16Array | Float64Array | Int32Array>(column: T, made: T): T => {
      made.set(column);
      return made;
    };
    this.step = larger(this.step, new Uint32Array(capacity));
    this.operation = larger(this.operation, new Uint8Array(capacity));
    this.device = larger(this.device, new Uint16Array(capacity));
    this.result = larger(this.result, new Uint8Array(capacity));
    this.bytes = larger(this.bytes, new Float64Array(capacity));
    this.slot = larger(this.slot, new Int32Array(capacity));
    this.slots = larger(this.slots, new Uint32Array(capacity));
    this.used = larger(this.used, new Uint32Array(capacity));
    this.copied = larger(this.copied, new Float64Array(capacity));
  }
}
