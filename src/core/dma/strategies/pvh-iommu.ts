import type { Platform } from '../../platform/platform.ts';
import { type Reason, reason } from '../../platform/reason.ts';
import { xenAtLeast } from '../../platform/xen-version.ts';
import { MIB } from '../../units/bytes.ts';
import { PAGE_SIZE } from '../../units/pages.ts';
import { bytesIn, bytesOf, largestRun, roomAtBoot } from './machine-room.ts';
import type { BufferWish, StrategyAnswer } from './strategy.ts';

/** A page table entry for each page, and the tables above. */
const ENTRY = 8;

/**
 * A PVH domain behind an IOMMU: devices see guest-physical addresses, so a region that is contiguous for the guest, such as a
 * CMA area below the mask, is contiguous for them, whatever frames stand behind it.
 */
export function pvhIommuStrategy(platform: Platform, wish: BufferWish): StrategyAnswer {
  const room = roomAtBoot(platform);
  const explain: Reason[] = [reason('strategy-pvh', { bytes: wish.bytes, bits: wish.maskBits })];
  // PVH dom0 is supported from 4.11 on; before, there was none.
  const old = platform.xen !== undefined && !xenAtLeast(platform.xen.value, 4, 11);
  if (old) explain.push(reason('strategy-pvh-old', {}, platform.xen));
  const off = platform.iommuEnabled?.value === false;
  if (off) explain.push(reason('strategy-no-iommu', {}, platform.iommuEnabled));
  const bytes = Math.ceil(wish.bytes / (4 * MIB)) * 4 * MIB;
  // The guest's map has the machine's holes, so its largest run below the mask is the machine's.
  const run = largestRun(room, 4 * MIB, wish.maskBits);
  const most = bytesIn(run);
  if (most < bytes) explain.push(reason('strategy-no-room', { bytes, largest: most, bits: wish.maskBits }));
  const feasible = !old && !off && most >= bytes;
  const taken = feasible ? bytes : 0;
  return {
    id: 'pvh-iommu', feasible, pieceBytes: old || off ? 0 : most, pieces: feasible ? 1 : 0,
    cost: { memoryBytes: taken, bookkeepingBytes: feasible ? Math.ceil((bytes / PAGE_SIZE) * ENTRY * (1 + 1 / 512)) : 0, copiedBytes: 0 },
    remains: { bytes: bytesOf(room) - taken, belowMaskBytes: bytesOf(room, wish.maskBits) - taken },
    explain,
  };
}
