import { describe, expect, it } from 'vitest';
import type { Direction } from '../../../../src/core/dma/copy-rules.ts';
import { createDevice, type Device } from '../../../../src/core/dma/device.ts';
import { DmaSystem } from '../../../../src/core/dma/dma-system.ts';
import type { Outcome } from '../../../../src/core/dma/outcome.ts';
import { STRATEGY_IDS } from '../../../../src/core/dma/strategies/strategy.ts';
import { tryStrategy } from '../../../../src/core/dma/strategies/try-strategy.ts';
import { PvDomain } from '../../../../src/core/machine/pv-domain.ts';
import { XenHeap } from '../../../../src/core/machine/xen-heap.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { factFromDefault } from '../../../../src/core/platform/fact.ts';
import type { PlatformFacts } from '../../../../src/core/platform/platform-facts.ts';
import { parseSwiotlbParameter } from '../../../../src/core/platform/swiotlb-parameter.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const STEPS = 100_000;

const fact = <T>(value: T) => factFromDefault(value, 'test');
const MAP = [{ start: 0, end: 0x9_f000, type: 'usable' as const }, { start: MIB, end: 3 * GIB, type: 'usable' as const }, { start: 4 * GIB, end: 6 * GIB, type: 'usable' as const }];
const swiotlb = (text: string): PlatformFacts => ({ swiotlbParameter: fact(parseSwiotlbParameter(text)) });

const WORLDS: readonly (readonly [string, PlatformFacts])[] = [
  ['native 4.14, with an overflow buffer', { kernelRelease: fact('4.14.100'), domain: fact('native' as const), e820: fact(MAP), ...swiotlb('1024,force') }],
  ['native 6.1 with areas and a search that may never end', { kernelRelease: fact('6.1.192'), domain: fact('native' as const), e820: fact(MAP), possibleCpus: fact(4), ...swiotlb('4096,4') }],
  ['native 6.12 with pools that grow, and CMA', { kernelRelease: fact('6.12.117'), domain: fact('native' as const), e820: fact(MAP), cmaBytes: fact(16 * MIB), config: new Map([['CONFIG_SWIOTLB_DYNAMIC', fact('y')]]), ...swiotlb('512,force') }],
  ['native 7.3 without a pool', { kernelRelease: fact('7.3.4'), domain: fact('native' as const), e820: fact(MAP), ...swiotlb('noforce') }],
  ['dom0 5.10 with the limit of 2 MiB', { kernelRelease: fact('5.10.218'), xenVersion: fact('4.17.7'), domain: fact('pv-dom0' as const), machineE820: fact(MAP), domainBytes: fact(GIB) }],
  ['dom0 6.12', { kernelRelease: fact('6.12.117'), xenVersion: fact('4.20.3'), domain: fact('pv-dom0' as const), machineE820: fact(MAP), domainBytes: fact(2 * GIB), ...swiotlb('8192') }],
  ['dom0 of Xen 3.0.4', { kernelRelease: fact('2.6.16.33-xen'), lineage: fact('xenlinux' as const), xenVersion: fact('3.0.4'), domain: fact('pv-dom0' as const), machineE820: fact(MAP), domainBytes: fact(GIB) }],
  ['domU without a device', { kernelRelease: fact('6.12.117'), xenVersion: fact('4.5.1'), domain: fact('pv-domu' as const), machineE820: fact(MAP), domainBytes: fact(256 * MIB), ownsDevice: fact(false), ...swiotlb('4096,force') }],
];

/** A linear congruential generator: a run is the same every time. */
function generator(seed: number) {
  let state = seed;
  const below = (end: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  return { below, of: <T>(choices: readonly T[]): T => choices[below(choices.length)] as T };
}

const NAMES = Array.from({ length: 40 }, (_, i) => `n${i}`).concat('n1[0]', 'n2[1]', '');
const SIZES = [0, -1, 1.5, Number.NaN, Infinity, 1, 100, 4096, 4097, 20_000, 65_536, 2 ** 18, 2 ** 18 + 1, 2 ** 21, 2 ** 22, 2 ** 22 + 1, 2 ** 30];
const DIRECTIONS: readonly Direction[] = ['DMA_BIDIRECTIONAL', 'DMA_TO_DEVICE', 'DMA_FROM_DEVICE'];

function devices(): Device[] {
  return [
    createDevice({ name: 'wide', maskBits: 64 }), createDevice({ name: 'card', maskBits: 32 }), createDevice({ name: 'old', maskBits: 24 }), createDevice({ name: 'split', maskBits: 32, coherentMaskBits: 30, boundaryMask: 0xffff }),
    createDevice({ name: 'nvme', maskBits: 64, minAlignMask: 4095 }), createDevice({ name: 'own', maskBits: 64, restrictedPool: { start: 0x8000_0000, bytes: MIB } }), createDevice({ name: 'gone', maskBits: 32 }),
  ];
}

/** One call of a public operation, sensible or not. */
function step(dma: DmaSystem, all: readonly Device[], { below, of }: ReturnType<typeof generator>): Outcome {
  const device = of(all);
  const id = of(NAMES);
  const bytes = of(SIZES);
  const part = { ...(below(3) === 0 ? {} : { offset: of([0, 100, 4095, -1, 2 ** 40, 0.5]) }), ...(below(2) === 0 ? {} : { bytes: of(SIZES) }) };
  const direction = of(DIRECTIONS);
  const cpu = below(70) - 2;
  switch (below(40)) {
    case 0: case 1: case 2: case 3: case 4: case 5: case 6: return dma.mapSingle(device, { id, bytes, offset: of([0, 0, 0, 1, 2048, 4095, -1, 0.5]), cpu, direction, skipCpuSync: below(2) === 0, fill: below(256), page: below(2) === 0 });
    case 7: case 8: case 9: return dma.mapSg(device, { id, elements: Array.from({ length: below(5) }, () => of(SIZES)), cpu, direction });
    case 10: case 11: case 12: case 13: case 14: case 15: return dma.allocCoherent(device, id, bytes);
    case 16: case 17: case 18: case 19: return dma.unmapSingle(id, below(2) === 0);
    case 20: case 21: case 22: return dma.unmapSg(id, below(2) === 0);
    case 23: case 24: case 25: case 26: return dma.freeCoherent(id);
    case 27: return dma.syncForCpu(id, { ...part, direction });
    case 28: return dma.syncForDevice(id, part);
    case 29: return dma.cpuWrite(id, below(256), part);
    case 30: return dma.cpuRead(id, part);
    case 31: return dma.deviceWrite(id, below(256), part);
    case 32: return dma.deviceRead(id, part);
    case 33: return below(400) === 0 ? dma.removeDevice(of([...all.slice(5), { ...device, name: 'never seen' }])) : dma.freeCoherent(id);
    case 34: case 35: return dma.createDomain(of(['g1', 'g2', 'g3']), of([...SIZES.slice(0, 12), 2 ** 22, 2 ** 24]));
    case 36: case 37: return dma.destroyDomain(of(['g1', 'g2', 'g3', 'g4']));
    case 38: return below(20) === 0 ? dma.inflateBalloon(of(SIZES)) : dma.deflateBalloon(of(SIZES));
    default: {
      const answers = [dma.maxMappingSize(device), dma.optMappingSize(device), dma.requiredMask(), Number(dma.addressingLimited(device)), dma.slotBusAddress(0), dma.poolSlots.total, dma.poolSlots.transient];
      expect(answers.some((answer) => Number.isNaN(answer) || answer < 0)).toBe(false);
      return dma.unmapSingle('never mapped');
    }
  }
}

/** What must hold between any two steps. */
function consistent(dma: DmaSystem, frames: number | undefined): void {
  const { domain, aperture, pages } = dma.machine;
  if (aperture) {
    const { pool } = aperture;
    let used = 0;
    for (let slot = 0; slot < pool.slots; slot++) if (pool.list[slot] === 0) used++;
    expect(used).toBe(aperture.used);
    expect(pool.used.reduce((sum, one) => sum + one, 0)).toBe(aperture.used);
  }
  expect(pages.buddy.freeFrames()).toBe([...pages.buddy.ranges()].reduce((sum, { count }) => sum + count, 0));
  if (!domain) return;
  // Frames are the heap's or somebody's, and no frame is two pages'.
  let wrong = 0;
  for (const { pfn, mfn, count } of domain.p2m.runs) if (domain.pageOf(mfn) !== pfn || domain.pageOf(mfn + count - 1) !== pfn + count - 1) wrong++;
  expect(wrong).toBe(0);
  expect(domain.heap.freeFrames + domain.heap.takenFrames).toBe(frames);
}

describe('100,000 steps of misuse', () => {
  it.each(WORLDS)('%s: every call has an answer, and the machine is whole in the end', (_, facts) => {
    const random = generator(20_070_326);
    const contents = facts === WORLDS[0]?.[1];
    const dma = new DmaSystem(buildPlatform(facts, { id: 'world' }), { contents });
    const all = devices();
    const { domain, pages, aperture } = dma.machine;
    const before = { frames: domain ? domain.heap.freeFrames + domain.heap.takenFrames : undefined, free: domain?.heap.freeFrames, pages: domain?.p2m.pages, linux: pages.buddy.freeFrames() };
    let answered = 0;
    for (let i = 0; i < STEPS / WORLDS.length; i++) {
      const outcome = step(dma, all, random);
      if (outcome.ok || outcome.explain.some(({ key }) => key === outcome.reason)) answered++;
      if (i % 2500 === 0) consistent(dma, before.frames);
    }
    expect(answered).toBe(STEPS / WORLDS.length);
    for (const id of NAMES) {
      dma.unmapSg(id);
      dma.unmapSingle(id);
      dma.freeCoherent(id);
    }
    for (const guest of ['g1', 'g2', 'g3']) dma.destroyDomain(guest);
    if (domain) dma.deflateBalloon(8 * GIB);
    consistent(dma, before.frames);
    expect([dma.mappings.size, dma.coherentBlocks.size, aperture?.used ?? 0, dma.poolSlots.transient]).toEqual([0, 0, 0, 0]);
    // Pools that were grown are never given back.
    const grown = ((dma.poolSlots.total - (aperture?.pool.slots ?? 0)) * 2048) / 4096;
    expect(pages.buddy.freeFrames()).toBe(before.linux - grown);
    expect([domain?.p2m.pages, domain?.heap.freeFrames]).toEqual([before.pages, before.free]);
  });

  it('strategies answer for any wish', () => {
    const random = generator(7);
    for (const [, facts] of WORLDS) {
      const platform = buildPlatform(facts, { id: 'world' });
      for (const id of STRATEGY_IDS) {
        const outcome = tryStrategy(platform, id, { bytes: 2 ** random.below(34), maskBits: 20 + random.below(45) }, { segments: 1 + random.below(64) });
        expect(outcome.ok).toBe(outcome.strategy?.feasible);
      }
    }
  });

  it('of a hypervisor\'s domains, one of them destroyed now and then', () => {
    const random = generator(31);
    const heap = new XenHeap({ zones: 'per-bit', maxOrder: 18, dmaBits: null, cleanToHead: true, nodes: [{ start: 0, end: 32 * MIB }, { start: 32 * MIB, end: 64 * MIB }] }, [{ start: MIB, end: 64 * MIB }]);
    const total = heap.freeFrames;
    const domains = [9, 12, 18].map((maxOrder) => new PvDomain(heap, { maxOrder, machineBits: 26, ...(maxOrder === 12 ? { clampBits: 25 } : {}) }));
    for (let i = 0; i < STEPS; i++) {
      const domain = random.of(domains);
      const [pfn, order, bits] = [random.below(9000) - 20, random.below(14), random.of([0, 12, 20, 24, 26, 64])];
      switch (random.below(9)) {
        case 0: domain.populate(pfn, random.below(40), random.below(6), bits, random.of([{}, { node: 1, exactNode: true }, { claimed: true }])); break;
        case 1: domain.decrease(pfn, random.below(600)); break;
        case 2: domain.exchange(pfn, order, bits); break;
        case 3: domain.scatter(pfn, order); break;
        case 4: domain.exchangeExtents({ pfns: Array.from({ length: random.below(20) }, () => random.below(4000)), inOrder: random.below(4), outOrder: random.below(4), bits }); break;
        case 5: domain.move(pfn, random.below(50), random.below(9000)); break;
        case 6: if (heap.claim(random.below(3000) - 10)) heap.releaseClaim(random.below(4000)); break;
        case 7: heap.scrub(); break;
        default: if (random.below(500) === 0) domain.destroy();
      }
      if (i % 2500 !== 0) continue;
      const owned = domains.reduce((sum, { p2m }) => sum + p2m.pages, 0);
      expect([heap.freeFrames + owned, heap.takenFrames]).toEqual([total, owned]);
    }
    heap.releaseClaim(total);
    for (const domain of domains) domain.destroy();
    heap.scrub();
    expect([heap.freeFrames, heap.unclaimedFrames, heap.dirtyFrames]).toEqual([total, total, 0]);
  });
});
