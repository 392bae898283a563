import { SEGMENT_SLOTS } from '../core/platform/aperture-size.ts';

/** Slots that a mapping of `bytes` takes where it begins at the start of a slot. */
export function slotsOf(bytes: number): number {
  return Math.ceil(bytes / 2048);
}

/**
 * The most slots of a pool that can be free while no free run of `need` slots begins at a multiple of `stride` within a
 * segment: each of the disjoint windows of a segment has at least one slot in use. With more free than this a run exists,
 * and a search that found none was stopped by alignment, a boundary or a mask.
 * Source: kernel/dma/swiotlb.c: a run never leaves its segment of 128 slots (io_tlb_offset); mappings of a page and more
 * begin at every second slot.
 */
export function mostFreeWithoutRun(totalSlots: number, need: number, stride: 1 | 2): number {
  const segments = Math.ceil(totalSlots / SEGMENT_SLOTS);
  if (need <= 0 || need > SEGMENT_SLOTS) return totalSlots;
  const step = Math.ceil(need / stride) * stride;
  const windows = Math.floor((SEGMENT_SLOTS - need) / step) + 1;
  return segments * (SEGMENT_SLOTS - windows);
}
