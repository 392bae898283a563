import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { runAt } from './aperture-model.ts';
import type { ApertureModel } from './aperture-model.ts';

export function slotsText(slots: number): string {
  return slots === 1 ? text.slotsOne : fill(text.slotsMany, groupDigits(slots));
}

/** What stands at a slot, as one sentence: the map's label, for those who do not see it. */
export function slotSentence(model: ApertureModel, slot: number): string {
  const run = runAt(model, slot);
  const segment = groupDigits(Math.floor(slot / SEGMENT_SLOTS));
  const mapping = model.pool.mappings[run.owner];
  if (!mapping) return fill(text.slotFree, groupDigits(slot), segment, slotsText(run.end - run.first), groupDigits(run.first));
  return fill(
    text.slotUsed, groupDigits(slot), segment, mapping.id, mapping.device, formatBytes(mapping.bytes),
    groupDigits(mapping.first), groupDigits(mapping.first + mapping.slots - 1),
  );
}
