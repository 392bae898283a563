import { wasm } from './line-sieve.wat';
import { LINES_BEHIND } from './lines-behind.ts';
import { type SieveEntry, FRAGMENT_BYTES, type SieveKey, hashOf, sieveEntries } from './sieve-tables.ts';
import { instantiate, type WasmGlobal, type WasmMemory } from './wasm-api.ts';
import type { LineSieve, SieveOptions } from './line-sieve.ts';

/** What `line-sieve.wat` exports. */
interface Exports {
  readonly memory: WasmMemory;
  readonly heads: WasmGlobal;
  readonly entries: WasmGlobal;
  readonly hits: WasmGlobal;
  readonly runs: WasmGlobal;
  readonly clean: WasmGlobal;
  readonly controls: WasmGlobal;
  readonly wanted: WasmGlobal;
  readonly sift: (from: number, to: number, keep: number, behind: number) => number;
  readonly count: (from: number, to: number) => number;
}

// The layout of the memory, in bytes.
const TABLE_BITS = 15;
const WINDOWS = 1 << TABLE_BITS;
const HEADS = 2 * WINDOWS;
const HEAD_BITS = 12;
const ENTRIES = HEADS + (2 << HEAD_BITS);
const ENTRY = 16;
/** What the search may look at behind the text. */
const MARGIN = 64;
const PAGE = 65536;

/** The sieve in WebAssembly; undefined where vector instructions are not to be had. */
export function createSimdSieve(keys: readonly SieveKey[], { controls, capacity }: SieveOptions): LineSieve | undefined {
  // The module's source says what it exports.
  const exports = instantiate(wasm) as Exports | undefined;
  if (!exports) return undefined;
  const entries = sieveEntries(keys);
  const texts = ENTRIES + ENTRY * (entries.length + 1);
  const textBytes = entries.reduce((sum, { key }) => sum + key.length, 0);
  const hits = Math.ceil((texts + textBytes) / 16) * 16;
  // Eight bytes for each 24 of the text, and as many again with the control characters.
  const runs = hits + 2 * (8 * Math.ceil(capacity / 24) + MARGIN);
  // No run is shorter than a key and its line's end, and no two are closer than a line: of eight bytes each they take twice the text at most.
  const clean = runs + 2 * capacity + MARGIN;
  const begin = clean + (controls ? capacity : 0) + MARGIN;
  exports.memory.grow(Math.ceil((begin + capacity + MARGIN) / PAGE) - 1);
  writeTables(new DataView(exports.memory.buffer), entries, texts);
  exports.heads.value = HEADS;
  exports.entries.value = ENTRIES;
  exports.hits.value = hits;
  exports.runs.value = runs;
  exports.clean.value = clean;
  exports.controls.value = controls ? 1 : 0;
  return {
    input: new Uint8Array(exports.memory.buffer, begin, capacity),
    sift(length, keep) {
      const end = exports.sift(begin, begin + length, keep, LINES_BEHIND);
      const bounds = new Uint32Array(exports.memory.buffer, runs, (end - runs) / 4);
      for (let at = 0; at < bounds.length; at++) bounds[at] = (bounds[at] ?? 0) - begin;
      return { bounds, wanted: exports.wanted.value };
    },
    countLines: (from, to) => exports.count(begin + from, begin + to),
  };
}

function writeTables(memory: DataView, entries: readonly SieveEntry[], texts: number): void {
  let text = texts;
  for (const [index, { fragment, window, key, place, anyCase }] of entries.entries()) {
    for (const spelt of spellingsOf(key, place, anyCase)) memory.setUint8(hashOf(spelt, TABLE_BITS), 1);
    memory.setUint8(WINDOWS + windowHash(window), 1);
    const head = HEADS + 2 * hashOf(fragment, HEAD_BITS);
    const entry = ENTRIES + ENTRY * (index + 1);
    memory.setUint32(entry, fragment, true);
    memory.setUint32(entry + 4, text, true);
    memory.setUint16(entry + 8, key.length, true);
    memory.setUint8(entry + 10, place);
    memory.setUint8(entry + 11, anyCase ? 1 : 0);
    memory.setUint16(entry + 12, memory.getUint16(head, true), true);
    memory.setUint16(head, index + 1, true);
    new Uint8Array(memory.buffer).set(key, text);
    text += key.length;
  }
}

/** The four bytes at a place of a key as a text may have them: in capital and in small letters where `anyCase`. */
function spellingsOf(key: Uint8Array, place: number, anyCase: boolean): number[] {
  let all = [0];
  for (let at = 0; at < FRAGMENT_BYTES; at++) {
    const byte = key[place + at] ?? 0;
    const bytes = anyCase && byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte];
    all = all.flatMap((before) => bytes.map((each) => (before | (each << (8 * at))) >>> 0));
  }
  return all;
}

/** The highest 15 bits of the hash of a window. */
function windowHash(window: Uint8Array): number {
  const number = window.reduce((sum, byte, at) => sum | (BigInt(byte) << BigInt(16 + 8 * at)), 0n);
  return Number(BigInt.asUintN(64, number * 0x9e3779b97f4a7c15n) >> BigInt(64 - TABLE_BITS));
}
