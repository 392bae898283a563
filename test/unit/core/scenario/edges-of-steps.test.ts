import { describe, expect, it } from 'vitest';
import { builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { NO_DEVICE } from '../../../../src/core/scenario/recording.ts';
import { runScenario, scenarioRun } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';
import type { Scenario, ScenarioStep } from '../../../../src/core/scenario/scenario-schema.ts';

const ACTIVE = builtInPlatform('linux-6.12')!;
const FORCED = { linux: '6.12.117', domain: 'native', memory: '8G', swiotlb: '4096,force' };

function run(steps: unknown[], devices: unknown = { card: {} }, platform: unknown = FORCED) {
  const parsed = parseScenario(JSON.stringify({ name: 'test', platform, devices, steps }));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return runScenario(parsed.scenario, platformOf(parsed.scenario, ACTIVE), { record: true });
}

const problems = (scenario: unknown): string[] => {
  const parsed = parseScenario(typeof scenario === 'string' ? scenario : JSON.stringify(scenario));
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe('expectations that are not met', () => {
  it('of a request that was refused, of one that serves nothing, and of failures', () => {
    const { steps } = run([
      { op: 'dma_map_single', device: 'card', id: 'large', size: '1M', expect: { by: 'bounce' } },
      { op: 'dma_map_single', device: 'card', id: 'larger', size: '1M', expect: { copied: 4096 } },
      { op: 'dma_map_single', device: 'card', id: 'a', size: 4096, expect: { by: 'direct' } },
      { op: 'remove_device', device: 'card', expect: { by: 'direct' } },
      { op: 'dma_unmap_single', id: 'a', expect: { reason: 'not-mapped' } },
      { op: 'dma_unmap_single', id: 'a', expect: { failures: 0 } },
      { op: 'cpu_read', id: 'a[0]', expect: { ok: true } },
      { op: 'remove_device', device: 'card', expect: { copied: 8 } },
    ]);
    expect(steps.map(({ unmet }) => unmet)).toEqual([
      { key: 'by', expected: 'bounce', actual: 'refused' },
      { key: 'copied', expected: 4096, actual: 0 },
      { key: 'by', expected: 'direct', actual: 'bounce' },
      { key: 'by', expected: 'direct', actual: 'nothing' },
      { key: 'reason', expected: 'not-mapped', actual: 'no refusal' },
      { key: 'failures', expected: 0, actual: 1 },
      { key: 'ok', expected: true, actual: false },
      { key: 'copied', expected: 8, actual: 0 },
    ]);
  });

  it('of a step inside others are those of the step around it', () => {
    const { steps } = run([
      { op: 'parallel', cpus: [{ cpu: 0, steps: [{ op: 'dma_map_single', device: 'card', size: 4096, expect: { by: 'direct' } }, { op: 'dma_unmap_single', id: 'm' }] }, { cpu: 1, steps: [{ op: 'dma_map_single', device: 'card', id: 'b', size: 4096 }] }] },
      { op: 'repeat', times: 2, steps: [{ op: 'workload', device: 'card', sizes: [{ from: '4K', to: '8K' }], lifetime: [1, 2], ticks: 4, expect: { failures: 3 } }] },
      { op: 'repeat', times: 2, steps: [{ op: 'dma_map_single', device: 'card', id: 'm', size: 4096 }] },
      { op: 'repeat', times: 2, steps: [{ op: 'dma_unmap_single', id: 'm#' }, { op: 'dma_unmap_single', id: 'b' }] },
    ]);
    expect(steps.map(({ unmet, operations, failures }) => [unmet?.key, operations, failures])).toEqual([['by', 3, 1], ['failures', 16, 0], [undefined, 2, 0], [undefined, 4, 1]]);
  });
});

describe('a device that is not there', () => {
  it('is a refusal of each step that names it, and nothing to a workload', () => {
    // What is not read by the parser is not checked by it: the runner has an answer all the same.
    const device = 'nobody';
    const steps: ScenarioStep[] = [
      { op: 'dma_map_single', device, size: 4096 }, { op: 'dma_map_page', device, size: 4096 }, { op: 'dma_map_sg', device, elements: [4096] },
      { op: 'dma_alloc_coherent', device, size: 4096 }, { op: 'remove_device', device }, { op: 'workload', device, shape: 'nic', ticks: 10 },
    ];
    const scenario: Scenario = { name: 'x', devices: { card: {} }, steps };
    const result = runScenario(scenario, ACTIVE, { record: true });
    expect(result.steps.map(({ outcome }) => (outcome.ok ? 'ok' : outcome.reason))).toEqual([...Array.from({ length: 5 }, () => 'unknown-device'), 'ok']);
    expect(result.totals).toMatchObject({ operations: 5, refused: 5 });
    expect([...result.recording!.device.slice(0, 5)]).toEqual(Array.from({ length: 5 }, () => NO_DEVICE));
  });
});

describe('devices of a scenario', () => {
  it('have their alignment and boundary from it', () => {
    const { steps } = run([
      { op: 'dma_map_single', device: 'nvme', id: 'a', size: 4096, offset: 512 },
      { op: 'dma_map_single', device: 'narrow', id: 'b', size: '128K', expect: { reason: 'boundary' } },
    ], { nvme: { minAlignMask: 4095 }, narrow: { segmentBoundary: 65_535 } });
    const [nvme, narrow] = steps.map(({ outcome }) => outcome);
    expect(nvme!.ok && nvme!.address! % 4096).toBe(512);
    expect(narrow!.ok).toBe(false);
  });

  it('are told which masks there are', () => {
    const of = (device: unknown): string[] => problems({ name: 'x', devices: { card: device }, steps: [] });
    expect(of({ minAlignMask: 4095, segmentBoundary: 65_535 })).toEqual([]);
    expect(of({ minAlignMask: 4096 })).toEqual([expect.stringContaining('such as 4095')]);
    expect(of({ minAlignMask: 131_071 })).toEqual([expect.stringContaining('up to 65535')]);
    expect(of({ segmentBoundary: 2047 })).toEqual([expect.stringContaining('at least 12 bits')]);
    expect(of({ segmentBoundary: 5000 })).toEqual([expect.stringContaining('at least 12 bits')]);
  });
});

describe('what is wrong with a text', () => {
  it.each([
    ['{ "name": ', 'expected a value'],
    ['{ name: "x" }', 'a bare word: expected a string in double quotes'],
    ['{ 5: "x" }', 'expected a key in double quotes'],
    ['{ "name" "x" }', 'expected a colon behind the key'],
    ['{ "name": "x" "steps": [] }', 'expected a comma before the next value'],
    ['{', 'a { is not closed: expected }'],
    ['{ "steps": [', 'a [ is not closed: expected ]'],
    ['{} {}', 'expected nothing behind the value'],
    ['{ "name": "x', 'a string is not closed: expected a double quote'],
    ['{ "name": "\\q" }', 'expected an escape that JSON has, such as \\n or \\"'],
  ])('%s is told in words', (text, expected) => {
    expect(problems(text)).toEqual([expect.stringContaining(`not valid JSON: ${expected}`)]);
  });

  it('is told of an empty one, of a platform that is neither name nor object, and of devices that are none', () => {
    expect(problems('')).toEqual([expect.stringContaining('not valid JSON')]);
    expect(problems({ name: 'x', platform: 5, devices: {}, steps: [] })).toContain('expected a name');
    expect(problems({ name: 'x', platform: { linux: 5 }, devices: {}, steps: [] }).length).toBeGreaterThan(0);
    expect(problems({ name: 'x', platform: 'windows', devices: {}, steps: [] })).toEqual([expect.stringContaining('unknown platform "windows"')]);
    expect(problems({ name: 'x', devices: {}, steps: [{ op: 'dma_alloc_coherent', device: 'card', size: 1 }] })).toEqual(['unknown device "card": expected one that "devices" names']);
    expect(problems({ name: 'x', devices: {}, steps: [{ op: 'remove_device' }] })).toEqual(['"device" is missing']);
    expect(problems({ name: 'x', devices: {}, steps: [], more: 1 })).toEqual(['unknown key "more"']);
  });

  it('has a place where a key is given twice: the last counts', () => {
    const text = '{ "name": "x", "devices": { "card": {} }, "steps": [], "steps": [{ "op": "remove_device", "device": "card" }] }';
    const twice = parseScenario(text);
    if (!twice.ok) throw new Error('not read');
    expect(twice.scenario.steps).toHaveLength(1);
    expect(twice.spans).toEqual([{ offset: 0, length: 0, line: 1 }]);
    const wrong = parseScenario(text.replace('"device": "card"', '"device": "disk"'));
    expect(wrong).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('unknown device "disk"') as string, offset: 0, length: text.length }] });
  });
});

describe('a run in parts', () => {
  it('pauses within a load, a repetition and processors side by side, and never beyond its total', () => {
    const one = { op: 'dma_map_single', device: 'card', size: 512 } as const;
    const steps: ScenarioStep[] = [
      { op: 'workload', device: 'card', shape: 'nic', ticks: 2000 }, { op: 'repeat', times: 9000, steps: [{ ...one, id: 'r' }, { op: 'dma_unmap_single', id: 'r' }] },
      { op: 'parallel', cpus: [{ cpu: 0, steps: Array.from({ length: 9000 }, () => one) }] },
    ];
    const work = scenarioRun({ name: 'x', devices: { card: { mask: 32 } }, steps }, platformOf({ name: 'x', platform: 'linux-6.12', devices: {}, steps: [] }, ACTIVE));
    let pauses = 0;
    for (let next = work.next(); next.done !== true; next = work.next()) {
      pauses++;
      expect(next.value.done).toBeLessThanOrEqual(next.value.total);
    }
    expect(pauses).toBeGreaterThan(6);
  });
});
