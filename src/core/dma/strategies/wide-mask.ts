import type { Platform } from '../../platform/platform.ts';
import { type Reason, reason } from '../../platform/reason.ts';
import { GIB, MIB } from '../../units/bytes.ts';
import { bytesIn, bytesOf, largestRun, roomAtBoot } from './machine-room.ts';
import type { BufferWish, StrategyAnswer } from './strategy.ts';

/**
 * A device that sends 64-bit addresses, and superpages set aside at boot (hugepages=): the mask no longer matters, and memory
 * below 4 GiB stays free for those who need it. It answers nothing for a device that is held to 32 bits.
 */
export function wideMaskStrategy(platform: Platform, wish: BufferWish): StrategyAnswer {
  const room = roomAtBoot(platform);
  const superpage = wish.bytes >= GIB ? GIB : 2 * MIB;
  const bytes = Math.ceil(wish.bytes / superpage) * superpage;
  const run = largestRun(room, superpage, 64);
  const most = bytesIn(run);
  const fits = most >= bytes;
  const explain: Reason[] = [
    reason('strategy-wide-mask', { bits: wish.maskBits, superpage }),
    fits && run ? reason('strategy-reserve-place', { address: run.end - bytes, bytes }) : reason('strategy-no-room', { bytes, largest: most, bits: 64 }),
  ];
  const taken = fits ? bytes : 0;
  const above = bytesOf(room) - bytesOf(room, wish.maskBits);
  return {
    // At the device's own mask it gives nothing, unless that is wide already.
    id: 'wide-mask', feasible: fits && wish.maskBits >= 64, pieceBytes: most, pieces: most > 0 && bytesOf(room) >= bytes ? Math.ceil(bytes / most) : 0,
    cost: { memoryBytes: taken, bookkeepingBytes: 0, copiedBytes: 0 },
    remains: { bytes: bytesOf(room) - taken, belowMaskBytes: bytesOf(room, wish.maskBits) - Math.max(0, taken - above) },
    explain,
  };
}
