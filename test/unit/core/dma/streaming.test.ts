import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { DmaSystem } from '../../../../src/core/dma/dma-system.ts';
import type { Direction } from '../../../../src/core/dma/copy-rules.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { factFromDefault } from '../../../../src/core/platform/fact.ts';
import type { PlatformFacts } from '../../../../src/core/platform/platform-facts.ts';
import { parseSwiotlbParameter } from '../../../../src/core/platform/swiotlb-parameter.ts';
import { GIB, KIB, MIB } from '../../../../src/core/units/bytes.ts';

const fact = <T>(value: T) => factFromDefault(value, 'test');
const E820 = [{ start: 0, end: 0x9_f000, type: 'usable' as const }, { start: MIB, end: 3 * GIB, type: 'usable' as const }, { start: 4 * GIB, end: 6 * GIB, type: 'usable' as const }];

function system(linux: string, options: { swiotlb?: string; xen?: string; lineage?: 'xenlinux'; config?: ReadonlyMap<string, string>; contents?: boolean } = {}): DmaSystem {
  const facts: PlatformFacts = {
    kernelRelease: fact(linux), domain: fact(options.xen === undefined ? 'native' : 'pv-dom0'), possibleCpus: fact(1),
    ...(options.xen === undefined ? { e820: fact(E820) } : { xenVersion: fact(options.xen), machineE820: fact(E820) }),
    ...(options.lineage ? { lineage: fact(options.lineage) } : {}),
    ...(options.swiotlb === undefined ? {} : { swiotlbParameter: fact(parseSwiotlbParameter(options.swiotlb)) }),
    ...(options.config ? { config: new Map([...options.config].map(([key, value]) => [key, fact(value)])) } : {}),
  };
  return new DmaSystem(buildPlatform(facts, { id: 'test' }), { contents: options.contents ?? true });
}

const device = createDevice({ name: 'card' });
const keysOf = ({ explain }: { explain: readonly { key: string }[] }): string[] => explain.map(({ key }) => key);

describe('what a bounced mapping copies', () => {
  it.each<[string, Direction, boolean, number, number]>([
    // kernel, direction, DMA_ATTR_SKIP_CPU_SYNC, bytes copied at map, at unmap
    ['5.4.100', 'DMA_TO_DEVICE', false, 4096, 0], ['5.4.100', 'DMA_FROM_DEVICE', false, 0, 4096], ['5.4.100', 'DMA_BIDIRECTIONAL', false, 4096, 4096],
    ['5.4.100', 'DMA_TO_DEVICE', true, 0, 0], ['5.4.100', 'DMA_FROM_DEVICE', true, 0, 0],
    ['6.12.117', 'DMA_TO_DEVICE', false, 4096, 0], ['6.12.117', 'DMA_FROM_DEVICE', false, 4096, 4096], ['6.12.117', 'DMA_BIDIRECTIONAL', false, 4096, 4096],
    ['6.12.117', 'DMA_FROM_DEVICE', true, 4096, 0], ['6.12.117', 'DMA_TO_DEVICE', true, 4096, 0],
  ])('%s %s, skip %s: %i in, %i back', (linux, direction, skipCpuSync, atMap, atUnmap) => {
    const dma = system(linux, { swiotlb: '4096,force' });
    expect(dma.mapSingle(device, { id: 'a', bytes: 4096, direction, skipCpuSync })).toMatchObject({ ok: true, by: 'bounce', copied: atMap });
    expect(dma.unmapSingle('a', skipCpuSync)).toMatchObject({ ok: true, copied: atUnmap });
    expect(dma.deviceTotals.get('card')).toEqual({ direct: 0, bounced: 1, refused: 0, copiedInBytes: atMap, copiedBackBytes: atUnmap });
  });

  it.each<[Direction, number, number]>([['DMA_TO_DEVICE', 0, 512], ['DMA_FROM_DEVICE', 512, 0], ['DMA_BIDIRECTIONAL', 512, 512]])('%s: sync for the CPU copies %i, for the device %i', (direction, cpu, dev) => {
    const dma = system('6.1.192', { swiotlb: '4096,force' });
    dma.mapSingle(device, { id: 'a', bytes: 4096, direction });
    expect(dma.syncForCpu('a', { offset: 1024, bytes: 512 })).toMatchObject({ ok: true, copied: cpu });
    expect(dma.syncForDevice('a', { offset: 1024, bytes: 512 })).toMatchObject({ ok: true, copied: dev });
  });

  it('XenLinux copies in the direction that it is told, whichever side asks, and has no answer for both', () => {
    const dma = system('2.6.18-xen', { xen: '3.0.4', lineage: 'xenlinux' });
    const near = createDevice({ name: 'near', maskBits: 30 });
    expect(dma.mapSingle(near, { id: 'a', bytes: 8192, direction: 'DMA_FROM_DEVICE' })).toMatchObject({ ok: true, by: 'bounce', copied: 0 });
    expect(dma.syncForDevice('a')).toMatchObject({ ok: true, copied: 8192 });
    expect(keysOf(dma.syncForDevice('a'))).toContain('copied-back');
    expect(keysOf(dma.syncForCpu('a', { direction: 'DMA_TO_DEVICE' }))).toContain('copied-in');
    expect(dma.syncForCpu('a', { direction: 'DMA_BIDIRECTIONAL' })).toMatchObject({ ok: false, reason: 'sync-bidirectional-bug' });
  });

  it('a direct mapping copies nothing', () => {
    const dma = system('6.12.117');
    expect(dma.mapSingle(createDevice({ name: 'wide', maskBits: 64 }), { id: 'a', bytes: 4096 })).toMatchObject({ ok: true, by: 'direct', copied: 0 });
    expect(keysOf(dma.syncForCpu('a'))).toEqual(['sync-direct']);
    expect(dma.unmapSingle('a')).toMatchObject({ copied: 0 });
  });
});

describe('contents', () => {
  const whole = (byte: number, count = 4096) => ({ ok: true, contents: [{ byte, count }] });

  it('a missing sync shows as stale bytes on the device\'s side', () => {
    const dma = system('6.12.117', { swiotlb: '4096,force' });
    dma.mapSingle(device, { id: 'a', bytes: 4096, direction: 'DMA_TO_DEVICE', fill: 0xaa });
    expect(dma.deviceRead('a')).toMatchObject(whole(0xaa));
    dma.cpuWrite('a', 0xbb);
    expect(dma.deviceRead('a')).toMatchObject(whole(0xaa));
    dma.syncForDevice('a', { offset: 100, bytes: 50 });
    expect(dma.deviceRead('a')).toMatchObject({ contents: [{ byte: 0xaa, count: 100 }, { byte: 0xbb, count: 50 }, { byte: 0xaa, count: 3946 }] });
    dma.syncForDevice('a');
    expect(dma.deviceRead('a')).toMatchObject(whole(0xbb));
  });

  it('a missing sync or unmap shows as stale bytes on the CPU\'s side', () => {
    const dma = system('6.12.117', { swiotlb: '4096,force' });
    dma.mapSingle(device, { id: 'a', bytes: 4096, direction: 'DMA_FROM_DEVICE', fill: 0x11 });
    dma.deviceWrite('a', 0x22);
    expect(dma.cpuRead('a')).toMatchObject(whole(0x11));
    dma.syncForCpu('a', { bytes: 1000 });
    expect(dma.cpuRead('a', { bytes: 1001 })).toMatchObject({ contents: [{ byte: 0x22, count: 1000 }, { byte: 0x11, count: 1 }] });
    dma.unmapSingle('a');
    expect(dma.cpuRead('a')).toMatchObject(whole(0x22));
    expect(dma.deviceRead('a')).toMatchObject({ ok: false, reason: 'not-mapped' });
  });

  it('before 5.18 a receive buffer leaks what the last mapping left in the slots; from then on it does not', () => {
    for (const [linux, leaked] of [['5.4.100', 0xee], ['6.12.117', 0x33]] as const) {
      const dma = system(linux, { swiotlb: '128,force' });
      // Every slot of the only segment has carried the secret before.
      dma.mapSingle(device, { id: 'secret', bytes: 256 * KIB, direction: 'DMA_TO_DEVICE', fill: 0xee });
      dma.unmapSingle('secret');
      dma.mapSingle(device, { id: 'receive', bytes: 2048, direction: 'DMA_FROM_DEVICE', fill: 0x33 });
      dma.deviceWrite('receive', 0x44, { bytes: 100 });
      dma.unmapSingle('receive');
      expect(dma.cpuRead('receive')).toMatchObject({ contents: [{ byte: 0x44, count: 100 }, { byte: leaked, count: 1948 }] });
    }
  });

  it('a direct mapping shares its bytes', () => {
    const dma = system('6.12.117');
    const wide = createDevice({ name: 'wide', maskBits: 64 });
    dma.mapSingle(wide, { id: 'a', bytes: 4096, direction: 'DMA_FROM_DEVICE' });
    expect(dma.cpuRead('a')).toMatchObject(whole(-1));
    dma.deviceWrite('a', 7);
    expect(dma.cpuRead('a')).toMatchObject(whole(7));
    expect(dma.deviceRead('a')).toMatchObject(whole(7));
  });

  it('keeps nothing where nobody reads', () => {
    const dma = system('6.12.117', { swiotlb: '4096,force', contents: false });
    dma.mapSingle(device, { id: 'a', bytes: 4096 });
    expect(dma.cpuRead('a')).toMatchObject({ ok: false, reason: 'contents-not-kept' });
    expect(dma.syncForCpu('a')).toMatchObject({ copied: 4096 });
  });
});

describe('scatterlists', () => {
  it('maps element by element and unmaps them together', () => {
    const dma = system('6.12.117', { swiotlb: '4096,force' });
    const outcome = dma.mapSg(device, { id: 'sg', elements: [4096, 256 * KIB, 100], direction: 'DMA_TO_DEVICE' });
    expect(outcome).toMatchObject({ ok: true, by: 'bounce', copied: 4096 + 256 * KIB + 100, elements: [{ bytes: 4096 }, { bytes: 256 * KIB }, { bytes: 100 }] });
    expect([...dma.mappings.keys()]).toEqual(['sg[0]', 'sg[1]', 'sg[2]']);
    expect(dma.unmapSingle('sg[1]')).toMatchObject({ ok: false, reason: 'not-mapped' });
    expect(dma.mapSg(device, { id: 'sg', elements: [1] })).toMatchObject({ ok: false, reason: 'already-mapped' });
    expect(dma.unmapSg('sg')).toMatchObject({ ok: true, copied: 0 });
    expect(dma.machine.aperture?.used).toBe(0);
    expect(dma.unmapSg('sg')).toMatchObject({ ok: false, reason: 'not-mapped' });
  });

  it('undoes what it has mapped where an element fails, without copying back', () => {
    const dma = system('6.12.117', { swiotlb: '4096,force' });
    const outcome = dma.mapSg(device, { id: 'sg', elements: [4096, 8192, 256 * KIB + 1], direction: 'DMA_BIDIRECTIONAL' });
    expect(outcome).toMatchObject({ ok: false, reason: 'segment-limit' });
    expect(outcome.explain.at(-1)).toMatchObject({ key: 'sg-undone', params: { element: 2, undone: 2 } });
    expect(dma.mappings.size).toBe(0);
    expect(dma.machine.aperture?.used).toBe(0);
    expect(dma.deviceTotals.get('card')).toMatchObject({ copiedBackBytes: 0, bounced: 2, refused: 1 });
    expect(dma.mapSg(device, { id: 'none', elements: [] })).toMatchObject({ ok: false, reason: 'bad-size' });
  });
});

describe('kernels with an overflow buffer', () => {
  it('hand it out natively, and panic above 32 KiB; swiotlb-xen reports an error', () => {
    const old = system('4.14.100', { swiotlb: '128,force' });
    old.mapSingle(device, { id: 'all', bytes: 256 * KIB });
    expect(keysOf(old.mapSingle(device, { id: 'a', bytes: 32 * KIB }))).toContain('overflow-buffer');
    expect(keysOf(old.mapSingle(device, { id: 'b', bytes: 32 * KIB + 1 }))).toContain('overflow-panic');
    const recent = system('5.4.100', { swiotlb: '128,force' });
    recent.mapSingle(device, { id: 'all', bytes: 256 * KIB });
    expect(keysOf(recent.mapSingle(device, { id: 'a', bytes: 4096 }))).not.toContain('overflow-buffer');
    const xen = system('4.14.100', { xen: '4.11.0', swiotlb: '1024,force' });
    expect(keysOf(xen.mapSingle(device, { id: 'a', bytes: 257 * KIB }))).not.toContain('overflow-panic');
  });
});

describe('why a mapping is refused', () => {
  const plain = (dma: DmaSystem, id: string, bytes: number) => dma.mapSingle(device, { id, bytes, direction: 'DMA_TO_DEVICE' });

  it('exhausted, fragmented, aligned elsewhere, across a boundary, for want of a pool', () => {
    const dma = system('6.12.117', { swiotlb: '128,force', contents: false });
    for (let i = 0; i < 128; i++) plain(dma, `${i}`, 2048);
    expect(plain(dma, 'x', 1)).toMatchObject({ reason: 'pool-exhausted' });
    for (let i = 0; i < 128; i += 4) dma.unmapSingle(`${i}`);
    expect(plain(dma, 'x', 4096)).toMatchObject({ reason: 'no-free-run' });
    for (let i = 3; i < 128; i += 4) dma.unmapSingle(`${i}`);
    expect(plain(dma, 'x', 4096)).toMatchObject({ reason: 'no-aligned-run' });
    expect(system('5.4.100', { swiotlb: '4096,force' }).mapSingle(createDevice({ name: 'b', boundaryMask: 0x7fff }), { id: 'x', bytes: 40_000 })).toMatchObject({ reason: 'boundary' });
    const none = system('6.12.117', { swiotlb: 'noforce' });
    expect(none.mapSingle(createDevice({ name: 'near', maskBits: 20 }), { id: 'x', bytes: 4096 })).toMatchObject({ reason: 'pool-absent' });
    expect(dma.mapSingle(device, { id: 'big', bytes: 8 * MIB })).toMatchObject({ reason: 'page-allocator-limit' });
  });

  it('a search without end, in kernels that stop only where they began', () => {
    const nvme = createDevice({ name: 'nvme', minAlignMask: 4095 });
    const dma = system('6.1.192', { swiotlb: '4096,1,force' });
    dma.mapSingle(nvme, { id: 'first', bytes: 4096 });
    dma.unmapSingle('first');
    expect(dma.mapSingle(nvme, { id: 'x', bytes: 260_096, offset: 4095 })).toMatchObject({ ok: false, reason: 'search-endless' });
    expect(dma.machine.aperture?.used).toBe(0);
  });

  it('by areas: none has room by itself', () => {
    const facts = { kernelRelease: fact('6.12.117'), domain: fact('native' as const), possibleCpus: fact(4), e820: fact(E820), swiotlbParameter: fact(parseSwiotlbParameter('512,4,force')) };
    const dma = new DmaSystem(buildPlatform(facts, { id: 'areas' }));
    for (let cpu = 0; cpu < 4; cpu++) expect(dma.mapSingle(device, { id: `${cpu}`, bytes: 200_000, cpu })).toMatchObject({ ok: true });
    expect(dma.mapSingle(device, { id: 'x', bytes: 100_000 })).toMatchObject({ reason: 'area-exhausted' });
  });
});

describe('dynamic pools', () => {
  const config = new Map([['CONFIG_SWIOTLB_DYNAMIC', 'y']]);

  it('a full pool gives a transient pool, and one more pool before the next mapping', () => {
    const dma = system('6.12.117', { swiotlb: '512,force', config });
    for (let i = 0; i < 4; i++) expect(dma.mapSingle(device, { id: `fill${i}`, bytes: 256 * KIB })).toMatchObject({ ok: true });
    const overflowing = dma.mapSingle(device, { id: 'over', bytes: 10_000 });
    expect(overflowing).toMatchObject({ ok: true, by: 'bounce' });
    expect(keysOf(overflowing)).toContain('pool-transient');
    expect(dma.mappings.get('over')?.slot).toBeUndefined();
    expect(dma.poolSlots).toEqual({ transient: 5, total: 512 });
    const next = dma.mapSingle(device, { id: 'next', bytes: 10_000 });
    expect(keysOf(next)[0]).toBe('pool-added');
    expect(dma.poolSlots).toEqual({ transient: 5, total: 1024 });
    expect(dma.unmapSingle('over')).toMatchObject({ ok: true });
    expect(dma.poolSlots.transient).toBe(0);
    // What was added stays.
    dma.unmapSingle('next');
    expect(dma.poolSlots.total).toBe(1024);
    expect(dma.mapSingle(device, { id: 'large', bytes: 256 * KIB + 1 })).toMatchObject({ ok: false, reason: 'segment-limit' });
    expect(dma.poolSlots.transient).toBe(0);
  });

  it('needs the configuration, and never grows under swiotlb-xen', () => {
    for (const dma of [system('6.12.117', { swiotlb: '512,force' }), system('6.12.117', { swiotlb: '512,force', xen: '4.17.7', config })]) {
      const slots = dma.poolSlots.total;
      for (let i = 0; i < slots / 128; i++) dma.mapSingle(device, { id: `fill${i}`, bytes: 256 * KIB });
      expect(dma.mapSingle(device, { id: 'over', bytes: 10_000 })).toMatchObject({ ok: false, reason: 'pool-exhausted' });
      expect(dma.poolSlots).toEqual({ transient: 0, total: slots });
    }
  });
});

describe('restricted pools', () => {
  const own = createDevice({ name: 'own', maskBits: 64, restrictedPool: { start: 0x8000_0000, bytes: MIB } });

  it('serve every mapping and coherent memory of their device alone', () => {
    const dma = system('6.12.117');
    expect(dma.mapSingle(own, { id: 'a', bytes: 4096 })).toMatchObject({ ok: true, by: 'bounce', address: 0x8000_0000 });
    expect(dma.allocCoherent(own, 'c', 20_000)).toMatchObject({ ok: true, by: 'pool', address: 0x8000_8000 });
    expect(dma.machine.aperture?.used).toBe(0);
    expect(dma.maxMappingSize(own)).toBe(256 * KIB);
    expect(dma.allocCoherent(own, 'big', 512 * KIB)).toMatchObject({ ok: false, reason: 'segment-limit' });
    expect(dma.freeCoherent('c')).toMatchObject({ ok: true });
    expect(dma.unmapSingle('a')).toMatchObject({ ok: true });
    const narrow = createDevice({ name: 'narrow', maskBits: 30, restrictedPool: { start: 0x8000_0000, bytes: MIB } });
    expect(dma.allocCoherent(narrow, 'n', 4096)).toMatchObject({ ok: false, reason: 'slot-beyond-mask' });
    expect(dma.mapSingle(narrow, { id: 'n', bytes: 4096 })).toMatchObject({ ok: false, reason: 'slot-beyond-mask' });
  });

  it('are unknown to kernels that came before them', () => {
    expect(system('5.4.100').mapSingle(own, { id: 'a', bytes: 4096 })).toMatchObject({ ok: true, by: 'direct' });
  });
});

describe('answers about a device', () => {
  it.each<[string, { xen?: string; swiotlb?: string }, number, number, number, boolean]>([
    ['6.12.117', {}, 64, Infinity, 0x1_ffff_ffff, false], ['6.12.117', {}, 32, 256 * KIB, 0x1_ffff_ffff, true], ['6.12.117', { swiotlb: '4096,force' }, 64, 256 * KIB, 0x1_ffff_ffff, false],
    ['6.12.117', { xen: '4.17.7' }, 64, 256 * KIB, 0xffff_ffff, false], ['6.12.117', { xen: '4.17.7' }, 31, 256 * KIB, 0xffff_ffff, true], ['5.14.0', { xen: '4.17.7' }, 32, Infinity, 0xffff_ffff, false],
  ])('%s %o, %i bits', (linux, options, maskBits, max, required, limited) => {
    const dma = system(linux, options);
    const asked = createDevice({ name: 'asked', maskBits });
    expect(dma.maxMappingSize(asked)).toBe(max);
    expect(dma.optMappingSize(asked)).toBe(max);
    expect(dma.requiredMask()).toBe(required);
    expect(dma.addressingLimited(asked)).toBe(limited);
  });

  it('min_align_mask lowers the largest mapping', () => {
    expect(system('6.12.117').maxMappingSize(createDevice({ name: 'nvme', maskBits: 32, minAlignMask: 4095 }))).toBe(252 * KIB);
    expect(system('5.4.100').maxMappingSize(createDevice({ name: 'nvme', maskBits: 32, minAlignMask: 4095 }))).toBe(256 * KIB);
  });
});

describe('misuse', () => {
  it('is answered, never thrown, and all memory comes back', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'a[0]');
    const length = fc.constantFrom(0, -1, 1, 1.5, 4096, 70_000, 256 * KIB, 256 * KIB + 1, 5 * MIB, Number.NaN);
    const part = fc.record({ offset: fc.constantFrom(0, 100, -1, 1e9), bytes: fc.constantFrom(1, 4096, 0, 1e9) });
    const step = fc.tuple(fc.nat(11), name, length, part, fc.boolean());
    fc.assert(fc.property(fc.constantFrom('5.4.100', '6.12.117'), fc.array(step, { maxLength: 50 }), (linux, steps) => {
      const dma = system(linux, { swiotlb: '512,force' });
      const pages = dma.machine.pages.buddy.freeFrames();
      for (const [action, id, bytes, range, flag] of steps) {
        const outcomes = [
          () => dma.mapSingle(device, { id, bytes, skipCpuSync: flag }), () => dma.unmapSingle(id, flag), () => dma.mapSg(device, { id, elements: [bytes, 100] }), () => dma.unmapSg(id, flag),
          () => dma.syncForCpu(id, range), () => dma.syncForDevice(id, range), () => dma.cpuWrite(id, 1, range), () => dma.cpuRead(id, range),
          () => dma.deviceWrite(id, 2, range), () => dma.deviceRead(id, range), () => dma.allocCoherent(device, id, bytes), () => dma.freeCoherent(id),
        ];
        const outcome = outcomes[action]?.();
        expect(outcome?.ok === true || (outcome?.ok === false && outcome.explain.some(({ key }) => key === outcome.reason))).toBe(true);
      }
      for (const id of ['a', 'b', 'c', 'd', 'a[0]']) {
        dma.unmapSg(id);
        dma.unmapSingle(id);
        dma.freeCoherent(id);
      }
      expect(dma.mappings.size).toBe(0);
      expect(dma.machine.aperture?.used).toBe(0);
      expect(dma.machine.pages.buddy.freeFrames()).toBe(pages);
    }), { numRuns: 60 });
  });
});
