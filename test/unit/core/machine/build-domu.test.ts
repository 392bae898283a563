import { describe, expect, it } from 'vitest';
import { buildDomU } from '../../../../src/core/machine/build-domu.ts';
import { PvDomain } from '../../../../src/core/machine/pv-domain.ts';
import { XenHeap, type XenHeapKind } from '../../../../src/core/machine/xen-heap.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const KIND: XenHeapKind = { zones: 'per-bit', maxOrder: 18, dmaBits: null, cleanToHead: true };

function guest(end: number, kind: Partial<XenHeapKind> = {}): PvDomain {
  return new PvDomain(new XenHeap({ ...KIND, ...kind }, [{ start: MIB, end }]), { maxOrder: 9, machineBits: 40 });
}

describe('a PV guest', () => {
  it('has extents of 2 MiB and the rest in single pages, from the top of memory downwards', () => {
    const domain = guest(64 * MIB);
    expect(buildDomU(domain, { extents: '2M', claims: true }, 3 * 512 + 7)).toEqual({ pages: 1543, inExtents: 1536 });
    expect(domain.p2m.pages).toBe(1543);
    for (const pfn of [0, 512, 1024]) expect(domain.p2m.machineRuns(pfn, 512)).toBe(1);
    expect(domain.p2m.lookup(0)).toBe(62 * 256);
    expect(domain.heap.unclaimedFrames).toBe(domain.heap.freeFrames);
  });

  it('falls back to single pages where no extent is whole', () => {
    const domain = guest(8 * MIB);
    const { heap } = domain;
    // A frame in the middle of each 2 MiB is taken.
    for (let frame = 256; frame < 2048; frame += 512) heap.withhold(frame + 300, 1);
    expect(buildDomU(domain, { extents: '2M', claims: false }, 1000)).toEqual({ pages: 1000, inExtents: 0 });
  });

  it('was built of single pages before 4.6: consecutive pages lie in falling frames', () => {
    const domain = guest(16 * MIB);
    expect(buildDomU(domain, { extents: 'single', claims: false }, 600)).toEqual({ pages: 600, inExtents: 0 });
    expect([0, 1, 2, 599].map((pfn) => domain.p2m.lookup(pfn))).toEqual([4095, 4094, 4093, 3496]);
    expect(domain.pageOf(3496)).toBe(599);
    expect(domain.p2m.machineRuns(0, 600)).toBe(600);
  });

  it.each([true, false])('is not built at all where Xen has too little, and takes nothing then (claims: %s)', (claims) => {
    const domain = guest(16 * MIB);
    const free = domain.heap.freeFrames;
    expect(buildDomU(domain, { extents: '2M', claims }, free + 1)).toEqual({ pages: 0, inExtents: 0 });
    expect([domain.heap.freeFrames, domain.heap.unclaimedFrames, domain.p2m.pages]).toEqual([free, free, 0]);
  });

  it('leaves what others have claimed alone', () => {
    const domain = guest(16 * MIB);
    expect(domain.heap.claim(3000)).toBe(true);
    expect(buildDomU(domain, { extents: 'single', claims: false }, 900)).toEqual({ pages: 0, inExtents: 0 });
    expect(buildDomU(domain, { extents: 'single', claims: true }, 841)).toEqual({ pages: 0, inExtents: 0 });
    expect(buildDomU(domain, { extents: 'single', claims: true }, 840).pages).toBe(840);
    expect(domain.heap.unclaimedFrames).toBe(0);
  });

  it('comes from the node that it is bound to, or is not built', () => {
    const nodes = [{ start: 0, end: GIB }, { start: GIB, end: 2 * GIB }];
    const domain = guest(2 * GIB, { nodes });
    const pages = (512 * MIB) / 4096;
    expect(buildDomU(domain, { extents: '2M', claims: true, node: 0 }, pages)).toEqual({ pages, inExtents: pages });
    expect(Math.max(...domain.p2m.runs.map(({ mfn, count }) => mfn + count))).toBeLessThanOrEqual(GIB / 4096);
    const other = new PvDomain(domain.heap, { maxOrder: 9, machineBits: 40 });
    expect(buildDomU(other, { extents: '2M', claims: true, node: 0 }, (768 * MIB) / 4096).pages).toBe(0);
    expect(buildDomU(other, { extents: '2M', claims: true }, (768 * MIB) / 4096).pages).toBe((768 * MIB) / 4096);
  });
});
