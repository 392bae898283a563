import { describe, expect, it } from 'vitest';
import { ObservedHeap } from '../../../../src/core/machine/observed-heap.ts';

function heap(zones: Record<number, number>): ObservedHeap {
  const observed = new ObservedHeap(18);
  expect(observed.state(new Map(Object.entries(zones).map(([zone, pages]) => [Number(zone), pages])))).toEqual([]);
  return observed;
}

describe('ObservedHeap', () => {
  it('decides what its numbers decide, and no more', () => {
    const observed = heap({ 12: 2048, 13: 1000, 14: 3 });
    expect([observed.zoneServes(12, 11), observed.zoneServes(13, 9), observed.zoneServes(13, 10), observed.zoneServes(14, 2)]).toEqual(['yes', 'open', 'no', 'no']);
    expect([observed.serves(9, 25), observed.serves(12, 25), observed.serves(9, 23), observed.serves(3, 22)]).toEqual(['yes', 'no', 'no', 'no']);
    const empty = new ObservedHeap(18);
    expect([empty.stated, empty.serves(0, 0)]).toEqual([false, 'open']);
    expect(empty.singlesByZone(1)).toBeUndefined();
    expect(empty.take(2048, 9, 24)).toBeUndefined();
    expect(empty.takeSingles(5000, 3)).toBe(true);
  });

  it('holds an extent to alignment, width, freedom and the highest zone', () => {
    expect(heap({ 12: 2048 }).take(2049, 1, 24)).toBe('alignment');
    expect(heap({ 12: 2048 }).take(2048, 9, 23)).toBe('width');
    expect(heap({ 13: 100 }).take(4096, 9, 25)).toBe('not-free');
    expect(heap({ 12: 2048, 13: 4096 }).take(2048, 9, 25)).toBe('lower-zone');
    expect(heap({ 12: 2048, 13: 4096 }).take(4096, 9, 25)).toBeUndefined();
    // What is only counted may or may not hold a block.
    expect(heap({ 12: 2048, 13: 4000 }).take(2048, 9, 25)).toBeUndefined();
  });

  it('accepts a lower zone where every block of the higher one may wait for its scrub', () => {
    const observed = heap({ 12: 2048, 13: 4096 });
    expect(observed.take(4096, 9, 25)).toBeUndefined();
    observed.give(4096, 512);
    expect(observed.take(2048, 9, 25)).toBeUndefined();
    // Order 0 never passes a dirty block over.
    const single = heap({ 12: 2048, 13: 4096 });
    single.take(4096, 9, 25);
    single.give(4096, 512);
    expect(single.take(2048, 0, 25)).toBe('lower-zone');
  });

  it('follows what is taken and given, zone by zone', () => {
    const observed = heap({ 12: 2048, 13: 10 });
    expect(observed.singlesByZone(12)).toEqual(new Map([[13, 10], [12, 2]]));
    expect(observed.singlesByZone(3000)).toBeUndefined();
    expect(observed.takeSingles(4094, 2)).toBe(true);
    expect(observed.totals[12]).toBe(2046);
    expect(observed.takeSingles(4094, 1)).toBe(false);
    observed.give(4095, 2);
    expect([observed.totals[12], observed.totals[13]]).toEqual([2046, 11]);
    expect(observed.state(new Map([[12, 2046], [13, 20]]))).toEqual([13]);
    expect(observed.state(new Map([[12, 2046], [13, 20]]))).toEqual([]);
  });
});
