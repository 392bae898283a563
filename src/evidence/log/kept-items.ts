import { BootDivider } from './boots.ts';
import type { CountedFailures } from './counted-failures.ts';
import { FailureTally } from './failure-facts.ts';
import type { LogItem } from './log-items.ts';

/** Items of a text that comes in parts: from so many on only failures are counted. */
export const MOST_ITEMS = 100_000;
/** No boot that begins behind so many items is read as one: a capture of years has thousands. */
const MOST_BEFORE_A_BOOT = 10_000;

/** The recognised lines of a log, in order and in bounded memory. */
export class KeptItems {
  readonly items: LogItem[] = [];
  readonly failures = new FailureTally();
  readonly #most: number;
  readonly #mostBeforeABoot: number;
  readonly #divider = new BootDivider();
  #onlyFailuresFrom: number | undefined;

  /**
   * @param most items that are kept
   * @param mostBeforeABoot items of boots before the last that is kept
   */
  constructor(most = MOST_ITEMS, mostBeforeABoot = MOST_BEFORE_A_BOOT) {
    this.#most = most;
    this.#mostBeforeABoot = mostBeforeABoot;
  }

  /** The first line of which nothing was kept; from it on failures are counted and nothing else is told. */
  get onlyFailuresFrom(): number | undefined {
    return this.#onlyFailuresFrom;
  }

  add(item: LogItem): void {
    const begins = this.#divider.begins(item);
    if (this.items.length >= this.#most || (begins && this.items.length >= this.#mostBeforeABoot)) this.#onlyFailuresFrom ??= item.line;
    if (this.#onlyFailuresFrom === undefined) this.items.push(item);
    if (item.kind === 'failure') this.failures.add(item);
  }

  /** Takes failures of a part of which nothing else is kept. @param passed lines before it */
  addCounted(failures: CountedFailures, passed: number): void {
    this.failures.addAll(failures, passed);
  }
}
