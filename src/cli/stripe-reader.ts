import { readSync } from 'node:fs';
import { type LineSieve, createLineSieve } from '../evidence/log/sieve/line-sieve.ts';
import { LINES_BEHIND } from '../evidence/log/sieve/lines-behind.ts';
import type { SieveKey } from '../evidence/log/sieve/sieve-tables.ts';
import { type SiftedText, TextSifter } from '../evidence/log/sieve/text-sifter.ts';

/** What a processor keeps close of a file while it looks at it. */
const CAPACITY = 256 * 1024;
/** Read behind a stripe for the end of its last line. */
const TAIL = 4096;
const LINE_FEED = 10;

/** The lines that begin in [from, to) of a file; 0 < from < to. */
export interface Stripe {
  readonly from: number;
  readonly to: number;
}

/** How a file is sifted. */
export interface Sifting {
  readonly keys: readonly SieveKey[];
  /** Those of them that stand in lines that tell of a failure. */
  readonly failureKeys: readonly SieveKey[];
  /** Whether the text has terminal sequences. */
  readonly controls: boolean;
}

export interface StripeSifter {
  /** @param onlyFailures whether nothing is wanted but lines that tell of a failure */
  sift(stripe: Stripe, onlyFailures: boolean): SiftedText;
}

/** @param file its descriptor */
export function createStripeSifter(file: number, { keys, failureKeys, controls }: Sifting): StripeSifter {
  const sieve = createFileSieve(keys, controls);
  let failures: LineSieve | undefined;
  return { sift: (stripe, onlyFailures) => siftStripe(file, stripe, onlyFailures ? (failures ??= createFileSieve(failureKeys, controls)) : sieve) };
}

export function createFileSieve(keys: readonly SieveKey[], controls: boolean): LineSieve {
  return createLineSieve(keys, { controls, capacity: CAPACITY });
}

/** A sifter of a text that follows on other text, of which the last line may want what comes. */
export function createSifter(sieve: LineSieve): TextSifter {
  return new TextSifter(sieve, LINES_BEHIND, LINES_BEHIND);
}

/** What is left of a stripe of a file. Stripes side by side have no line in common and leave none out. */
function siftStripe(file: number, { from, to }: Stripe, sieve: LineSieve): SiftedText {
  const sifter = createSifter(sieve);
  // A line feed just before the stripe says that its first byte begins a line.
  let begun = false;
  for (let at = from - 1; ; ) {
    const { space } = sifter;
    const count = readSync(file, space, 0, Math.min(space.length, at < to ? to - at : TAIL), at);
    if (count === 0) break;
    const begin: number = begun ? 0 : space.subarray(0, count).indexOf(LINE_FEED) + 1;
    begun ||= begin > 0;
    if (begun && begin > 0 && at + begin >= to) break;
    const end = stripeEnd(space.subarray(0, count), Math.max(begin, to - 1 - at));
    if (begun) {
      if (begin > 0) space.copyWithin(0, begin, end ?? count);
      sifter.filled((end ?? count) - begin);
    }
    at += count;
    if (end !== undefined || (!begun && at >= to)) break;
  }
  sifter.end();
  return sifter.take();
}

/** Behind the first line feed from `last` on, the place of the stripe's last byte; undefined where none has been read yet. */
function stripeEnd(bytes: Uint8Array, last: number): number | undefined {
  const feed = last < bytes.length ? bytes.indexOf(LINE_FEED, last) : -1;
  return feed < 0 ? undefined : feed + 1;
}
