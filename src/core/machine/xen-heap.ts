import type { AddressRange } from '../units/addresses.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { FrameBuddy } from './frame-buddy.ts';

/** How a version of Xen keeps its heap. */
export interface XenHeapKind {
  readonly zones: 'three' | 'per-bit';
  readonly maxOrder: number;
  /** Width below which memory is kept for DMA; null: none. */
  readonly dmaBits: number | null;
  /** 4.10 and later: halves and freed blocks that are clean go to the head of their list. */
  readonly cleanToHead: boolean;
}

export type XenAllocation =
  | { readonly ok: true; readonly frame: number; readonly zone: number }
  | {
    readonly ok: false;
    readonly cause: 'order' | 'width-below-dma-bits' | 'no-block';
    /** Free bytes and largest free order within the width that was asked for. */
    readonly freeBytes: number;
    readonly largestOrder: number;
  };

const DMA_ZONE = 0;
const DOMAIN_ZONE = 1;

/**
 * Xen's heap: free machine frames by zone.
 * Zones are per address bit (zone z holds frames whose top set bit is z, counted from 1; Xen 4.4 numbering) or, in 3.0.x,
 * the DMA zone (index 0 here) and the domain zone (1). Frame 0 is never handed out, so no block crosses a zone's border.
 * Source: xen/common/page_alloc.c: alloc_heap_pages, free_heap_pages, alloc_domheap_pages.
 */
export class XenHeap {
  readonly kind: XenHeapKind;
  readonly buddy: FrameBuddy;

  /**
   * @param ranges machine memory that Xen can hand out, in bytes
   */
  constructor(kind: XenHeapKind, ranges: readonly AddressRange[]) {
    this.kind = kind;
    const { dmaBits } = kind;
    const dmaEnd = dmaBits === null ? 0 : 2 ** (dmaBits - 12);
    const to = kind.cleanToHead ? 'head' : 'tail';
    this.buddy = new FrameBuddy({
      maxOrder: kind.maxOrder,
      zones: kind.zones === 'three' ? 2 : 41,
      zoneOf: kind.zones === 'three' ? (frame) => (frame < dmaEnd ? DMA_ZONE : DOMAIN_ZONE) : bitZone,
      keep: 'upper', splitTo: to, freeTo: to,
    });
    for (const { start, end } of ranges) {
      const first = Math.max(1, Math.ceil(start / PAGE_SIZE));
      const last = Math.floor(end / PAGE_SIZE);
      if (last > first) this.buddy.giveRange(first, last - first);
    }
  }

  get freeBytes(): number {
    return this.buddy.freeFrames() * PAGE_SIZE;
  }

  /**
   * Takes 2^order frames below 2^bits.
   * @param bits address width asked for; 0 for no restriction
   * @param machineBits bits of the machine's last frame and page: 3.0.4 treats a width below it as a request for DMA memory
   */
  allocate(order: number, bits: number, machineBits = 64): XenAllocation {
    const { zones, dmaBits, maxOrder } = this.kind;
    if (order > maxOrder) return this.#failed('order', 0, this.buddy.habits.zones - 1);
    if (zones === 'three') return this.#allocateThree(order, bits, machineBits);
    const top = bits === 0 ? this.buddy.habits.zones - 1 : Math.max(1, bits - 12);
    // A DMA width keeps the low zones for those who ask for them: others get them last.
    const dmaZone = dmaBits === null ? 0 : Math.max(1, dmaBits - 12);
    const found = (top > dmaZone ? this.buddy.take(order, top, dmaZone + 1) : undefined) ?? this.buddy.take(order, top, 1);
    return found ? { ok: true, ...found } : this.#failed('no-block', 1, top);
  }

  free(frame: number, order: number): void {
    this.buddy.give(frame, order);
  }

  #allocateThree(order: number, bits: number, machineBits: number): XenAllocation {
    const restricted = bits !== 0 && bits < machineBits;
    if (restricted && this.kind.dmaBits !== null && bits < this.kind.dmaBits) return this.#failed('width-below-dma-bits', DMA_ZONE, DMA_ZONE);
    const found = restricted ? this.buddy.take(order, DMA_ZONE, DMA_ZONE) : this.buddy.take(order, DOMAIN_ZONE, DMA_ZONE);
    return found ? { ok: true, ...found } : this.#failed('no-block', DMA_ZONE, restricted ? DMA_ZONE : DOMAIN_ZONE);
  }

  #failed(cause: 'order' | 'width-below-dma-bits' | 'no-block', from: number, to: number): XenAllocation {
    let frames = 0;
    for (let zone = from; zone <= to; zone++) frames += this.buddy.freeFrames(zone);
    return { ok: false, cause, freeBytes: frames * PAGE_SIZE, largestOrder: this.buddy.largestOrder(from, to) };
  }
}

/** Zone of a frame by its top set bit, counted from 1; frame 0 stands in zone 1. */
function bitZone(frame: number): number {
  let zone = 1;
  while (2 ** zone <= frame) zone++;
  return zone;
}
