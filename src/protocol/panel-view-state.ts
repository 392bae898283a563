import * as v from 'valibot';
import { parseWith } from './panel-state.ts';
import type { Parsed } from './panel-state.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Tracks of the machine's picture: its memory map, then the kinds of its regions. */
export const MACHINE_TRACKS = ['map', 'free', 'domain', 'contiguous', 'aperture'] as const;

const selection = v.variant('kind', [
  /** `index` of a step. */
  v.object({ kind: v.literal('step'), index: count }),
  v.object({ kind: v.literal('slot'), slot: count }),
  /** Position in the state's `limits`. */
  v.object({ kind: v.literal('limit'), index: count }),
  /** What lies at an address of a track of the machine: its regions come and go with the operations. */
  v.object({ kind: v.literal('place'), track: v.picklist(MACHINE_TRACKS), address: v.pipe(count, v.maxValue(Number.MAX_SAFE_INTEGER)) }),
  v.object({ kind: v.literal('platform') }),
  /** The call that was asked about: the state's `call`. */
  v.object({ kind: v.literal('call') }),
]);

const viewState = v.object({
  version: v.literal(1),
  view: v.picklist(['picture', 'table']),
  shade: v.picklist(['size', 'age', 'cpu']),
  /** Name of the only device whose mappings are shaded. */
  device: v.optional(v.string()),
  zoom: v.picklist(['rows', 'overview']),
  /** Bits of the mask that the lens shows. */
  mask: v.optional(v.pipe(count, v.maxValue(64))),
  /** `index` of the step that the summary speaks of. */
  step: v.optional(count),
  /** Operations of the recording that are done in what is shown. */
  position: v.optional(count),
  selection: v.optional(selection),
  /** URI of the scenario shown, or its name where it has none: steps kept belong to it. */
  scenario: v.optional(v.string()),
});

export type PanelSelection = v.InferOutput<typeof selection>;

/** What the page keeps over a reload (`setState`), and what a serializer of the host is given: how it was looked at, no data. */
export type PanelViewState = v.InferOutput<typeof viewState>;

export const INITIAL_VIEW_STATE: PanelViewState = { version: 1, view: 'picture', shade: 'size', zoom: 'rows' };

/** Reads what was kept; that of another version or of another program is no view state. */
export function parsePanelViewState(value: unknown): Parsed<PanelViewState> {
  return parseWith(viewState, value);
}
