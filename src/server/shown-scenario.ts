import { type ScenarioRun, runScenario } from '../core/scenario/run-scenario.ts';
import { trySettings } from '../core/scenario/try-settings.ts';
import { settingText } from '../render/setting-text.ts';
import { inSlices } from './in-slices.ts';
import { operationDetail } from './operation-detail.ts';
import { packedRun } from './packed-recording.ts';
import { runPanelState } from './panel-state-of.ts';
import type { ShownRun } from './shown-run.ts';

/** @param recorded a run with its recording @param source of the scenario's text with the line of each step, where it is a file */
export function shownScenario(recorded: ScenarioRun, source?: { readonly uri: string; readonly lines: readonly number[] }): ShownRun {
  const recording = packedRun(recorded);
  // The packed recording is all that is kept of it.
  const { recording: _, ...run } = recorded;
  return {
    recording,
    state(step) {
      const whole = { ...runPanelState(run, source), recording: recording.about };
      if (step === undefined || step >= run.steps.length) return whole;
      // A run is deterministic: its beginning by itself leaves the machine as it stood then.
      const beginning = runPanelState(runScenario({ ...run.scenario, steps: run.scenario.steps.slice(0, step) }, run.platform), source);
      const { aperture, machine } = beginning;
      return { ...whole, ...(aperture ? { aperture: { ...aperture, atStep: step } } : {}), ...(machine ? { machine } : {}) };
    },
    async trySettings(step, isCancelled, report) {
      const rows = await inSlices(trySettings(run.scenario, run.platform, step), isCancelled, report);
      return rows.map(({ setting, claim, ok, refused }) => ({ setting: settingText(setting), kind: setting.kind, ok, refused, ...(claim ? { claim } : {}) }));
    },
    operation: (operation, isCancelled) => operationDetail(run, operation, isCancelled),
  };
}
