import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(0, 'expected zero or more'));

/** What became of a step under another setting. */
const settingRow = v.object({
  /** As a person would write it: `swiotlb=65536`. */
  setting: v.string(),
  /** Settings of one kind differ in their size alone. */
  kind: v.string(),
  /** What the reasons of the refusal say of the kind; left out where they say nothing. */
  claim: v.optional(v.picklist(['helps', 'does-not'])),
  /** Whether nothing of the step was refused. */
  ok: v.boolean(),
  /** Operations that were refused up to and with the step. */
  refused: count,
});

export type SettingRowShown = v.InferOutput<typeof settingRow>;

export const settingRowsSchema = v.array(settingRow);

/** `confirmed` and `refuted` are of what the reasons say; `other-size`: another of its kind helped. */
export type SettingVerdict = 'confirmed' | 'refuted' | 'other-size';

/** What the runs say of what the reasons say of a setting; undefined where they say nothing. */
export function settingVerdict({ kind, claim, ok }: SettingRowShown, rows: readonly SettingRowShown[]): SettingVerdict | undefined {
  if (claim === undefined) return undefined;
  if (claim === 'does-not') return ok ? 'refuted' : 'confirmed';
  if (ok) return 'confirmed';
  return rows.some((other) => other.kind === kind && other.ok) ? 'other-size' : 'refuted';
}
