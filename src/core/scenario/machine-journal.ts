/**
 * What a change of a machine is of. Addresses and sizes are bytes but for `block`, which counts blocks, and `pages`, which counts
 * them by zone; `slots` are those in use in grown and transient pools; `frames` and all above it are those of a domain: `frames + n` of the n-th owner.
 */
export const MACHINE_LAYERS = { block: 0, pages: 1, contiguous: 2, grown: 3, transient: 4, slots: 5, frames: 6 } as const;

const FIRST_CAPACITY = 256;
/** Changes that a journal holds: some 60 MB. One that is longer is given up, as its beginning alone would say something wrong of the end. */
export const MAX_CHANGES = 2 ** 21;

/**
 * How a machine's memory changes hands during a run, from boot on: what is free in the hypervisor's heap (natively: how many blocks
 * the kernel's page allocator has), whose frames are whose, coherent memory, pools of slots beside the first. In columns, of which
 * the first `length` entries count. Applied in order up to an operation they give the machine as it stood then; taken back in
 * reverse they lead there from behind.
 */
export class MachineJournal {
  /** Domains whose frames are told of; the first is the one that runs the drivers. */
  readonly owners: string[] = [];
  readonly capacity: number;
  length = 0;
  /** Whether it was given up: its columns are then empty. */
  overflown = false;
  /** Operations that were done before and with the change; those of boot have the number at which the machine was booted. */
  operation = new Uint32Array(FIRST_CAPACITY);
  /** See {@link MACHINE_LAYERS}. */
  layer = new Uint16Array(FIRST_CAPACITY);
  /** First byte; for `pages` the zone. */
  first = new Float64Array(FIRST_CAPACITY);
  /** Bytes that come, or negative go; for `block` and `pages` a number of blocks. */
  count = new Float64Array(FIRST_CAPACITY);
  /** Order of the blocks of `block` and `pages`, else 0. */
  order = new Uint8Array(FIRST_CAPACITY);

  constructor(capacity = MAX_CHANGES) {
    this.capacity = capacity;
  }

  /** A change that continues the one before it, upwards or downwards, is one with it. */
  add(operation: number, layer: number, first: number, count: number, order = 0): void {
    if (this.overflown || count === 0) return;
    const last = this.length - 1;
    const ranged = layer >= MACHINE_LAYERS.frames;
    if (ranged && last >= 0 && this.operation[last] === operation && this.layer[last] === layer && this.count[last]! > 0 === count > 0) {
      const before = this.first[last]!;
      const size = Math.abs(this.count[last]!);
      const upwards = before + size === first;
      if (upwards || first + Math.abs(count) === before) {
        this.first[last] = upwards ? before : first;
        this.count[last]! += count;
        return;
      }
    }
    if (this.length === this.capacity) {
      this.#giveUp();
      return;
    }
    const at = this.length;
    if (at === this.first.length) this.#grow();
    this.operation[at] = operation;
    this.layer[at] = layer;
    this.first[at] = first;
    this.count[at] = count;
    this.order[at] = order;
    this.length = at + 1;
  }

  /** The machine is booted anew: all that was told is of one that is no more. */
  clear(): void {
    this.length = 0;
    this.overflown = false;
    this.owners.length = 0;
  }

  #giveUp(): void {
    this.clear();
    this.overflown = true;
  }

  #grow(): void {
    const capacity = this.first.length * 2;
    this.operation = larger(this.operation, new Uint32Array(capacity));
    this.layer = larger(this.layer, new Uint16Array(capacity));
    this.first = larger(this.first, new Float64Array(capacity));
    this.count = larger(this.count, new Float64Array(capacity));
    this.order = larger(this.order, new Uint8Array(capacity));
  }
}

function larger<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(column: T, made: T): T {
  made.set(column);
  return made;
}
