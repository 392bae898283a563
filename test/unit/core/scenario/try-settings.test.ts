import { describe, expect, it } from 'vitest';
import { BUILT_IN_PLATFORMS, builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../../src/core/scenario/scenario-platform.ts';
import type { Scenario } from '../../../../src/core/scenario/scenario-schema.ts';
import { type SettingRow, trySettings } from '../../../../src/core/scenario/try-settings.ts';
import { settingVerdict } from '../../../../src/protocol/setting-rows.ts';
import { settingText } from '../../../../src/render/setting-text.ts';
import { BUILT_IN_SCENARIOS } from '../../../../src/server/built-in-scenarios.ts';

const ACTIVE = builtInPlatform(BUILT_IN_PLATFORMS[0]!.id)!;

function scenarioOf(given: object | string): Scenario {
  const parsed = parseScenario(typeof given === 'string' ? given : JSON.stringify(given));
  if (!parsed.ok) throw new Error(parsed.problems[0]!.message);
  return parsed.scenario;
}

function tried(scenario: Scenario, index: number): { rows: SettingRow[]; progress: { done: number; total: number }[] } {
  const progress: { done: number; total: number }[] = [];
  const work = trySettings(scenario, platformOf(scenario, ACTIVE), index);
  for (;;) {
    const step = work.next();
    if (step.done === true) return { rows: step.value, progress };
    progress.push(step.value);
  }
}

function shown(rows: readonly SettingRow[]): (string | boolean | undefined)[][] {
  const all = rows.map(({ setting, claim, ok, refused }) => ({ setting: settingText(setting), kind: setting.kind, ok, refused, ...(claim ? { claim } : {}) }));
  return all.map((row) => [row.setting, row.ok, settingVerdict(row, all)]);
}

/** Half of the pool in pieces that leave no two slots beside each other. */
const FRAGMENTED = {
  name: 'Fragmented', platform: { linux: '6.1.192', domain: 'native', memory: '8G', swiotlb: '1024,1,force', cpus: 1 }, devices: { card: { mask: 32 } },
  steps: [
    { op: 'repeat', times: 8, steps: [{ op: 'dma_map_single', device: 'card', id: 'held', size: '220K' }, { op: 'dma_map_single', device: 'card', id: 'gap', size: '36K' }] },
    { op: 'repeat', times: 8, steps: [{ op: 'dma_unmap_single', id: 'gap#' }] },
    { op: 'dma_map_single', device: 'card', size: '256K' },
    { op: 'dma_map_single', device: 'card', size: '4K' },
  ],
};

describe('a step under other settings', () => {
  it('is what runs under them give, beside what its reasons say', () => {
    const { rows, progress } = tried(scenarioOf(FRAGMENTED), 2);
    expect(shown(rows)).toEqual([
      ['as it is', false, undefined],
      ['swiotlb=2048,1,force', true, 'confirmed'],
      ['swiotlb=4096,1,force', true, 'confirmed'],
      ['swiotlb=16384,1,force', true, 'confirmed'],
      ['in pieces of 128 KiB (dma_map_sg)', false, 'other-size'],
      ['in pieces of 16 KiB (dma_map_sg)', true, 'confirmed'],
      ['every other Linux, to 7.3', false, undefined],
    ]);
    expect(progress.every(({ done, total }) => done <= total)).toBe(true);
    expect(progress.at(-1)!.done).toBeGreaterThan(rows.length);
  });

  it('of a regression names the release that has it no more', () => {
    const text = BUILT_IN_SCENARIOS.find(({ id }) => id.startsWith('alignment-regression-linux-6-12-0'))!.text;
    expect(shown(tried(scenarioOf(text), 0).rows)).toContainEqual(['Linux 6.14', true, undefined]);
  });

  it('changes what a boot step states itself', () => {
    const scenario = scenarioOf({
      ...FRAGMENTED, platform: { ...FRAGMENTED.platform, swiotlb: '512,1,force' },
      steps: [{ op: 'boot', swiotlb: '1024,1,force' }, ...FRAGMENTED.steps.slice(0, 3)],
    });
    const rows = shown(tried(scenario, 3).rows);
    expect(rows.find(([setting]) => setting === 'swiotlb=4096,1,force')).toEqual(['swiotlb=4096,1,force', true, 'confirmed']);
  });

  it('begins with the run as it was, in short scenarios that ship; nothing that the reasons call useless helps', () => {
    for (const { id, text } of BUILT_IN_SCENARIOS) {
      const scenario = scenarioOf(text);
      const run = runScenario(scenario, platformOf(scenario, ACTIVE));
      if (run.totals.operations > 300) continue;
      for (const step of run.steps.filter(({ failures }) => failures > 0).slice(0, 1)) {
        const { rows } = tried(scenario, step.index);
        const before = run.steps.slice(0, step.index + 1).reduce((sum, { failures }) => sum + failures, 0);
        expect([id, rows[0]!.ok, rows[0]!.refused]).toEqual([id, false, before]);
        expect([id, shown(rows).filter(([setting, ok, verdict]) => ok === true && verdict === 'refuted' && setting !== '')]).toEqual([id, []]);
      }
    }
  });
});
