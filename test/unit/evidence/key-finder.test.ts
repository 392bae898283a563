import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyFinder } from '../../../src/evidence/log/key-finder.ts';

describe('KeyFinder', () => {
  it('finds what a search key by key finds first', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\u0161'), minLength: 2, maxLength: 7 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 6 }), fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\u0161', '\n'), maxLength: 60 }), fc.nat(10), (keys, text, from) => {
        const places = keys.map((key) => text.indexOf(key, from)).filter((at) => at >= 0);
        expect(new KeyFinder(keys).find(text, from)).toBe(places.length === 0 ? -1 : Math.min(...places));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no key that is too short to leap by', () => {
    expect(() => new KeyFinder(['a', 'abc'])).toThrow(RangeError);
  });
});
