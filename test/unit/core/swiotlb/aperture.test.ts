import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Aperture, type MapResult } from '../../../../src/core/swiotlb/aperture.ts';
import { type SearchReplay, VERDICTS, replaySearch } from '../../../../src/core/swiotlb/replay-search.ts';
import { LIVELOCK, NOT_FOUND } from '../../../../src/core/swiotlb/search-request.ts';
import { type Generation, NaivePool, type NaiveRequest } from './naive-pool.ts';

const GENERATIONS: readonly Generation[] = ['A', 'B1', 'B2', 'B3', 'C', 'D', 'E', 'F'];

const generation = fc.constantFrom(...GENERATIONS);
const geometry = fc.record({
  generation,
  shape: fc.constantFrom<[number, number]>([128, 1], [256, 1], [512, 2], [512, 4], [1024, 4], [200, 1], [1, 1], [4096, 1]),
  start: fc.constantFrom(0x10_0000, 0xbbec_e000, 0x7d10_0000, 0xffff_f000, 0x1_0000_3000),
});
/** Masks of ones as drivers set them, and a few that no driver should. */
const mask = fc.constantFrom(0, 0, 0, 0x1ff, 0x7ff, 0xfff, 0x3fff, 0xffff, 0x2800, 0xf000);
const boundary = fc.constantFrom(0xffff_ffff, 0xffff_ffff, 0xffff_ffff, Number.MAX_SAFE_INTEGER, 0xfff, 0x7fff, 0xffff, 0xf_ffff);
const size = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 200_000, max: 270_000 }), fc.constantFrom(2048, 4096, 4097, 262_144, 262_145));
const request = fc.record({ orig: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0x3_ffff_ffff })), bytes: size, cpu: fc.nat(9), minAlign: mask, allocAlign: fc.constantFrom(0, 0, 0, 0xfff, 0xffff), boundary });
const step = fc.oneof({ arbitrary: request, weight: 3 }, { arbitrary: fc.record({ unmap: fc.nat(1000) }), weight: 2 });

function map(aperture: Aperture, { orig, bytes, cpu, minAlign, allocAlign, boundary: boundaryMask }: NaiveRequest): MapResult {
  return aperture.map({ origAddress: orig, bytes, cpu, minAlignMask: minAlign, boundaryMask, allocAlignMask: allocAlign });
}

/** Counters equal sums, lists are those that the slots in use imply, and the bounds of the search's index hold. */
function consistent(aperture: Aperture, held: readonly { first: number; count: number }[]): void {
  const { pool } = aperture;
  const busy = new Uint8Array(pool.slots);
  let shared = 0;
  let crossing = 0;
  for (const { first, count } of held) {
    for (let i = first; i < first + count; i++) shared += busy[i] === 1 ? 1 : 0;
    busy.fill(1, first, first + count);
    if (Math.floor(first / 128) !== Math.floor((first + count - 1) / 128)) crossing++;
  }
  const list = new Uint8Array(pool.slots);
  let beyondBound = 0;
  for (let i = pool.slots - 1, run = 0; i >= 0; i--) {
    if (i % 128 === 127) run = 0;
    run = busy[i] === 1 ? 0 : run + 1;
    list[i] = run;
    if ((pool.runBound[i >> 7] ?? 0) < run) beyondBound++;
  }
  expect({ shared, crossing, beyondBound }).toEqual({ shared: 0, crossing: 0, beyondBound: 0 });
  expect(Buffer.compare(pool.list, list), 'the lists are not those that the slots in use imply').toBe(0);
  let sum = 0;
  for (let area = 0; area < pool.areas; area++) {
    const used = busy.subarray(area * pool.areaSlots, (area + 1) * pool.areaSlots).reduce((total, one) => total + one, 0);
    expect(pool.used[area]).toBe(used);
    expect(pool.hint[area]).toBeGreaterThanOrEqual(0);
    expect(pool.hint[area]).toBeLessThan(pool.areaSlots);
    sum += used;
  }
  expect(pool.totalUsed).toBe(sum);
  expect(aperture.used).toBe(sum);
  expect(aperture.highWater).toBeGreaterThanOrEqual(sum);
}

describe('the slot search against the naive one', () => {
  it.each(GENERATIONS)('generation %s gives the same slot, hint and list after every step', (gen) => {
    fc.assert(fc.property(geometry, fc.array(step, { maxLength: 60 }), ({ shape: [slots, areas], start }, steps) => {
      const aperture = new Aperture(gen, slots, areas, start);
      const naive = new NaivePool(gen, slots, areas, start);
      const held: number[] = [];
      for (const action of steps) {
        if ('unmap' in action) {
          if (held.length === 0) continue;
          const [address = -1] = held.splice(action.unmap % held.length, 1);
          naive.unmap(address);
          expect(aperture.unmap(address)).toBeGreaterThan(0);
        } else {
          const actual = map(aperture, action);
          const expected = naive.map(action);
          if (typeof expected === 'string') expect(actual.ok ? actual : actual.cause === 'livelock' ? 'livelock' : 'none').toBe(expected);
          else {
            expect(actual).toEqual({ ok: true, slot: expected.slot, pad: expected.pad, area: expected.area, slots: expected.need, address: expected.address });
            held.push(expected.address);
          }
        }
        expect([...aperture.pool.hint]).toEqual(naive.hints);
      }
      expect([...aperture.pool.list]).toEqual(naive.list());
    }), { numRuns: 300 });
  });
});

describe('a replayed search', () => {
  it.each(GENERATIONS)('of generation %s looks at each slot and comes to the same end', (gen) => {
    fc.assert(fc.property(geometry, fc.array(step, { maxLength: 60 }), ({ shape: [slots, areas], start }, steps) => {
      const aperture = new Aperture(gen, slots, areas, start);
      let replays: SearchReplay[] = [];
      aperture.watch = (search) => replays.push(replaySearch(aperture.pool, search, gen));
      const live: number[] = [];
      for (const next of steps) {
        if ('unmap' in next) {
          if (live.length > 0) aperture.unmap(live.splice(next.unmap % live.length, 1)[0]!);
          continue;
        }
        replays = [];
        const result = map(aperture, next);
        const ends = replays.map(({ found }) => found);
        if (result.ok) {
          expect(ends).toEqual([...ends.slice(0, -1).fill(NOT_FOUND), result.slot - result.pad]);
          live.push(result.address);
        } else {
          expect(ends.at(-1)).toBe(result.cause === 'livelock' ? LIVELOCK : NOT_FOUND);
        }
        for (const { slots: looked, verdicts, area, found, need } of replays) {
          expect(looked.every((slot) => Math.floor(slot / aperture.pool.areaSlots) === area)).toBe(true);
          expect([...verdicts].filter((verdict) => VERDICTS[verdict] === 'taken')).toHaveLength(found >= 0 ? 1 : 0);
          if (result.ok) expect(need).toBe(result.slots);
        }
      }
    }), { numRuns: 60 });
  });

  it('says of each slot why it was passed over', () => {
    const aperture = new Aperture('F', 256, 1, 0x10_0000);
    const take = (bytes: number, minAlign = 0, orig = 0x1800): MapResult => map(aperture, { orig, bytes, cpu: 0, minAlign, allocAlign: 0, boundary: 0xffff_ffff });
    take(2048 * 3);
    let replay: SearchReplay | undefined;
    aperture.watch = (search) => { replay = replaySearch(aperture.pool, search, 'F'); };
    // Slot 3 has an address that ends as the original does; the hint stands there.
    expect(take(100, 0xfff)).toMatchObject({ ok: true, slot: 3 });
    expect([...replay!.slots].map((slot, at) => [slot, VERDICTS[replay!.verdicts[at]!]])).toEqual([[3, 'taken']]);
    expect(take(2048 * 124)).toMatchObject({ ok: true, slot: 4 });
    expect(take(2048 * 127)).toMatchObject({ ok: true, slot: 128 });
    take(100, 0xfff, 0x1000);
    expect([replay!.hint, replay!.need, replay!.found]).toEqual([255, 1, NOT_FOUND]);
    expect(new Set([...replay!.verdicts].map((verdict) => VERDICTS[verdict]))).toEqual(new Set(['unaligned', 'in-use']));
    expect([replay!.slots[0], VERDICTS[replay!.verdicts[0]!]]).toEqual([255, 'unaligned']);
  });
});

describe('the search over a crowded pool', () => {
  it.each(GENERATIONS)('generation %s agrees with the naive one where whole segments are passed over', (gen) => {
    const crowd = fc.record({
      fill: fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 40, maxLength: 120 }),
      shape: fc.constantFrom<[number, number]>([1024, 1], [1024, 2], [768, 1]), minAlign: fc.constantFrom(0, 0, 0xfff, 0x7ff), boundary: fc.constantFrom(0xffff_ffff, 0xffff),
      steps: fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 100_000 }), orig: fc.integer({ min: 1, max: 0xff_ffff }), drop: fc.nat(1000), drops: fc.nat(2) }), { minLength: 10, maxLength: 60 }),
    });
    fc.assert(fc.property(crowd, ({ fill, shape: [slots, areas], minAlign, boundary: limit, steps }) => {
      const aperture = new Aperture(gen, slots, areas, 0x7d10_1000);
      const naive = new NaivePool(gen, slots, areas, 0x7d10_1000);
      const held: number[] = [];
      const both = (bytes: number, orig: number, minAlignMask: number): void => {
        const action: NaiveRequest = { orig, bytes, cpu: bytes, minAlign: minAlignMask, allocAlign: 0, boundary: limit };
        const expected = naive.map(action);
        const actual = map(aperture, action);
        if (typeof expected === 'string') expect(actual.ok ? actual : actual.cause === 'livelock' ? 'livelock' : 'none').toBe(expected);
        else {
          expect(actual).toMatchObject({ ok: true, slot: expected.slot, slots: expected.need });
          held.push(expected.address);
        }
      };
      for (const bytes of fill) both(bytes, bytes * 7, 0);
      for (const { bytes, orig, drop, drops } of steps) {
        for (let i = 0; i < drops && held.length > 0; i++) {
          const [address = -1] = held.splice((drop + i) % held.length, 1);
          naive.unmap(address);
          aperture.unmap(address);
        }
        both(bytes, orig, minAlign);
      }
      expect([...aperture.pool.list]).toEqual(naive.list());
      expect([...aperture.pool.hint]).toEqual(naive.hints);
    }), { numRuns: 60 });
  });
});

describe('the aperture', () => {
  it('neither shares nor loses a slot, and is as it began when all is freed', () => {
    fc.assert(fc.property(geometry, fc.array(step, { maxLength: 80 }), ({ generation: gen, shape: [slots, areas], start }, steps) => {
      const aperture = new Aperture(gen, slots, areas, start);
      const fresh = [...aperture.pool.list];
      const held: { first: number; count: number; address: number }[] = [];
      for (const action of steps) {
        if ('unmap' in action) {
          if (held.length > 0) {
            const [gone] = held.splice(action.unmap % held.length, 1);
            expect(aperture.unmap(gone?.address ?? -1)).toBe(gone?.count);
          }
          continue;
        }
        const hints = [...aperture.pool.hint];
        const result = map(aperture, action);
        if (result.ok) {
          held.push({ first: result.slot - result.pad, count: result.slots, address: result.address });
          const next = result.slot - result.pad + result.slots - result.area * aperture.pool.areaSlots;
          expect(aperture.pool.hint[result.area]).toBe(next < aperture.pool.areaSlots ? next : 0);
        } else expect([...aperture.pool.hint]).toEqual(hints);
      }
      consistent(aperture, held);
      for (const { address } of held) aperture.unmap(address);
      expect([...aperture.pool.list]).toEqual(fresh);
      expect(aperture.used).toBe(0);
    }), { numRuns: 300 });
  });

  it('stays consistent through 100,000 steps of misuse', () => {
    // A linear congruential generator: the run is the same every time.
    let seed = 20_070_326;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (const gen of GENERATIONS) {
      const aperture = new Aperture(gen, 1024, 4, 0x7d10_0000);
      const held = new Map<number, { first: number; count: number }>();
      for (let i = 0; i < 100_000 / GENERATIONS.length; i++) {
        const action = random(10);
        if (action < 5) {
          const result = aperture.map({
            origAddress: random(2 ** 31), bytes: 1 + random(random(4) === 0 ? 300_000 : 9000), cpu: random(64) - 2,
            minAlignMask: [0, 0, 0xfff, 0x7ff][random(4)] ?? 0, boundaryMask: [0xffff_ffff, 0xffff][random(2)] ?? 0, allocAlignMask: [0, 0, 0xfff][random(3)] ?? 0,
          });
          if (result.ok) {
            expect(held.has(result.address)).toBe(false);
            held.set(result.address, { first: result.slot - result.pad, count: result.slots });
          }
        } else if (action < 8) {
          const address = [...held.keys()][random(held.size)];
          if (address === undefined) continue;
          expect(aperture.unmap(address)).toBe(held.get(address)?.count);
          held.delete(address);
          // Freed twice, freed inside another mapping's run, freed where nothing ever was.
          expect(aperture.unmap(address)).toBeUndefined();
        } else {
          const slot = random(1400) - 200;
          const address = 0x7d10_0000 + slot * 2048;
          const own = [...held].find(([start]) => Math.floor((start - 0x7d10_0000) / 2048) === slot);
          const gone = aperture.unmap(address);
          expect(gone === undefined).toBe(own === undefined);
          if (own) held.delete(own[0]);
        }
        if (i % 997 === 0) consistent(aperture, [...held.values()]);
      }
      consistent(aperture, [...held.values()]);
    }
  });

  it('answers nonsense without a throw and without a change', () => {
    const aperture = new Aperture('F', 256, 1, 0x10_0000);
    for (const address of [Number.NaN, -1, Infinity, 0, 0x10_0000 - 1, 0x10_0000 + 256 * 2048, 2 ** 53]) expect(aperture.unmap(address)).toBeUndefined();
    expect(aperture.used).toBe(0);
  });

  it('refuses to be what no kernel has', () => {
    expect(() => new Aperture('D', 100, 3, 0)).toThrow(RangeError);
    expect(() => new Aperture('A', 0, 1, 0)).toThrow(RangeError);
    expect(() => new Aperture('A', 1.5, 1, 0)).toThrow(RangeError);
  });
});

describe('why a mapping fails', () => {
  const plain = { origAddress: 0x100_0000, cpu: 0, minAlignMask: 0, boundaryMask: 0xffff_ffff };
  const fill = (aperture: Aperture, bytes: number): number[] => {
    const held: number[] = [];
    for (;;) {
      const result = aperture.map({ ...plain, bytes });
      if (!result.ok) return held;
      held.push(result.address);
    }
  };

  it.each(['A', 'B3', 'C', 'D', 'F'] as const)('oversize, exhausted and fragmented (%s)', (gen) => {
    const aperture = new Aperture(gen, 512, 1, 0);
    expect(aperture.map({ ...plain, bytes: 262_145 })).toMatchObject({ ok: false, cause: 'oversize', slots: 129, free: 512, longest: 128 });
    const held = fill(aperture, 2048);
    expect(held).toHaveLength(512);
    expect(aperture.map({ ...plain, bytes: 1 })).toMatchObject({ ok: false, cause: 'exhausted', free: 0, longest: 0 });
    held.filter((_, index) => index % 2 === 0).forEach((address) => aperture.unmap(address));
    expect(aperture.map({ ...plain, bytes: 4096 })).toMatchObject({ ok: false, cause: 'fragmented', free: 256, longest: 1 });
  });

  it('area-local: each area has too few, all together have enough', () => {
    const aperture = new Aperture('D', 512, 4, 0);
    for (let cpu = 0; cpu < 4; cpu++) expect(aperture.map({ ...plain, cpu, bytes: 100 * 2048 })).toMatchObject({ ok: true, area: cpu });
    expect(aperture.map({ ...plain, bytes: 40 * 2048 })).toMatchObject({ cause: 'area-local', free: 112, longest: 28 });
  });

  it('alignment: a run that is long enough begins at the wrong slot', () => {
    const aperture = new Aperture('F', 128, 1, 0);
    fill(aperture, 2048).slice(1, 3).forEach((address) => aperture.unmap(address));
    expect(aperture.map({ ...plain, bytes: 4096 })).toMatchObject({ cause: 'alignment', longest: 2 });
    expect(aperture.map({ ...plain, bytes: 4096, minAlignMask: 0x7ff })).toMatchObject({ ok: true, slot: 1 });
  });

  it('boundary: every run that is long enough straddles it', () => {
    const aperture = new Aperture('B3', 128, 1, 0);
    expect(aperture.map({ ...plain, bytes: 40_000, boundaryMask: 0x7fff })).toMatchObject({ cause: 'boundary' });
    expect(aperture.map({ ...plain, bytes: 32_768, boundaryMask: 0x7fff })).toMatchObject({ ok: true, slot: 0 });
  });

  it('livelock: kernels that stop only where they began, never those that count', () => {
    const request = { ...plain, origAddress: 4095, bytes: 260_096, minAlignMask: 0xfff };
    // An empty pool whose hint has moved by one earlier mapping: the walk from there passes over the slot where it began.
    const moved = (gen: Generation): Aperture => {
      const aperture = new Aperture(gen, 4096, 1, 0x7d10_0000);
      const first = aperture.map({ ...plain, bytes: 4096 });
      expect(first.ok && aperture.unmap(first.address)).toBe(2);
      return aperture;
    };
    for (const gen of ['C', 'D'] as const) {
      expect(moved(gen).map(request)).toMatchObject({ ok: false, cause: 'livelock', free: 4096 });
      expect(new Aperture(gen, 4096, 1, 0x7d10_0000).map(request)).toMatchObject({ ok: false, cause: 'alignment' });
    }
    for (const gen of ['E', 'F'] as const) expect(moved(gen).map(request)).toMatchObject({ ok: false, cause: 'alignment' });
  });
});
