/** Random choices that follow from a number alone. */
export interface SeededRandom {
  /** A whole number from 0 up to `limit`, which is left out. */
  readonly below: (limit: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
}

/** mulberry32: small, and the same everywhere. */
export function seededRandom(start: number): SeededRandom {
  let state = start >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * Math.max(1, limit));
  return { below, pick: (list) => list[below(list.length)]! };
}
