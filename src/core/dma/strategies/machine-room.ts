import { framesOfRange } from '../../machine/build-dom0.ts';
import { FrameSet } from '../../units/frame-set.ts';
import { xenFootprint } from '../../machine/xen-footprint.ts';
import { type Platform, isXenPv } from '../../platform/platform.ts';
import { xenAtLeast } from '../../platform/xen-version.ts';
import type { AddressRange } from '../../units/addresses.ts';
import { MIB } from '../../units/bytes.ts';
import { maskOfBits } from '../../units/dma-mask.ts';
import { PAGE_SIZE } from '../../units/pages.ts';

/** Memory that is free to be promised before any domain or driver has it: usable, above 1 MiB, and not Xen's own. */
export function roomAtBoot(platform: Platform): AddressRange[] {
  const usable = platform.memory.e820.value
    .filter(({ type, end }) => type === 'usable' && end > MIB)
    .map(({ start, end }) => ({ start: Math.max(MIB, start), end }));
  const room = new FrameSet();
  for (const { start, end } of usable) room.add(Math.ceil(start / PAGE_SIZE), Math.max(0, Math.floor(end / PAGE_SIZE) - Math.ceil(start / PAGE_SIZE)));
  if (isXenPv(platform) && platform.xen) {
    for (const kept of xenFootprint(usable, !xenAtLeast(platform.xen.value, 4, 0))) {
      const { frame, count } = framesOfRange(kept);
      room.remove(frame, count);
    }
  }
  return [...room.ranges()].map(({ first, count }) => ({ start: first * PAGE_SIZE, end: (first + count) * PAGE_SIZE }));
}

export function bytesOf(ranges: readonly AddressRange[], maskBits = 64): number {
  const last = maskOfBits(maskBits);
  return ranges.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, last + 1) - start), 0);
}

/** Bytes of a run; 0 where there is none. */
export function bytesIn(run: AddressRange | undefined): number {
  return run ? run.end - run.start : 0;
}

/** The largest run of whole, aligned blocks of `granularity` below a mask, highest first among equals. */
export function largestRun(ranges: readonly AddressRange[], granularity: number, maskBits: number): AddressRange | undefined {
  const limit = maskOfBits(maskBits) + 1;
  let best: AddressRange | undefined;
  for (const range of ranges) {
    const start = Math.ceil(range.start / granularity) * granularity;
    const end = Math.floor(Math.min(range.end, limit) / granularity) * granularity;
    if (end > start && (!best || end - start >= best.end - best.start)) best = { start, end };
  }
  return best;
}
