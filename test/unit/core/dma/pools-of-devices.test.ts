import { describe, expect, it } from 'vitest';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { DmaSystem } from '../../../../src/core/dma/dma-system.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { factFromDefault } from '../../../../src/core/platform/fact.ts';
import type { PlatformFacts } from '../../../../src/core/platform/platform-facts.ts';
import { parseSwiotlbParameter } from '../../../../src/core/platform/swiotlb-parameter.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const fact = <T>(value: T) => factFromDefault(value, 'test');

/** A kernel with CONFIG_SWIOTLB_DYNAMIC and a default pool of 1 MiB. */
function growing(more: PlatformFacts = {}, top = 8 * GIB): DmaSystem {
  const e820 = [{ start: 0, end: 0x9_f000, type: 'usable' as const }, { start: MIB, end: 3 * GIB, type: 'usable' as const }, { start: 4 * GIB, end: top, type: 'usable' as const }];
  return new DmaSystem(buildPlatform({
    kernelRelease: fact('6.12.117'), domain: fact('native' as const), e820: fact(e820), possibleCpus: fact(1),
    swiotlbParameter: fact(parseSwiotlbParameter('512,1,force')), config: new Map([['CONFIG_SWIOTLB_DYNAMIC', fact('y')]]), ...more,
  }, { id: 'test' }));
}

/** Takes the default pool as a whole. */
function fill(dma: DmaSystem): void {
  const card = createDevice({ name: 'filler' });
  for (let i = 0; i < 4; i++) expect(dma.mapSingle(card, { id: `full-${i}`, bytes: 262_144 })).toMatchObject({ ok: true, by: 'bounce' });
}

describe('a pool for one mapping', () => {
  it.each([[24, 16 * MIB], [30, GIB], [32, 4 * GIB], [64, 2 ** 52]])('lies where a device of %i bits reaches it', (maskBits, end) => {
    const dma = growing();
    fill(dma);
    const outcome = dma.mapSingle(createDevice({ name: 'late', maskBits }), { id: 'late', bytes: 16_384 });
    expect(outcome).toMatchObject({ ok: true, by: 'bounce' });
    expect(outcome.ok && outcome.address! + 16_384 <= end).toBe(true);
    expect(outcome.explain.map(({ key }) => key)).toContain('pool-transient');
    expect(dma.poolSlots.transient).toBeGreaterThan(0);
    expect(dma.unmapSingle('late')).toMatchObject({ ok: true });
    expect(dma.poolSlots.transient).toBe(0);
  });

  it('is not had where no memory lies in reach', () => {
    const dma = growing();
    fill(dma);
    expect(dma.mapSingle(createDevice({ name: 'near', maskBits: 12 }), { id: 'near', bytes: 4096 })).toMatchObject({ ok: false });
    expect(dma.poolSlots.transient).toBe(0);
  });
});

describe('the pool that is to grow', () => {
  it('grows before the next operation, and says that it cannot where no memory is left', () => {
    const dma = growing();
    fill(dma);
    const card = createDevice({ name: 'card' });
    dma.mapSingle(card, { id: 'a', bytes: 4096 });
    expect(dma.mapSg(card, { id: 'b', elements: [4096, 4096] }).ok).toBe(true);
    expect(dma.poolSlots.total).toBe(1024);
    expect(dma.mapSingle(card, { id: 'c', bytes: 4096 })).toMatchObject({ ok: true, by: 'bounce' });

    const full = growing();
    fill(full);
    // All of the memory below 4 GiB goes to coherent buffers, until not even a pool of the least size is had.
    let taken = 0;
    for (const from of [card, createDevice({ name: 'isa', maskBits: 24 })]) {
      for (let bytes = 4 * MIB; bytes >= 4096; bytes /= 2) while (full.allocCoherent(from, `held-${taken}`, bytes).ok) taken++;
    }
    full.mapSingle(createDevice({ name: 'wide', maskBits: 64 }), { id: 'd', bytes: 4096 });
    const next = full.mapSingle(createDevice({ name: 'wide', maskBits: 64 }), { id: 'e', bytes: 4096 });
    expect(next.explain[0]).toMatchObject({ key: 'pool-growth-failed', params: { slots: 512 } });
    expect(full.poolSlots.total).toBe(512);
  });
});

describe('coherent memory natively', () => {
  it('comes from the zone below where what the mask names lies too high', () => {
    // A mask of 33 bits names the Normal zone, whose blocks begin at 4 GiB; beyond 8 GiB they are out of reach.
    const dma = growing({}, 24 * GIB);
    const wide = createDevice({ name: 'wide', maskBits: 64 });
    const card = createDevice({ name: 'card', maskBits: 33 });
    let held = 0;
    for (;;) {
      const outcome = dma.allocCoherent(card, `held-${held++}`, 4 * MIB);
      if (!outcome.ok) break;
      expect(outcome.address! + 4 * MIB).toBeLessThanOrEqual(8 * GIB);
    }
    expect(held).toBeGreaterThan(700);
    expect(dma.allocCoherent(wide, 'rest', 4 * MIB)).toMatchObject({ ok: true, by: 'pages' });
  });
});

describe('a restricted pool', () => {
  const own = createDevice({ name: 'own', maskBits: 32, restrictedPool: { start: GIB, bytes: 4 * MIB } });

  it('serves what its device asks for, and nothing else does', () => {
    const dma = growing();
    expect(dma.allocCoherent(own, 'c', 65_536)).toMatchObject({ ok: true, by: 'pool' });
    expect(dma.mapSingle(own, { id: 'm', bytes: 4096 })).toMatchObject({ ok: true, by: 'bounce' });
    expect(dma.allocCoherent(own, 'large', 8 * MIB)).toMatchObject({ ok: false, reason: 'segment-limit' });
    expect(dma.freeCoherent('c')).toMatchObject({ ok: true, address: GIB });
  });

  it('is of no use beyond the mask of its device', () => {
    const dma = growing();
    const far = createDevice({ name: 'far', maskBits: 24, restrictedPool: { start: GIB, bytes: 4 * MIB } });
    expect(dma.allocCoherent(far, 'c', 4096)).toMatchObject({ ok: false, reason: 'slot-beyond-mask' });
    expect(dma.mapSingle(far, { id: 'm', bytes: 4096 })).toMatchObject({ ok: false, reason: 'slot-beyond-mask' });
  });

  it('is unknown to kernels before 5.15', () => {
    const dma = growing({ kernelRelease: fact('5.4.100') });
    expect(dma.allocCoherent(own, 'c', 65_536)).toMatchObject({ ok: true, by: 'pages' });
  });
});
