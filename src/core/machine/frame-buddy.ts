/** A free block: 2^order frames from `frame` on, aligned to its size. */
interface FreeBlock {
  readonly frame: number;
  readonly order: number;
  readonly zone: number;
  previous: FreeBlock | undefined;
  next: FreeBlock | undefined;
}

class BlockList {
  head: FreeBlock | undefined;
  tail: FreeBlock | undefined;
  count = 0;

  addHead(block: FreeBlock): void {
    block.next = this.head;
    if (this.head) this.head.previous = block;
    else this.tail = block;
    this.head = block;
    this.count++;
  }

  addTail(block: FreeBlock): void {
    block.previous = this.tail;
    if (this.tail) this.tail.next = block;
    else this.head = block;
    this.tail = block;
    this.count++;
  }

  remove(block: FreeBlock): void {
    if (block.previous) block.previous.next = block.next;
    else this.head = block.next;
    if (block.next) block.next.previous = block.previous;
    else this.tail = block.previous;
    this.count--;
  }
}

/** How one allocator splits and frees: the habits by which Xen's eras and Linux differ. */
export interface BuddyHabits {
  readonly maxOrder: number;
  readonly zones: number;
  /** Zone of a frame, 0 to zones - 1. */
  readonly zoneOf: (frame: number) => number;
  /** Which half of a split block is handed out: Xen keeps the upper, Linux the lower. */
  readonly keep: 'upper' | 'lower';
  /** Where the other half, and a freed block, go in their list. */
  readonly splitTo: 'head' | 'tail';
  readonly freeTo: 'head' | 'tail';
}

/**
 * A buddy allocator over frames of 4 KiB, by zone. Its memory grows with the number of free blocks, not with RAM.
 * Blocks merge within a zone only. Frames that were never freed into it do not exist for it.
 */
export class FrameBuddy {
  readonly habits: BuddyHabits;
  readonly #lists: BlockList[][];
  readonly #blocks = new Map<number, FreeBlock>();
  readonly #free: number[];

  constructor(habits: BuddyHabits) {
    this.habits = habits;
    this.#lists = Array.from({ length: habits.zones }, () => Array.from({ length: habits.maxOrder + 1 }, () => new BlockList()));
    this.#free = new Array<number>(habits.zones).fill(0);
  }

  /** Free frames of a zone, or of all. */
  freeFrames(zone?: number): number {
    return zone === undefined ? this.#free.reduce((sum, count) => sum + count, 0) : (this.#free[zone] ?? 0);
  }

  /** Free blocks of a zone by order: index is the order. */
  blockCounts(zone: number): number[] {
    return (this.#lists[zone] ?? []).map((list) => list.count);
  }

  /** Largest order with a free block in zones `from` to `to`, or -1. */
  largestOrder(from = 0, to = this.habits.zones - 1): number {
    for (let order = this.habits.maxOrder; order >= 0; order--) {
      for (let zone = from; zone <= to; zone++) if ((this.#lists[zone]?.[order]?.count ?? 0) > 0) return order;
    }
    return -1;
  }

  /** Free blocks, in no particular order. */
  *blocks(): IterableIterator<{ readonly frame: number; readonly order: number; readonly zone: number }> {
    yield* this.#blocks.values();
  }

  /** Takes 2^order frames out of one zone. @returns the first frame, or undefined where no block is large enough */
  takeFromZone(zone: number, order: number): number | undefined {
    const lists = this.#lists[zone];
    if (!lists) return undefined;
    for (let size = order; size <= this.habits.maxOrder; size++) {
      const block = lists[size]?.head;
      if (block) return this.#split(block, order);
    }
    return undefined;
  }

  /** Takes zones from `from` down to `to`, the first that has a block. */
  take(order: number, from: number, to = 0): { frame: number; zone: number } | undefined {
    if (order > this.habits.maxOrder) return undefined;
    for (let zone = Math.min(from, this.habits.zones - 1); zone >= to; zone--) {
      const frame = this.takeFromZone(zone, order);
      if (frame !== undefined) return { frame, zone };
    }
    return undefined;
  }

  /**
   * Frees 2^order frames, merging with free buddies of the same zone.
   * @throws RangeError where the block is not aligned or any of it is free already
   */
  give(frame: number, order: number): void {
    if (frame % 2 ** order !== 0) throw new RangeError(`frame ${frame} is not aligned to order ${order}`);
    if (this.isFree(frame)) throw new RangeError(`frame ${frame} is free already`);
    const zone = this.habits.zoneOf(frame);
    this.#free[zone] = (this.#free[zone] ?? 0) + 2 ** order;
    let first = frame;
    let size = order;
    while (size < this.habits.maxOrder) {
      const count = 2 ** size;
      const buddyFrame = Math.floor(first / count) % 2 === 1 ? first - count : first + count;
      const buddy = this.#blocks.get(buddyFrame);
      if (!buddy || buddy.order !== size || buddy.zone !== zone) break;
      this.#unlink(buddy);
      first = Math.min(first, buddyFrame);
      size++;
    }
    this.#link(first, size, zone, this.habits.freeTo);
  }

  /** Frees a range of frames as the largest aligned blocks that lie in it and in one zone. */
  giveRange(first: number, count: number): void {
    let frame = first;
    const end = first + count;
    while (frame < end) {
      let order = 0;
      while (
        order < this.habits.maxOrder && frame % 2 ** (order + 1) === 0 && frame + 2 ** (order + 1) <= end
        && this.habits.zoneOf(frame) === this.habits.zoneOf(frame + 2 ** (order + 1) - 1)
      ) order++;
      this.give(frame, order);
      frame += 2 ** order;
    }
  }

  /** Takes particular frames out, splitting the blocks they lie in; frames that are not free are left alone. */
  reserve(first: number, count: number): number {
    let taken = 0;
    let frame = first;
    const end = first + count;
    while (frame < end) {
      const block = this.#blockOf(frame);
      if (!block) {
        frame++;
        continue;
      }
      const blockEnd = block.frame + 2 ** block.order;
      this.#unlink(block);
      this.#free[block.zone] = (this.#free[block.zone] ?? 0) - 2 ** block.order;
      const stop = Math.min(blockEnd, end);
      taken += stop - frame;
      if (block.frame < frame) this.giveRange(block.frame, frame - block.frame);
      if (stop < blockEnd) this.giveRange(stop, blockEnd - stop);
      frame = stop;
    }
    return taken;
  }

  isFree(frame: number): boolean {
    return this.#blockOf(frame) !== undefined;
  }

  #blockOf(frame: number): FreeBlock | undefined {
    for (let order = 0; order <= this.habits.maxOrder; order++) {
      const block = this.#blocks.get(frame - (frame % 2 ** order));
      if (block && block.frame + 2 ** block.order > frame) return block;
    }
    return undefined;
  }

  #split(block: FreeBlock, order: number): number {
    this.#unlink(block);
    let { frame } = block;
    for (let size = block.order; size > order; size--) {
      const half = 2 ** (size - 1);
      const [kept, other] = this.habits.keep === 'upper' ? [frame + half, frame] : [frame, frame + half];
      this.#link(other, size - 1, block.zone, this.habits.splitTo);
      frame = kept;
    }
    this.#free[block.zone] = (this.#free[block.zone] ?? 0) - 2 ** order;
    return frame;
  }

  #link(frame: number, order: number, zone: number, to: 'head' | 'tail'): void {
    const block: FreeBlock = { frame, order, zone, previous: undefined, next: undefined };
    this.#blocks.set(frame, block);
    const list = this.#lists[zone]?.[order];
    if (to === 'head') list?.addHead(block);
    else list?.addTail(block);
  }

  #unlink(block: FreeBlock): void {
    this.#blocks.delete(block.frame);
    this.#lists[block.zone]?.[block.order]?.remove(block);
  }
}
