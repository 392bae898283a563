import { PAGE_SIZE } from '../units/pages.ts';
import { NOT_FOUND, type SearchRequest, slotsFor } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/**
 * Generation A: XenLinux 2.6.16 and 2.6.18. Pairs of slots above a page, no boundary rule, one pool.
 * Source: arch/i386/kernel/swiotlb.c (lib/swiotlb-xen.c): map_single.
 */
export function searchA(pool: SlotPool, request: SearchRequest): number {
  const { list, slots } = pool;
  const need = slotsFor(request.allocSize);
  const stride = request.allocSize > PAGE_SIZE ? 2 : 1;
  let index = Math.ceil((pool.hint[0] ?? 0) / stride) * stride;
  if (index >= slots) index = 0;
  const wrap = index;
  do {
    if ((list[index] ?? 0) >= need) return index;
    index += stride;
    if (index >= slots) index = 0;
  } while (index !== wrap);
  return NOT_FOUND;
}
