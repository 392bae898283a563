import { describe, expect, it } from 'vitest';
import { builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { BUILT_IN_PLATFORMS } from '../../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';
import { runJson, runText } from '../../../../src/render/run-report.ts';

const PLATFORM = { linux: '6.12.117', domain: 'native', memory: '8G', swiotlb: '4096,force' };

function run(steps: unknown[], platform: unknown = PLATFORM, devices: unknown = { card: {} }) {
  const parsed = parseScenario(JSON.stringify({ name: 'test', platform, devices, steps }));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const active = builtInPlatform(BUILT_IN_PLATFORMS[0]?.id ?? '');
  if (!active) throw new Error('no built-in platform');
  return runScenario(parsed.scenario, platformOf(parsed.scenario, active));
}

const problems = (steps: unknown[]): string[] => {
  const parsed = parseScenario(JSON.stringify({ name: 'test', devices: { card: {} }, steps }));
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe('streaming steps of a scenario', () => {
  it('show a missing sync as stale bytes, and hold expectations against them', () => {
    const result = run([
      { op: 'dma_map_page', device: 'card', id: 'rx', size: '8K', direction: 'DMA_FROM_DEVICE', fill: '0x11', expect: { by: 'bounce', copied: 8192 } },
      { op: 'device_write', id: 'rx', byte: 0x22, size: 100 },
      { op: 'cpu_read', id: 'rx', expect: { byte: 0x11 } },
      { op: 'dma_sync_single_for_cpu', id: 'rx', offset: 0, size: 100, expect: { copied: 100 } },
      { op: 'cpu_read', id: 'rx', size: 100, expect: { byte: '0x22' } },
      { op: 'cpu_write', id: 'rx', byte: 5 },
      { op: 'device_read', id: 'rx', size: 10, expect: { byte: '0x22' } },
      { op: 'dma_sync_single_for_device', id: 'rx', direction: 'DMA_TO_DEVICE', expect: { copied: 8192 } },
      { op: 'device_read', id: 'rx', expect: { byte: 5 } },
      { op: 'dma_unmap_page', id: 'rx', skipCpuSync: true, expect: { copied: 0 } },
    ]);
    expect(result.steps.flatMap(({ unmet }) => unmet ?? [])).toEqual([]);
    expect(result.totals).toMatchObject({ unmet: 0, copiedBytes: 8192 + 100 + 8192, bouncedBytes: 8192, usedSlots: 0 });
    const json = runJson(result, 'x.dma.json');
    expect(json.steps[4]).toMatchObject({ op: 'cpu_read', size: 100, contents: [{ byte: 0x22, count: 100 }] });
    expect(json.steps[0]).toMatchObject({ copied: 8192 });
    expect(runText(result, 'x.dma.json')).toContain('cpu_read rx 100 B');
  });

  it('tell what was read and copied where that is not as expected', () => {
    const result = run([
      { op: 'dma_map_single', device: 'card', id: 'a', size: 4096 },
      { op: 'cpu_write', id: 'a', byte: 1, size: 8 },
      { op: 'cpu_read', id: 'a', size: 16, expect: { byte: 1 } },
      { op: 'dma_unmap_single', id: 'a', expect: { copied: 1 } },
      { op: 'cpu_read', id: 'a[0]', expect: { byte: 1 } },
    ]);
    expect(result.steps.map(({ unmet }) => unmet)).toEqual([
      undefined, undefined, { key: 'byte', expected: '0x01', actual: '0x01 × 8, unknown × 8' }, { key: 'copied', expected: 1, actual: 4096 }, { key: 'byte', expected: '0x01', actual: 'nothing' },
    ]);
    expect(runText(result, 'x')).toContain('expected every byte 0x01');
  });

  it('map scatterlists element by element', () => {
    const result = run([
      { op: 'dma_map_sg', device: 'card', id: 'sg', elements: ['64K', 4096], direction: 'DMA_TO_DEVICE', expect: { ok: true, by: 'bounce' } },
      { op: 'dma_unmap_sg', id: 'sg' },
      { op: 'dma_map_sg', device: 'card', id: 'sg', elements: ['4K', '257K'], expect: { ok: false, reason: 'segment-limit' } },
    ]);
    expect(result.totals).toMatchObject({ unmet: 0, bouncedBytes: 69_632, usedSlots: 0 });
    expect(runJson(result, 'x').steps[0]?.elements).toHaveLength(2);
  });

  it('know restricted pools', () => {
    const result = run([
      { op: 'dma_alloc_coherent', device: 'own', size: '64K', id: 'c', expect: { by: 'pool' } }, { op: 'dma_free_coherent', id: 'c' },
    ], PLATFORM, { own: { mask: 64, restrictedPool: { start: '0x80000000', size: '4M' } } });
    expect(result.totals.unmet).toBe(0);
  });

  it('name what is wrong with a step', () => {
    expect(problems([{ op: 'cpu_write', id: 'a', byte: 256 }])).toEqual([expect.stringContaining('0 to 255')]);
    expect(problems([{ op: 'cpu_write', id: 'a', byte: 'x' }])).toEqual([expect.stringContaining('0 to 255')]);
    expect(problems([{ op: 'dma_map_single', device: 'card', size: 1, direction: 'TO_DEVICE' }])).toEqual([expect.stringContaining('DMA_TO_DEVICE')]);
    expect(problems([{ op: 'dma_map_sg', device: 'card', elements: [] }])).toEqual([expect.stringContaining('one element')]);
    expect(problems([{ op: 'dma_unmap', id: 'a' }])).toEqual([expect.stringContaining('dma_sync_single_for_cpu')]);
  });
});
