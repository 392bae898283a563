import { LINES_BEHIND } from './lines-behind.ts';
import { type SieveEntry, type SieveKey, STRIDE, fragmentOf, hashOf, sieveEntries } from './sieve-tables.ts';
import type { LineSieve, SieveOptions, SiftedRuns } from './line-sieve.ts';

const LINE_FEED = 10;

const TABLE_BITS = 15;

/** The search of `line-sieve.wat`, for hosts without vector instructions. */
export function createPlainSieve(keys: readonly SieveKey[], { controls, capacity }: SieveOptions): LineSieve {
  const table = new Uint8Array(1 << TABLE_BITS);
  const byFragment = new Map<number, SieveEntry[]>();
  for (const entry of sieveEntries(keys)) {
    table[hashOf(entry.fragment, TABLE_BITS)] = 1;
    byFragment.set(entry.fragment, [...(byFragment.get(entry.fragment) ?? []), entry]);
  }
  return new PlainSieve(table, byFragment, controls, new Uint8Array(capacity));
}

class PlainSieve implements LineSieve {
  readonly input: Uint8Array;
  /** By a fragment's hash whether it may be a key's. */
  readonly #table: Uint8Array;
  readonly #entries: ReadonlyMap<number, readonly SieveEntry[]>;
  readonly #controls: boolean;

  constructor(table: Uint8Array, entries: ReadonlyMap<number, readonly SieveEntry[]>, controls: boolean, input: Uint8Array) {
    this.input = input;
    this.#table = table;
    this.#entries = entries;
    this.#controls = controls;
  }

  sift(length: number, keep: number): SiftedRuns {
    const bounds: number[] = [];
    let { end, wanted } = this.#runEnd(0, length, keep);
    if (end > 0) bounds.push(0, end);
    let cleanedKey = this.#findCleanedKey(0, length);
    for (let at = this.#findKey(0, cleanedKey, length); at < length; at = this.#findKey(at, cleanedKey, length)) {
      const start = this.input.lastIndexOf(LINE_FEED, at) + 1;
      at = this.#lineEnd(at, length);
      if (cleanedKey < at) cleanedKey = this.#findCleanedKey(at, length);
      const run = this.#runEnd(at, length, LINES_BEHIND);
      if (start > end || bounds.length === 0) bounds.push(start, run.end);
      else bounds[bounds.length - 1] = Math.max(end, run.end);
      wanted = run.end < end ? wanted : run.end > end ? run.wanted : Math.max(wanted, run.wanted);
      end = Math.max(end, run.end);
    }
    return { bounds: Uint32Array.from(bounds), wanted };
  }

  countLines(from: number, to: number): number {
    let count = 0;
    for (let at = this.input.indexOf(LINE_FEED, from); at >= 0 && at < to; at = this.input.indexOf(LINE_FEED, at + 1)) count++;
    return count;
  }

  /** A place in the first key that begins in [from, before) and stands whole before `to`; `before` where there is none. */
  #findKey(from: number, before: number, to: number): number {
    for (let at = from; at < before; at += STRIDE) {
      const fragment = fragmentOf(this.input, at);
      if (this.#table[hashOf(fragment, TABLE_BITS)] !== 0 && this.#isKey(this.input, fragment, at, to)) return at;
    }
    return before;
  }

  /** Where a character that only steers a terminal stands in the first line that holds a key without such, if lines are wanted for that; `to` where there is none. */
  #findCleanedKey(from: number, to: number): number {
    if (!this.#controls) return to;
    for (let at = from; at < to; at++) {
      if (!this.#isControl(at)) continue;
      const end = this.#lineEnd(at, to);
      if (this.#holdsKey(this.#cleaned(this.input.lastIndexOf(LINE_FEED, at) + 1, end))) return at;
      at = end - 1;
    }
    return to;
  }

  #holdsKey(line: Uint8Array): boolean {
    for (let at = 0; at < line.length; at += STRIDE) if (this.#isKey(line, fragmentOf(line, at), at, line.length)) return true;
    return false;
  }

  /** A line as cleanLine makes it. */
  #cleaned(from: number, to: number): Uint8Array {
    const { input } = this;
    const kept: number[] = [];
    for (let at = from; at < to; ) {
      const byte = input[at] ?? 0;
      if (byte === 0x1b) at = this.#behindEscape(at + 1, to);
      else if (byte === 0 || byte === 0x0d) at++;
      else if (byte === 0xef && input[at + 1] === 0xbb && input[at + 2] === 0xbf) at += 3;
      else {
        const blank = byte === 0xc2 && input[at + 1] === 0xa0;
        kept.push(blank ? 0x20 : byte);
        at += blank ? 2 : 1;
      }
    }
    return Uint8Array.from(kept);
  }

  /** Behind the sequence whose ESC stands before `at`; `at` where only the ESC is taken out: see skipEscape. */
  #behindEscape(at: number, to: number): number {
    if (at >= to || this.input[at] !== 0x5b) return at;
    for (let next = at + 1; next < Math.min(to, at + 24); next++) {
      const byte = this.input[next] ?? 0;
      if (byte >= 0x40 && byte <= 0x7e) return next + 1;
      if (byte < 0x20 || byte > 0x3f) break;
    }
    return at + 1;
  }

  #isKey(text: Uint8Array, fragment: number, at: number, to: number): boolean {
    return this.#entries.get(fragment)?.some(({ key, place, anyCase }) => {
      const begin = at - place;
      return begin >= 0 && begin + key.length <= to && key.every((byte, index) => byte === (anyCase ? small(text[begin + index] ?? 0) : text[begin + index]));
    }) === true;
  }

  /** What cleanLine takes out of a line, or makes a blank; a carriage return at a line's end stands in no key. */
  #isControl(at: number): boolean {
    const byte = this.input[at] ?? 0;
    const next = this.input[at + 1] ?? 0;
    return byte === 0x1b || byte === 0 || (byte === 0x0d && next !== LINE_FEED) || (byte === 0xc2 && next === 0xa0) || (byte === 0xef && next === 0xbb);
  }

  /** Behind the next line feed at or after `at`, or `to`. */
  #lineEnd(at: number, to: number): number {
    const feed = this.input.indexOf(LINE_FEED, at);
    return feed < 0 || feed >= to ? to : feed + 1;
  }

  /** Where a run ends that wants `lines` more from `at` on; a stamped line is the last that is wanted. */
  #runEnd(at: number, to: number, lines: number): { end: number; wanted: number } {
    let end = at;
    let wanted = lines;
    while (wanted > 0 && end < to) {
      wanted = this.#isStamped(end, to) ? 0 : wanted - 1;
      end = this.#lineEnd(end, to);
    }
    return { end, wanted };
  }

  /** Whether a line begins with the kernel's own stamp, so that no line before it goes on here. */
  #isStamped(at: number, to: number): boolean {
    return at + 32 <= to && this.input[at] === 0x5b && /^\[ {0,8}\d{1,8}\.\d{6}\] /.test(String.fromCharCode(...this.input.subarray(at, at + 32)));
  }
}

/** A capital letter made small. */
function small(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
