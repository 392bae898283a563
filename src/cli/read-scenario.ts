import { parseScenario } from '../core/scenario/parse-scenario.ts';
import type { Scenario } from '../core/scenario/scenario-schema.ts';
import { InputError } from './input-error.ts';
import { readInput } from './read-input.ts';

/** A scenario file. @throws InputError naming the file, the place and what was expected */
export function readScenario(path: string): Scenario {
  const parsed = parseScenario(readInput(path));
  if (parsed.ok) return parsed.scenario;
  const [first] = parsed.problems;
  const more = parsed.problems.length > 1 ? ` (and ${parsed.problems.length - 1} more)` : '';
  throw new InputError(`${path}:${first?.line ?? 1}:${first?.column ?? 1}: ${first?.message ?? 'not a scenario'}${more}`);
}
