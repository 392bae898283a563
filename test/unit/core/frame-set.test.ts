import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSet } from '../../../src/core/units/frame-set.ts';

const step = fc.record({ add: fc.boolean(), first: fc.integer({ min: 0, max: 70 }), count: fc.integer({ min: 0, max: 20 }) });

describe('FrameSet', () => {
  it('holds what a set of single frames holds', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const set = new FrameSet();
      const naive = new Set<number>();
      for (const { add, first, count } of steps) {
        if (add) set.add(first, count);
        else set.remove(first, count);
        for (let frame = first; frame < first + count; frame++) if (add) naive.add(frame); else naive.delete(frame);
        expect(set.size).toBe(naive.size);
      }
      for (let frame = 0; frame < 100; frame++) expect(set.has(frame)).toBe(naive.has(frame));
      const listed = [...set.ranges()].flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
      expect(listed).toEqual([...naive].sort((a, b) => a - b));
      expect(set.countIn(10, 30)).toBe([...naive].filter((frame) => frame >= 10 && frame < 40).length);
    }));
  });

  it('keeps ranges apart and in order', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const set = new FrameSet();
      for (const { add, first, count } of steps) if (add) set.add(first, count); else set.remove(first, count);
      let end = -1;
      for (const range of set.ranges()) {
        expect(range.count).toBeGreaterThan(0);
        expect(range.first).toBeGreaterThan(end);
        end = range.first + range.count;
      }
    }));
  });

  it('falls into aligned blocks, as large as fit', () => {
    const set = new FrameSet();
    set.add(3, 14);
    expect([...set.blocks(0, 100, 0, 10)]).toEqual([{ frame: 3, order: 0 }, { frame: 4, order: 2 }, { frame: 8, order: 3 }, { frame: 16, order: 0 }]);
    expect([...set.blocks(0, 100, 2, 2)]).toEqual([{ frame: 4, order: 2 }, { frame: 8, order: 2 }, { frame: 12, order: 2 }]);
    expect([...set.blocks(5, 9, 0, 10)]).toEqual([{ frame: 5, order: 0 }, { frame: 6, order: 1 }, { frame: 8, order: 0 }]);
    set.clear();
    expect(set.size).toBe(0);
  });
});
