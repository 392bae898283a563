import { PAGE_SIZE } from '../units/pages.ts';
import { NOT_FOUND, type SearchRequest, strideBehindSegment } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/**
 * Generation A: XenLinux 2.6.16 and 2.6.18. Pairs of slots above a page, no boundary rule, one pool.
 * Source: arch/i386/kernel/swiotlb.c (lib/swiotlb-xen.c): map_single.
 */
export function searchA(pool: SlotPool, request: SearchRequest): number {
  const { list, slots, runBound } = pool;
  const { need } = request;
  const stride = request.allocSize > PAGE_SIZE ? 2 : 1;
  let index = Math.ceil(pool.hint[0]! / stride) * stride;
  if (index >= slots) index = 0;
  const wrap = index;
  do {
    if (list[index]! >= need) return index;
    const step = runBound[index >>> 7]! < need ? strideBehindSegment(index, stride, slots) : stride;
    if (index < wrap && wrap < index + step) return NOT_FOUND;
    index += step;
    if (index >= slots) index = 0;
  } while (index !== wrap);
  return NOT_FOUND;
}
