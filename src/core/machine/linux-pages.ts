import type { AddressRange } from '../units/addresses.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { FrameBuddy } from './frame-buddy.ts';

/** Linux's zones on x86_64, low to high: DMA, DMA32, Normal. */
type Zone = 0 | 1 | 2;

/** sysctl_lowmem_reserve_ratio: a request that may use a higher zone leaves this share of it free in a lower one. */
const RESERVE_RATIO = [256, 256, 32] as const;

/** Bounds of min_free_kbytes. */
const MIN_FREE_LEAST = 128;
const MIN_FREE_MOST = 65_536;

/**
 * Linux's own page allocator over the pages that it sees (pseudo-physical under Xen PV). Watermarks and the reserve of lower
 * zones are those of a system without transparent huge pages; per-CPU lists, migrate types and reclaim are not modelled.
 * Source: mm/page_alloc.c: __rmqueue_smallest, expand, __free_one_page, __zone_watermark_ok, setup_per_zone_lowmem_reserve,
 * calculate_min_free_kbytes.
 */
export class LinuxPages {
  readonly buddy: FrameBuddy;
  /** Pages below which a zone gives no more, and what requests for higher zones leave besides; set when boot is over. */
  #min: readonly number[] = [0, 0, 0];
  #managed: readonly number[] = [0, 0, 0];

  /**
   * @param maxOrder MAX_PAGE_ORDER, inclusive
   * @param bootToTail whether boot hands its pages to the tails of the lists, so that the lowest are taken first (5.10 and later)
   */
  constructor(ranges: readonly AddressRange[], maxOrder: number, bootToTail = false) {
    const dma = (16 * MIB) / PAGE_SIZE;
    const dma32 = (4 * GIB) / PAGE_SIZE;
    this.buddy = new FrameBuddy({
      maxOrder, zones: 3,
      zoneOf: (frame) => (frame < dma ? 0 : frame < dma32 ? 1 : 2),
      keep: 'lower', placing: 'head',
    });
    // To the heads of the lists in falling order is to their tails in rising order.
    for (const { start, end } of bootToTail ? [...ranges].sort((a, b) => b.start - a.start) : ranges) {
      const first = Math.max(1, Math.ceil(start / PAGE_SIZE));
      const last = Math.floor(end / PAGE_SIZE);
      if (last > first) this.buddy.giveRange(first, last - first, false, bootToTail);
    }
  }

  /**
   * Ends boot: its many small requests have used up the odd ends of memory, as the smallest block that fits is taken first;
   * what is left above the DMA zone are whole blocks of the largest order. Then watermarks and reserves are set.
   */
  endBoot(): void {
    const { maxOrder } = this.buddy.habits;
    const ends = [...this.buddy.blocks(maxOrder)].filter(({ zone }) => zone > 0);
    // A machine of odd ends alone keeps them: there is nothing else to give.
    const rest = this.buddy.freeFrames() - ends.reduce((sum, { order }) => sum + 2 ** order, 0);
    if (rest > ends.length) for (const { frame, order } of ends) this.buddy.reserve(frame, 2 ** order);
    this.#managed = [0, 1, 2].map((zone) => this.buddy.freeFrames(zone));
    const total = this.#managed.reduce((sum, pages) => sum + pages, 0);
    const kib = Math.min(MIN_FREE_MOST, Math.max(MIN_FREE_LEAST, Math.floor(Math.sqrt(total * 4 * 16))));
    this.#min = this.#managed.map((pages) => (total === 0 ? 0 : Math.floor(((kib / 4) * pages) / total)));
  }

  /** Takes 2^order pages, from the highest zone at or below `zone` (2: Normal, 1: DMA32, 0: DMA). @returns first pfn */
  allocate(order: number, zone: Zone = 2): number | undefined {
    for (let from: number = zone; from >= 0; from--) {
      if (this.buddy.freeFrames(from) - (2 ** order - 1) <= this.#min[from]! + this.#reserve(from, zone)) continue;
      const pfn = this.buddy.takeFromZone(from, order);
      if (pfn !== undefined) return pfn;
    }
    return undefined;
  }

  free(pfn: number, order: number): void {
    this.buddy.give(pfn, order);
  }

  #reserve(zone: number, wanted: Zone): number {
    let above = 0;
    for (let higher = zone + 1; higher <= wanted; higher++) above += this.#managed[higher]!;
    return Math.floor(above / RESERVE_RATIO[zone]!);
  }
}
