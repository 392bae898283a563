import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { SEARCH_VERDICTS } from '../protocol/operation-detail.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import { BAR_HEIGHT } from './aperture-geometry.ts';
import type { ApertureGeometry } from './aperture-geometry.ts';
import { drawText } from './draw-canvas.ts';
import { candidatesText, fitText } from './search-model.ts';
import type { SearchedArea, SearchModel } from './search-model.ts';
import type { Drawing } from './drawing.ts';
import type { Tokens } from './tokens.ts';

const IN_USE = SEARCH_VERDICTS.indexOf('in-use');

/** A search and how far it is shown. */
export interface SearchLook {
  readonly search: SearchModel;
  readonly candidate: number;
}

/** The slots that were tried, the longest fit of each area and the candidate, over a picture of rows; hints are drawn with the rest. */
export function drawSearch(context: Drawing, tokens: Tokens, geometry: ApertureGeometry, { search, candidate }: SearchLook, top: number, height: number): void {
  const { slots, verdicts } = search.candidates;
  context.fillStyle = tokens.dim;
  for (let at = 0; at <= candidate && at < slots.length; at++) {
    if (verdicts[at] === IN_USE) continue;
    const slot = slots[at] ?? 0;
    const box = geometry.box(slot, slot + 1);
    if (box.y + box.height < top || box.y > top + height) continue;
    context.fillRect(box.x, box.y + box.height, Math.max(1, box.width), 1);
  }
  for (const { longest, found } of search.areas) {
    if (longest === undefined || found !== undefined) continue;
    const box = geometry.box(longest.slot, longest.slot + longest.slots);
    context.save();
    context.strokeStyle = tokens.fail;
    context.lineWidth = 1.5;
    context.setLineDash([4, 2]);
    context.strokeRect(box.x - 0.5, box.y - 1, Math.max(2, box.width), box.height + 2);
    context.restore();
    if (box.height >= BAR_HEIGHT && box.width > 20) drawText(context, tokens, String(longest.slots), box.x + box.width / 2, box.y + box.height / 2, { colour: tokens.fail, size: 10, align: 'center' });
  }
  const slot = slots[candidate];
  if (slot !== undefined) drawCandidate(context, tokens, geometry, slot, search.need);
}

/** As long as the request; open at the right where it would go beyond the segment. */
function drawCandidate(context: Drawing, tokens: Tokens, geometry: ApertureGeometry, slot: number, need: number): void {
  const border = slot - (slot % SEGMENT_SLOTS) + SEGMENT_SLOTS;
  const end = Math.min(border, slot + need);
  const { x, y, width, height } = geometry.box(slot, end);
  const right = x + Math.max(2, width);
  for (const [colour, thick] of [[tokens.bg, 4], [tokens.accent, 2]] as const) {
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.beginPath();
    context.moveTo(right, y - 1.5);
    context.lineTo(x - 0.5, y - 1.5);
    context.lineTo(x - 0.5, y + height + 1.5);
    context.lineTo(right, y + height + 1.5);
    if (slot + need <= border) context.closePath();
    context.stroke();
  }
}

/** What the search did in an area, in its heading. @returns whether it searched there */
export function drawSearchHeading(
  context: Drawing, tokens: Tokens, search: SearchModel, area: number, place: { readonly left: number; readonly width: number; readonly y: number; readonly narrow: boolean },
): boolean {
  const searched = search.areas.find((each) => each.area === area);
  if (!searched) return false;
  const { left, width, y, narrow } = place;
  const fit = fitText(searched, search.need);
  drawText(context, tokens, fit, width, y, { colour: searched.found === undefined ? tokens.fail : tokens.fg, align: 'right', strong: true });
  context.font = `600 11px ${tokens.font}`;
  const room = width - context.measureText(fit).width - 12 - left;
  context.font = `11px ${tokens.font}`;
  const said = headingParts(searched, narrow);
  while (said.length > 1 && context.measureText(said.join(' · ')).width > room) said.pop();
  drawText(context, tokens, said.join(' · '), left, y, { colour: tokens.dim });
  return true;
}

function headingParts(area: SearchedArea, narrow: boolean): string[] {
  return [fill(text.searchedAs, area.order), fill(text.areaHint, area.hint), ...(narrow ? [] : [candidatesText(area)])];
}

