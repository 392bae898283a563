import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { RESULTS } from '../../../../src/core/scenario/recording.ts';
import { runScenario, type ScenarioRun, scenarioRun } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';
import { junitReport } from '../../../../src/render/junit.ts';
import { runJson, runText } from '../../../../src/render/run-report.ts';

const FORCED = { linux: '6.12.117', domain: 'native', memory: '4G', swiotlb: '4096,2,force', cpus: 2 };

function parsed(steps: unknown[], platform: unknown = FORCED) {
  const result = parseScenario(JSON.stringify({ name: 'test', platform, devices: { nic: { mask: 64 } }, steps }));
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  const active = builtInPlatform('linux-6.12');
  if (!active) throw new Error('no platform');
  return { scenario: result.scenario, platform: platformOf(result.scenario, active) };
}

function run(steps: unknown[], platform: unknown = FORCED): ScenarioRun {
  const given = parsed(steps, platform);
  return runScenario(given.scenario, given.platform, { record: true });
}

const problems = (steps: unknown[]): string[] => {
  const result = parseScenario(JSON.stringify({ name: 'test', devices: { nic: {} }, steps }));
  return result.ok ? [] : result.problems.map(({ message }) => message);
};

describe('a workload', () => {
  it('does the same with the same seed, and something else with another', () => {
    const load = (seed: number): unknown => ({ op: 'workload', device: 'nic', shape: 'nic', ticks: 300, seed, keep: true });
    const text = (seed: number): string => JSON.stringify([...run([load(seed)]).recording!.bytes.slice(0, 1200)]);
    expect(text(1)).toBe(text(1));
    expect(text(1)).not.toBe(text(2));
    expect(JSON.stringify(runJson(run([load(1)]), 'x'))).toBe(JSON.stringify(runJson(run([load(1)]), 'x')));
  });

  it('gives back all that it took, whatever its shape', () => {
    fc.assert(fc.property(
      fc.constantFrom('nic', 'block', 'gpu', 'capture'), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 4 }),
      (shape, ticks, seed, cpus) => {
        const { totals, steps } = run([{ op: 'workload', device: 'nic', shape, ticks, seed, cpus }]);
        expect(totals.usedSlots).toBe(0);
        expect(steps[0]!.operations).toBe(totals.operations);
      },
    ), { numRuns: 40 });
  });

  it('counts what is refused, and keeps why the first was', () => {
    const { steps, recording } = run([{ op: 'workload', device: 'nic', sizes: [{ from: '200K' }], lifetime: [50, 50], ticks: 100, expect: { ok: false, reason: 'no-free-run' } }]);
    const [step] = steps;
    expect(step!.outcome).toMatchObject({ ok: false });
    expect(step!.failures).toBe([...recording!.result.slice(0, recording!.length)].filter((result) => RESULTS[result] === 'refused').length);
    expect(step!.failures).toBeGreaterThan(0);
  });

  it('leaks as often as it is told', () => {
    const { totals, steps } = run([{ op: 'workload', device: 'nic', sizes: [{ from: 2048 }], lifetime: [1, 4], ticks: 100, perTick: 3, leakEvery: 10, expect: { failures: 0 } }]);
    expect(totals.usedSlots).toBe(30);
    expect(steps[0]!.unmet).toBeUndefined();
  });

  it('can be stopped between two ticks, and tells how far it is', () => {
    const { scenario, platform } = parsed([{ op: 'workload', device: 'nic', shape: 'nic', ticks: 5000 }]);
    const pauses = scenarioRun(scenario, platform);
    const first = pauses.next();
    expect(first.done).toBe(false);
    if (!first.done) expect(first.value.done / first.value.total).toBeLessThan(0.3);
    expect(pauses.return(undefined as never).done).toBe(true);
  });

  it('has to have a shape, or sizes and a lifetime', () => {
    expect(problems([{ op: 'workload', device: 'nic', ticks: 3 }])).toEqual(['expected a "shape", here or of the device, or "sizes" and "lifetime"']);
    expect(problems([{ op: 'workload', device: 'nik', shape: 'nic', ticks: 3 }])[0]).toContain('unknown device "nik"');
    expect(problems([{ op: 'workload', device: 'nic', sizes: [{ from: '8K', to: '4K' }], lifetime: [4, 2], ticks: 3 }])).toEqual(['expected "to" not below "from"', 'expected [least, most] ticks']);
  });
});

describe('a repetition', () => {
  it('knows what each round made by the round, and finds it again later', () => {
    const { totals, steps } = run([
      { op: 'repeat', times: 5, steps: [{ op: 'dma_map_single', device: 'nic', id: 'held', size: '4K' }, { op: 'dma_map_single', device: 'nic', id: 'gap', size: '2K' }], expect: { failures: 0 } },
      { op: 'repeat', times: 5, steps: [{ op: 'dma_unmap_single', id: 'gap#' }], expect: { failures: 0 } },
      { op: 'dma_unmap_single', id: 'held#3', expect: { ok: true } },
    ]);
    expect(steps.flatMap(({ unmet }) => unmet ?? [])).toEqual([]);
    expect(totals).toMatchObject({ steps: 3, operations: 16, usedSlots: 8 });
  });

  it('maps and unmaps within a round', () => {
    const { totals, steps } = run([{ op: 'repeat', times: 1000, steps: [{ op: 'dma_map_single', device: 'nic', id: 'rx', size: 1514 }, { op: 'dma_unmap_single', id: 'rx' }] }]);
    expect(steps[0]).toMatchObject({ operations: 2000, failures: 0 });
    expect(totals).toMatchObject({ usedSlots: 0, highWaterSlots: 1 });
  });

  it('holds the expectations of what it repeats', () => {
    const { steps, totals } = run([{ op: 'repeat', times: 3, steps: [{ op: 'dma_map_single', device: 'nic', size: '1M', expect: { ok: true } }] }]);
    expect(steps[0]!.unmet).toEqual({ key: 'ok', expected: true, actual: false });
    expect(totals.unmet).toBe(1);
  });
});

describe('processors side by side', () => {
  it('take a step in turn, each in its own area', () => {
    const map = (id: string): unknown => ({ op: 'dma_map_single', device: 'nic', id, size: '2K' });
    const { steps, system } = run([{ op: 'parallel', cpus: [{ cpu: 0, steps: [map('a'), map('b')] }, { cpu: 1, steps: [map('c')] }] }]);
    expect(steps[0]).toMatchObject({ operations: 3, failures: 0 });
    const slot = (id: string): number => system.mappings.get(id)?.slot ?? -1;
    expect([slot('a'), slot('b')].every((at) => at >= 0 && at < 2048)).toBe(true);
    expect(slot('c')).toBeGreaterThanOrEqual(2048);
  });
});

describe('a run of many operations', () => {
  it('is told in the counts of its steps, as text and as JSON', () => {
    const done = run([{ op: 'repeat', times: 20, steps: [{ op: 'dma_map_single', device: 'nic', size: '300K' }], expect: { failures: 20 } }]);
    expect(runText(done, 'x.dma.json')).toContain('20 operations, 20 refused, the first: One mapping may not exceed a segment');
    expect(runJson(done, 'x.dma.json').steps[0]).toMatchObject({ operations: 20, failures: 20, reason: 'segment-limit' });
  });

  it('is a JUnit suite with a case for each expectation', () => {
    const done = run([
      { op: 'dma_map_single', device: 'nic', size: '300K', expect: { ok: true } },
      { op: 'dma_map_single', device: 'nic', size: '4K', expect: { ok: true } }, { op: 'dma_map_single', device: 'nic', size: '4K' },
    ]);
    const xml = junitReport([{ path: 'a&b.dma.json', run: done }]);
    expect(xml).toContain('<testsuite name="test" tests="2" failures="1">');
    expect(xml).toContain('file="a&amp;b.dma.json"');
    expect(xml).toContain('<failure message="expected success true, got false">One mapping may not exceed');
  });
});
