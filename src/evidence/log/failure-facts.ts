import type { FailureFacts } from './log-facts.ts';
import type { CountedFailures } from './counted-failures.ts';
import type { FailureStatement, LogItem } from './log-items.ts';

/** Lines within which a second message about one failed mapping follows the first. */
const PAIR_LINES = 3;

/** Lines that are kept of one entry: more would be the log itself. */
const MOST_LINES = 10_000;
/** Entries that are kept: each fill of a pool makes one of its own. */
const MOST_ENTRIES = 20_000;

export type FailureItem = Extract<LogItem, { kind: 'failure' }>;

/** The keys of statements that are added up anew with every edit of a log. */
const COUNTED_KEYS = new WeakMap<FailureStatement, string>();

function keyOfCounted(statement: FailureStatement): string {
  let key = COUNTED_KEYS.get(statement);
  if (key === undefined) COUNTED_KEYS.set(statement, (key = failureKey(statement)));
  return key;
}

type Entry = FailureFacts & { lines: number[]; count: number };

/** What may follow a full buffer and tell of the same mapping. */
const SECOND: ReadonlySet<FailureStatement['failure']> = new Set(['out-of-space', 'dma-mask-overflow', 'coherent-failed']);

/** An event that another line may tell of a second time. */
interface Full {
  readonly statement: FailureStatement;
  readonly line: number;
}

/**
 * Counts failures by kind, size, device and fill. 4.x kernels print `DMA: Out of SW-IOMMU space` right behind
 * `swiotlb buffer is full`, or that a coherent allocation failed, and 5.0 to 5.4 an overflow line: one event each, the first line's.
 */
export class FailureTally {
  readonly #found = new Map<string, Entry>();
  #full: Full | undefined;
  #unlisted = 0;

  /** @returns whether the line is an event of its own */
  add(item: FailureItem): boolean {
    if (this.#isSecond(item, item.line)) return false;
    this.#count(this.#entryOf(item), item.line);
    return true;
  }

  /** Adds what was counted apart. @param passed lines before its first */
  addAll({ statements, events }: CountedFailures, passed: number): void {
    const entries: (Entry | undefined)[] = [];
    for (let at = 0; at < events.length; at += 2) {
      const index = events[at] ?? 0;
      const line = passed + (events[at + 1] ?? 0);
      const statement = statements[index];
      if (statement && !this.#isSecond(statement, line)) this.#count((entries[index] ??= this.#entryOf(statement, keyOfCounted(statement))), line);
    }
  }

  /** Failures beyond those that `facts` tells, of more kinds than are kept. */
  get unlisted(): number {
    return this.#unlisted;
  }

  facts(): FailureFacts[] {
    return [...this.#found.values()];
  }

  /** Whether a line tells of what the line before it has told. */
  #isSecond(statement: FailureStatement, line: number): boolean {
    const full = this.#full;
    if (statement.failure === 'buffer-full') this.#full = { statement, line };
    else if (
      SECOND.has(statement.failure) &&
      full !== undefined &&
      line - full.line <= PAIR_LINES &&
      statement.bytes === full.statement.bytes &&
      statement.device === full.statement.device
    ) {
      this.#full = undefined;
      return true;
    }
    return false;
  }

  /** Undefined where there are too many. */
  #entryOf(statement: FailureStatement, key = failureKey(statement)): Entry | undefined {
    const known = this.#found.get(key);
    if (known || this.#found.size >= MOST_ENTRIES) return known;
    const { failure: kind, bytes, device, totalSlots, usedSlots, driver } = statement;
    const entry: Entry = { kind, bytes, device, totalSlots, usedSlots, count: 0, driver, lines: [] };
    this.#found.set(key, entry);
    return entry;
  }

  #count(entry: Entry | undefined, line: number): void {
    if (!entry) {
      this.#unlisted++;
      return;
    }
    entry.count++;
    if (entry.lines.length < MOST_LINES) entry.lines.push(line);
  }
}

/** The failures that are events of their own. */
export function failureEvents(items: readonly LogItem[]): FailureItem[] {
  const tally = new FailureTally();
  return items.filter((item): item is FailureItem => item.kind === 'failure' && tally.add(item));
}

/** What makes two failures the same entry. */
export function failureKey({ failure, bytes, device, totalSlots, usedSlots }: FailureStatement): string {
  // No device's name has a NUL: cleanLine takes it out.
  return `${failure}\0${String(bytes)}\0${String(device)}\0${String(totalSlots)}\0${String(usedSlots)}`;
}

export function failureFacts(items: readonly LogItem[]): FailureFacts[] {
  const tally = new FailureTally();
  for (const item of items) if (item.kind === 'failure') tally.add(item);
  return tally.facts();
}
