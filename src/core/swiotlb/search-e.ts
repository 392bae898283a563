import { PAGE_SIZE } from '../units/pages.ts';
import { NOT_FOUND, type SearchRequest, boundaryRule, low32, slotsFor, spansBoundary } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/**
 * Generation E: 6.3 to 6.8. One mask of everything that must match the original address, the hint as it stands, and an end
 * after as many slots as the area has.
 * Source: kernel/dma/swiotlb.c: swiotlb_do_find_slots.
 */
export function searchE(pool: SlotPool, request: SearchRequest): number {
  const { list, areaSlots } = pool;
  const { area, origAddress, allocSize } = request;
  const need = slotsFor(allocSize);
  let matchMask = request.minAlignMask | request.allocAlignMask;
  if (allocSize >= PAGE_SIZE) matchMask |= PAGE_SIZE - 1;
  matchMask &= ~2047;
  const stride = (matchMask >>> 11) + 1;
  if (need > areaSlots - (pool.used[area] ?? 0)) return NOT_FOUND;

  const rule = boundaryRule(pool, request.boundaryMask);
  const base = area * areaSlots;
  const origBits = low32(origAddress) & matchMask;
  const startBits = low32(pool.start);
  const match = matchMask !== 0 && origAddress !== 0;
  let index = pool.hint[area] ?? 0;
  for (let checked = 0; checked < areaSlots; ) {
    const slot = base + index;
    if (match && ((startBits + slot * 2048) & matchMask) !== origBits) {
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
