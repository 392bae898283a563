import { describe, expect, it } from 'vitest';
import { buildDom0, framesOfRange } from '../../../../src/core/machine/build-dom0.ts';
import { CmaArea } from '../../../../src/core/machine/cma-area.ts';
import { dom0Pages } from '../../../../src/core/machine/dom0-size.ts';
import { LinuxPages } from '../../../../src/core/machine/linux-pages.ts';
import { PvDomain } from '../../../../src/core/machine/pv-domain.ts';
import { xenFootprint } from '../../../../src/core/machine/xen-footprint.ts';
import { XenHeap, type XenHeapKind } from '../../../../src/core/machine/xen-heap.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const GIB_PAGES = GIB / 4096;

describe('dom0_mem', () => {
  it('gives all but a sixteenth, at most 128 MiB, where nothing is stated', () => {
    expect(dom0Pages({}, GIB_PAGES)).toBe(GIB_PAGES - GIB_PAGES / 16);
    expect(dom0Pages({}, 8 * GIB_PAGES)).toBe(8 * GIB_PAGES - 32768);
  });

  it('takes amounts, what is left out, shares, and limits', () => {
    const all = 4 * GIB_PAGES;
    expect(dom0Pages({ amount: { bytes: GIB } }, all)).toBe(GIB_PAGES);
    expect(dom0Pages({ amount: { bytes: -128 * MIB } }, all)).toBe(all - 32768);
    expect(dom0Pages({ amount: { bytes: -8 * GIB } }, all)).toBe(all - 32768);
    expect(dom0Pages({ amount: { bytes: GIB, percent: 25 } }, all)).toBe(2 * GIB_PAGES);
    expect(dom0Pages({ amount: { bytes: 16 * GIB } }, all)).toBe(all);
    expect(dom0Pages({ amount: { bytes: GIB }, min: { bytes: 2 * GIB } }, all)).toBe(2 * GIB_PAGES);
    expect(dom0Pages({ max: { bytes: GIB } }, all)).toBe(GIB_PAGES);
    expect(dom0Pages({ amount: { bytes: 3 * GIB }, max: { bytes: -2 * GIB } }, all)).toBe(2 * GIB_PAGES);
  });
});

function machine(kind: Partial<XenHeapKind>, end = 8 * GIB) {
  const heap = new XenHeap({ zones: 'per-bit', maxOrder: 18, dmaBits: null, cleanToHead: true, ...kind }, [{ start: MIB, end: 3 * GIB }, { start: 4 * GIB, end }]);
  return { heap, domain: new PvDomain(heap, { maxOrder: 18, machineBits: 33 }) };
}

const NEW = { chunks: 'largest', kernelBelowDma: false, separateP2m: true } as const;
const OLD = { chunks: '2M', kernelBelowDma: true, separateP2m: false } as const;

describe('buildDom0', () => {
  it('takes large blocks from the top down, in falling orders', () => {
    const { domain } = machine({});
    expect(buildDom0(domain, NEW, { pages: GIB_PAGES })).toBe(0);
    expect(domain.p2m.pages).toBe(GIB_PAGES);
    for (const { mfn } of domain.p2m.runs) expect(mfn).toBeGreaterThanOrEqual((4 * GIB) / 4096);
  });

  it('uses the chunk and the RAM disk that a log states', () => {
    const { domain, heap } = machine({});
    heap.withhold((8 * GIB - MIB) / 4096, 256);
    const initial = framesOfRange({ start: 6 * GIB, end: 6 * GIB + 128 * MIB });
    const ramdisk = framesOfRange({ start: 8 * GIB - MIB, end: 8 * GIB - 100 });
    buildDom0(domain, NEW, { pages: GIB_PAGES, initial, ramdisk });
    expect(domain.p2m.lookup(0)).toBe((6 * GIB) / 4096);
    expect(domain.p2m.lookup(32768)).toBe((8 * GIB - MIB) / 4096);
    expect(heap.takenFrames).toBe(GIB_PAGES);
    // A chunk that is not free is none: another is taken.
    const other = machine({});
    other.heap.withhold(initial.frame, 1);
    buildDom0(other.domain, NEW, { pages: GIB_PAGES, initial });
    expect(other.domain.p2m.pages).toBe(GIB_PAGES);
    expect(other.domain.p2m.lookup(0)).not.toBe(initial.frame);
  });

  it('touches memory kept for DMA last, 2 MiB at a time', () => {
    const { domain, heap } = machine({ dmaBits: 32 });
    const pages = 4 * GIB_PAGES + 1024;
    buildDom0(domain, NEW, { pages });
    expect(domain.p2m.pages).toBe(pages);
    expect(heap.zoneFrames(21)).toBe(0);
    expect(heap.zoneFrames(20)).toBe(GIB_PAGES - 1024);
  });

  it('builds as 3.0.4 did: the kernel below dma_bits, the rest in chunks of 2 MiB', () => {
    const { domain } = machine({ zones: 'three', maxOrder: 20, dmaBits: 30, cleanToHead: false });
    expect(buildDom0(domain, OLD, { pages: GIB_PAGES })).toBe(0);
    expect(domain.p2m.lookup(0)).toBeLessThan(GIB_PAGES);
    expect(domain.p2m.lookup(40_000)).toBeGreaterThan(GIB_PAGES);
  });

  it('says how much Xen did not have', () => {
    for (const policy of [NEW, OLD]) {
      const { domain, heap } = machine({}, 4 * GIB + MIB);
      const free = heap.freeFrames;
      expect(buildDom0(domain, policy, { pages: free + 1000 })).toBe(1000);
      expect(domain.p2m.pages).toBe(free);
    }
    const { domain } = machine({});
    expect(buildDom0(domain, NEW, { pages: 3 })).toBe(0);
    expect(domain.p2m.pages).toBe(3);
  });
});

describe('xenFootprint', () => {
  it('takes a frame table for all of memory, and keeps clear of boot modules', () => {
    const ranges = [{ start: MIB, end: 3 * GIB }, { start: 4 * GIB, end: 7 * GIB }];
    const above = { start: 7 * GIB - MIB, end: 7 * GIB };
    const kept = xenFootprint(ranges, false, above);
    expect(kept.some(({ start, end }) => end - start === 56 * MIB && start >= 4 * GIB)).toBe(true);
    expect(kept.every(({ start, end }) => end <= above.start && start >= MIB)).toBe(true);
    expect(kept.some(({ end }) => end <= 3 * GIB)).toBe(true);
    expect(xenFootprint(ranges, true)[0]).toEqual({ start: 0, end: 16 * MIB });
    expect(xenFootprint([], false)).toEqual([]);
  });
});

describe('LinuxPages', () => {
  it('leaves the reserve of a lower zone to those who ask for it', () => {
    const pages = new LinuxPages([{ start: 0, end: 3 * GIB }, { start: 4 * GIB, end: 6 * GIB }], 10, true);
    pages.endBoot();
    let normal = 0;
    for (let pfn = pages.allocate(10); pfn !== undefined; pfn = pages.allocate(10)) normal++;
    expect(normal).toBeLessThan((5 * GIB) / (4 * MIB));
    expect(pages.buddy.freeFrames(0)).toBeGreaterThan(0);
    expect(pages.allocate(8, 0)).toBeLessThan(4096);
  });

  it('keeps a watermark in each zone', () => {
    const pages = new LinuxPages([{ start: 0, end: 2 * GIB }], 10);
    pages.endBoot();
    let blocks = 0;
    while (pages.allocate(0, 0) !== undefined) blocks++;
    expect(blocks).toBeGreaterThan(3000);
    expect(pages.buddy.freeFrames(0)).toBeGreaterThan(0);
  });

  it('takes the lowest pages first where boot fills the tails of its lists, the highest where it fills the heads', () => {
    const ranges = [{ start: 64 * MIB, end: 256 * MIB }, { start: 512 * MIB, end: GIB }];
    expect(new LinuxPages(ranges, 10, true).allocate(10)).toBe((64 * MIB) / 4096);
    expect(new LinuxPages(ranges, 10, false).allocate(10)).toBe((GIB - 4 * MIB) / 4096);
    const odd = new LinuxPages([{ start: 64 * MIB, end: 64 * MIB + 12_288 }], 10);
    odd.endBoot();
    expect(odd.buddy.freeFrames()).toBe(3);
  });
});

describe('CmaArea', () => {
  it('gives the first gap that holds a request at its alignment', () => {
    const area = new CmaArea(GIB, 16 * MIB);
    expect(area.allocate(4096)).toBe(GIB);
    expect(area.allocate(3 * MIB)).toBe(GIB + MIB);
    expect(area.allocate(12 * MIB)).toBe(GIB + 4 * MIB);
    expect(area.allocate(8192)).toBe(GIB + 8192);
    expect(area.allocate(2 * MIB)).toBeUndefined();
    expect(area.free(GIB + MIB)).toBe(true);
    expect(area.free(GIB + MIB)).toBe(false);
    expect(area.allocate(2 * MIB)).toBe(GIB + MIB);
  });
});
