import * as v from 'valibot';
import { evidenceRefSchema, explainLineSchema } from './panel-state.ts';

/** What the facts of a platform are about, in the order in which a view shows them. */
export const SHEET_ROOMS = ['kernel', 'xen', 'memory', 'swiotlb', 'limits', 'devices', 'command-line', 'config'] as const;

const row = v.object({
  /** Unique within its room, and the same in every sheet. */
  id: v.pipe(v.string(), v.minLength(1, 'expected an id')),
  name: v.string(),
  /** For a person, with its unit. */
  value: v.string(),
  /** Where the value comes from, in words: `boot.dmesg:12`, or the source that a default was read from. */
  source: v.string(),
  /** The place to open, where there is one. */
  from: v.optional(evidenceRefSchema),
  /** Why the value may not hold. */
  doubt: v.optional(v.string()),
  /** What other evidence says: one sentence with both places. */
  contradiction: v.optional(v.string()),
  /** What stands under the fact: the entries of a map, the constraints of a limit. */
  notes: v.optional(v.array(explainLineSchema)),
});

const sheet = v.object({
  id: v.string(),
  label: v.string(),
  /** Where its facts come from, in a few words. */
  detail: v.string(),
  /** Whether nobody chose the platform and no evidence made it: it stands in for one. */
  assumed: v.boolean(),
  /** Contradictions that no row shows. */
  contradictions: v.array(v.object({ text: v.string(), from: v.optional(evidenceRefSchema) })),
  rooms: v.array(v.object({ id: v.picklist(SHEET_ROOMS), rows: v.array(row) })),
});

export type SheetRoom = (typeof SHEET_ROOMS)[number];
export type SheetRow = v.InferOutput<typeof row>;
/** Every fact of a platform with its provenance, by what it is about; a room without facts is left out. */
export type PlatformSheet = v.InferOutput<typeof sheet>;

export const platformSheetSchema = sheet;
