import { parseArgs } from 'node:util';
import { type ScenarioRun, runScenario } from '../core/scenario/run-scenario.ts';
import { platformOf } from '../core/scenario/scenario-platform.ts';
import { junitReport } from '../render/junit.ts';
import { runJson, runText } from '../render/run-report.ts';
import { InputError } from './input-error.ts';
import { PLATFORM_OPTIONS, platformFromOptions } from './platform-options.ts';
import { readScenario } from './read-scenario.ts';

/** `dma-aperture run [--json|--junit] SCENARIO…`. @returns 0, or 1 where an expectation is not met */
export function runCommand(args: readonly string[], write: (text: string) => void): number {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean' }, junit: { type: 'boolean' }, ...PLATFORM_OPTIONS } });
  if (positionals.length === 0) throw new InputError('run: expected one or more scenario files (*.dma.json)');
  const active = platformFromOptions(values);
  // Everything is read and run before anything is written: bad input leaves no half output.
  const runs = positionals.map((path): { path: string; run: ScenarioRun } => {
    const scenario = readScenario(path);
    return { path, run: runScenario(scenario, platformOf(scenario, active, path)) };
  });
  if (values.junit) write(junitReport(runs));
  else if (values.json) {
    const results = runs.map(({ path, run }) => runJson(run, path));
    write(`${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`);
  } else write(runs.map(({ path, run }) => runText(run, path)).join('\n'));
  return runs.some(({ run }) => run.totals.unmet > 0) ? 1 : 0;
}
