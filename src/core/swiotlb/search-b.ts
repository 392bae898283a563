import { PAGE_SIZE } from '../units/pages.ts';
import { NOT_FOUND, type SearchRequest, spansBoundary, strideBehindSegment } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

export type SearchBVariant = 'B1' | 'B2' | 'B3';

/**
 * Generation B: mainline to 5.11 and XenLinux forward ports. As A with the device's segment boundary; B2 (4.15) and B3
 * count a page itself as large, B3 (5.1) refuses at once when the pool has not enough free slots at all.
 * Source: lib/swiotlb.c, kernel/dma/swiotlb.c: swiotlb_tbl_map_single (map_single).
 */
export function searchB(pool: SlotPool, request: SearchRequest, variant: SearchBVariant): number {
  const { list, slots, runBound } = pool;
  const { need } = request;
  const large = variant === 'B1' ? request.allocSize > PAGE_SIZE : request.allocSize >= PAGE_SIZE;
  const stride = large ? 2 : 1;
  if (variant === 'B3' && need > slots - pool.used[0]!) return NOT_FOUND;
  const rule = pool.ruleFor(request.boundaryMask);
  let index = Math.ceil(pool.hint[0]! / stride) * stride;
  if (index >= slots) index = 0;
  const wrap = index;
  do {
    while (spansBoundary(rule, index, need)) {
      index += stride;
      if (index >= slots) index = 0;
      if (index === wrap) return NOT_FOUND;
    }
    if (list[index]! >= need) return index;
    const step = runBound[index >>> 7]! < need ? strideBehindSegment(index, stride, slots) : stride;
    if (index < wrap && wrap < index + step) return NOT_FOUND;
    index += step;
    if (index >= slots) index = 0;
  } while (index !== wrap);
  return NOT_FOUND;
}
