import { describe, expect, it } from 'vitest';
import { builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { platformVariant } from '../../../../src/core/platform/platform-variant.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';
import { type ApertureSizing, sizeAperture } from '../../../../src/core/scenario/size-aperture.ts';
import { sizingCsv, sizingJson, sizingMarkdown, sizingSummary, sizingText } from '../../../../src/render/sizing-report.ts';

function size(steps: unknown[], platform: unknown): ApertureSizing {
  const parsed = parseScenario(JSON.stringify({ name: 'load', platform, devices: { nic: { mask: 64 } }, steps }));
  const active = builtInPlatform('linux-6.12');
  if (!parsed.ok || !active) throw new Error('not a scenario');
  const search = sizeAperture(parsed.scenario, platformOf(parsed.scenario, active));
  for (;;) {
    const { done, value } = search.next();
    if (done) return value;
  }
}

const failuresWith = ({ scenario, platform }: ApertureSizing, swiotlb: string): number =>
  runScenario(scenario, platformVariant(platform, { swiotlb }, 'test')).steps.reduce((sum, { failures }) => sum + failures, 0);

describe('the search of the smallest aperture', () => {
  const hold = (times: number): unknown[] => [{ op: 'repeat', times, steps: [{ op: 'dma_map_single', device: 'nic', size: '4K' }] }];

  it('finds the power of two that the load needs, and every point is what a run says', () => {
    const sizing = size(hold(3000), { linux: '6.12.117', domain: 'native', memory: '2G', swiotlb: '1024,1,force', cpus: 1 });
    expect(sizing.present.failures).toBe(3000 - 512);
    expect(sizing.smallest).toMatchObject({ bytes: 16 * 1024 * 1024, failures: 0 });
    expect(Object.keys(sizingJson(sizing).curve[0]!)).toEqual(['swiotlb', 'bytes', 'areas', 'failures', 'highWaterSlots']);
    for (const { swiotlb, failures } of sizing.curve) expect(failuresWith(sizing, swiotlb), swiotlb).toBe(failures);
    expect(sizingSummary(sizing)).toContain('smallest aperture without a failure is swiotlb=8192,1,force (16 MiB)');
  });

  it('goes between the powers of two where the kernel takes what it is given', () => {
    const sizing = size(hold(2500), { linux: '5.10.218', domain: 'native', memory: '2G', swiotlb: '1024,force', cpus: 1 });
    expect(sizing.smallest!.bytes).toBe(10 * 1024 * 1024);
    expect(failuresWith(sizing, sizing.smallest!.swiotlb)).toBe(0);
  });

  it('counts in MiB where the kernel does', () => {
    const sizing = size([{ op: 'workload', device: 'nic', shape: 'block', ticks: 500, seed: 5, perTick: 1, lifetime: [16, 48] }], { xen: '3.0.4', linux: '2.6.16.33-xen', lineage: 'xenlinux', memory: '1.5G', domainMemory: '1G' });
    expect(sizing.present).toMatchObject({ bytes: 2 * 1024 * 1024 });
    expect(sizing.present.failures).toBeGreaterThan(0);
    expect(sizing.smallest!.swiotlb).toBe(String(sizing.smallest!.bytes / 1024 / 1024));
  });

  it('asks with as many areas as the platform has, and with one; a machine that needs no pool has none', () => {
    const four = size(hold(600), { linux: '6.12.117', domain: 'native', memory: '2G', swiotlb: '1024,4,force', cpus: 4 });
    expect(new Set(four.curve.map(({ areas }) => areas))).toEqual(new Set([1, 4]));
    expect(four.curve.every(({ bytes, areas }, at) => at === 0 || bytes > four.curve[at - 1]!.bytes || (bytes === four.curve[at - 1]!.bytes && areas >= four.curve[at - 1]!.areas))).toBe(true);
    const none = size([{ op: 'workload', device: 'nic', shape: 'nic', ticks: 700 }], { linux: '6.12.117', domain: 'native', memory: '2G', cpus: 1 });
    expect(none.present).toMatchObject({ bytes: 0, areas: 0, failures: 0 });
    expect(new Set(none.curve.map(({ areas }) => areas))).toEqual(new Set([0]));
  });

  it('says that no size helps, and why', () => {
    const sizing = size([{ op: 'dma_map_single', device: 'nic', size: '1M' }], { linux: '6.12.117', domain: 'native', memory: '4G', swiotlb: '1024,1,force', cpus: 1 });
    expect(sizing.smallest).toBeUndefined();
    expect(sizing.unserved?.key).toBe('segment-limit');
    expect(sizingText(sizing)).toContain('No size helps');
    expect(sizingJson(sizing)).toMatchObject({ smallest: null, unserved: { key: 'segment-limit' } });
    expect(sizingCsv(sizing).trimEnd().split('\n')).toHaveLength(sizing.curve.length + 1);
    expect(sizingMarkdown(sizing)).toContain('| swiotlb= |');
  });
});
