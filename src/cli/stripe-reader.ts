import { readSync } from 'node:fs';
import type { CountedFailures } from '../evidence/log/counted-failures.ts';
import { countFailures } from '../evidence/log/count-failures.ts';
import { cleanLine, frameLine } from '../evidence/log/frame-line.ts';
import { LineMemo } from '../evidence/log/line-memo.ts';
import { type LineSieve, createLineSieve } from '../evidence/log/sieve/line-sieve.ts';
import { LINES_BEHIND } from '../evidence/log/sieve/lines-behind.ts';
import type { SieveKey } from '../evidence/log/sieve/sieve-tables.ts';
import { type SiftedText, TextSifter } from '../evidence/log/sieve/text-sifter.ts';
import type { Survey } from '../evidence/log/survey.ts';
import { decodeUtf8 } from './part-decoder.ts';
import { siftedLines } from './sifted-lines.ts';

/** What a processor keeps close of a file while it looks at it. */
const CAPACITY = 256 * 1024;
/** Read at once around a line's end. */
const NEAR = 4096;
/** A line that is longer is cut: a hole in a file, or what is no log. */
const LONGEST_LINE = 2 ** 20;
const LINE_FEED = 10;

/** A part of a file, 0 < from < to, moved to where lines begin that no line before goes on in. */
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

export interface StripeReader {
  sift(stripe: Stripe): SiftedText;
  /** @param survey the make-up of the whole file */
  countFailures(stripe: Stripe, survey: Survey): CountedFailures;
}

/** @param file its descriptor */
export function createStripeReader(file: number, { keys, failureKeys, controls }: Sifting): StripeReader {
  let sieve: LineSieve | undefined;
  let failureSieve: LineSieve | undefined;
  const memo = new LineMemo();
  return {
    sift: (stripe) => siftStripe(file, stripe, (sieve ??= createFileSieve(keys, controls))),
    countFailures: (stripe, survey) => countFailures(siftedLines(siftStripe(file, stripe, (failureSieve ??= createFileSieve(failureKeys, controls)))), survey, memo),
  };
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
  const end = stripeBegin(file, to);
  for (let at = stripeBegin(file, from); at < end; ) {
    const count = readSync(file, sifter.space, 0, Math.min(sifter.space.length, end - at), at);
    if (count === 0) break;
    sifter.filled(count);
    at += count;
  }
  sifter.end();
  return sifter.take();
}

const near = Buffer.alloc(NEAR);

/**
 * Where the stripe from `from` on begins: at the first line that is framed, or to which none from before `from` can reach; at the
 * file's end where there is none.
 */
export function stripeBegin(file: number, from: number): number {
  let at = lineEnd(file, from - 1);
  for (let lines = 0; lines < LINES_BEHIND; lines++) {
    const line = near.subarray(0, readSync(file, near, 0, NEAR, at));
    if (line.length === 0 || isFramed(line)) break;
    at = lineEnd(file, at);
  }
  return at;
}

/** Whether a text begins with a line that is framed, and so is no other's rest. */
function isFramed(bytes: Buffer): boolean {
  const feed = bytes.indexOf(LINE_FEED);
  return frameLine(cleanLine(decodeUtf8(feed < 0 ? bytes : bytes.subarray(0, feed)), false).text).speaker !== 'bare';
}

/** Behind the first line feed from `from` on, or the file's end; right behind `from` where neither is near: no line is so long. */
function lineEnd(file: number, from: number): number {
  for (let at = from; at < from + LONGEST_LINE; at += NEAR) {
    const count = readSync(file, near, 0, NEAR, at);
    const feed = near.subarray(0, count).indexOf(LINE_FEED);
    if (feed >= 0) return at + feed + 1;
    if (count < NEAR) return at + count;
  }
  return from + 1;
}
