import type { LogItem } from './log-items.ts';
import type { LogReading } from './read-log.ts';

/** The items of a range of lines, found by halving: a long capture has thousands of boots. */
export function* itemsOfBoot({ items }: LogReading, first: number, last: number): Generator<LogItem> {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.line ?? 0) < first) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < items.length; at++) {
    const item = items[at];
    if (!item || item.line > last) return;
    yield item;
  }
}
