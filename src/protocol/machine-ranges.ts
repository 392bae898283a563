import type { AddressRange } from '../core/units/addresses.ts';
import type { FrameSet } from '../core/units/frame-set.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';

/** Above this a picture tells no more: the longest ranges are kept. */
const MOST_RANGES = 4000;

/** The ranges of a set of frames in bytes, ascending; the longest of them where there are more than a picture can show. */
export function rangesOf(frames: FrameSet): AddressRange[] {
  const ranges = Array.from(frames.ranges(), ({ first, count }) => ({ start: first * PAGE_SIZE, end: (first + count) * PAGE_SIZE }));
  if (ranges.length <= MOST_RANGES) return ranges;
  return ranges.sort((a, b) => b.end - b.start - (a.end - a.start)).slice(0, MOST_RANGES).sort((a, b) => a.start - b.start);
}
