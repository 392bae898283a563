import type { PvDomain } from '../../machine/pv-domain.ts';
import { SLOT_BYTES, nextPowerOfTwo } from '../../platform/aperture-size.ts';
import { factFromDefault } from '../../platform/fact.ts';
import { type Platform, isXenPv } from '../../platform/platform.ts';
import { type Reason, reason } from '../../platform/reason.ts';
import { orderBytes, orderFor } from '../../units/pages.ts';
import { boot } from '../boot.ts';
import { createContiguousRegion } from '../contiguous-region.ts';
import { mappedBlock } from '../linux-memory.ts';
import { bytesIn, bytesOf, largestRun, roomAtBoot } from './machine-room.ts';
import type { BufferWish, StrategyAnswer } from './strategy.ts';

/** Bookkeeping of one slot: struct io_tlb_slot from 5.14 on; two arrays of an int and an address before. */
const SLOT_STRUCT = 24;
const SLOT_ARRAYS = 12;

/** Whether a booting PV kernel could make a segment of an order contiguous. */
function contiguous(platform: Platform, domain: PvDomain | undefined, order: number, bits: number): boolean {
  const pfn = domain && mappedBlock(domain.p2m, order);
  return domain !== undefined && pfn !== undefined && createContiguousRegion(platform.features, domain, pfn, order, bits, true).ok;
}

/**
 * A larger IO_TLB_SEGSIZE: one mapping may then take a larger run of slots. Every byte is still copied, and the aperture must hold it.
 * Under Xen PV each segment must be machine-contiguous while the kernel boots, when its frame list ends at order 9.
 */
export function segmentSizeStrategy(platform: Platform, wish: BufferWish): StrategyAnswer {
  const room = roomAtBoot(platform);
  const segment = nextPowerOfTwo(Math.ceil(wish.bytes / SLOT_BYTES)) * SLOT_BYTES;
  const explain: Reason[] = [reason('strategy-segment', { slots: segment / SLOT_BYTES, bytes: segment })];
  let piece = segment;
  if (isXenPv(platform)) {
    // The aperture of larger segments stands in the place of the one that the platform has.
    const { aperture } = platform;
    const machine = boot({ ...platform, aperture: { ...aperture, bytes: factFromDefault(0, 'not placed yet') } });
    let order = orderFor(segment);
    // The largest segment that the booting kernel and Xen's heap both allow.
    while (order > 0 && !contiguous(platform, machine.domain, order, wish.maskBits)) order--;
    piece = Math.min(segment, orderBytes(order));
    if (piece < segment) explain.push(reason('strategy-early-frame-list', { order, bytes: piece }, platform.features.maxContigOrder));
  } else {
    const run = largestRun(room, SLOT_BYTES, Math.min(32, wish.maskBits));
    const most = bytesIn(run);
    while (piece > most && piece > SLOT_BYTES) piece /= 2;
    if (piece < segment) explain.push(reason('strategy-no-room', { bytes: segment, largest: most, bits: Math.min(32, wish.maskBits) }));
  }
  const feasible = piece >= wish.bytes;
  const aperture = Math.max(platform.aperture.bytes.value, feasible ? nextPowerOfTwo(segment) : platform.aperture.bytes.value);
  explain.push(reason('strategy-copies', { bytes: wish.bytes }));
  const slots = aperture / SLOT_BYTES;
  return {
    id: 'segment-size', feasible, pieceBytes: piece, pieces: Math.ceil(wish.bytes / piece),
    cost: { memoryBytes: aperture, bookkeepingBytes: slots * (platform.features.areas.value ? SLOT_STRUCT : SLOT_ARRAYS), copiedBytes: wish.bytes },
    remains: { bytes: bytesOf(room) - aperture, belowMaskBytes: Math.max(0, bytesOf(room, wish.maskBits) - aperture) },
    explain,
  };
}
