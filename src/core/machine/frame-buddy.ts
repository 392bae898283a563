import { CLEAN, type FreeEntry, FreeList, framesOfEntry } from './free-list.ts';

/** How one allocator splits and frees: the habits by which Xen's eras and Linux differ. */
export interface BuddyHabits {
  readonly maxOrder: number;
  readonly zones: number;
  /** Zone of a frame, 0 to zones - 1. */
  readonly zoneOf: (frame: number) => number;
  /** Which half of a split block is handed out: Xen keeps the upper, Linux the lower. */
  readonly keep: 'upper' | 'lower';
  /**
   * Where the other half, and a freed block, go in their list. `by-scrub`: to the head where clean, to the tail where not, and
   * requests above order 0 pass over a block that is not clean at first (Xen 4.10 and later).
   */
  readonly placing: 'head' | 'tail' | 'by-scrub';
}

/**
 * A buddy allocator over frames of 4 KiB, by zone. Its memory grows with the number of fragments, not with RAM: free blocks of
 * the largest order that lie beside each other are one entry. Blocks merge within a zone only. Frames that were never freed into it do not exist for it.
 */
export class FrameBuddy {
  readonly habits: BuddyHabits;
  readonly #lists: FreeList[][];
  /** Entries of one block, by its first frame. */
  readonly #blocks = new Map<number, FreeEntry>();
  /** How many of them there are of each order: what a frame's block can be looked for among. */
  readonly #ofOrder: Int32Array;
  /** Entries of several blocks: as many as memory has had ranges and gaps, which are few. */
  readonly #series = new Set<FreeEntry>();
  readonly #free: number[];
  /** Free blocks that hold frames which are not scrubbed. */
  readonly #dirty = new Set<FreeEntry>();
  /**
   * Told of free blocks that come (`blocks` of them, upwards from `frame`) and, by a negative number, of one that goes; absent where
   * nobody keeps a record.
   */
  journal: ((frame: number, order: number, blocks: number, zone: number) => void) | undefined;

  constructor(habits: BuddyHabits) {
    this.habits = habits;
    this.#lists = Array.from({ length: habits.zones }, () => Array.from({ length: habits.maxOrder + 1 }, () => new FreeList()));
    this.#free = new Array<number>(habits.zones).fill(0);
    this.#ofOrder = new Int32Array(habits.maxOrder + 1);
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

  /** Free blocks below an order, or all of them, in no particular order. */
  *blocks(below = Infinity): IterableIterator<{ readonly frame: number; readonly order: number; readonly zone: number }> {
    for (const { frame, order, zone } of this.#blocks.values()) if (order < below) yield { frame, order, zone };
    if (below <= this.habits.maxOrder) return;
    for (const { frame, order, zone, more, step } of this.#series) for (let i = 0; i <= more; i++) yield { frame: frame + i * step, order, zone };
  }

  /** Free frames as ranges, in no particular order; ranges may touch. */
  *ranges(): IterableIterator<{ readonly first: number; readonly count: number }> {
    for (const entry of this.#blocks.values()) yield framesOfEntry(entry);
    for (const entry of this.#series) yield framesOfEntry(entry);
  }

  /** Free frames that wait for their scrub, at least: those of blocks from their first dirty frame on. */
  dirtyFrames(): number {
    let sum = 0;
    for (const { order, dirtyFrom } of this.#dirty) sum += (1 << order) - dirtyFrom;
    return sum;
  }

  /**
   * Takes 2^order frames out of one zone.
   * @param acceptDirty whether blocks that are not scrubbed serve an order above 0
   * @returns the first frame, or undefined where no block is large enough
   */
  takeFromZone(zone: number, order: number, acceptDirty = true): number | undefined {
    const lists = this.#lists[zone];
    if (!lists || this.freeFrames(zone) < (1 << order)) return undefined;
    for (let size = order; size <= this.habits.maxOrder; size++) {
      const list = lists[size];
      const block = list?.head;
      if (!list || !block) continue;
      if (order === 0 || acceptDirty || block.dirtyFrom === CLEAN) return this.#split(block, order);
      // get_free_buddy() puts it to the tail and goes on with the next order, not with the next block.
      list.remove(block);
      list.addTail(block);
    }
    return undefined;
  }

  /** Takes from zones `from` down to `to`, the first that has a block: clean ones first where the habits ask for it. */
  take(order: number, from: number, to = 0): { frame: number; zone: number } | undefined {
    if (order > this.habits.maxOrder) return undefined;
    for (const acceptDirty of this.habits.placing === 'by-scrub' && order > 0 ? [false, true] : [true]) {
      for (let zone = Math.min(from, this.habits.zones - 1); zone >= to; zone--) {
        const frame = this.takeFromZone(zone, order, acceptDirty);
        if (frame !== undefined) return { frame, zone };
      }
    }
    return undefined;
  }

  /**
   * Takes `count` single frames out of one zone, as that many requests of order 0 would: runs in the order that they are handed
   * out in. A block that is used up whole gives its frames from the end kept first to the other.
   */
  takeSingles(zone: number, count: number): { readonly first: number; readonly count: number; readonly step: 1 | -1 }[] {
    const runs: { first: number; count: number; step: 1 | -1 }[] = [];
    const step = this.habits.keep === 'upper' ? -1 : 1;
    let left = Math.min(count, this.freeFrames(zone));
    while (left > 0) {
      const block = this.#lists[zone]?.find((list) => list.head)?.head;
      if (!block) break;
      if ((1 << block.order) > left) {
        runs.push({ first: this.#split(block, 0), count: 1, step });
        left--;
        continue;
      }
      const size = 1 << block.order;
      const { frame } = block;
      this.#unlink(block, frame);
      this.#count(zone, -size);
      runs.push({ first: step < 0 ? frame + size - 1 : frame, count: size, step });
      left -= size;
    }
    return runs;
  }

  /** Scrubs every free block, as idle processors do: scrub_free_pages(). */
  scrub(): void {
    for (const block of this.#dirty) {
      block.dirtyFrom = CLEAN;
      const list = this.#lists[block.zone]?.[block.order];
      list?.remove(block);
      list?.addHead(block);
    }
    this.#dirty.clear();
  }

  /**
   * Frees 2^order frames, merging with free buddies of the same zone.
   * @param dirty whether their contents must be scrubbed before another may have them
   * @throws RangeError where the block is not aligned or its first frame is free already; nothing is changed then
   */
  give(frame: number, order: number, dirty = false): void {
    if (frame % (1 << order) !== 0) throw new RangeError(`frame ${frame} is not aligned to order ${order}`);
    if (this.isFree(frame)) throw new RangeError(`frame ${frame} is free already`);
    const zone = this.habits.zoneOf(frame);
    this.#count(zone, 1 << order);
    let first = frame;
    let size = order;
    let dirtyFrom = dirty ? 0 : CLEAN;
    while (size < this.habits.maxOrder) {
      const count = 1 << size;
      const isUpper = Math.floor(first / count) % 2 === 1;
      const buddy = this.#blocks.get(isUpper ? first - count : first + count);
      if (!buddy || buddy.order !== size || buddy.zone !== zone) break;
      this.#unlink(buddy, buddy.frame);
      dirtyFrom = isUpper ? Math.min(buddy.dirtyFrom, dirtyFrom + count) : Math.min(dirtyFrom, buddy.dirtyFrom + count);
      if (isUpper) first -= count;
      size++;
    }
    this.#link(first, size, zone, dirtyFrom);
  }

  /** Frees a range of frames as the largest aligned blocks that lie in it and in one zone. */
  giveRange(first: number, count: number, dirty = false, downwards = false): void {
    const blocks = this.#blocksOf(first, count, dirty);
    for (const { frame, order, more } of downwards ? blocks.reverse() : blocks) {
      if (more === 0) this.give(frame, order, dirty);
      else this.#giveSeries(frame, more, downwards);
    }
  }

  /** The same as freeing blocks of the largest order one by one, upwards or downwards. */
  #giveSeries(frame: number, more: number, downwards: boolean): void {
    const { maxOrder: order, placing, zoneOf } = this.habits;
    const size = 1 << order;
    if (this.isFree(frame)) throw new RangeError(`frame ${frame} is free already`);
    const zone = zoneOf(frame);
    this.#count(zone, (more + 1) * size);
    // What is given last to the head of a list comes first in it.
    const down = (placing === 'tail') === downwards;
    const entry: FreeEntry = { frame: down ? frame + more * size : frame, order, zone, more, step: down ? -size : size, dirtyFrom: CLEAN, previous: undefined, next: undefined };
    this.#series.add(entry);
    this.#place(entry);
    if (this.journal !== undefined) this.journal(frame, order, more + 1, zone);
  }

  #blocksOf(first: number, count: number, dirty: boolean): { frame: number; order: number; more: number }[] {
    const blocks: { frame: number; order: number; more: number }[] = [];
    const { maxOrder, zoneOf } = this.habits;
    let frame = first;
    const end = first + count;
    while (frame < end) {
      let order = 0;
      while (
        order < maxOrder && frame % (2 << order) === 0 && frame + (2 << order) <= end
        && zoneOf(frame) === zoneOf(frame + (2 << order) - 1)
      ) order++;
      const more = order === maxOrder && !dirty ? this.#moreInZone(frame, end) : 0;
      blocks.push({ frame, order, more });
      frame += (more + 1) * (1 << order);
    }
    return blocks;
  }

  /** How many blocks of the largest order lie behind one, up to an end and in the same zone. */
  #moreInZone(frame: number, end: number): number {
    const { maxOrder, zoneOf } = this.habits;
    const size = 1 << maxOrder;
    const zone = zoneOf(frame);
    let low = 0;
    let high = Math.floor((end - frame) / size) - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (zoneOf(frame + (middle + 1) * size - 1) === zone) low = middle;
      else high = middle - 1;
    }
    return low;
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
      const size = 1 << block.order;
      const blockFrame = frame - (frame % size);
      const stop = Math.min(blockFrame + size, end);
      this.#unlink(block, blockFrame);
      this.#count(block.zone, -size);
      taken += stop - frame;
      if (blockFrame < frame) this.giveRange(blockFrame, frame - blockFrame);
      if (stop < blockFrame + size) this.giveRange(stop, blockFrame + size - stop);
      frame = stop;
    }
    return taken;
  }

  isFree(frame: number): boolean {
    return this.#blockOf(frame) !== undefined;
  }

  #blockOf(frame: number): FreeEntry | undefined {
    for (let order = 0; order <= this.habits.maxOrder; order++) {
      if (this.#ofOrder[order] === 0) continue;
      const block = this.#blocks.get(frame - (frame % (1 << order)));
      if (block && block.frame + (1 << block.order) > frame) return block;
    }
    for (const entry of this.#series) {
      // Frames from the entry's first block on, counted in its own direction.
      const index = Math.floor((frame - entry.frame) / (1 << entry.order)) * (entry.step < 0 ? -1 : 1);
      if (index >= 0 && index <= entry.more) return entry;
    }
    return undefined;
  }

  /** Takes the first block of an entry out, and gives back what of it is not asked for. */
  #split(block: FreeEntry, order: number): number {
    let { frame, dirtyFrom } = block;
    this.#unlink(block, frame);
    for (let size = block.order; size > order; size--) {
      const half = 1 << (size - 1);
      const lower = dirtyFrom < half ? dirtyFrom : CLEAN;
      if (this.habits.keep === 'upper') {
        this.#link(frame, size - 1, block.zone, lower);
        frame += half;
        // What lies behind the first dirty frame counts as dirty.
        dirtyFrom = Math.max(0, dirtyFrom - half);
      } else {
        this.#link(frame + half, size - 1, block.zone, Math.max(0, dirtyFrom - half));
        dirtyFrom = lower;
      }
    }
    this.#count(block.zone, -(1 << order));
    return frame;
  }

  #count(zone: number, frames: number): void {
    this.#free[zone] = this.freeFrames(zone) + frames;
  }

  #link(frame: number, order: number, zone: number, dirtyFrom: number): void {
    const block: FreeEntry = { frame, order, zone, more: 0, step: 1 << order, dirtyFrom, previous: undefined, next: undefined };
    this.#register(block);
    if (dirtyFrom !== CLEAN) this.#dirty.add(block);
    this.#place(block);
    if (this.journal !== undefined) this.journal(frame, order, 1, zone);
  }

  #register(block: FreeEntry): void {
    this.#blocks.set(block.frame, block);
    this.#ofOrder[block.order]! += 1;
  }

  #place(entry: FreeEntry): void {
    const list = this.#lists[entry.zone]?.[entry.order];
    const { placing } = this.habits;
    if (placing === 'head' || (placing === 'by-scrub' && entry.dirtyFrom === CLEAN)) list?.addHead(entry);
    else list?.addTail(entry);
  }

  /** Takes one block out of its list: the whole entry, or one of the blocks that it stands for. */
  #unlink(entry: FreeEntry, frame: number): void {
    if (this.journal !== undefined) this.journal(frame, entry.order, -1, entry.zone);
    const list = this.#lists[entry.zone]?.[entry.order];
    if (entry.more === 0) {
      this.#blocks.delete(entry.frame);
      this.#ofOrder[entry.order]! -= 1;
      if (entry.dirtyFrom !== CLEAN) this.#dirty.delete(entry);
      list?.remove(entry);
      return;
    }
    const rest = list?.takeOut(entry, (frame - entry.frame) / entry.step);
    if (rest) this.#series.add(rest);
    for (const left of rest ? [entry, rest] : [entry]) {
      if (left.more > 0) continue;
      this.#series.delete(left);
      this.#register(left);
    }
  }
}
