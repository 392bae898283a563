import type { Outcome } from '../core/dma/outcome.ts';
import { scenarioRun, type RunProgress, type ScenarioRun } from '../core/scenario/run-scenario.ts';
import { type SearchReplay, VERDICTS, replaySearch } from '../core/swiotlb/replay-search.ts';
import { LIVELOCK } from '../core/swiotlb/search-request.ts';
import { toBase64 } from '../protocol/base64.ts';
import type { OperationDetail, SearchArea } from '../protocol/operation-detail.ts';
import { packCandidates } from '../protocol/pack-candidates.ts';
import type { OperationAnswer } from '../protocol/server-requests.ts';
import { inSlices } from './in-slices.ts';
import { explainLine } from './panel-state-of.ts';

const UNALIGNED = VERDICTS.indexOf('unaligned');

/**
 * Why one operation of a run came out as it did, and the search that it made. A run is deterministic: its beginning is done again.
 * @param operation from 0
 * @returns undefined where the run has no such operation
 */
export async function operationDetail(run: Pick<ScenarioRun, 'scenario' | 'platform'>, operation: number, isCancelled: () => boolean): Promise<OperationAnswer | undefined> {
  const replays: SearchReplay[] = [];
  const areas: SearchArea[] = [];
  let outcome: Outcome | undefined;
  const work = scenarioRun(run.scenario, run.platform, {
    watch: {
      operation,
      onSearch: ({ pool, generation }, request) => {
        const replay = replaySearch(pool, request, generation);
        replays.push(replay);
        areas.push(areaOf(replay, pool.list));
      },
      onOutcome: (came) => {
        outcome = came;
      },
    },
  });
  await inSlices(until(work, () => outcome !== undefined), isCancelled);
  if (!outcome) return undefined;
  const detail: OperationDetail = {
    operation, ok: outcome.ok, explain: outcome.explain.map(explainLine),
    ...(replays[0] ? { search: { need: replays[0].need, areas } } : {}),
  };
  return { detail, candidates: toBase64(packCandidates({ slots: joined(replays.map(({ slots }) => slots)), verdicts: Uint8Array.from(joined(replays.map(({ verdicts }) => verdicts))) })) };
}

/** A run's progress until something has come about. */
function* until(work: Generator<RunProgress, unknown>, ended: () => boolean): Generator<RunProgress, undefined> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true || ended()) return undefined;
    yield value;
  }
}

/** @param list the pool's free runs as the search found them */
function areaOf({ area, hint, slots, verdicts, found }: SearchReplay, list: Uint8Array): SearchArea {
  let longest: { slot: number; slots: number } | undefined;
  for (let at = 0; at < slots.length; at++) {
    const run = list[slots[at]!]!;
    if (verdicts[at] !== UNALIGNED && run > (longest?.slots ?? 0)) longest = { slot: slots[at]!, slots: run };
  }
  return { area, hint, candidates: slots.length, endless: found === LIVELOCK, ...(found >= 0 ? { found } : {}), ...(longest ? { longest } : {}) };
}

function joined(parts: readonly (Uint32Array | Uint8Array)[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
