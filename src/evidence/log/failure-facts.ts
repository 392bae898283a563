import { copyOf } from './copy-of.ts';
import type { FailureFacts } from './log-facts.ts';
import type { LogItem } from './log-items.ts';

/** Lines within which a second message about one failed mapping follows the first. */
const PAIR_LINES = 3;

/** Lines that are kept of one entry: more would be the log itself. */
const MOST_LINES = 10_000;
/** Entries that are kept: each fill of a pool makes one of its own. */
const MOST_ENTRIES = 20_000;

export type FailureItem = Extract<LogItem, { kind: 'failure' }>;

/**
 * Counts failures by kind, size, device and fill. 4.x kernels print `DMA: Out of SW-IOMMU space` right behind
 * `swiotlb buffer is full`, and 5.0 to 5.4 an overflow line: one event each, the first line's.
 */
export class FailureTally {
  readonly #found = new Map<string, FailureFacts & { lines: number[]; count: number }>();
  #full: FailureItem | undefined;
  #unlisted = 0;

  /** @returns whether the line is an event of its own */
  add(item: FailureItem): boolean {
    const full = this.#full;
    if (item.failure === 'buffer-full') this.#full = item;
    else if (
      (item.failure === 'out-of-space' || item.failure === 'dma-mask-overflow') &&
      full !== undefined &&
      item.line - full.line <= PAIR_LINES &&
      item.bytes === full.bytes &&
      item.device === full.device
    ) {
      this.#full = undefined;
      return false;
    }
    const { failure: kind, bytes, device, totalSlots, usedSlots, driver } = item;
    const key = failureKey(item);
    const entry = this.#found.get(key);
    if (entry) {
      entry.count++;
      if (entry.lines.length < MOST_LINES) entry.lines.push(item.line);
    } else if (this.#found.size >= MOST_ENTRIES) this.#unlisted++;
    else {
      this.#found.set(copyOf(key), copyOf({ kind, bytes, device, totalSlots, usedSlots, count: 1, driver, lines: [item.line] }));
    }
    return true;
  }

  /** Failures beyond those that `facts` tells, of more kinds than are kept. */
  get unlisted(): number {
    return this.#unlisted;
  }

  facts(): FailureFacts[] {
    return [...this.#found.values()];
  }
}

/** The failures that are events of their own. */
export function failureEvents(items: readonly LogItem[]): FailureItem[] {
  const tally = new FailureTally();
  return items.filter((item): item is FailureItem => item.kind === 'failure' && tally.add(item));
}

/** What makes two failures the same entry. */
export function failureKey({ failure, bytes, device, totalSlots, usedSlots }: FailureItem): string {
  // No device's name has a NUL: cleanLine takes it out.
  return `${failure}\0${String(bytes)}\0${String(device)}\0${String(totalSlots)}\0${String(usedSlots)}`;
}

export function failureFacts(items: readonly LogItem[]): FailureFacts[] {
  const tally = new FailureTally();
  for (const item of items) if (item.kind === 'failure') tally.add(item);
  return tally.facts();
}
