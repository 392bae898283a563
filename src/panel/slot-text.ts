import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { runAt } from './aperture-model.ts';
import type { ApertureModel, ShownMapping } from './aperture-model.ts';

export function slotsText(slots: number): string {
  return slots === 1 ? text.slotsOne : fill(text.slotsMany, groupDigits(slots));
}

/** How large a mapping is, as far as it is known by itself. */
export function mappingSize(mapping: ShownMapping, format: (bytes: number) => string = formatBytesExact): string {
  return mapping.bytes === undefined ? fill(text.ofList, format(mapping.listBytes ?? 0)) : format(mapping.bytes);
}

/** What stands at a slot, as one sentence: the map's label, for those who do not see it. */
export function slotSentence(model: ApertureModel, slot: number): string {
  const run = runAt(model, slot);
  const segment = groupDigits(Math.floor(slot / SEGMENT_SLOTS));
  const mapping = model.mapping(run.owner);
  if (!mapping) return fill(text.slotFree, groupDigits(slot), segment, slotsText(run.end - run.first), groupDigits(run.first));
  return fill(
    text.slotUsed, groupDigits(slot), segment, mapping.id, mapping.device, mappingSize(mapping, formatBytes),
    groupDigits(mapping.first), groupDigits(mapping.first + mapping.slots - 1),
  );
}
