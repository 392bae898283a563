import { PAGE_SIZE } from '../units/pages.ts';
import { LIVELOCK, NOT_FOUND, type SearchRequest, low32, spansBoundary, strideBehindSegment, strideKeepsMatch } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/** Low bits of an address within a slot. */
const SLOT_MASK = 2047;

/**
 * Generations C (5.12 to 5.19, 5.10.y) and D (6.0 to 6.2): min_align_mask, then areas and the alignment that a caller asks for.
 * Candidates that do not match are left by one slot, others by the stride, and only the return to the first candidate ends
 * the search: with an alignment to match it can step over that one for ever, which is returned as LIVELOCK.
 * Source: kernel/dma/swiotlb.c: find_slots (C), swiotlb_do_find_slots (D, with the fixes that 6.1.y carries).
 */
export function searchC(pool: SlotPool, request: SearchRequest, hasAreas: boolean): number {
  const { list, areaSlots, runBound } = pool;
  const { area, origAddress, allocSize, need } = request;
  const allocAlignMask = hasAreas ? request.allocAlignMask | SLOT_MASK : SLOT_MASK;
  const matchMask = request.minAlignMask & ~allocAlignMask;
  let stride = (matchMask >>> 11) + 1;
  if (allocSize >= PAGE_SIZE) stride *= 2;
  if (hasAreas) stride = Math.max(stride, (allocAlignMask >>> 11) + 1);
  if (need > areaSlots - pool.used[area]!) return NOT_FOUND;

  const rule = pool.ruleFor(request.boundaryMask);
  const base = area * areaSlots;
  const areaEnd = base + areaSlots;
  const { startBits } = rule;
  const origBits = low32(origAddress) & matchMask;
  // Slot addresses advance by 2 KiB from the pool's start: bits of the match mask can be taken from the low 32 alone.
  const match = matchMask !== 0 && origAddress !== 0;
  let index = Math.ceil(pool.hint[area]! / stride) * stride;
  if (index >= areaSlots) index = 0;
  const wrap = index;
  // The walk depends on the index alone, so more steps than there are slots mean that it has begun to repeat itself.
  for (let steps = 0; steps <= areaSlots; steps++) {
    const slot = base + index;
    let step = 1;
    if (!match || ((startBits + (slot << 11)) & matchMask) === origBits) {
      if (list[slot]! >= need && !spansBoundary(rule, slot, need)) return slot;
      step = stride;
      // From one matching candidate the stride leads to the next where the mask's ones have no gap above the slot.
      if (runBound[slot >>> 7]! < need && (!match || strideKeepsMatch(matchMask, stride))) {
        step = strideBehindSegment(slot, stride, areaEnd);
        if (index < wrap && wrap < index + step && (wrap - index) % stride === 0) return NOT_FOUND;
      }
    }
    index += step;
    if (index >= areaSlots) index = 0;
    if (index === wrap) return NOT_FOUND;
  }
  return LIVELOCK;
}
