import { toJsonSchema } from '@valibot/to-json-schema';
import { describe, expect, it } from 'vitest';
import { builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { type ScenarioRun, runScenario } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';
import { ScenarioSchema } from '../../../../src/core/scenario/scenario-schema.ts';
import { runText } from '../../../../src/render/run-report.ts';

const FORCED = { linux: '6.12.117', domain: 'native', memory: '4G', cpus: 1, swiotlb: '4096,1,force' };

function run(steps: unknown[], devices: unknown = { card: {} }, platform: unknown = FORCED): ScenarioRun {
  const parsed = parseScenario(JSON.stringify({ name: 'test', platform, devices, steps }));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return runScenario(parsed.scenario, platformOf(parsed.scenario, builtInPlatform('linux-6.12')!));
}

/** Problems with the text that each marks. */
function problems(scenario: object): string[] {
  const text = JSON.stringify({ name: 'test', devices: { card: {} }, steps: [], ...scenario }, null, 1);
  const parsed = parseScenario(text);
  return parsed.ok ? [] : parsed.problems.map(({ message, offset, length }) => `${text.slice(offset, offset + length).replace(/\s+/g, ' ')}: ${message}`);
}

describe('steps of devices', () => {
  it('cut a list to the segments that the device takes', () => {
    const { steps } = run([
      { op: 'dma_map_sg', device: 'card', size: '200K', id: 'a', expect: { ok: true } },
      { op: 'dma_map_sg', device: 'gpu', size: '2M', id: 'b', expect: { reason: 'segment-limit' } },
      { op: 'dma_map_sg', device: 'pages', size: '10000', id: 'c' },
    ], { card: {}, gpu: { segmentSize: '2M' }, pages: { segmentSize: '5000' } });
    expect(steps.map(({ outcome }) => (outcome.ok ? outcome.elements?.map(({ bytes }) => bytes) : outcome.reason))).toEqual([[65536, 65536, 65536, 8192], 'segment-limit', [4096, 4096, 1808]]);
  });

  it('say which elements are longer than the device takes, and map them as the kernel does', () => {
    const { steps: [step] } = run([{ op: 'dma_map_sg', device: 'card', elements: ['8K', '4K', '16K'] }], { card: { segmentSize: '4K' } });
    expect(step?.outcome.ok).toBe(true);
    expect(step?.outcome.explain[0]).toMatchObject({ key: 'sg-element-too-long', params: { elements: 2, bytes: 16384, limit: 4096 } });
  });

  it('sync a list element by element', () => {
    const { totals } = run([
      { op: 'dma_map_sg', device: 'card', elements: ['8K', '4K'], id: 'list', direction: 'DMA_FROM_DEVICE' },
      { op: 'dma_sync_sg_for_cpu', id: 'list', expect: { copied: 12288 } },
      { op: 'dma_sync_sg_for_device', id: 'list', direction: 'DMA_TO_DEVICE', expect: { copied: 12288 } },
      { op: 'dma_unmap_sg', id: 'list' },
      { op: 'dma_sync_sg_for_cpu', id: 'list', expect: { reason: 'not-mapped' } },
    ]);
    expect(totals.unmet).toBe(0);
  });

  it('make pools, round by round', () => {
    const { steps, totals } = run([
      { op: 'dma_pool_create', device: 'card', id: 'prp', size: 256, align: 256 },
      { op: 'repeat', times: 40, steps: [{ op: 'dma_pool_alloc', pool: 'prp', id: 'block' }], expect: { failures: 0 } },
      { op: 'dma_pool_free', id: 'block#7', expect: { ok: true } },
      { op: 'dma_pool_destroy', id: 'prp', expect: { ok: true } },
      { op: 'dma_pool_alloc', pool: 'prp', expect: { reason: 'no-such-pool' } },
    ]);
    expect(totals).toMatchObject({ unmet: 0, operations: 44, coherentBytes: 3 * 4096 });
    expect(steps[3]?.outcome.explain.map(({ key }) => key)).toContain('dma-pool-busy');
  });

  it('take the shape of a workload from the device', () => {
    const load = (devices: object, step: object) => run([{ op: 'workload', device: 'card', ticks: 50, ...step }], devices).totals.operations;
    expect(load({ card: { shape: 'nic' } }, {})).toBe(load({ card: {} }, { shape: 'nic' }));
    expect(load({ card: { shape: 'nic' } }, { shape: 'block' })).toBe(load({ card: {} }, { shape: 'block' }));
  });

  it('boot the machine anew with another command line', () => {
    const map = { op: 'repeat', times: 3000, steps: [{ op: 'dma_map_single', device: 'card', size: '2K', id: 'm' }] };
    const { steps, totals, system } = run([
      { ...map, expect: { failures: 0 } }, { ...map, steps: [{ op: 'dma_map_single', device: 'card', size: '2K', id: 'n' }], expect: { failures: 1904 } },
      { op: 'boot', swiotlb: '8192,1,force' }, { ...map, steps: [{ op: 'dma_map_single', device: 'card', size: '2K', id: 'm' }], expect: { failures: 0 } },
      { op: 'boot' }, { ...map, expect: { failures: 0 } },
    ]);
    expect(totals).toMatchObject({ unmet: 0, usedSlots: 3000, highWaterSlots: 4096 });
    expect(steps.map(({ used }) => used)).toEqual([3000, 4096, 0, 3000, 0, 3000]);
    expect(system.machine.apertureBytes).toBe(8 * 2 ** 20);
  });

  it('boot another kernel under another hypervisor', () => {
    const alloc = { op: 'dma_alloc_coherent', device: 'card', size: '4M' };
    const result = run([
      { ...alloc, expect: { reason: 'contig-order-limit' } },
      { op: 'boot', linux: '6.12.117', xen: '4.17' },
      { ...alloc, expect: { by: 'exchange' } },
      { op: 'boot', domainMemory: '1G', cma: '16M' }, { ...alloc, expect: { reason: 'contig-order-limit' } },
    ], { card: {} }, 'xen-4.17-linux-5.10');
    expect(result.totals.unmet).toBe(0);
    expect(runText(result, 'x')).toContain('boot Linux 6.12.117, Xen 4.17');
  });
});

describe('mistakes of a scenario', () => {
  it.each<[string, object, string[]]>([
    ['a name that nothing makes', { steps: [{ op: 'dma_unmap_single', id: 'buffr' }] }, ['"buffr": nothing makes "buffr": expected the "id" of an earlier step']],
    ['a pool that nothing makes', { steps: [{ op: 'dma_pool_alloc', pool: 'p' }] }, ['"p": nothing makes "p": expected the "id" of an earlier step']],
    ['a name that is expected not to be there', { steps: [{ op: 'dma_unmap_single', id: 'x', expect: { ok: false } }] }, []],
    ['names of rounds, elements and places', { steps: [
      { op: 'repeat', times: 2, steps: [{ op: 'dma_map_single', device: 'card', size: 1, id: 'm' }] }, { op: 'dma_unmap_single', id: 'm#2' }, { op: 'repeat', times: 1, steps: [{ op: 'dma_unmap_single', id: 'm#' }] },
      { op: 'dma_map_sg', device: 'card', elements: [1] }, { op: 'dma_sync_single_for_cpu', id: 'step-4[0]' }, { op: 'workload', device: 'card', shape: 'nic', ticks: 1, id: 'w', keep: true }, { op: 'dma_unmap_single', id: 'w#0' },
    ] }, []],
    ['a list of neither', { steps: [{ op: 'dma_map_sg', device: 'card' }] }, ['{ "op": "dma_map_sg", "device": "card" }: expected either "elements" or "size"']],
    ['a list of both', { steps: [{ op: 'dma_map_sg', device: 'card', elements: [1], size: 1 }] }, [expect.stringContaining('expected either') as string]],
    ['a list too long', { steps: [{ op: 'dma_map_sg', device: 'card', size: '1G' }] }, ['"1G": 16,384 elements of the device\'s segmentSize: expected at most 4,096']],
    ['a release', { platform: { linux: 'six' } }, ['"six": unknown release "six": expected one such as "6.1.192"']],
    ['a version', { platform: { xen: 'unstable' } }, ['"unstable": unknown version "unstable": expected one such as "4.17"']],
    ['an option', { platform: { swiotlb: '64M,force' } }, ['"64M,force": the kernel does not read "M": expected number[,areas][,word]']],
    ['a native machine under Xen', { platform: { xen: '4.17', domain: 'native' } }, [expect.stringMatching(/^"native": impossible platform/) as string]],
    ['a dom0 without Xen', { platform: { domain: 'dom0' } }, [expect.stringMatching(/^"dom0": impossible platform/) as string]],
    ['a domain larger than its machine', { platform: { xen: '4.17', memory: '2G', domainMemory: '3G' } }, ['"3G": impossible platform: the domain has 3 GiB, the machine 2 GiB']],
    ['an option that Xen no longer has', { platform: { xen: '4.17', dmaEmergencyPool: '64M' } }, [expect.stringMatching(/^"64M": Xen knows the option up to 3\.2/) as string]],
    ['XenLinux without Xen', { platform: { lineage: 'xenlinux' } }, [expect.stringMatching(/^"xenlinux": impossible platform/) as string]],
    ['a device of no domU', { platform: { xen: '4.17', ownsDevice: true } }, [expect.stringMatching(/^true: says something of a domU/) as string]],
    ['a boot of what cannot be', { platform: { linux: '6.1.0' }, steps: [{ op: 'boot', xen: '4.17', linux: 'x' }] }, [expect.stringMatching(/^"x": unknown release/) as string, expect.stringMatching(/^"4\.17": impossible platform/) as string]],
    ['a segment size', { devices: { card: { segmentSize: 512 } } }, ['512: expected 4096 bytes to 4 GiB']],
    ['a symbol', { platform: { config: { SWIOTLB: 'y' } } }, [expect.stringContaining('expected a symbol such as CONFIG_SWIOTLB_DYNAMIC') as string]],
  ])('stand at their place: %s', (_, scenario, expected) => {
    expect(problems(scenario)).toEqual(expected);
  });
});

describe('the schema', () => {
  it('explains every key that a person may write', () => {
    const silent: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, child] of Object.entries(node)) {
        if (key === 'properties') for (const [name, value] of Object.entries(child as Record<string, object>)) if (!('description' in value)) silent.push(`${path}.${name}`);
        visit(child, `${path}.${key}`);
      }
    };
    visit(toJsonSchema(ScenarioSchema, { typeMode: 'input', errorMode: 'ignore' }), '');
    expect(silent).toEqual([]);
  });
});
