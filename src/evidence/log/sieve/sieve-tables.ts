import { WINDOWS } from './windows.ts';

/** What a line must hold to be wanted. `anyCase`: the text is in small letters and found in any. */
export interface SieveKey {
  readonly text: string;
  readonly anyCase?: boolean;
}

/** A key at one of its fragments. */
export interface SieveEntry {
  /** Four bytes as `fragmentOf` gives them, the first in the lowest bits. */
  readonly fragment: number;
  /** The window of the key, letters small as in fragments. */
  readonly window: Uint8Array;
  readonly key: Uint8Array;
  /** Where in the key the fragment stands. */
  readonly place: number;
  readonly anyCase: boolean;
}

/** Every so many bytes of a text are looked at. */
export const STRIDE = 3;
export const FRAGMENT_BYTES = 4;
/** Bytes of a key that hold a fragment at a multiple of the stride, wherever the key begins. */
export const WINDOW_BYTES = FRAGMENT_BYTES + STRIDE - 1;
/** What makes capital letters small, in each byte of a fragment. */
const SMALL = 0x20202020;

/**
 * What is looked for: each key at the fragments of one window of it. See `line-sieve.wat`.
 * @throws RangeError where a key is shorter than a window
 */
export function sieveEntries(keys: readonly SieveKey[]): SieveEntry[] {
  return keys.flatMap(({ text, anyCase }) => {
    const key = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const begin = windowOf(text);
    const window = key.subarray(begin, begin + WINDOW_BYTES).map((byte) => byte | 0x20);
    return Array.from({ length: STRIDE }, (_, at): SieveEntry => ({ fragment: fragmentOf(key, begin + at), window, key, place: begin + at, anyCase: anyCase === true }));
  });
}

/** Four bytes of a text from `at` on as a number; letters count as small. What lies behind the text's end is 0. */
export function fragmentOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24) | SMALL) >>> 0;
}

/** The highest bits of a fragment's hash. */
export function hashOf(fragment: number, bits: number): number {
  return Math.imul(fragment, 0x9e3779b1) >>> (32 - bits);
}

/** Where the window begins by which a key is found: one that is known to be rare, else the first. */
function windowOf(text: string): number {
  if (text.length < WINDOW_BYTES) throw new RangeError(`a key of fewer than ${WINDOW_BYTES} characters: "${text}"`);
  const known = WINDOWS.find((window) => text.includes(window));
  return known === undefined ? 0 : text.indexOf(known);
}
