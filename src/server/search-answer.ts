import { type SearchReplay, VERDICTS, replaySearch } from '../core/swiotlb/replay-search.ts';
import type { Aperture } from '../core/swiotlb/aperture.ts';
import { LIVELOCK, type SearchRequest } from '../core/swiotlb/search-request.ts';
import { toBase64 } from '../protocol/base64.ts';
import type { OperationDetail, SearchArea } from '../protocol/operation-detail.ts';
import { packCandidates } from '../protocol/pack-candidates.ts';
import type { ExplainLine } from '../protocol/panel-state.ts';
import type { OperationAnswer } from '../protocol/server-requests.ts';

const UNALIGNED = VERDICTS.indexOf('unaligned');

/** Gathers the searches of one operation, area by area, for the page. */
export class SearchAnswer {
  readonly #replays: SearchReplay[] = [];
  readonly #areas: SearchArea[] = [];

  /** Replays the search that is about to begin; the aperture does not change. */
  readonly onSearch = ({ pool, generation }: Aperture, request: SearchRequest): void => {
    const replay = replaySearch(pool, request, generation);
    this.#replays.push(replay);
    this.#areas.push(areaOf(replay, pool.list));
  };

  answer(operation: number, ok: boolean, explain: ExplainLine[]): OperationAnswer {
    const [first] = this.#replays;
    const detail: OperationDetail = { operation, ok, explain, ...(first ? { search: { need: first.need, areas: this.#areas } } : {}) };
    const slots = joined(this.#replays.map((replay) => replay.slots));
    const verdicts = Uint8Array.from(joined(this.#replays.map((replay) => replay.verdicts)));
    return { detail, candidates: toBase64(packCandidates({ slots, verdicts })) };
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
