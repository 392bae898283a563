import { describe, expect, it } from 'vitest';
import { type BootedMachine, boot } from '../../../../src/core/dma/boot.ts';
import { allocateCoherent, freeCoherent } from '../../../../src/core/dma/coherent.ts';
import { createContiguousRegion, destroyContiguousRegion } from '../../../../src/core/dma/contiguous-region.ts';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { atomicPoolOrder, bytesAboveAperture, highestRoom, mappedBlock, populatedRanges } from '../../../../src/core/dma/linux-memory.ts';
import { placeAperture } from '../../../../src/core/dma/place-aperture.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { factFromDefault } from '../../../../src/core/platform/fact.ts';
import type { E820Entry, PlatformFacts } from '../../../../src/core/platform/platform-facts.ts';
import type { Platform } from '../../../../src/core/platform/platform.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';
import { reasonText } from '../../../../src/render/reason-text.ts';

const fact = <T>(value: T) => ({ value, from: { kind: 'log', uri: 'x', line: 1, column: 1 } } as const);

function map(bytes: number): E820Entry[] {
  const rows: E820Entry[] = [{ start: 0, end: 0x9_f000, type: 'usable' }, { start: MIB, end: Math.min(bytes, 3 * GIB), type: 'usable' }];
  if (bytes > 3 * GIB) rows.push({ start: 4 * GIB, end: GIB + bytes, type: 'usable' });
  return rows;
}

function dom0(linux: string, xen: string, memory: number, more: PlatformFacts = {}): Platform {
  return buildPlatform({
    kernelRelease: fact(linux), xenVersion: fact(xen), domain: fact('pv-dom0' as const), machineE820: fact(map(memory)), possibleCpus: fact(2),
    dom0Memory: fact({ amount: { bytes: GIB } }), ...more,
  }, { id: 'test' });
}

const XEN_LINUX: PlatformFacts = { lineage: fact('xenlinux' as const) };
const device = (bits: number) => createDevice({ name: 'card', maskBits: bits });

/** One request and its release: what served it. */
function cell(machine: BootedMachine, bits: number, bytes: number): string {
  const { outcome, block } = allocateCoherent(machine, device(bits), 'x', bytes);
  for (const step of outcome.explain) expect(reasonText(step)).not.toMatch(/undefined|NaN/);
  if (block) freeCoherent(machine, block);
  return outcome.ok ? (outcome.by ?? '') : outcome.reason;
}

describe('coherent memory under Xen PV', () => {
  it('is exchanged where the mask does not reach the pages, and served as it is where it does', () => {
    const machine = boot(dom0('6.1.192', '4.17.7', 6 * GIB));
    expect([64, 33, 32, 30, 28].map((bits) => cell(machine, bits, 2 * MIB))).toEqual(['pages', 'pages', 'exchange', 'exchange', 'exchange']);
    // The aperture has taken all memory below 64 MiB.
    expect([26, 24].map((bits) => cell(machine, bits, 4096))).toEqual(['exchange-zone-empty', 'exchange-zone-empty']);
    expect(cell(machine, 32, 4 * MIB)).toBe('exchange');
    expect(cell(machine, 32, 4 * MIB + 1)).toBe('page-allocator-limit');
  });

  it('ends at 2 MiB before the frame list grew, where an exchange is needed', () => {
    const machine = boot(dom0('5.10.218', '4.17.7', 6 * GIB));
    expect(cell(machine, 32, 2 * MIB)).toBe('exchange');
    expect(cell(machine, 32, 2 * MIB + 1)).toBe('contig-order-limit');
    expect(cell(machine, 64, 4 * MIB)).toBe('pages');
  });

  it('gives the machine back as it was, frame for frame', () => {
    const machine = boot(dom0('6.12.117', '4.17.7', 6 * GIB));
    const { domain, pages } = machine;
    const before = [domain?.heap.freeFrames, pages.buddy.freeFrames(), domain?.p2m.pages];
    for (const bits of [64, 32, 31, 24]) for (const bytes of [1, 4096, 5000, MIB, 4 * MIB]) cell(machine, bits, bytes);
    expect([domain?.heap.freeFrames, pages.buddy.freeFrames(), domain?.p2m.pages]).toEqual(before);
  });

  it('is refused by Xen for what each limit says', () => {
    const small = boot(dom0('6.1.192', '4.17.7', 6 * GIB, { memopMaxOrder: fact([9, 8, 8]) }));
    expect(cell(small, 32, 2 * MIB)).toBe('xen-exchange-order-limit');
    const old = boot(dom0('2.6.16.33-xen', '3.0.4', 4 * GIB, { ...XEN_LINUX, xenDmaBitsOption: fact(32) }));
    expect(cell(old, 32, 4096)).toBe('exchange-width-below-dma-bits');
    const full = boot(dom0('6.1.192', '4.17.7', 6 * GIB, { dom0Memory: fact({ amount: { bytes: 8 * GIB } }) }));
    expect(cell(full, 28, 4096)).toBe('exchange-zone-empty');
  });

  it('is refused without a size, and frees what it is told to free once', () => {
    const machine = boot(dom0('6.1.192', '4.17.7', 6 * GIB));
    for (const bytes of [0, -1, 1.5, NaN]) expect(allocateCoherent(machine, device(32), 'x', bytes).outcome).toMatchObject({ ok: false, reason: 'bad-size' });
    const { domain } = machine;
    expect(domain?.heap.claim(domain.heap.freeFrames)).toBe(true);
    expect(cell(machine, 32, 4096)).toBe('exchange-zone-empty');
  });

  it('is always exchanged by XenLinux, at 31 bits in 3.0.4', () => {
    const machine = boot(dom0('2.6.16.33-xen', '3.0.4', 4 * GIB, XEN_LINUX));
    for (const bits of [64, 32, 24]) {
      const { outcome } = allocateCoherent(machine, device(bits), 'x', 4096);
      expect(outcome.ok && outcome.by).toBe('exchange');
      expect(outcome.explain.find(({ key }) => key === 'exchange-width')?.params).toMatchObject({ bits: 31, fixed: 1 });
    }
    expect(cell(machine, 32, 4 * MIB)).toBe('contig-order-limit');
    expect(cell(machine, 32, 8 * MIB)).toBe('page-allocator-limit');
  });

  it('is exchanged for alignment alone where the release asks for it', () => {
    const platform = dom0('6.12.117', '4.17.7', 6 * GIB);
    const machine = boot(platform);
    const { domain, pages } = machine;
    if (!domain) throw new Error('no domain');
    // Frames that are consecutive but one off.
    const pfn = pages.allocate(4) ?? -1;
    domain.decrease(pfn, 16);
    const got = domain.heap.allocate(6);
    if (!got.ok) throw new Error('no frames');
    domain.map(pfn, [{ mfn: got.frame + 1, count: 16 }]);
    pages.free(pfn, 4);
    const taken = allocateCoherent(machine, device(64), 'a', 65536);
    expect(taken.block?.pfn).toBe(pfn);
    expect(taken.outcome.explain.map(({ key }) => key)).toContain('exchange-needed-alignment');
    const none = boot({ ...platform, features: { ...platform.features, alignmentCheck: factFromDefault('none' as const, '') } });
    expect(cell(none, 64, 65536)).toBe('pages');
  });
});

describe('contiguous regions', () => {
  it('keep to the order of their kernel, and to the static list while it boots', () => {
    const { domain } = boot(dom0('6.12.117', '4.17.7', 6 * GIB));
    if (!domain) throw new Error('no domain');
    const [grows, fixed] = [{ maxContigOrder: factFromDefault(null, '') }, { maxContigOrder: factFromDefault(9, '') }];
    const pfn = mappedBlock(domain.p2m, 10) ?? -1;
    expect(createContiguousRegion(fixed, domain, pfn, 10, 32)).toEqual({ ok: false, cause: 'contig-order' });
    expect(createContiguousRegion(grows, domain, pfn, 10, 32, true)).toEqual({ ok: false, cause: 'early-boot' });
    expect(createContiguousRegion(grows, domain, pfn, 10, 32).ok).toBe(true);
    expect(destroyContiguousRegion(fixed, domain, pfn, 10)).toBe(false);
    expect(destroyContiguousRegion(grows, domain, pfn, 10)).toBe(true);
  });
});

describe('booting', () => {
  it('places the segments of the aperture lowest first, each in its own power of two from the top down', () => {
    const machine = boot(dom0('6.1.192', '4.17.7', 6 * GIB));
    expect(machine.segments?.slice(0, 6)).toEqual([0x1c_0000, 0x18_0000, 0x14_0000, 0x10_0000, 0x3c_0000, 0x38_0000]);
    expect(machine.apertureBytes).toBe(64 * MIB);
  });

  it('uses the fixed width of 3.0.x kernels', () => {
    for (const [xen, bits] of [['3.0.4', 30], ['3.0.3', 31]] as const) {
      const machine = boot(dom0('2.6.16.33-xen', xen, 4 * GIB, XEN_LINUX));
      expect(machine.segments?.length).toBe(256);
      for (const start of machine.segments ?? []) expect(start + 256 * 1024).toBeLessThanOrEqual(2 ** bits);
    }
  });

  it('does with an aperture that does not fit what its generation does', () => {
    // Xen keeps 20 MiB, and what an exchange gives back lies beyond the width: no aperture of 64 MiB can be made contiguous.
    const tight = { dom0Memory: fact({ amount: { bytes: -20 * MIB } }), apertureStart: fact(32 * MIB) };
    const bytes = (linux: string, xen: string, more: PlatformFacts = {}) => boot(dom0(linux, xen, 4 * GIB, { ...tight, ...more }));
    const thrice = bytes('5.10.223', '4.17.7');
    // What a failed attempt exchanged stays behind its pages: asking again for less finds Xen no richer.
    const asked = (machine: BootedMachine): unknown[] => machine.notes.map(({ params }) => ('bytes' in params ? params.bytes / MIB : 0));
    expect([thrice.apertureBytes, asked(thrice)]).toEqual([0, [64, 32, 16, 8]]);
    const halved = bytes('6.1.192', '4.17.7');
    expect([halved.apertureBytes, asked(halved)]).toEqual([0, [64, 32, 16, 8, 4, 2, 1]]);
    expect(halved.notes.every((note) => note.key === 'aperture-not-contiguous' && !/undefined/.test(reasonText(note)))).toBe(true);
    const cut = bytes('2.6.18.8-xen', '3.1.0', XEN_LINUX);
    expect(cut.apertureBytes).toBeGreaterThan(0);
    expect(cut.apertureBytes).toBeLessThan(64 * MIB);
    expect(cut.apertureBytes % (256 * 1024)).toBe(0);
    const dead = bytes('2.6.16.33-xen', '3.0.4', { ...XEN_LINUX, apertureStart: fact(256 * MIB) });
    expect(dead.apertureBytes).toBe(0);
  });

  it('moves the pages of a PV dom0 out of the holes of the map, or gives them back', () => {
    const machine = boot(dom0('6.1.192', '4.17.7', 8 * GIB, { dom0Memory: fact({ amount: { bytes: 4 * GIB } }) }));
    const { domain } = machine;
    expect(domain?.p2m.pages).toBe((4 * GIB) / 4096);
    expect(domain?.p2m.lookup((3 * GIB) / 4096)).toBeUndefined();
    expect(domain?.p2m.lookup((5 * GIB) / 4096 - 1)).toBeDefined();
    const all = boot(dom0('6.1.192', '4.17.7', 2 * GIB, { dom0Memory: fact({ amount: { bytes: -16 * MIB } }), apertureBytes: fact(0) }));
    expect((all.domain?.p2m.pages ?? 0) + (all.domain?.heap.freeFrames ?? 0)).toBe(all.domain?.heap.takenFrames === undefined ? -1 : all.domain.heap.takenFrames + all.domain.heap.freeFrames);
  });

  it('takes what a log states before what it would choose', () => {
    const stated = { dom0Kernel: fact({ start: 16 * MIB, end: 70 * MIB }), dom0InitialChunk: fact({ start: 6 * GIB, end: 6 * GIB + 128 * MIB }), dom0Ramdisk: fact({ start: 7 * GIB - MIB, end: 7 * GIB }), apertureStart: fact(512 * MIB) };
    const machine = boot(dom0('6.1.192', '4.17.7', 6 * GIB, stated));
    expect(machine.domain?.p2m.lookup(0)).toBe((6 * GIB) / 4096);
    expect(machine.aperture?.pool.start).toBe(512 * MIB);
    const wrong = boot(dom0('6.1.192', '4.17.7', 6 * GIB, { apertureStart: fact(100 * GIB) }));
    expect(wrong.aperture?.pool.start).toBeLessThan(GIB);
    expect(boot(dom0('6.1.192', '4.17.7', 6 * GIB, { apertureBytes: fact(0) })).aperture).toBeUndefined();
    const emergency = boot(dom0('2.6.16.33-xen', '3.0.4', 4 * GIB, { ...XEN_LINUX, xenEmergencyPool: fact(64 * MIB) }));
    expect(emergency.domain?.heap.kind.emergencyBytes).toBe(64 * MIB);
  });

  it('natively halves what does not fit below 4 GiB, or goes without', () => {
    const native = (release: string, number: number) => boot(buildPlatform({
      kernelRelease: fact(release), domain: fact('native' as const), e820: fact(map(2 * GIB)), swiotlbParameter: fact({ number, words: ['force'] }),
    }, { id: 'native' }));
    expect(native('6.1.192', 1_048_576).apertureBytes).toBe(GIB);
    expect(native('5.10.223', 1_048_576).aperture).toBeUndefined();
    expect(native('5.10.223', 32_768).apertureBytes).toBe(64 * MIB);
    const tiny = boot(buildPlatform({ kernelRelease: fact('6.1.192'), domain: fact('native' as const), e820: fact([{ start: 0, end: 2 * MIB, type: 'usable' } satisfies E820Entry]), swiotlbParameter: fact({ number: 32_768, words: ['force'] }) }, { id: 'tiny' }));
    expect(tiny.apertureBytes).toBeLessThanOrEqual(MIB);
  });
});

describe('coherent memory natively', () => {
  const machine = (cma = 0) => boot(buildPlatform({
    kernelRelease: fact('6.1.192'), domain: fact('native' as const), e820: fact(map(8 * GIB)), ...(cma > 0 ? { cmaBytes: fact(cma) } : {}),
  }, { id: 'native' }));

  it('comes from the zone that the mask names, or from one below it', () => {
    const booted = machine();
    for (const bits of [64, 40, 33, 32, 31, 24]) {
      const { outcome } = allocateCoherent(booted, device(bits), 'x', MIB);
      expect(outcome.ok && outcome.by).toBe('pages');
      expect(outcome.ok && (outcome.address ?? Infinity) + MIB <= 2 ** bits).toBe(true);
    }
    expect(cell(booted, 20, MIB)).toBe('exchange-needed-reach');
    expect(cell(booted, 64, 8 * MIB)).toBe('page-allocator-limit');
  });

  it('runs out in its zone with memory free elsewhere', () => {
    const booted = machine();
    const seen = Array.from({ length: 16 }, (_, i) => allocateCoherent(booted, device(24), `${i}`, MIB).outcome);
    expect(seen.some((outcome) => !outcome.ok && outcome.reason === 'no-guest-pages')).toBe(true);
    expect(seen.filter((outcome) => outcome.ok).length).toBeGreaterThan(8);
  });

  it('comes from a CMA area where there is one: larger than the page allocator, never a single page', () => {
    const booted = machine(256 * MIB);
    const large = allocateCoherent(booted, device(32), 'large', 64 * MIB);
    expect(large.outcome).toMatchObject({ ok: true, by: 'cma' });
    expect(allocateCoherent(booted, device(32), 'page', 4096).outcome).toMatchObject({ ok: true, by: 'pages' });
    expect(cell(booted, 24, MIB)).toBe('pages');
    if (large.block) expect(freeCoherent(booted, large.block).ok).toBe(true);
    expect(cell(booted, 32, 256 * MIB)).toBe('cma');
    expect(allocateCoherent(booted, device(32), 'beyond', 512 * MIB).outcome.ok).toBe(false);
  });
});

describe('memory of Linux', () => {
  it('has its arithmetic', () => {
    expect([0, 262_144, 1_310_720, 2 ** 24].map((pages) => atomicPoolOrder(pages, 10))).toEqual([5, 5, 8, 10]);
    expect(bytesAboveAperture(7 * GIB)).toBe(128 * MIB);
    expect(highestRoom([{ start: 0, end: MIB }, { start: 4 * MIB, end: 8 * MIB }], 2 * MIB, 7 * MIB)).toBe(5 * MIB);
    expect(highestRoom([{ start: 0, end: MIB }], 2 * MIB, GIB)).toBeUndefined();
    const { domain } = boot(dom0('6.1.192', '4.17.7', 6 * GIB));
    if (!domain) throw new Error('no domain');
    expect(populatedRanges(domain.p2m)[0]).toEqual({ start: 0, end: 0x9_f000 });
    expect(mappedBlock(domain.p2m, 25)).toBeUndefined();
    const platform = dom0('6.1.192', '4.17.7', 6 * GIB);
    expect(placeAperture(platform, domain, 64 * MIB, MIB).segments.length).toBe(4);
  });
});
