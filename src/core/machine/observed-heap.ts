import { LAST_ZONE, framesOfZone, zoneOfFrame, zoneOfWidth } from './address-zone.ts';
import { FrameSet } from '../units/frame-set.ts';

/** Whether a zone, or a heap, can serve a request: as far as what is known of it decides that. */
export type Certainty = 'yes' | 'no' | 'open';

export type ExtentProblem = 'alignment' | 'width' | 'not-free' | 'lower-zone';

/**
 * Xen's heap seen from outside: its free pages by zone are stated, its lists are not. Which frames are free is known where a
 * zone is full or empty, and of every frame that has been given back since; of the rest only their number.
 * Source: xen/common/page_alloc.c: get_free_buddy, alloc_heap_pages, free_heap_pages (3.1 and later).
 */
export class ObservedHeap {
  readonly #maxOrder: number;
  readonly #totals = new Array<number>(LAST_ZONE + 1).fill(0);
  #stated = false;
  readonly #free = new FrameSet();
  readonly #knownFree = new Map<number, number>();
  /** Frames given back while the heap was watched: what a block that is not scrubbed yet may hold. */
  readonly #returned = new FrameSet();

  /** @param maxOrder Xen's MAX_ORDER: blocks do not merge above it */
  constructor(maxOrder: number) {
    this.#maxOrder = maxOrder;
  }

  /** Whether any reading of the zones has been stated. */
  get stated(): boolean {
    return this.#stated;
  }

  /** Free pages of the zones; index is the zone. */
  get totals(): readonly number[] {
    return this.#totals;
  }

  /**
   * Takes a reading of the heap.
   * @param totals free pages by zone; zones left out have none
   * @returns zones whose number differs from what was known; empty for the first reading
   */
  state(totals: ReadonlyMap<number, number>): number[] {
    const differing: number[] = [];
    for (let zone = 1; zone <= LAST_ZONE; zone++) {
      const now = totals.get(zone) ?? 0;
      const before = this.#total(zone);
      if (this.#stated && now === before) continue;
      if (this.#stated) differing.push(zone);
      this.#totals[zone] = now;
      const { first, end } = framesOfZone(zone);
      // Something else took or gave pages: only a full zone is known again.
      if (this.#stated) this.#forget(first, end);
      if (now === end - first) this.#learnFree(first, end - first);
    }
    this.#stated = true;
    return differing;
  }

  /** Whether one zone has a free block of 2^order frames. */
  zoneServes(zone: number, order: number): Certainty {
    if (!this.#stated) return 'open';
    const total = this.#total(zone);
    if (total < 2 ** order) return 'no';
    const { first, end } = framesOfZone(zone);
    for (const block of this.#free.blocks(first, end, order, order)) if (block.order === order) return 'yes';
    return total === this.#known(zone) ? 'no' : 'open';
  }

  /** Whether a request of 2^order frames below 2^bits can be served. */
  serves(order: number, bits: number): Certainty {
    let best: Certainty = 'no';
    for (let zone = zoneOfWidth(bits); zone >= 1; zone--) {
      const serves = this.zoneServes(zone, order);
      if (serves === 'yes') return 'yes';
      if (serves === 'open') best = 'open';
    }
    return best;
  }

  /**
   * Takes the extent that Xen is seen to have given for a request, and says what speaks against it: a zone below the highest
   * that could serve is explained only by blocks there that wait for their scrub, which orders above 0 pass over at first.
   */
  take(frame: number, order: number, bits: number): ExtentProblem | undefined {
    const count = 2 ** order;
    const zone = zoneOfFrame(frame);
    const problem = this.#problemOf(frame, order, bits);
    const known = this.#free.countIn(frame, count);
    this.#free.remove(frame, count);
    this.#returned.remove(frame, count);
    this.#knownFree.set(zone, this.#known(zone) - known);
    this.#totals[zone] = Math.max(0, this.#total(zone) - count);
    return problem;
  }

  /**
   * How many of `count` single frames each zone gives: from the top downwards, as unrestricted requests of order 0 are served.
   * @returns zone to frames, or undefined where the zones are not known or have too few
   */
  singlesByZone(count: number): Map<number, number> | undefined {
    if (!this.#stated) return undefined;
    const shares = new Map<number, number>();
    let left = count;
    for (let zone = LAST_ZONE; zone >= 1 && left > 0; zone--) {
      const share = Math.min(left, this.#total(zone));
      if (share > 0) shares.set(zone, share);
      left -= share;
    }
    return left === 0 ? shares : undefined;
  }

  /** Takes single frames; @returns whether all of them can have been free */
  takeSingles(first: number, count: number): boolean {
    let possible = true;
    for (let frame = first; frame < first + count;) {
      const zone = zoneOfFrame(frame);
      const size = Math.min(first + count, framesOfZone(zone).end) - frame;
      const known = this.#free.countIn(frame, size);
      const unknown = this.#total(zone) - this.#known(zone);
      if (this.#stated && size - known > unknown) possible = false;
      this.#free.remove(frame, size);
      this.#returned.remove(frame, size);
      this.#knownFree.set(zone, this.#known(zone) - known);
      this.#totals[zone] = Math.max(0, this.#total(zone) - size);
      frame += size;
    }
    return possible;
  }

  /** Gives frames back. */
  give(first: number, count: number): void {
    for (let frame = first; frame < first + count;) {
      const zone = zoneOfFrame(frame);
      const size = Math.min(first + count, framesOfZone(zone).end) - frame;
      this.#totals[zone] = this.#total(zone) + size;
      this.#learnFree(frame, size);
      this.#returned.add(frame, size);
      frame += size;
    }
  }

  #problemOf(frame: number, order: number, bits: number): ExtentProblem | undefined {
    const count = 2 ** order;
    if (frame % count !== 0) return 'alignment';
    const zone = zoneOfFrame(frame);
    const top = zoneOfWidth(bits);
    if (zone > top) return 'width';
    if (!this.#stated) return undefined;
    const unknown = this.#total(zone) - this.#known(zone);
    if (count - this.#free.countIn(frame, count) > unknown) return 'not-free';
    for (let higher = top; higher > zone; higher--) {
      if (this.zoneServes(higher, order) === 'yes' && !this.#mayAwaitScrub(higher, order)) return 'lower-zone';
    }
    return undefined;
  }

  /** Whether every block of a zone that could serve the order may hold frames that are not scrubbed yet. */
  #mayAwaitScrub(zone: number, order: number): boolean {
    if (order === 0) return false;
    const { first, end } = framesOfZone(zone);
    for (const block of this.#free.blocks(first, end, order, this.#maxOrder)) {
      if (this.#returned.countIn(block.frame, 2 ** block.order) === 0) return false;
    }
    return true;
  }

  #total(zone: number): number {
    return this.#totals[zone] ?? 0;
  }

  #known(zone: number): number {
    return this.#knownFree.get(zone) ?? 0;
  }

  #learnFree(first: number, count: number): void {
    const zone = zoneOfFrame(first);
    this.#knownFree.set(zone, this.#known(zone) + count - this.#free.countIn(first, count));
    this.#free.add(first, count);
  }

  #forget(first: number, end: number): void {
    const zone = zoneOfFrame(Math.max(1, first));
    this.#free.remove(first, end - first);
    this.#returned.remove(first, end - first);
    this.#knownFree.delete(zone);
  }
}
