import { beforeAll, describe, expect, it } from 'vitest';
import { buildPlatform } from '../../../src/core/platform/build-platform.ts';
import type { PlatformFacts } from '../../../src/core/platform/platform-facts.ts';
import { parseScenario } from '../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../src/core/scenario/scenario-platform.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { scenarioDraftText } from '../../../src/render/scenario-draft-text.ts';
import { scenarioFromDriver } from '../../../src/rules/scenario-from-driver.ts';
import { callsOf, loadParser } from '../csource/c-parser.ts';
import { driver, platform } from './check-file.ts';

describe('a scenario of a driver', () => {
  let parser: CParser;
  beforeAll(async () => {
    parser = await loadParser();
  });
  const on = platform('xen-4.17-linux-5.10');
  const draftOf = (text: string, of = on): string | undefined => {
    const draft = scenarioFromDriver({ name: 'driver.c', path: 'driver.c', text, calls: callsOf(parser, text) }, of);
    return draft && scenarioDraftText(draft);
  };
  const read = (text: string): Extract<ReturnType<typeof parseScenario>, { ok: true }>['scenario'] => {
    const parsed = parseScenario(text);
    if (!parsed.ok) throw new Error(`${parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n')}\n${text}`);
    return parsed.scenario;
  };

  it('has each request of a known size, on the platform, and says which are refused', () => {
    const text = draftOf(`static struct pci_driver d = { .name = "card" };\n${driver(
      'dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));',
      'p->ring = dma_alloc_coherent(dev, 2 << 20, &p->dma, GFP_KERNEL);',
      'p->big = dma_alloc_coherent(dev, 4 << 20, &p->dma, GFP_KERNEL);',
      'p->bus = dma_map_single(dev, p->buf, 0x1800, DMA_TO_DEVICE);',
    )}`)!;
    const scenario = read(text);
    expect(scenario.platform).toBe('xen-4.17-linux-5.10');
    expect(scenario.devices).toEqual({ card: { mask: 32 } });
    expect(scenario.steps.map((step) => [step.op, 'size' in step && step.size])).toEqual([['dma_alloc_coherent', 2 ** 21], ['dma_alloc_coherent', 2 ** 22], ['dma_map_single', 0x1800]]);
    expect(scenario.steps[2]).toMatchObject({ direction: 'DMA_TO_DEVICE', note: expect.stringMatching(/^driver\.c:\d+, dma_map_single in probe\(\): 0x1800$/) as string });
    const run = runScenario(scenario, platformOf(scenario, on));
    expect(run.steps.map(({ unmet }) => unmet === undefined)).toEqual([true, false, true]);
  });

  it('leaves out what is not established, with the reason at its place', () => {
    const text = draftOf(driver(
      'dma_set_mask(dev, p->mask);',
      'p->ring = dma_alloc_coherent(dev, p->bytes, &p->dma, GFP_KERNEL);',
      'dma_map_sg(dev, p->list, 8, DMA_TO_DEVICE);',
      'dma_map_resource(dev, p->phys, 4096, DMA_TO_DEVICE, 0);',
      'p->bus = dma_map_single(dev, p->buf, 64, DMA_TO_DEVICE);',
    ))!;
    expect(read(text).steps).toHaveLength(1);
    const lines = text.split('\n').map((line) => line.trim());
    expect(lines.filter((line) => line.startsWith('// driver.c:')).map((line) => /^\/\/ driver\.c:(\d+), (\w+): left out: ./.exec(line)?.slice(1))).toEqual([
      ['3', 'dma_set_mask'], ['4', 'dma_alloc_coherent'], ['5', 'dma_map_sg'], ['6', 'dma_map_resource'],
    ]);
    expect(text).toContain('What the file sets as masks is not established');
  });

  it('makes a pool, and takes a block of it', () => {
    const scenario = read(draftOf(driver('p->pool = dma_pool_create("prp", dev, 256, 256, 0);', 'p->large = dma_pool_create("sense", dev, 2300000, 16, 0);'))!);
    expect(scenario.steps.map((step) => [step.op, 'size' in step && step.size, step.id])).toEqual([
      ['dma_pool_create', 256, 'pool-3'], ['dma_pool_alloc', false, undefined], ['dma_pool_create', 2_300_000, 'pool-4'], ['dma_pool_alloc', false, undefined],
    ]);
    expect(runScenario(scenario, on).steps.map(({ unmet }) => unmet === undefined)).toEqual([true, true, true, false]);
  });

  it('tries a bounded size at its bound and expects nothing of it', () => {
    const scenario = read(draftOf(driver('p->bus = dma_map_single(dev, p->buf, min_t(u32, p->len, 65536), DMA_FROM_DEVICE);'))!);
    expect(scenario.steps).toMatchObject([{ op: 'dma_map_single', size: 65536, note: expect.stringContaining('at the most that it can be') as string }]);
    expect(scenario.steps[0]!.expect).toBeUndefined();
  });

  it.each([
    [['dma_set_mask(dev, DMA_BIT_MASK(64));'], { mask: 64, coherentMask: 32 }],
    [['dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));', 'dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));'], { mask: 64 }],
    [['pci_set_dma_mask(pdev, DMA_BIT_MASK(40));', 'pci_set_consistent_dma_mask(pdev, DMA_BIT_MASK(36));'], { mask: 40, coherentMask: 36 }],
    [['dma_set_min_align_mask(dev, 4095);', 'dma_set_seg_boundary(dev, 0xffff);'], { mask: 32, minAlignMask: 4095, segmentBoundary: 65535 }],
    [['dma_set_seg_boundary(dev, 12);'], { mask: 32 }],
  ])('takes the masks of %j', (lines, device) => {
    const scenario = read(draftOf(driver(...lines, 'p->bus = dma_map_single(dev, p->buf, 64, DMA_TO_DEVICE);'))!);
    expect(Object.values(scenario.devices)).toEqual([device]);
  });

  it('is none of a file that asks for no memory', () => {
    expect(draftOf(driver('dma_set_mask(dev, DMA_BIT_MASK(64));'))).toBeUndefined();
  });

  it('spells out a platform that does not ship, and what it cannot say of it', () => {
    const fact = <T>(value: T): { value: T; from: { kind: 'setting'; uri: string; line: number; column: number } } => ({ value, from: { kind: 'setting', uri: 'x', line: 1, column: 1 } });
    const facts: PlatformFacts = {
      kernelRelease: fact('6.1.0-56-amd64'), kernelBanner: fact('#1 SMP Debian 6.1.192-2'), xenVersion: fact('4.17'), domain: fact('pv-dom0'),
      swiotlbParameter: fact({ number: 65536, areas: 2, words: ['force'] }), config: new Map([['CONFIG_SWIOTLB', fact('y')]]),
    };
    const own = buildPlatform(facts, { id: 'workspace' });
    const text = draftOf(driver('p->bus = dma_map_single(dev, p->buf, 64, DMA_TO_DEVICE);'), own)!;
    expect(read(text).platform).toEqual({ linux: '6.1.192', xen: '4.17', domain: 'dom0', swiotlb: '65536,2,force' });
    expect(text).toContain('Not in it: the kernel\'s configuration.');
    const again = platformOf(read(text), on);
    expect(again.aperture.bytes.value).toBe(own.aperture.bytes.value);
    expect(again.features.maxContigOrder.value).toBe(own.features.maxContigOrder.value);
  });
});
