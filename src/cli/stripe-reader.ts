import { readSync } from 'node:fs';
import { type LineSieve, createLineSieve } from '../evidence/log/sieve/line-sieve.ts';
import { LINES_BEHIND } from '../evidence/log/sieve/lines-behind.ts';
import type { SieveKey } from '../evidence/log/sieve/sieve-tables.ts';
import { type SiftedText, TextSifter } from '../evidence/log/sieve/text-sifter.ts';

/** What a processor keeps close of a file while it looks at it. */
const CAPACITY = 256 * 1024;
/** Read at once for the end of a line. */
const TAIL = 4096;
/** A line that is longer is cut: a hole in a file, or what is no log. */
const LONGEST_LINE = 2 ** 20;
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
  const end = lineEnd(file, to - 1);
  for (let at = lineEnd(file, from - 1); at < end; ) {
    const count = readSync(file, sifter.space, 0, Math.min(sifter.space.length, end - at), at);
    if (count === 0) break;
    sifter.filled(count);
    at += count;
  }
  sifter.end();
  return sifter.take();
}

const tail = new Uint8Array(TAIL);

/** Behind the first line feed from `from` on, or the file's end; right behind `from` where neither is near: no line is so long. */
function lineEnd(file: number, from: number): number {
  for (let at = from; at < from + LONGEST_LINE; at += TAIL) {
    const count = readSync(file, tail, 0, TAIL, at);
    const feed = tail.subarray(0, count).indexOf(LINE_FEED);
    if (feed >= 0) return at + feed + 1;
    if (count < TAIL) return at + count;
  }
  return from + 1;
}
