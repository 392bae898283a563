import { builtInPlatform, DEFAULT_PLATFORM_ID } from '../core/platform/built-in-platforms.ts';
import { parseScenario } from '../core/scenario/parse-scenario.ts';
import { runScenario, type ScenarioRun } from '../core/scenario/run-scenario.ts';
import { platformOf } from '../core/scenario/scenario-platform.ts';
import { scenarioIndex, scenarioPage } from '../render/scenario-page.ts';
import { BUILT_IN_SCENARIOS } from './built-in-scenarios.ts';

/** Every shipped scenario, run. @throws Error where one cannot be read: it ships with the product */
export function runBuiltInScenarios(): { readonly id: string; readonly run: ScenarioRun }[] {
  return BUILT_IN_SCENARIOS.map(({ id, text }) => {
    const parsed = parseScenario(text);
    const active = builtInPlatform(DEFAULT_PLATFORM_ID);
    if (!parsed.ok || !active) throw new Error(`${id}: ${parsed.ok ? 'no platform' : (parsed.problems[0]?.message ?? 'not a scenario')}`);
    return { id, run: runScenario(parsed.scenario, platformOf(parsed.scenario, active)) };
  });
}

/** The pages of docs/scenarios by file name. */
export function builtInScenarioPages(): Map<string, string> {
  const runs = runBuiltInScenarios();
  return new Map([['README.md', scenarioIndex(runs)], ...runs.map(({ id, run }) => [`${id}.md`, scenarioPage(id, run)] as const)]);
}
