import { SEGMENT_SLOTS } from '../platform/aperture-size.ts';
import type { BoundaryRule } from './search-request.ts';
import { boundaryRule } from './search-request.ts';

const LAST = SEGMENT_SLOTS - 1;

/**
 * The slots of one pool, in typed arrays. `list[i]` is 0 for a slot in use, else the number of free slots from i to the end
 * of its free run, which never crosses a segment border: runs restart every 128 slots.
 * Source: kernel/dma/swiotlb.c: struct io_tlb_mem (io_tlb_pool from 6.6 on), struct io_tlb_area, struct io_tlb_slot.
 */
export class SlotPool {
  readonly slots: number;
  readonly areaSlots: number;
  readonly areas: number;
  /** First address of the pool as the kernel's search sees it: physical, guest-physical under Xen PV. */
  readonly start: number;
  readonly list: Uint8Array;
  /** Slots, padding included, that the mapping whose first data slot is i has taken; 0 elsewhere. */
  readonly taken: Uint16Array;
  /** Padding slots before the first data slot of a mapping (6.10 and later), at that data slot. */
  readonly padSlots: Uint16Array;
  /** Where the next search of an area begins, in slots from the area's first. */
  readonly hint: Int32Array;
  readonly used: Int32Array;
  /** Slots in use over all areas: mem_used(). */
  totalUsed = 0;
  /**
   * An upper bound of the longest free run of each segment, so that a search can leave a segment that cannot serve it at its
   * first candidate. Exact where `#stale` is 0.
   */
  readonly runBound: Uint8Array;
  /** Told of every run that is taken, and by a negative count of every one that is given back; absent where nobody keeps a record. */
  journal: ((first: number, count: number) => void) | undefined;
  readonly #stale: Uint8Array;
  #rule: BoundaryRule | undefined;
  #ruleMask = -1;

  /**
   * @param slots a multiple of `areas`; the last segment may be short
   * @param areas a power of two, 1 for kernels without areas
   * @param start page aligned
   * @throws RangeError on sizes that no kernel would accept
   */
  constructor(slots: number, areas: number, start: number) {
    if (!Number.isInteger(slots) || slots < 1) throw new RangeError(`a pool of ${slots} slots`);
    if (!Number.isInteger(areas) || areas < 1 || slots % areas !== 0) throw new RangeError(`${slots} slots in ${areas} areas`);
    this.slots = slots;
    this.areas = areas;
    this.areaSlots = slots / areas;
    this.start = start;
    this.list = new Uint8Array(slots);
    this.taken = new Uint16Array(slots);
    this.padSlots = new Uint16Array(slots);
    this.hint = new Int32Array(areas);
    this.used = new Int32Array(areas);
    for (let i = 0; i < slots; i++) this.list[i] = Math.min(SEGMENT_SLOTS - (i & LAST), slots - i);
    this.runBound = new Uint8Array(Math.ceil(slots / SEGMENT_SLOTS));
    for (let i = 0; i < this.runBound.length; i++) this.runBound[i] = this.list[i * SEGMENT_SLOTS]!;
    this.#stale = new Uint8Array(this.runBound.length);
  }

  /** The boundary rule of a device for this pool; that of the last mask asked for is kept. */
  ruleFor(boundaryMask: number): BoundaryRule {
    if (this.#rule === undefined || this.#ruleMask !== boundaryMask) {
      this.#rule = boundaryRule(this.start, this.slots, boundaryMask);
      this.#ruleMask = boundaryMask;
    }
    return this.#rule;
  }

  /** Marks `count` slots from `slot` on, all of one segment, as used and shortens the free run before them. */
  take(slot: number, count: number): void {
    const { list } = this;
    for (let i = slot + count - 1; i >= slot; i--) list[i] = 0;
    const first = slot & ~LAST;
    let length = 0;
    for (let i = slot - 1; i >= first && list[i] !== 0; i--) list[i] = ++length;
    this.#stale[slot >>> 7] = 1;
    if (this.journal !== undefined) this.journal(slot, count);
  }

  /** Gives `count` slots from `slot` on back, merging with the free runs behind and before them within the segment. */
  release(slot: number, count: number): void {
    const { list, runBound } = this;
    const behind = slot + count;
    // A run ends inside its segment, so one that ends at a multiple of 128 ends with it.
    let length = (behind & LAST) !== 0 && behind < this.slots ? list[behind]! : 0;
    for (let i = behind - 1; i >= slot; i--) list[i] = ++length;
    const first = slot & ~LAST;
    for (let i = slot - 1; i >= first && list[i] !== 0; i--) list[i] = ++length;
    const segment = slot >>> 7;
    if (length > runBound[segment]!) runBound[segment] = length;
    if (this.journal !== undefined) this.journal(slot, -count);
  }

  /** Longest free run of the pool; leaves every segment's bound exact. */
  longestRun(): number {
    const { list, runBound } = this;
    let longest = 0;
    for (let segment = 0; segment < runBound.length; segment++) {
      if (this.#stale[segment] === 1) {
        const end = Math.min((segment + 1) * SEGMENT_SLOTS, this.slots);
        let best = 0;
        for (let i = segment * SEGMENT_SLOTS; i < end;) {
          const run = list[i]!;
          if (run > best) best = run;
          i += run === 0 ? 1 : run;
        }
        runBound[segment] = best;
        this.#stale[segment] = 0;
      }
      const bound = runBound[segment]!;
      if (bound > longest) longest = bound;
    }
    return longest;
  }
}
