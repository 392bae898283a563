/** No frame of a block waits for its scrub: INVALID_DIRTY_IDX. */
export const CLEAN = Infinity;

/**
 * Free blocks of 2^order frames, aligned to their size: one from `frame` on, or several of the same order that lie beside each
 * other in memory and in their list, `step` frames apart. Blocks of the largest order, which do not merge, are kept so: a
 * machine's memory is a few entries.
 */
export interface FreeEntry {
  frame: number;
  readonly order: number;
  readonly zone: number;
  /** Blocks behind the first; 0 for a single one. */
  more: number;
  /** Frames from one block to the next in the list: the size of a block, up or down. */
  readonly step: number;
  /** Offset of the first frame that is not scrubbed; CLEAN where all are, and of several blocks always. */
  dirtyFrom: number;
  previous: FreeEntry | undefined;
  next: FreeEntry | undefined;
}

/** Lowest frame of an entry, and the frames that it holds. */
export function framesOfEntry({ frame, order, more, step }: FreeEntry): { readonly first: number; readonly count: number } {
  return { first: step < 0 ? frame + more * step : frame, count: (more + 1) * (1 << order) };
}

/** One list of free blocks, of one zone and order. */
export class FreeList {
  head: FreeEntry | undefined;
  tail: FreeEntry | undefined;
  /** Blocks, not entries. */
  count = 0;

  addHead(entry: FreeEntry): void {
    entry.next = this.head;
    if (this.head) this.head.previous = entry;
    else this.tail = entry;
    this.head = entry;
    this.count += entry.more + 1;
  }

  addTail(entry: FreeEntry): void {
    entry.previous = this.tail;
    if (this.tail) this.tail.next = entry;
    else this.head = entry;
    this.tail = entry;
    this.count += entry.more + 1;
  }

  remove(entry: FreeEntry): void {
    if (entry.previous) entry.previous.next = entry.next;
    else this.head = entry.next;
    if (entry.next) entry.next.previous = entry.previous;
    else this.tail = entry.previous;
    entry.previous = undefined;
    entry.next = undefined;
    this.count -= entry.more + 1;
  }

  /**
   * Takes one block out of an entry of several; the rest keep their places.
   * @param index of the block, 0 for the first
   * @returns the entry of the blocks behind it, where blocks before it are left too
   */
  takeOut(entry: FreeEntry, index: number): FreeEntry | undefined {
    this.count--;
    if (index === 0 || index === entry.more) {
      if (index === 0) entry.frame += entry.step;
      entry.more--;
      return undefined;
    }
    const rest: FreeEntry = { ...entry, frame: entry.frame + (index + 1) * entry.step, more: entry.more - index - 1, previous: entry, next: entry.next };
    if (entry.next) entry.next.previous = rest;
    else this.tail = rest;
    entry.next = rest;
    entry.more = index - 1;
    return rest;
  }
}
