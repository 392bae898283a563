import * as v from 'valibot';
import { explainLineSchema } from './panel-state.ts';

/** What became of a slot that a search looked at, in the order in which `verdicts` counts. */
export const SEARCH_VERDICTS = ['in-use', 'too-short', 'unaligned', 'boundary', 'taken'] as const;

const count = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(0, 'expected zero or more'));

/** The search of one area: its entries of the candidates follow those of the areas before it. */
const searchArea = v.object({
  area: count,
  /** Where the area's hint stood before it, counted from the area's first slot. */
  hint: count,
  /** Slots that were looked at. */
  candidates: count,
  /** The slot that was taken, where one was. */
  found: v.optional(count),
  /** The longest free run that begins where a mapping might, with its first slot; absent where the search ended before it looked. */
  longest: v.optional(v.object({ slot: count, slots: count })),
  /** Whether the kernel's loop never ends. */
  endless: v.boolean(),
});

const detail = v.object({
  /** From 0, of the recording. */
  operation: count,
  ok: v.boolean(),
  explain: v.array(explainLineSchema),
  search: v.optional(v.object({
    /** Slots that were asked for. */
    need: count,
    /** In the order in which the kernel searched them. */
    areas: v.array(searchArea),
  })),
});

const uint32 = v.custom<Uint32Array>((value) => Object.prototype.toString.call(value) === '[object Uint32Array]', 'expected a Uint32Array');
const uint8 = v.custom<Uint8Array>((value) => Object.prototype.toString.call(value) === '[object Uint8Array]', 'expected a Uint8Array');

export type OperationDetail = v.InferOutput<typeof detail>;
export type SearchArea = v.InferOutput<typeof searchArea>;

/** Every slot that a search looked at, in its order, and what became of it. */
export interface SearchCandidates {
  readonly slots: Uint32Array;
  readonly verdicts: Uint8Array;
}

export const operationDetailSchema = detail;
export const searchCandidatesSchema = v.object({ slots: uint32, verdicts: uint8 });
