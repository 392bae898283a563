import { PAGE_SIZE } from '../units/pages.ts';
import { NOT_FOUND, type SearchRequest, boundaryRule, low32, slotsFor, spansBoundary } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/**
 * Generation F: 6.9 and later. What the allocation itself aligns (by the slot's address) is kept apart from what must match
 * the original; a mapping of a page or more without any alignment of its own starts at a page.
 * Source: kernel/dma/swiotlb.c: swiotlb_search_pool_area.
 */
export function searchF(pool: SlotPool, request: SearchRequest): number {
  const { list, areaSlots } = pool;
  const { area, origAddress, allocSize } = request;
  const need = slotsFor(allocSize);
  let alignMask = request.allocAlignMask;
  if (alignMask === 0 && request.minAlignMask === 0 && allocSize >= PAGE_SIZE) alignMask = PAGE_SIZE - 1;
  alignMask |= 2047;
  const matchMask = request.minAlignMask & ~alignMask;
  const stride = (Math.max(alignMask, matchMask) >>> 11) + 1;
  if (need > areaSlots - (pool.used[area] ?? 0)) return NOT_FOUND;

  const rule = boundaryRule(pool, request.boundaryMask);
  const base = area * areaSlots;
  const startBits = low32(pool.start);
  const origBits = low32(origAddress) & matchMask;
  const match = origAddress !== 0;
  let index = pool.hint[area] ?? 0;
  for (let checked = 0; checked < areaSlots; ) {
    const slot = base + index;
    const address = startBits + slot * 2048;
    if ((address & alignMask) !== 0 || (match && (address & matchMask) !== origBits)) {
      index = index + 1 >= areaSlots ? 0 : index + 1;
      checked++;
      continue;
    }
    if ((list[slot] ?? 0) >= need && !spansBoundary(rule, slot, need)) return slot;
    index = index + stride >= areaSlots ? 0 : index + stride;
    checked += stride;
  }
  return NOT_FOUND;
}
