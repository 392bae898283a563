import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BuddyHabits, FrameBuddy } from '../../../../src/core/machine/frame-buddy.ts';
import { NaiveBuddy } from './naive-buddy.ts';

const FRAMES = 256;

function habits(placing: BuddyHabits['placing'], keep: BuddyHabits['keep']): BuddyHabits {
  return { maxOrder: 5, zones: 2, zoneOf: (frame) => (frame < 128 ? 0 : 1), keep, placing };
}

const kinds = fc.constantFrom(habits('tail', 'upper'), habits('by-scrub', 'upper'), habits('head', 'lower'));
const steps = fc.array(fc.oneof(
  fc.record({ op: fc.constant('take' as const), order: fc.integer({ min: 0, max: 6 }), zone: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ op: fc.constant('give' as const), which: fc.nat(), dirty: fc.boolean() }),
  fc.record({ op: fc.constant('scrub' as const) }),
), { maxLength: 120 });

describe('FrameBuddy', () => {
  it('neither loses nor doubles a frame, and merges back to where it began', () => {
    fc.assert(fc.property(kinds, steps, (kind, plan) => {
      const buddy = new FrameBuddy(kind);
      buddy.giveRange(1, FRAMES - 1);
      const initial = [...buddy.blocks()].map(({ frame, order }) => `${frame}:${order}`).sort();
      const held: { frame: number; order: number }[] = [];
      const owner = new Uint8Array(FRAMES);
      for (const step of plan) {
        if (step.op === 'take') {
          const got = buddy.take(step.order, step.zone);
          if (!got) {
            // A refusal means that no zone at or below has a block of the order.
            expect(buddy.largestOrder(0, step.zone)).toBeLessThan(step.order);
            continue;
          }
          expect(got.frame % 2 ** step.order).toBe(0);
          for (let i = 0; i < 2 ** step.order; i++) {
            expect(owner[got.frame + i]).toBe(0);
            owner[got.frame + i] = 1;
          }
          held.push({ frame: got.frame, order: step.order });
        } else if (step.op === 'give' && held.length > 0) {
          const [block] = held.splice(step.which % held.length, 1);
          if (!block) continue;
          buddy.give(block.frame, block.order, step.dirty);
          for (let i = 0; i < 2 ** block.order; i++) owner[block.frame + i] = 0;
        } else if (step.op === 'scrub') {
          buddy.scrub();
          expect(buddy.dirtyFrames()).toBe(0);
        }
        expect(buddy.freeFrames()).toBe(FRAMES - 1 - held.reduce((sum, { order }) => sum + 2 ** order, 0));
      }
      for (const { frame, order } of held) buddy.give(frame, order);
      expect([...buddy.blocks()].map(({ frame, order }) => `${frame}:${order}`).sort()).toEqual(initial);
    }));
  });

  it('hands out the frames that the naive one hands out, whatever comes before', () => {
    const frame = fc.integer({ min: 0, max: FRAMES - 1 });
    const range = fc.record({ first: frame, count: fc.integer({ min: 1, max: 200 }) });
    const plan = fc.array(fc.oneof(
      { weight: 6, arbitrary: fc.record({ op: fc.constant('take' as const), order: fc.integer({ min: 0, max: 6 }), zone: fc.integer({ min: 0, max: 1 }) }) },
      { weight: 4, arbitrary: fc.record({ op: fc.constant('give' as const), which: fc.nat(), dirty: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('reserve' as const), range }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('back' as const), which: fc.nat(), dirty: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('scrub' as const) }) },
    ), { maxLength: 60 });
    const kind = fc.record({ habit: kinds, maxOrder: fc.constantFrom(3, 5), downwards: fc.boolean(), gap: fc.option(range, { nil: undefined }) });
    fc.assert(fc.property(kind, plan, ({ habit, maxOrder, downwards, gap }, steps2) => {
      const buddy = new FrameBuddy({ ...habit, maxOrder });
      const naive = new NaiveBuddy({ ...habit, maxOrder });
      for (const one of [buddy, naive]) {
        one.giveRange(1, FRAMES - 1, false, downwards);
        if (gap) one.reserve(gap.first, gap.count);
      }
      // Only one kind of allocator knows what is scrubbed; the others are never told.
      const scrubs = habit.placing === 'by-scrub';
      const held: { frame: number; order: number }[] = [];
      const kept: { first: number; count: number }[] = [];
      for (const step of steps2) {
        if (step.op === 'take') {
          const got = buddy.take(step.order, step.zone);
          expect(got).toEqual(naive.take(step.order, step.zone));
          if (got) held.push({ frame: got.frame, order: step.order });
        } else if (step.op === 'give' && held.length > 0) {
          const [block] = held.splice(step.which % held.length, 1);
          if (block) for (const one of [buddy, naive]) one.give(block.frame, block.order, step.dirty && scrubs);
        } else if (step.op === 'reserve') {
          // Only what is free in one piece, so that it can be given back.
          const { first } = step.range;
          let count = 0;
          while (count < step.range.count && buddy.isFree(first + count)) count++;
          expect(buddy.reserve(first, count)).toBe(count);
          naive.reserve(first, count);
          if (count > 0) kept.push({ first, count });
        } else if (step.op === 'back' && kept.length > 0) {
          const [back] = kept.splice(step.which % kept.length, 1);
          if (back) for (const one of [buddy, naive]) one.giveRange(back.first, back.count, step.dirty && scrubs, downwards);
        } else if (step.op === 'scrub') {
          // The order in which dirty blocks are scrubbed is open: only what is dirty alone in its list is compared.
          if (naive.lists.flat().some((list) => list.filter(({ dirtyFrom }) => dirtyFrom !== Infinity).length > 1)) continue;
          buddy.scrub();
          naive.scrub();
        }
        expect([0, 1].map((zone) => buddy.freeFrames(zone))).toEqual([naive.free(0), naive.free(1)]);
      }
      const text = ({ frame: at, order }: { frame: number; order: number }): string => `${at}:${order}`;
      expect([...buddy.blocks()].map(text).sort()).toEqual(naive.all().map(text).sort());
      expect([...buddy.blocks(maxOrder)].map(text).sort()).toEqual(naive.all().filter(({ order }) => order < maxOrder).map(text).sort());
      const free = new Uint8Array(FRAMES);
      for (const { first, count } of buddy.ranges()) free.fill(1, first, first + count);
      for (let at = 0; at < FRAMES; at++) expect(free[at] === 1).toBe(buddy.isFree(at));
      for (const zone of [0, 1]) expect(buddy.blockCounts(zone)).toEqual(naive.lists[zone]?.map((list) => list.length));
    }), { numRuns: 300 });
  });

  it('hands single frames out as that many requests would', () => {
    fc.assert(fc.property(kinds, fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 20 }), fc.integer({ min: 1, max: 120 }), (kind, orders, count) => {
      const [all, single] = [new FrameBuddy(kind), new FrameBuddy(kind)];
      for (const buddy of [all, single]) {
        buddy.giveRange(1, FRAMES - 1);
        const taken = orders.map((order) => buddy.take(order, 1));
        taken.forEach((got, i) => { if (got && i % 2 === 0) buddy.give(got.frame, orders[i] ?? 0, i % 3 === 0); });
      }
      const runs = all.takeSingles(1, count).flatMap(({ first, count: size, step }) => Array.from({ length: size }, (_, i) => first + i * step));
      const singles: number[] = [];
      while (singles.length < count) {
        const frame = single.takeFromZone(1, 0);
        if (frame === undefined) break;
        singles.push(frame);
      }
      expect(runs).toEqual(singles);
      expect([...all.blocks()].map(({ frame, order }) => [frame, order]).sort()).toEqual([...single.blocks()].map(({ frame, order }) => [frame, order]).sort());
    }));
  });

  it('refuses what would corrupt it, and is unchanged then', () => {
    const buddy = new FrameBuddy(habits('tail', 'upper'));
    buddy.giveRange(8, 8);
    expect(() => buddy.give(9, 1)).toThrow(RangeError);
    expect(() => buddy.give(12, 0)).toThrow(RangeError);
    expect(buddy.freeFrames()).toBe(8);
    expect(buddy.take(9, 1)).toBeUndefined();
    expect(buddy.takeFromZone(7, 0)).toBeUndefined();
    expect(buddy.freeFrames(9)).toBe(0);
    expect(buddy.blockCounts(0)[3]).toBe(1);
  });

  it('takes particular frames out of the blocks that they lie in', () => {
    const buddy = new FrameBuddy(habits('tail', 'upper'));
    buddy.giveRange(0, 16);
    expect(buddy.reserve(3, 6)).toBe(6);
    expect(buddy.reserve(3, 6)).toBe(0);
    expect(buddy.freeFrames()).toBe(10);
    expect([2, 3, 8, 9].map((frame) => buddy.isFree(frame))).toEqual([true, false, false, true]);
  });

  it('keeps the upper half as Xen does, the lower as Linux does', () => {
    const xen = new FrameBuddy(habits('tail', 'upper'));
    const linux = new FrameBuddy(habits('head', 'lower'));
    for (const buddy of [xen, linux]) buddy.giveRange(32, 32);
    expect(xen.takeFromZone(0, 1)).toBe(62);
    expect(linux.takeFromZone(0, 1)).toBe(32);
  });

  it('passes over blocks that wait for their scrub, unless nothing else is there or one frame is asked for', () => {
    const buddy = new FrameBuddy(habits('by-scrub', 'upper'));
    buddy.giveRange(8, 120);
    buddy.giveRange(128, 128, true);
    // The higher zone is dirty throughout: a clean block of the lower one is taken.
    expect(buddy.take(3, 1)?.zone).toBe(0);
    expect(buddy.take(0, 1)?.zone).toBe(1);
    buddy.scrub();
    expect(buddy.take(3, 1)?.zone).toBe(1);
    buddy.reserve(8, 120);
    buddy.give(8, 3, true);
    expect(buddy.take(3, 0)).toEqual({ frame: 8, zone: 0 });
  });

  it('knows which half of a split block is dirty', () => {
    const buddy = new FrameBuddy(habits('by-scrub', 'upper'));
    buddy.giveRange(0, 8);
    buddy.give(12, 2, true);
    buddy.give(8, 2);
    // One block of 16 with a dirty upper half: its first dirty frame is the eighth from its start.
    expect(buddy.dirtyFrames()).toBe(4);
    expect(buddy.takeFromZone(0, 0)).toBe(15);
    expect(buddy.dirtyFrames()).toBe(3);
  });
});
