import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtInPlatform } from '../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../src/core/scenario/scenario-platform.ts';
import { reasonText } from '../../../src/render/reason-text.ts';

const text = readFileSync(new URL('../../../media/scenarios/founding-case.dma.json', import.meta.url), 'utf8');

function run(source: string) {
  const parsed = parseScenario(source);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const active = builtInPlatform('linux-6.12');
  if (!active) throw new Error('no platform');
  return runScenario(parsed.scenario, platformOf(parsed.scenario, active));
}

describe('the founding case', () => {
  it('has the outcomes that the thread of 2007 describes', () => {
    const { steps, totals } = run(text);
    expect(steps.map(({ step, outcome }) => [step.op, 'size' in step ? step.size : 0, outcome.ok ? outcome.by : outcome.reason])).toEqual([
      ['dma_map_single', 256 * 1024, 'bounce'],
      ['dma_map_single', 512 * 1024, 'segment-limit'],
      ['dma_alloc_coherent', 2 * 1024 ** 2, 'exchange'],
      ['dma_alloc_coherent', 2.25 * 1024 ** 2, 'contig-order-limit'],
      ['dma_alloc_coherent', 4 * 1024 ** 2, 'contig-order-limit'],
      ['dma_alloc_coherent', 1024 ** 3, 'page-allocator-limit'],
    ]);
    expect(totals.unmet).toBe(0);
  });

  it('places the ring below 1 GiB, aligned to its order: 3.0.4 serves a 31-bit width from its DMA zone alone', () => {
    const { steps } = run(text);
    const ring = steps[2]?.outcome;
    expect(ring?.ok).toBe(true);
    const address = ring?.ok ? (ring.address ?? -1) : -1;
    expect(address % (2 * 1024 ** 2)).toBe(0);
    expect(address + 2 * 1024 ** 2).toBeLessThanOrEqual(1024 ** 3);
  });

  it('gives every refusal a chain with the fact that decides', () => {
    for (const { outcome } of run(text).steps) {
      expect(outcome.explain.length).toBeGreaterThan(0);
      for (const step of outcome.explain) expect(reasonText(step)).not.toMatch(/undefined|NaN/);
      if (!outcome.ok) expect(outcome.explain.some((step) => step.key === outcome.reason && step.fact !== undefined)).toBe(true);
    }
  });

  it('is not fitted: the same requests on a kernel without the order limit go the other way', () => {
    const { steps } = run(text.replace('"xen-3.0.4"', '"xen-4.17-linux-6.1"'));
    const fourMib = steps[4]?.outcome;
    expect(fourMib?.ok).toBe(true);
    expect(steps[5]?.outcome.ok).toBe(false);
  });
});
