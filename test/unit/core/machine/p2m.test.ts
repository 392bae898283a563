import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { P2m } from '../../../../src/core/machine/p2m.ts';

const SPACE = 1200;
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ pfn: fc.integer({ min: 0, max: SPACE - 100 }), mfns: fc.array(fc.record({ mfn: fc.integer({ min: 0, max: 4000 }), count: fc.integer({ min: 0, max: 8 }) }), { maxLength: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ pfn: fc.integer({ min: 0, max: SPACE }), remove: fc.integer({ min: 0, max: 60 }) }) },
  // Every page its own run, so that the map falls into many chunks.
  { weight: 1, arbitrary: fc.record({ pfn: fc.integer({ min: 0, max: 300 }), scatter: fc.integer({ min: 1, max: 800 }) }) },
);

/** A second p2m, one entry a page. */
function naiveRuns(pages: ReadonlyMap<number, number>, from = 0, end = Infinity): { pfn: number; count: number; mfn: number }[] {
  const runs: { pfn: number; count: number; mfn: number }[] = [];
  for (const [pfn, mfn] of [...pages].sort((a, b) => a[0] - b[0])) {
    if (pfn < from || pfn >= end) continue;
    const last = runs.at(-1);
    if (last && last.pfn + last.count === pfn && last.mfn + last.count === mfn) last.count++;
    else runs.push({ pfn, count: 1, mfn });
  }
  return runs;
}

describe('P2m', () => {
  it('says what a map with an entry for each page says', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 30 }), fc.integer({ min: 0, max: SPACE }), fc.integer({ min: 0, max: 300 }), (changes, from, count) => {
      const p2m = new P2m();
      const naive = new Map<number, number>();
      for (const step of changes) {
        if ('mfns' in step) {
          p2m.set(step.pfn, step.mfns);
          let at = step.pfn;
          for (const run of step.mfns) for (let i = 0; i < run.count; i++) naive.set(at++, run.mfn + i);
        } else if ('remove' in step) {
          p2m.remove(step.pfn, step.remove);
          for (let i = 0; i < step.remove; i++) naive.delete(step.pfn + i);
        } else {
          const frames = Array.from({ length: step.scatter }, (_, i) => ({ mfn: 10_000 + 2 * i, count: 1 }));
          p2m.set(step.pfn, frames);
          frames.forEach(({ mfn }, i) => naive.set(step.pfn + i, mfn));
        }
      }
      expect(p2m.pages).toBe(naive.size);
      expect(p2m.runs).toEqual(naiveRuns(naive));
      expect(p2m.slice(from, count)).toEqual(naiveRuns(naive, from, from + count));
      expect(p2m.machineRuns(from, count)).toBe(naiveRuns(naive, from, from + count).length);
      for (let pfn = 0; pfn < SPACE; pfn += 7) expect(p2m.lookup(pfn)).toBe(naive.get(pfn));
    }), { numRuns: 200 });
  });
});
