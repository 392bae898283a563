import { createPlainSieve } from './plain-line-sieve.ts';
import { createSimdSieve } from './simd-line-sieve.ts';
import type { SieveKey } from './sieve-tables.ts';

/** Lines that are wanted, as ranges of bytes of `input`, in order and apart. */
export interface SiftedRuns {
  /** Begin and end of each range by turns. */
  readonly bounds: Uint32Array;
  /** How many lines the last range still wants of what follows. */
  readonly wanted: number;
}

/**
 * Tells the lines that may concern the log reader from those that cannot: what is wanted is each line that holds a key, and
 * the lines behind it that a mail program may have torn from it.
 */
export interface LineSieve {
  /** Takes the text: whole lines from its beginning. */
  readonly input: Uint8Array;
  /** @param keep lines that are wanted from the beginning, whatever they hold: what the call before had still `wanted`. Valid until the next call. */
  sift(length: number, keep: number): SiftedRuns;
  /** Line feeds in a part of `input`. */
  countLines(from: number, to: number): number;
}

export interface SieveOptions {
  /** Whether lines are wanted too that hold a key once what only steers a terminal is taken out. */
  readonly controls: boolean;
  /** Size of `input` in bytes. */
  readonly capacity: number;
}

/** A sieve that uses the processor's vector instructions, or one that does without them where there are none. */
export function createLineSieve(keys: readonly SieveKey[], options: SieveOptions): LineSieve {
  return createSimdSieve(keys, options) ?? createPlainSieve(keys, options);
}
