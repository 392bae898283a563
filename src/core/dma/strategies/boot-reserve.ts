import type { Platform } from '../../platform/platform.ts';
import { type Reason, reason } from '../../platform/reason.ts';
import { MIB } from '../../units/bytes.ts';
import { bytesIn, bytesOf, largestRun, roomAtBoot } from './machine-room.ts';
import type { BufferWish, StrategyAnswer } from './strategy.ts';

/**
 * Memory set aside while the machine boots, in extents of 2 MiB or 1 GiB below the mask, and handed to a guest's user space as
 * it stands: no page allocator, no exchange and no copy is in the way, and nothing else ever has it.
 * @param granularity bytes of an extent: 2 MiB or 1 GiB
 */
export function bootReserveStrategy(platform: Platform, wish: BufferWish, granularity = 2 * MIB): StrategyAnswer {
  const room = roomAtBoot(platform);
  const bytes = Math.ceil(wish.bytes / granularity) * granularity;
  const run = largestRun(room, granularity, wish.maskBits);
  const most = bytesIn(run);
  const feasible = most >= bytes;
  const explain: Reason[] = [
    reason('strategy-reserve', { bytes, granularity, bits: wish.maskBits }, platform.memory.e820),
    feasible && run ? reason('strategy-reserve-place', { address: run.end - bytes, bytes }) : reason('strategy-no-room', { bytes, largest: most, bits: wish.maskBits }),
  ];
  const taken = feasible ? bytes : 0;
  return {
    id: 'boot-reserve', feasible, pieceBytes: most, pieces: most > 0 && bytesOf(room, wish.maskBits) >= bytes ? Math.ceil(bytes / most) : 0,
    cost: { memoryBytes: taken, bookkeepingBytes: 0, copiedBytes: 0 },
    remains: { bytes: bytesOf(room) - taken, belowMaskBytes: bytesOf(room, wish.maskBits) - taken },
    explain,
  };
}
