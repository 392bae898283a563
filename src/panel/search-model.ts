import { groupDigits } from '../core/units/bytes.ts';
import { SEARCH_VERDICTS } from '../protocol/operation-detail.ts';
import type { OperationDetail, SearchArea, SearchCandidates } from '../protocol/operation-detail.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { runAt } from './aperture-model.ts';
import type { ApertureModel } from './aperture-model.ts';

type VerdictName = (typeof SEARCH_VERDICTS)[number];

/** The search of one area with the numbers of its heading. */
export interface SearchedArea extends SearchArea {
  /** From 1: the how-manieth area that was searched. */
  readonly order: number;
  /** Index of its first candidate. */
  readonly from: number;
  /** Candidates by what became of them, in the order of SEARCH_VERDICTS. */
  readonly counts: readonly number[];
}

/** The search that one operation made, as pictures and tables show it. */
export interface SearchModel {
  readonly operation: number;
  readonly need: number;
  readonly areas: readonly SearchedArea[];
  readonly candidates: SearchCandidates;
}

/** @returns undefined where the operation searched nothing, or where areas and candidates do not agree */
export function searchModel({ operation, search }: OperationDetail, candidates: SearchCandidates): SearchModel | undefined {
  if (!search) return undefined;
  let from = 0;
  const areas = search.areas.map((area, index): SearchedArea => {
    const counts = SEARCH_VERDICTS.map(() => 0);
    for (let at = from; at < from + area.candidates; at++) {
      const verdict = candidates.verdicts[at] ?? 0;
      counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
    const searched = { ...area, order: index + 1, from, counts };
    from += area.candidates;
    return searched;
  });
  return from === candidates.slots.length && from === candidates.verdicts.length ? { operation, need: search.need, areas, candidates } : undefined;
}

/** The candidate that says most: the one that was taken, else where the longest run lay that a mapping might have begun at. */
export function telling({ areas, candidates: { slots } }: SearchModel): number {
  const last = Math.max(0, slots.length - 1);
  if (areas.at(-1)?.found !== undefined) return last;
  let best: SearchedArea | undefined;
  for (const area of areas) if ((area.longest?.slots ?? 0) > (best?.longest?.slots ?? 0)) best = area;
  return best?.longest ? slots.indexOf(best.longest.slot, best.from) : last;
}

export function areaOfCandidate({ areas }: SearchModel, candidate: number): SearchedArea | undefined {
  return areas.find(({ from, candidates }) => candidate >= from && candidate < from + candidates);
}

const REASONS: Readonly<Record<VerdictName, string>> = {
  'in-use': text.verdictInUse, 'too-short': text.verdictTooShort, unaligned: text.verdictUnaligned, boundary: text.verdictBoundary, taken: text.verdictTaken,
};

/** `513 candidates: 315 in use, 197 too short, 1 unaligned` */
export function candidatesText({ candidates, counts }: SearchedArea): string {
  const reasons = SEARCH_VERDICTS.flatMap((verdict, at) => ((counts[at] ?? 0) > 0 ? [`${groupDigits(counts[at] ?? 0)} ${REASONS[verdict]}`] : []));
  const head = candidates === 1 ? text.candidatesOne : fill(text.candidatesMany, groupDigits(candidates));
  return reasons.length > 0 ? `${head}: ${reasons.join(', ')}` : fill(text.notLooked, head);
}

/** `longest fit 26 < 30`, or what was found. */
export function fitText({ longest, found, endless }: SearchedArea, need: number): string {
  if (endless) return text.searchEndless;
  if (found !== undefined) return fill(text.searchFound, groupDigits(found));
  return longest ? fill(text.longestFit, longest.slots, longest.slots < need ? '<' : '≥', need) : fill(text.needed, need);
}

/** What became of one candidate, as a sentence. */
export function candidateText(search: SearchModel, model: ApertureModel, candidate: number): string {
  const area = areaOfCandidate(search, candidate);
  const slot = search.candidates.slots[candidate];
  const verdict = SEARCH_VERDICTS[search.candidates.verdicts[candidate] ?? 0];
  if (!area || slot === undefined || verdict === undefined) return '';
  const place = fill(text.candidateAt, groupDigits(candidate + 1), groupDigits(search.candidates.slots.length), area.area, groupDigits(slot));
  if (verdict !== 'too-short') return `${place}: ${REASONS[verdict]}`;
  const { end } = runAt(model, slot);
  const border = end % SEGMENT_SLOTS === 0 ? `, ${text.endsAtSegment}` : '';
  return `${place}: ${fill(text.runShort, end - slot, search.need)}${border}`;
}
