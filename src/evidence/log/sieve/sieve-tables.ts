import { FRAGMENTS } from './fragments.ts';

/** What a line must hold to be wanted. `anyCase`: the text is in small letters and found in any. */
export interface SieveKey {
  readonly text: string;
  readonly anyCase?: boolean;
}

/** A key at one of its fragments. */
export interface SieveEntry {
  /** Four bytes, the first in the lowest bits. */
  readonly fragment: number;
  readonly key: Uint8Array;
  /** Where in the key the fragment stands. */
  readonly place: number;
  readonly anyCase: boolean;
}

export interface SieveTables {
  /** For each place of a fragment, by the low and by the high half of a byte, the groups that know such a byte there: 16 bytes each, in the order low 0, high 0, low 1, … */
  readonly masks: Uint8Array;
  readonly entries: readonly SieveEntry[];
}

const PLACES = 4;
const HALVES = 16;
/** Bytes with which a character begins that only steers a terminal: ESC, NUL, CR, U+00A0 and U+FEFF in UTF-8. */
const CONTROL_BYTES = [0x1b, 0x00, 0x0d, 0xc2, 0xef];

/**
 * The tables of the search for keys: see `line-sieve.wat`.
 * @param controls whether lines with characters that only steer a terminal are wanted too, since these may stand within a key
 * @throws RangeError where a key is shorter than a fragment
 */
export function sieveTables(keys: readonly SieveKey[], controls: boolean): SieveTables {
  const masks = new Uint8Array(2 * PLACES * HALVES);
  const entries = keys.flatMap((key) => {
    const { group, fragment } = FRAGMENTS.reduce<Chosen | undefined>((found, fragments, index) => found ?? known(key, fragments, index), undefined) ?? cheapest(key, masks);
    const variants = key.anyCase === true ? inAnyCase(fragment) : [fragment];
    for (const variant of variants) allow(masks, group, variant);
    return variants.map((variant): SieveEntry => ({ fragment: numberOf(variant), key: bytesOf(key.text), place: key.text.indexOf(fragment), anyCase: key.anyCase === true }));
  });
  if (controls) {
    const group = 1 << FRAGMENTS.length;
    for (const byte of CONTROL_BYTES) allowByte(masks, group, 0, byte);
    for (let at = 2 * HALVES; at < masks.length; at++) masks[at] = (masks[at] ?? 0) | group;
  }
  return { masks, entries };
}

interface Chosen {
  /** The group's bit. */
  readonly group: number;
  readonly fragment: string;
}

function known({ text }: SieveKey, fragments: readonly string[], index: number): Chosen | undefined {
  const fragment = fragments.find((each) => text.includes(each));
  return fragment === undefined ? undefined : { group: 1 << index, fragment };
}

/** For a key that the list of fragments does not know yet: the fragment by which a group grows least. */
function cheapest({ text }: SieveKey, masks: Uint8Array): Chosen {
  let best: (Chosen & { readonly growth: number }) | undefined;
  for (let at = 0; at + PLACES <= text.length; at++) {
    const fragment = text.slice(at, at + PLACES);
    for (let index = 0; index < FRAGMENTS.length; index++) {
      const group = 1 << index;
      const grown = masks.slice();
      allow(grown, group, fragment);
      const growth = patterns(grown, group) - patterns(masks, group);
      if (!best || growth < best.growth) best = { group, fragment, growth };
    }
  }
  if (!best) throw new RangeError(`a key of fewer than ${PLACES} characters: "${text}"`);
  return best;
}

/** How many different fragments a group allows. */
function patterns(masks: Uint8Array, group: number): number {
  let product = 1;
  for (let half = 0; half < 2 * PLACES; half++) {
    product *= masks.subarray(half * HALVES, (half + 1) * HALVES).reduce((sum, groups) => ((groups & group) === 0 ? sum : sum + 1), 0);
  }
  return product;
}

function allow(masks: Uint8Array, group: number, fragment: string): void {
  for (let place = 0; place < PLACES; place++) allowByte(masks, group, place, fragment.charCodeAt(place));
}

function allowByte(masks: Uint8Array, group: number, place: number, byte: number): void {
  const low = 2 * place * HALVES + (byte & 15);
  const high = (2 * place + 1) * HALVES + (byte >> 4);
  masks[low] = (masks[low] ?? 0) | group;
  masks[high] = (masks[high] ?? 0) | group;
}

function inAnyCase(fragment: string): string[] {
  let variants = [''];
  for (const letter of fragment) variants = variants.flatMap((begun) => [...new Set([letter, letter.toUpperCase()])].map((each) => begun + each));
  return variants;
}

function numberOf(fragment: string): number {
  let number = 0;
  for (let place = 0; place < PLACES; place++) number += fragment.charCodeAt(place) * 2 ** (8 * place);
  return number;
}

/** The bytes of an ASCII text. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
