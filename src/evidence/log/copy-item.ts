import type { LogItem } from './log-items.ts';

/** A copy whose strings do not hold the text that they were cut from. */
export function copyItem(item: LogItem): LogItem {
  return JSON.parse(JSON.stringify(item)) as LogItem;
}
