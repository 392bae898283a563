import type { Features } from '../../platform/features.ts';
import { type Platform, isXenPv } from '../../platform/platform.ts';
import { type Reason, reason } from '../../platform/reason.ts';
import { orderBytes, orderFor } from '../../units/pages.ts';
import { boot } from '../boot.ts';
import { mappedBlock } from '../linux-memory.ts';
import { bytesOf, roomAtBoot } from './machine-room.ts';
import type { BufferWish, StrategyAnswer } from './strategy.ts';

/** Bytes of static arrays for each page of the largest region: a frame; XenLinux also a multicall entry of eight words. */
const FRAME_ENTRY = 8;
const MULTICALL_ENTRY = 64;

/**
 * A larger MAX_CONTIG_ORDER. It lifts one limit: the kernel's page allocator, Xen's order limit and Xen's free memory stay.
 */
export function contigOrderStrategy(platform: Platform, wish: BufferWish): StrategyAnswer {
  const { features } = platform;
  const order = orderFor(wish.bytes);
  const room = roomAtBoot(platform);
  const explain: Reason[] = [reason('request-order', { bytes: wish.bytes, order, blockBytes: orderBytes(order) })];
  const perPage = features.swiotlbUnit.value === 'MiB' ? FRAME_ENTRY + MULTICALL_ENTRY : FRAME_ENTRY;
  const limits = [features.pageAllocatorMaxOrder.value];
  if (isXenPv(platform)) {
    explain.push(reason('strategy-static-arrays', { order, bytes: 2 ** order * perPage }));
    if (features.xenExchangeMaxOrder) limits.push(features.xenExchangeMaxOrder.value);
    if (features.xenMaxOrder) limits.push(features.xenMaxOrder.value);
  }
  let reachable = Math.min(order, ...limits);
  explain.push(...limitsBelow(features, order));
  if (isXenPv(platform)) {
    const { domain } = boot(platform);
    const bits = features.coherentWidth.value === 'fixed-31' ? 31 : wish.maskBits;
    const had = (size: number): boolean => {
      const pfn = domain && mappedBlock(domain.p2m, size);
      return pfn !== undefined && domain?.exchange(pfn, size, bits).ok === true;
    };
    while (reachable > 0 && !had(reachable)) reachable--;
    if (reachable < Math.min(order, ...limits)) explain.push(reason('strategy-no-room', { bytes: orderBytes(order), largest: orderBytes(reachable), bits }));
  }
  const piece = orderBytes(reachable);
  const feasible = piece >= wish.bytes;
  return {
    id: 'contig-order', feasible, pieceBytes: piece, pieces: Math.ceil(wish.bytes / piece),
    cost: { memoryBytes: feasible ? orderBytes(order) : 0, bookkeepingBytes: isXenPv(platform) ? 2 ** order * perPage : 0, copiedBytes: 0 },
    remains: { bytes: bytesOf(room) - (feasible ? piece : 0), belowMaskBytes: bytesOf(room, wish.maskBits) - (feasible ? piece : 0) },
    explain,
  };
}

function limitsBelow(features: Features, order: number): Reason[] {
  const found: Reason[] = [];
  const { pageAllocatorMaxOrder: pages, xenExchangeMaxOrder: exchange, xenMaxOrder: heap } = features;
  if (order > pages.value) found.push(reason('page-allocator-limit', { order: pages.value, bytes: orderBytes(pages.value) }, pages));
  if (exchange && order > exchange.value) found.push(reason('xen-exchange-order-limit', { order: exchange.value, bytes: orderBytes(exchange.value) }, exchange));
  if (heap && order > heap.value) found.push(reason('xen-heap-order-limit', { order: heap.value, bytes: orderBytes(heap.value) }, heap));
  return found;
}
