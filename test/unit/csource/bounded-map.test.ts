import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../../../src/csource/preprocess/bounded-map.ts';

describe('a bounded map', () => {
  it('holds what was asked for last, as far as the cost allows', () => {
    const operation = fc.record({ key: fc.integer({ min: 0, max: 8 }), cost: fc.integer({ min: 0, max: 7 }), sets: fc.boolean() });
    fc.assert(fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const map = new BoundedMap<number, number>(12);
      // Latest first.
      let model: { key: number; cost: number; value: number }[] = [];
      operations.forEach(({ key, cost, sets }, value) => {
        const known = model.find((entry) => entry.key === key);
        const entry = sets ? { key, cost, value } : known;
        if (sets) map.set(key, value, cost);
        else expect(map.get(key)).toBe(known?.value);
        if (entry) model = [entry, ...model.filter((other) => other.key !== key)];
        while (model.length > 1 && model.reduce((sum, other) => sum + other.cost, 0) > 12) model.pop();
        for (let each = 0; each <= 8; each++) expect(map.has(each)).toBe(model.some((other) => other.key === each));
      });
    }));
  });

  it('forgets', () => {
    const map = new BoundedMap<string, undefined>(2);
    map.set('a', undefined, 1);
    expect(map.has('a')).toBe(true);
    map.delete('a');
    map.set('b', undefined, 5);
    expect([map.has('a'), map.has('b')]).toEqual([false, true]);
    map.clear();
    expect(map.has('b')).toBe(false);
  });
});
