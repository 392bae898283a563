import { describe, expect, it } from 'vitest';
import { BUILT_IN_PLATFORMS, builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { coherentLimit, streamingLimit } from '../../../../src/core/platform/limits.ts';
import type { Platform } from '../../../../src/core/platform/platform.ts';
import { parseXenVersion, xenAtLeast } from '../../../../src/core/platform/xen-version.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

function active(): Platform {
  const platform = builtInPlatform('linux-6.12');
  if (!platform) throw new Error('no platform');
  return platform;
}

function inline(platform: object | string | undefined): Platform {
  const parsed = parseScenario(JSON.stringify({ name: 'x', ...(platform === undefined ? {} : { platform }), devices: {}, steps: [] }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return platformOf(parsed.scenario, active(), 'x.dma.json');
}

describe('the platform of a scenario', () => {
  it('is the active one where none is named, and a built-in by its id', () => {
    expect(inline(undefined).id).toBe('linux-6.12');
    for (const { id } of BUILT_IN_PLATFORMS) expect(inline(id).id).toBe(id);
    expect(builtInPlatform('none')).toBeUndefined();
  });

  it('takes every field that is spelled out, and says that the scenario states it', () => {
    const platform = inline({
      linux: '6.1.192', xen: '4.17', domain: 'dom0', lineage: 'mainline', memory: '6G', domainMemory: '1G', cpus: 3, swiotlb: '8192,2,force', apertureBits: 32, cma: '16M',
    });
    expect(platform.label).toBe('Xen 4.17 PV dom0 · Linux 6.1.192 · 16 MiB');
    expect(platform.memory.domainBytes?.value).toBe(GIB);
    expect([platform.aperture.areas.value, platform.aperture.force.value, platform.aperture.addressBits?.value]).toEqual([2, true, 32]);
    expect(platform.memory.usableBytes).toBeGreaterThan(5.9 * GIB);
    expect(platform.linux.from).toMatchObject({ kind: 'derived', facts: [{ from: { kind: 'scenario', uri: 'x.dma.json' } }] });
  });

  it('is native without a hypervisor, dom0 with one, and a domU where it says so', () => {
    expect(inline({ linux: '6.12.117' }).domain.value).toBe('native');
    expect(inline({ xen: '4.17' }).domain.value).toBe('pv-dom0');
    expect(inline({ xen: '4.17', domain: 'domu' }).domain.value).toBe('pv-domu');
    expect(inline({ memory: '1G' }).memory.usableBytes).toBeLessThan(GIB);
  });

  it('assumes a release where none is stated, and says so', () => {
    const platform = inline({ xen: '4.17' });
    expect(platform.linux.doubt).toMatch(/assumed/);
    expect(buildPlatform({ domain: { value: 'pv-dom0', from: { kind: 'default', source: 'test' } } }, { id: 'x' }).xen?.doubt).toMatch(/assumed/);
  });
});

describe('limits by platform', () => {
  it('follows CMA natively, and not under Xen PV', () => {
    expect(coherentLimit(inline({ linux: '6.12.117', cma: '64M' }))).toMatchObject({ bytes: 64 * MIB, binding: { id: 'cma' } });
    expect(coherentLimit(inline({ linux: '6.12.117', cma: '1M' }))).toMatchObject({ bytes: 4 * MIB, binding: { id: 'page-allocator' } });
    expect(coherentLimit(inline({ linux: '6.12.117', xen: '4.17', cma: '64M' })).bytes).toBe(4 * MIB);
  });

  it('follows the order that Xen grants a domU with a device', () => {
    const constraint = coherentLimit(inline({ linux: '6.12.117', xen: '4.17', domain: 'domu' })).constraints.find(({ id }) => id === 'xen-exchange-order');
    expect(constraint?.bytes).toBe(16 * MIB);
  });

  it('bounds streaming by a segment less what min_align_mask keeps, where the kernel knows the mask', () => {
    expect(streamingLimit(inline({ linux: '6.1.192', xen: '4.17' }), 4095).bytes).toBe(258048);
    expect(streamingLimit(inline({ linux: '5.4.100', xen: '4.17' }), 4095).bytes).toBe(262144);
    expect(streamingLimit(inline({ linux: '6.1.192', swiotlb: '8192,1,force' }))).toMatchObject({ bytes: 262144, applies: 'always' });
    expect(streamingLimit(inline({ linux: '6.1.192', swiotlb: 'noforce' }))).toMatchObject({ bytes: Infinity, constraints: [] });
  });
});

describe('Xen versions', () => {
  it('are compared number by number', () => {
    const version = parseXenVersion('4.17.7 (Debian)');
    if (!version) throw new Error('not read');
    expect([xenAtLeast(version, 4, 17, 7), xenAtLeast(version, 4, 17, 8), xenAtLeast(version, 4, 18), xenAtLeast(version, 3, 4), xenAtLeast(version, 5, 0)]).toEqual([true, false, false, true, false]);
    expect(parseXenVersion('unstable')).toBeUndefined();
  });
});

describe('expectations', () => {
  const run = (expectation: object, size = '4K', op = 'dma_map_single'): string | undefined => {
    const parsed = parseScenario(JSON.stringify({ name: 'x', platform: 'linux-6.12', devices: { d: { mask: 64 } }, steps: [{ op, device: 'd', size, expect: expectation }] }));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const [step] = runScenario(parsed.scenario, platformOf(parsed.scenario, active())).steps;
    return step?.unmet && `${step.unmet.key}: ${String(step.unmet.expected)} not ${String(step.unmet.actual)}`;
  };

  it('are met or say what was there instead', () => {
    expect(run({ ok: true, by: 'direct' })).toBeUndefined();
    expect(run({ ok: false })).toBe('ok: false not true');
    expect(run({ by: 'bounce' })).toBe('by: bounce not direct');
    expect(run({ reason: 'segment-limit' })).toBe('reason: segment-limit not no refusal');
    expect(run({ by: 'pages' }, '8M', 'dma_alloc_coherent')).toBe('by: pages not refused');
    expect(run({ reason: 'segment-limit' }, '8M', 'dma_alloc_coherent')).toBe('reason: segment-limit not page-allocator-limit');
    expect(run({ ok: false, reason: 'page-allocator-limit' }, '8M', 'dma_alloc_coherent')).toBeUndefined();
  });
});
