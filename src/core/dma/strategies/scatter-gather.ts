import { coherentLimit } from '../../platform/limits.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Reason, reason } from '../../platform/reason.ts';
import { PAGE_SIZE } from '../../units/pages.ts';
import { boot } from '../boot.ts';
import { allocateCoherent } from '../coherent.ts';
import { createDevice } from '../device.ts';
import { bytesOf, roomAtBoot } from './machine-room.ts';
import type { BufferWish, StrategyAnswer } from './strategy.ts';

/**
 * A device that takes a list of N segments: the buffer is many coherent blocks instead of one. What can be had is tried on the
 * booted machine, block by block, until Xen or the kernel has no more.
 * @param segments entries that the device's list has
 */
export function scatterGatherStrategy(platform: Platform, wish: BufferWish, segments = 1024): StrategyAnswer {
  const room = roomAtBoot(platform);
  const limit = coherentLimit(platform);
  const largest = 2 ** Math.floor(Math.log2(Math.min(limit.bytes, wish.bytes)));
  const needed = Math.ceil(wish.bytes / largest);
  const explain: Reason[] = [reason('strategy-segments', { segments: needed, bytes: largest, entries: segments }, limit.binding?.fact)];
  const machine = boot(platform);
  const device = createDevice({ name: 'scatter-gather', maskBits: wish.maskBits });
  let had = 0;
  let last: Reason | undefined;
  for (; had < Math.min(needed, segments); had++) {
    const { outcome } = allocateCoherent(machine, device, `segment-${had}`, Math.max(PAGE_SIZE, largest));
    if (outcome.ok) continue;
    last = outcome.explain.find((step) => step.key === outcome.reason);
    break;
  }
  const complete = had === needed;
  if (!complete) explain.push(reason('strategy-segments-had', { segments: had, bytes: had * largest }));
  if (last) explain.push(last);
  const taken = had * largest;
  return {
    // One contiguous buffer it never is, unless one segment holds it.
    id: 'scatter-gather', feasible: complete && needed === 1, pieceBytes: largest, pieces: complete ? needed : 0,
    cost: { memoryBytes: taken, bookkeepingBytes: 0, copiedBytes: 0 },
    remains: { bytes: bytesOf(room) - taken, belowMaskBytes: bytesOf(room, wish.maskBits) - taken },
    explain,
  };
}
