import { KeyFinder } from './key-finder.ts';
import { RECOGNISERS } from './recogniser-table.ts';
import type { Recogniser } from './recogniser.ts';
import type { SieveKey } from './sieve/sieve-tables.ts';

/** By each key the places in the table of those that it belongs to. */
const PLACES_BY_KEY = new Map<string, number[]>();
for (const [place, { keys }] of RECOGNISERS.entries()) {
  for (const key of keys) PLACES_BY_KEY.set(key, [...(PLACES_BY_KEY.get(key) ?? []), place]);
}

export const KEY_FINDER = new KeyFinder([...PLACES_BY_KEY.keys()]);

/** What stands in lines that tell of a failure. */
const FAILURE_KEYS = RECOGNISERS.filter(({ family }) => family === 'failure').flatMap(({ keys }) => keys);
export const FAILURE_KEY_FINDER = new KeyFinder(FAILURE_KEYS);

/** The recognisers of which a key stands in a message, in the order of the table. */
export function recognisersOf(text: string): Recogniser[] {
  const places = new Set<number>();
  for (const key of KEY_FINDER.keysIn(text)) for (const place of PLACES_BY_KEY.get(key) ?? []) places.add(place);
  return [...places].sort((a, b) => a - b).flatMap((place) => RECOGNISERS[place] ?? []);
}

/** The words by which a boot speaks of the swiotlb at all, in any case. */
const SWIOTLB_WORDS = ['swiotlb', 'software io tlb', 'sw-iommu'];
export const SWIOTLB_WORD = new RegExp(SWIOTLB_WORDS.join('|'), 'i');

/** What the reader looks for: a line without any of these says nothing to it. */
export const LOG_KEYS: readonly SieveKey[] = [...[...PLACES_BY_KEY.keys()].map((text) => ({ text })), ...SWIOTLB_WORDS.map((text) => ({ text, anyCase: true }))];

/** What it looks for where nothing but failures is read. */
export const LOG_FAILURE_KEYS: readonly SieveKey[] = FAILURE_KEYS.map((text) => ({ text }));
