import { wasm } from './line-sieve.wat';
import { LINES_BEHIND } from './lines-behind.ts';
import { type SieveKey, type SieveTables, sieveTables } from './sieve-tables.ts';
import { instantiate, type WasmGlobal, type WasmMemory } from './wasm-api.ts';
import type { LineSieve, SieveOptions } from './line-sieve.ts';

/** What `line-sieve.wat` exports. */
interface Exports {
  readonly memory: WasmMemory;
  readonly heads: WasmGlobal;
  readonly entries: WasmGlobal;
  readonly hits: WasmGlobal;
  readonly runs: WasmGlobal;
  readonly controls: WasmGlobal;
  readonly wanted: WasmGlobal;
  readonly sift: (from: number, to: number, keep: number, behind: number) => number;
  readonly count: (from: number, to: number) => number;
}

// The layout of the memory, in bytes.
const HEADS = 128;
const HASHES = 4096;
const ENTRIES = HEADS + 2 * HASHES;
const ENTRY = 16;
/** What the search may look at behind the text. */
const MARGIN = 64;
const PAGE = 65536;

/** The sieve in WebAssembly; undefined where vector instructions are not to be had. */
export function createSimdSieve(keys: readonly SieveKey[], { controls, capacity }: SieveOptions): LineSieve | undefined {
  // The module's source says what it exports.
  const exports = instantiate(wasm) as Exports | undefined;
  if (!exports) return undefined;
  const tables = sieveTables(keys, controls);
  const texts = ENTRIES + ENTRY * (tables.entries.length + 1);
  const textBytes = tables.entries.reduce((sum, { key }) => sum + key.length, 0);
  const hits = Math.ceil((texts + textBytes) / 16) * 16;
  // Eight bytes for each sixteen of the text.
  const runs = hits + capacity / 2 + MARGIN;
  // No run is shorter than a key and its line's end, and no two are closer than a line: of eight bytes each they take twice the text at most.
  const begin = runs + 2 * capacity + MARGIN;
  exports.memory.grow(Math.ceil((begin + capacity + MARGIN) / PAGE) - 1);
  writeTables(new DataView(exports.memory.buffer), tables, texts);
  exports.heads.value = HEADS;
  exports.entries.value = ENTRIES;
  exports.hits.value = hits;
  exports.runs.value = runs;
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

function writeTables(memory: DataView, { masks, entries }: SieveTables, texts: number): void {
  new Uint8Array(memory.buffer).set(masks);
  let text = texts;
  for (const [index, { fragment, key, place, anyCase }] of entries.entries()) {
    const head = HEADS + 2 * (Math.imul(fragment, 0x9e3779b1) >>> 20);
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
