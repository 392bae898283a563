import { PAGE_SIZE } from '../units/pages.ts';
import { NOT_FOUND, type SearchRequest, low32, spansBoundary, strideBehindSegment, strideKeepsMatch } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/**
 * Generation E: 6.3 to 6.8. One mask of everything that must match the original address, the hint as it stands, and an end
 * after as many slots as the area has.
 * Source: kernel/dma/swiotlb.c: swiotlb_do_find_slots.
 */
export function searchE(pool: SlotPool, request: SearchRequest): number {
  const { list, areaSlots, runBound } = pool;
  const { area, origAddress, allocSize, need } = request;
  let matchMask = request.minAlignMask | request.allocAlignMask;
  if (allocSize >= PAGE_SIZE) matchMask |= PAGE_SIZE - 1;
  matchMask &= ~2047;
  const stride = (matchMask >>> 11) + 1;
  if (need > areaSlots - pool.used[area]!) return NOT_FOUND;

  const rule = pool.ruleFor(request.boundaryMask);
  const base = area * areaSlots;
  const areaEnd = base + areaSlots;
  const { startBits } = rule;
  const origBits = low32(origAddress) & matchMask;
  const match = matchMask !== 0 && origAddress !== 0;
  let index = pool.hint[area]!;
  for (let checked = 0; checked < areaSlots;) {
    const slot = base + index;
    let step = 1;
    if (!match || ((startBits + (slot << 11)) & matchMask) === origBits) {
      if (list[slot]! >= need && !spansBoundary(rule, slot, need)) return slot;
      step = runBound[slot >>> 7]! < need && (!match || strideKeepsMatch(matchMask, stride)) ? strideBehindSegment(slot, stride, areaEnd) : stride;
    }
    index += step;
    if (index >= areaSlots) index = 0;
    checked += step;
  }
  return NOT_FOUND;
}
