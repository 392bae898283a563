import { PAGE_SIZE } from '../units/pages.ts';
import { NOT_FOUND, type SearchRequest, low32, spansBoundary, strideBehindSegment, strideKeepsMatch } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/**
 * Generation F: 6.9 and later. What the allocation itself aligns (by the slot's address) is kept apart from what must match
 * the original; a mapping of a page or more without any alignment of its own starts at a page.
 * Source: kernel/dma/swiotlb.c: swiotlb_search_pool_area.
 */
export function searchF(pool: SlotPool, request: SearchRequest): number {
  const { list, areaSlots, runBound } = pool;
  const { area, origAddress, allocSize, need } = request;
  let alignMask = request.allocAlignMask;
  if (alignMask === 0 && request.minAlignMask === 0 && allocSize >= PAGE_SIZE) alignMask = PAGE_SIZE - 1;
  alignMask |= 2047;
  const matchMask = request.minAlignMask & ~alignMask;
  const stride = (Math.max(alignMask, matchMask) >>> 11) + 1;
  if (need > areaSlots - pool.used[area]!) return NOT_FOUND;

  const rule = pool.ruleFor(request.boundaryMask);
  const base = area * areaSlots;
  const areaEnd = base + areaSlots;
  const { startBits } = rule;
  // Both tests are one: bits that must be zero and bits that must be the original's.
  const testMask = origAddress === 0 ? alignMask : alignMask | matchMask;
  const wanted = low32(origAddress) & matchMask;
  let index = pool.hint[area]!;
  for (let checked = 0; checked < areaSlots;) {
    const slot = base + index;
    let step = 1;
    if (((startBits + (slot << 11)) & testMask) === wanted) {
      if (list[slot]! >= need && !spansBoundary(rule, slot, need)) return slot;
      step = runBound[slot >>> 7]! < need && strideKeepsMatch(testMask, stride) ? strideBehindSegment(slot, stride, areaEnd) : stride;
    }
    index += step;
    if (index >= areaSlots) index = 0;
    checked += step;
  }
  return NOT_FOUND;
}
