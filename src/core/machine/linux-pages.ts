import type { AddressRange } from '../units/addresses.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { FrameBuddy } from './frame-buddy.ts';

/** Linux's zones on x86_64, low to high. */
export const LINUX_ZONES = ['DMA', 'DMA32', 'Normal'] as const;

/**
 * Linux's own page allocator over the pages that it sees (pseudo-physical under Xen PV): a freshly booted system with all
 * but its reserved ranges free. Per-CPU lists and migrate types are not modelled.
 * Source: mm/page_alloc.c: __rmqueue_smallest, expand, __free_one_page.
 */
export class LinuxPages {
  readonly buddy: FrameBuddy;

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

  /** Takes 2^order pages, from the highest zone at or below `zone` (2: Normal, 1: DMA32, 0: DMA). @returns first pfn */
  allocate(order: number, zone: 0 | 1 | 2 = 2): number | undefined {
    return this.buddy.take(order, zone)?.frame;
  }

  free(pfn: number, order: number): void {
    this.buddy.give(pfn, order);
  }
}
