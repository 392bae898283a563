import { describe, expect, it } from 'vitest';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { BUILT_IN_PLATFORMS, builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';
import { runJson, runText } from '../../../../src/render/run-report.ts';

const DOM0 = { linux: '6.12.117', xen: '4.17.7', memory: '8G', domainMemory: '512M' };

function run(steps: unknown[], platform: unknown = DOM0, devices: unknown = { card: {} }) {
  const parsed = parseScenario(JSON.stringify({ name: 'test', platform, devices, steps }));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const active = builtInPlatform(BUILT_IN_PLATFORMS[0]?.id ?? '');
  if (!active) throw new Error('no built-in platform');
  const result = runScenario(parsed.scenario, platformOf(parsed.scenario, active));
  expect(runText(result, 'x.dma.json')).not.toMatch(/undefined|NaN|\[object/);
  expect(result.steps.flatMap(({ unmet }) => unmet ?? [])).toEqual([]);
  return result;
}

describe('strategies as steps', () => {
  it.each([
    ['segment-size', false], ['contig-order', false], ['boot-reserve', true], ['wide-mask', false], ['scatter-gather', false], ['pvh-iommu', true],
  ] as const)('%s: whether 1 GiB at 32 bits exists, its cost, what remains', (strategy, ok) => {
    const result = run([{ op: 'strategy', strategy, size: '1G', expect: ok ? { ok } : { ok, reason: 'strategy-gives-not' } }]);
    const [step] = runJson(result, 'x.dma.json').steps;
    expect(step?.strategy).toMatchObject({ id: strategy, feasible: ok });
    expect(step?.strategy?.remains.bytes).toBeGreaterThan(0);
    expect(step?.explain.map(({ key }) => key)).toEqual(expect.arrayContaining(['strategy-cost', 'strategy-remains', ok ? 'strategy-gives' : 'strategy-gives-not']));
    expect(step?.strategy).not.toHaveProperty('explain');
  });

  it('take what they are told: a mask, entries of a list, extents of 1 GiB', () => {
    run([
      { op: 'strategy', strategy: 'wide-mask', size: '1G', mask: 64, expect: { ok: true } },
      { op: 'strategy', strategy: 'boot-reserve', size: '2G', granularity: '1G', expect: { ok: false } },
      { op: 'strategy', strategy: 'boot-reserve', size: '2G', granularity: '2M', expect: { ok: true } },
    ]);
    const [few, many] = run([{ op: 'strategy', strategy: 'scatter-gather', size: '64M', segments: 4 }, { op: 'strategy', strategy: 'scatter-gather', size: '64M', segments: 16 }]).steps;
    expect([few?.outcome.strategy?.pieces, many?.outcome.strategy?.pieces]).toEqual([0, 16]);
    const wrong = parseScenario(JSON.stringify({ name: 'x', devices: {}, steps: [{ op: 'strategy', strategy: 'hope', size: '1G' }, { op: 'strategy', strategy: 'boot-reserve', size: '1G', granularity: '4K' }] }));
    expect(wrong.ok ? [] : wrong.problems.map(({ message }) => message)).toEqual([expect.stringContaining('expected a strategy: segment-size'), 'expected extents of 2M or 1G']);
  });
});

describe('guests and the balloon', () => {
  it('guests take memory that coherent requests would have had, and give it back', () => {
    const { system } = run([
      { op: 'dma_alloc_coherent', device: 'card', id: 'before', size: '4M', expect: { by: 'exchange' } },
      { op: 'dma_free_coherent', id: 'before' },
      { op: 'xen_create_domain', id: 'guest', size: '6G', expect: { ok: true } },
      { op: 'xen_create_domain', id: 'guest', size: '1M', expect: { reason: 'already-mapped' } },
      { op: 'xen_create_domain', id: 'other', size: '4G', expect: { reason: 'guest-not-built' } },
    ]);
    const card = createDevice({ name: 'card' });
    const guests = ['guest'];
    // Ever smaller guests, until nothing is free.
    for (let bytes = 2 ** 30; bytes >= 4096; bytes /= 2) if (system.createDomain(`${bytes}`, bytes).ok) guests.push(`${bytes}`);
    expect(system.machine.domain?.heap.freeBytes).toBe(0);
    expect(system.allocCoherent(card, 'during', 2 ** 22)).toMatchObject({ ok: false, reason: 'exchange-zone-empty' });
    for (const guest of guests) expect(system.destroyDomain(guest)).toMatchObject({ ok: true });
    expect(system.destroyDomain('guest')).toMatchObject({ ok: false, reason: 'not-mapped' });
    expect(system.allocCoherent(card, 'after', 2 ** 22)).toMatchObject({ ok: true, by: 'exchange' });
  });

  it('the balloon frees memory for a guest, and takes back only what is left', () => {
    const { system } = run([{ op: 'balloon_inflate', size: '4M', expect: { ok: true } }, { op: 'balloon_deflate', size: '4M', expect: { ok: true } }]);
    const { domain } = system.machine;
    const [pages, large] = [domain?.p2m.pages, (domain?.heap.freeBytes ?? 0) + 64 * MIB];
    expect(system.createDomain('large', large)).toMatchObject({ ok: false, reason: 'guest-not-built' });
    expect(system.inflateBalloon(128 * MIB)).toMatchObject({ ok: true });
    expect(system.createDomain('large', large)).toMatchObject({ ok: true });
    expect(system.deflateBalloon(128 * MIB)).toMatchObject({ ok: false, reason: 'balloon-short' });
    expect(domain?.heap.freeBytes).toBe(0);
    expect(system.destroyDomain('large')).toMatchObject({ ok: true });
    expect(system.deflateBalloon(100 * GIB)).toMatchObject({ ok: false, reason: 'balloon-short' });
    expect(domain?.p2m.pages).toBe(pages);
    expect(system.inflateBalloon(100 * GIB)).toMatchObject({ ok: false, reason: 'balloon-short' });
    system.deflateBalloon(100 * GIB);
    expect(domain?.p2m.pages).toBe(pages);
  });

  it('are refused without a hypervisor, and without sense', () => {
    const { system } = run([
      { op: 'xen_create_domain', id: 'guest', size: '1G', expect: { reason: 'no-hypervisor' } },
      { op: 'balloon_inflate', size: '1G', expect: { reason: 'no-hypervisor' } },
      { op: 'balloon_deflate', size: '1G', expect: { reason: 'no-hypervisor' } },
    ], { linux: '6.12.117', domain: 'native', memory: '4G' });
    expect(system.destroyDomain('guest')).toMatchObject({ ok: false, reason: 'not-mapped' });
    const dom0 = run([]).system;
    for (const bytes of [0, -1, 1.5, Number.NaN]) {
      for (const outcome of [dom0.createDomain('x', bytes), dom0.inflateBalloon(bytes), dom0.deflateBalloon(bytes)]) expect(outcome).toMatchObject({ ok: false, reason: 'bad-size' });
    }
  });
});

describe('a domU of its own', () => {
  it('is exchanged what its version grants it, by what it owns', () => {
    const guest = { linux: '6.12.117', domain: 'domu', memory: '4G', domainMemory: '192M', swiotlb: '4096,force' };
    const alloc = (more: object, size: string) => run([{ op: 'dma_alloc_coherent', device: 'card', size }], { ...guest, ...more }).steps[0]?.outcome;
    expect(alloc({ xen: '4.17.7' }, '4M')).toMatchObject({ ok: true, by: 'exchange' });
    expect(alloc({ xen: '4.17.7', ownsDevice: false }, '4M')).toMatchObject({ ok: false, reason: 'xen-exchange-order-limit' });
    expect(alloc({ xen: '4.17.7', ownsDevice: false }, '2M')).toMatchObject({ ok: true });
    expect(alloc({ xen: '4.5.1', ownsDevice: false }, '4M')).toMatchObject({ ok: false, reason: 'xen-exchange-order-limit' });
    expect(alloc({ xen: '3.4.0', ownsDevice: false }, '8K')).toMatchObject({ ok: false, reason: 'xen-exchange-order-limit' });
  });

  it('lies scattered where its toolstack asked for single pages', () => {
    for (const [xen, runs] of [['4.17.7', 1], ['4.5.1', 512]] as const) {
      const { domain } = run([], { linux: '6.12.117', xen, domain: 'domu', memory: '4G', domainMemory: '128M' }).system.machine;
      expect(domain?.p2m.machineRuns(0, 512)).toBe(runs);
    }
  });
});

describe('a device that is removed', () => {
  it('is served no more; what it has mapped can be undone', () => {
    run([
      { op: 'dma_map_single', device: 'card', id: 'a', size: '8K', expect: { ok: true } },
      { op: 'dma_alloc_coherent', device: 'card', id: 'c', size: '8K', expect: { ok: true } },
      { op: 'remove_device', device: 'card', expect: { ok: true } },
      { op: 'remove_device', device: 'card', expect: { reason: 'device-removed' } },
      { op: 'dma_map_single', device: 'card', id: 'b', size: '8K', expect: { reason: 'device-removed' } },
      { op: 'dma_map_sg', device: 'card', id: 's', elements: ['8K'], expect: { reason: 'device-removed' } },
      { op: 'dma_alloc_coherent', device: 'card', id: 'd', size: '8K', expect: { reason: 'device-removed' } },
      { op: 'dma_sync_single_for_cpu', id: 'a', expect: { ok: true } },
      { op: 'dma_unmap_single', id: 'a', expect: { ok: true } },
      { op: 'dma_free_coherent', id: 'c', expect: { ok: true } },
      { op: 'dma_free_coherent', id: 'c', expect: { reason: 'not-mapped' } },
    ]);
  });
});
