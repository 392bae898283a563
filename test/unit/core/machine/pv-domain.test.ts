import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PvDomain } from '../../../../src/core/machine/pv-domain.ts';
import { XenHeap } from '../../../../src/core/machine/xen-heap.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const PAGES = 2048;

function machine(clampBits?: number) {
  const heap = new XenHeap({ zones: 'per-bit', maxOrder: 18, dmaBits: null, cleanToHead: true }, [{ start: MIB, end: 32 * MIB }]);
  const total = heap.freeFrames;
  const domain = new PvDomain(heap, { maxOrder: 9, machineBits: 25, ...(clampBits === undefined ? {} : { clampBits }) });
  return { heap, total, domain };
}

/** p2m and m2p are each other's inverse, no frame has two pages, and every frame is the heap's or the domain's. */
function consistent({ heap, total, domain }: ReturnType<typeof machine>): void {
  let pages = 0;
  for (const { pfn, mfn, count } of domain.p2m.runs) {
    pages += count;
    for (let i = 0; i < count; i += Math.max(1, count - 1)) expect(domain.pageOf(mfn + i)).toBe(pfn + i);
  }
  expect(heap.freeFrames + pages).toBe(total);
  expect(heap.takenFrames).toBe(pages);
}

const pfn = fc.integer({ min: 0, max: PAGES + 100 });
const plan = fc.array(fc.oneof(
  fc.record({ op: fc.constant('exchange' as const), pfn, order: fc.integer({ min: 0, max: 10 }), bits: fc.constantFrom(0, 12, 21, 23, 24, 32) }),
  fc.record({ op: fc.constant('scatter' as const), pfn, order: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ op: fc.constant('populate' as const), pfn, count: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ op: fc.constant('decrease' as const), pfn, count: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ op: fc.constant('extents' as const), pfns: fc.array(pfn, { maxLength: 40 }), inOrder: fc.integer({ min: 0, max: 3 }), outOrder: fc.integer({ min: 0, max: 3 }), bits: fc.constantFrom(0, 22, 24) }),
  fc.record({ op: fc.constant('move' as const), pfn: fc.integer({ min: 0, max: 500 }), count: fc.integer({ min: 1, max: 20 }), onto: fc.option(pfn, { nil: undefined }) }),
  fc.record({ op: fc.constant('scrub' as const) }),
), { maxLength: 60 });

describe('PvDomain', () => {
  it('stays consistent whatever it is asked, and gives all back in the end', () => {
    fc.assert(fc.property(plan, (steps) => {
      const world = machine();
      const { domain, heap, total } = world;
      domain.populate(0, PAGES / 64, 6);
      let moved = 10_000;
      for (const step of steps) {
        const before = domain.p2m.pages;
        switch (step.op) {
          case 'exchange': domain.exchange(step.pfn, step.order, step.bits); expect(domain.p2m.pages).toBe(before); break;
          case 'scatter': domain.scatter(step.pfn, step.order); expect(domain.p2m.pages).toBe(before); break;
          case 'populate': {
            const added = domain.populate(step.pfn, step.count);
            expect(domain.p2m.pages).toBe(before + added);
            break;
          }
          case 'decrease': {
            const given = domain.decrease(step.pfn, step.count);
            expect(domain.p2m.pages).toBe(before - given);
            break;
          }
          case 'extents': domain.exchangeExtents(step); expect(domain.p2m.pages).toBe(before); break;
          case 'move': domain.move(step.pfn, step.count, step.onto ?? moved); moved += step.count; expect(domain.p2m.pages).toBe(before); break;
          case 'scrub': heap.scrub(); break;
        }
        consistent(world);
      }
      domain.destroy();
      expect(domain.p2m.pages).toBe(0);
      expect(heap.freeFrames).toBe(total);
      heap.scrub();
      expect(heap.allocate(11, { bits: 24 }).ok).toBe(true);
    }), { numRuns: 60 });
  });

  it('exchanges for one extent below the width, from memory that is free, then frees its own', () => {
    const { domain, heap } = machine();
    domain.populate(0, 512, 0);
    const free = heap.freeFrames;
    const got = domain.exchange(0, 9, 24);
    expect(got).toMatchObject({ ok: true, zone: 12 });
    expect(domain.p2m.machineRuns(0, 512)).toBe(1);
    expect(heap.freeFrames).toBe(free);
    expect(heap.dirtyFrames).toBeGreaterThan(0);
    expect(domain.exchange(0, 10, 0)).toMatchObject({ ok: false, cause: 'permission' });
    expect(domain.exchange(400, 9, 0)).toMatchObject({ ok: false, cause: 'not-mapped' });
    expect(domain.exchange(0, 9, 20)).toMatchObject({ ok: false, cause: 'no-block' });
  });

  it('fails where its own memory would be the only one that could serve', () => {
    const { domain } = machine();
    domain.populate(0, 7936, 0);
    expect(domain.exchange(0, 3, 0)).toMatchObject({ ok: false, cause: 'no-block' });
    expect(domain.scatter(0, 0)).toBe(false);
  });

  it('gives back new frames in the reverse order of their allocation', () => {
    const { domain } = machine();
    domain.populate(0, 1, 3);
    const report = domain.exchangeExtents({ pfns: [0], inOrder: 3, outOrder: 0, bits: 0 });
    expect(report).toEqual({ ok: true, exchanged: 1 });
    // The heap hands out from the top downwards, so consecutive pages end on consecutive frames.
    expect(domain.p2m.machineRuns(0, 8)).toBe(1);
  });

  it('reports the chunks that were done before one failed', () => {
    const { domain, heap } = machine();
    domain.populate(0, 7000, 0);
    // 24 bits: 15 MiB of which the domain holds some; ask for more chunks than are free there.
    const room = [...Array.from({ length: 12 }, (_, i) => i + 1)].reduce((sum, zone) => sum + heap.zoneFrames(zone), 0);
    const pfns = Array.from({ length: 4096 }, (_, i) => i);
    const report = domain.exchangeExtents({ pfns, inOrder: 0, outOrder: 9, bits: 24 });
    expect(report.ok).toBe(false);
    expect(report.exchanged % 512).toBe(0);
    expect(report.exchanged).toBeLessThanOrEqual(room);
    for (let pfn = 0; pfn < report.exchanged; pfn += 512) expect(domain.p2m.machineRuns(pfn, 512)).toBe(1);
    if (!report.ok) expect(report.refusal.cause).toBe('no-block');
  });

  it('refuses pages named twice, extents that do not fill a chunk, and orders beyond its own', () => {
    const { domain } = machine();
    domain.populate(0, 64, 0);
    expect(domain.exchangeExtents({ pfns: [0, 0], inOrder: 0, outOrder: 1, bits: 0 })).toMatchObject({ ok: false, exchanged: 0, refusal: { cause: 'not-mapped' } });
    expect(domain.exchangeExtents({ pfns: [0, 1, 2], inOrder: 0, outOrder: 1, bits: 0 })).toMatchObject({ ok: false, refusal: { cause: 'not-mapped' } });
    expect(domain.exchangeExtents({ pfns: [0], inOrder: 0, outOrder: 12, bits: 0 })).toMatchObject({ ok: false, refusal: { cause: 'permission' } });
    expect(domain.exchangeExtents({ pfns: [4, 20, 8, 40], inOrder: 1, outOrder: 2, bits: 0 }).ok).toBe(true);
    expect(domain.p2m.pages).toBe(64);
    expect(domain.populate(10, 1)).toBe(0);
  });

  it('holds a 32-bit domain to the width that Xen gives it', () => {
    const { domain } = machine(23);
    expect(domain.populate(0, 4, 0)).toBe(4);
    expect((domain.p2m.lookup(0) ?? Infinity) < 2 ** 11).toBe(true);
    expect(domain.exchange(0, 2, 24).ok).toBe(true);
    expect((domain.p2m.lookup(0) ?? Infinity) < 2 ** 11).toBe(true);
    expect(domain.scatter(0, 2)).toBe(true);
    expect((domain.p2m.lookup(3) ?? Infinity) < 2 ** 11).toBe(true);
  });

  it('costs no more than its fragments on a machine of 1 TiB', () => {
    const heap = new XenHeap({ zones: 'per-bit', maxOrder: 18, dmaBits: null, cleanToHead: true }, [{ start: MIB, end: 1024 * GIB }]);
    const domain = new PvDomain(heap, { maxOrder: 18, machineBits: 40 });
    domain.populate(0, 512, 18);
    expect(domain.p2m.pages).toBe(2 ** 27);
    expect(domain.p2m.runs.length).toBeLessThan(600);
    expect([...heap.blocks()].length).toBeLessThan(600);
  });
});
