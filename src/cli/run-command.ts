import { parseArgs } from 'node:util';
import { parseScenario } from '../core/scenario/parse-scenario.ts';
import { type ScenarioRun, runScenario } from '../core/scenario/run-scenario.ts';
import { platformOf } from '../core/scenario/scenario-platform.ts';
import { runJson, runText } from '../render/run-report.ts';
import { InputError } from './input-error.ts';
import { readInput } from './read-input.ts';
import { PLATFORM_OPTIONS, platformFromOptions } from './platform-options.ts';

/** `dma-aperture run [--json] SCENARIO…`. @returns 0, or 1 where an expectation is not met */
export function runCommand(args: readonly string[], write: (text: string) => void): number {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean' }, ...PLATFORM_OPTIONS } });
  if (positionals.length === 0) throw new InputError('run: expected one or more scenario files (*.dma.json)');
  const active = platformFromOptions(values);
  // Everything is read and run before anything is written: bad input leaves no half output.
  const runs = positionals.map((path): { path: string; run: ScenarioRun } => {
    const parsed = parseScenario(readInput(path));
    if (!parsed.ok) {
      const [first] = parsed.problems;
      const more = parsed.problems.length > 1 ? ` (and ${parsed.problems.length - 1} more)` : '';
      throw new InputError(`${path}:${first?.line ?? 1}:${first?.column ?? 1}: ${first?.message ?? 'not a scenario'}${more}`);
    }
    return { path, run: runScenario(parsed.scenario, platformOf(parsed.scenario, active, path)) };
  });
  if (values.json) {
    const results = runs.map(({ path, run }) => runJson(run, path));
    write(`${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`);
  } else write(runs.map(({ path, run }) => runText(run, path)).join('\n'));
  return runs.some(({ run }) => run.totals.unmet > 0) ? 1 : 0;
}
