import type { FailureFacts } from './log-facts.ts';
import type { LogItem } from './log-items.ts';

/** Lines within which a second message about one failed mapping follows the first. */
const PAIR_LINES = 3;

export type FailureItem = Extract<LogItem, { kind: 'failure' }>;

/**
 * The failures that are events of their own. 4.x kernels print `DMA: Out of SW-IOMMU space` right behind
 * `swiotlb buffer is full`, and 5.0 to 5.4 an overflow line: one event each, the first line's.
 */
export function failureEvents(items: readonly LogItem[]): FailureItem[] {
  const events: FailureItem[] = [];
  let full: FailureItem | undefined;
  for (const item of items) {
    if (item.kind !== 'failure') continue;
    if (item.failure === 'buffer-full') {
      full = item;
    } else if (
      (item.failure === 'out-of-space' || item.failure === 'dma-mask-overflow') &&
      full !== undefined &&
      item.line - full.line <= PAIR_LINES &&
      item.bytes === full.bytes &&
      item.device === full.device
    ) {
      full = undefined;
      continue;
    }
    events.push(item);
  }
  return events;
}

/** What makes two failures the same entry. */
export function failureKey({ failure, bytes, device, totalSlots, usedSlots }: FailureItem): string {
  return JSON.stringify([failure, bytes, device, totalSlots, usedSlots]);
}

/** Failures counted by kind, size, device and fill. */
export function failureFacts(items: readonly LogItem[]): FailureFacts[] {
  const found = new Map<string, FailureFacts & { lines: number[]; count: number }>();
  for (const item of failureEvents(items)) {
    const { failure: kind, bytes, device, totalSlots, usedSlots, driver } = item;
    const key = failureKey(item);
    const entry = found.get(key);
    if (entry) {
      entry.count++;
      entry.lines.push(item.line);
    } else {
      found.set(key, { kind, bytes, device, totalSlots, usedSlots, count: 1, driver, lines: [item.line] });
    }
  }
  return [...found.values()];
}
