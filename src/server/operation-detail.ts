import type { Outcome } from '../core/dma/outcome.ts';
import { scenarioRun, type ScenarioRun } from '../core/scenario/run-scenario.ts';
import type { OperationAnswer } from '../protocol/server-requests.ts';
import { inSlices } from './in-slices.ts';
import { explainLine } from './panel-state-of.ts';
import { SearchAnswer } from './search-answer.ts';
import { until } from './until.ts';

/**
 * Why one operation of a run came out as it did, and the search that it made. A run is deterministic: its beginning is done again.
 * @param operation from 0
 * @returns undefined where the run has no such operation
 */
export async function operationDetail(run: Pick<ScenarioRun, 'scenario' | 'platform'>, operation: number, isCancelled: () => boolean): Promise<OperationAnswer | undefined> {
  const search = new SearchAnswer();
  let outcome: Outcome | undefined;
  const work = scenarioRun(run.scenario, run.platform, {
    watch: {
      operation,
      onSearch: search.onSearch,
      onOutcome: (came) => {
        outcome = came;
      },
    },
  });
  await inSlices(until(work, () => outcome !== undefined), isCancelled);
  return outcome && search.answer(operation, outcome.ok, outcome.explain.map(explainLine));
}
