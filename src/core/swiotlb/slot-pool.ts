import { SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';

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
  /** Original address of the byte that slot i bounces, or -1. */
  readonly origAddress: Float64Array;
  /** Bytes mapped from slot i to the end of its mapping. */
  readonly allocSize: Uint32Array;
  /** Padding slots before the first slot of a mapping (6.10 and later). */
  readonly padSlots: Uint16Array;
  /** Where the next search of an area begins, in slots from the area's first. */
  readonly hint: Int32Array;
  readonly used: Int32Array;

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
    this.origAddress = new Float64Array(slots).fill(-1);
    this.allocSize = new Uint32Array(slots);
    this.padSlots = new Uint16Array(slots);
    this.hint = new Int32Array(areas);
    this.used = new Int32Array(areas);
    for (let i = 0; i < slots; i++) this.list[i] = Math.min(SEGMENT_SLOTS - (i % SEGMENT_SLOTS), slots - i);
  }

  /** Slots in use over all areas: mem_used(). */
  get totalUsed(): number {
    let sum = 0;
    for (const used of this.used) sum += used;
    return sum;
  }

  /** Address of a slot as the search sees it. */
  slotAddress(slot: number): number {
    return this.start + slot * SLOT_BYTES;
  }

  /** Marks `count` slots from `slot` on as used and shortens the free run before them. */
  take(slot: number, count: number): void {
    const { list } = this;
    list.fill(0, slot, slot + count);
    let length = 0;
    for (let i = slot - 1; i >= 0 && i % SEGMENT_SLOTS !== SEGMENT_SLOTS - 1 && list[i] !== 0; i--) list[i] = ++length;
  }

  /** Gives `count` slots from `slot` on back, merging with the free runs behind and before them within the segment. */
  release(slot: number, count: number): void {
    const { list } = this;
    const border = Math.min((Math.floor(slot / SEGMENT_SLOTS) + 1) * SEGMENT_SLOTS, this.slots);
    let length = slot + count < border ? (list[slot + count] ?? 0) : 0;
    for (let i = slot + count - 1; i >= slot; i--) {
      list[i] = ++length;
      this.origAddress[i] = -1;
      this.allocSize[i] = 0;
      this.padSlots[i] = 0;
    }
    for (let i = slot - 1; i >= 0 && i % SEGMENT_SLOTS !== SEGMENT_SLOTS - 1 && list[i] !== 0; i--) list[i] = ++length;
  }

  /** Longest free run of a range of slots. */
  longestRun(first = 0, count = this.slots): number {
    let longest = 0;
    for (let i = first; i < first + count; i++) {
      const length = this.list[i] ?? 0;
      if (length > longest) longest = length;
    }
    return longest;
  }
}
