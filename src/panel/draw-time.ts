import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { drawText } from './draw-canvas.ts';
import type { TimePart, Timeline } from './timeline.ts';
import type { Drawing } from './drawing.ts';
import type { Tokens } from './tokens.ts';

/** Where the tracks of the picture of time lie, in CSS pixels. */
export interface TimeGeometry {
  readonly width: number;
  readonly narrow: boolean;
  /** Left and right edge of the operations: those of the aperture's slots below. */
  readonly left: number;
  readonly right: number;
}

export const TIME_HEIGHT = 90;
const PARTS = 10;
const USED = { top: 18, bottom: 52 };
const REFUSED = 60;
const COPIED = { top: 70, bottom: 86 };
/** Triangles nearer to each other than this are one. */
const MARK_PITCH = 7;

export function timeGeometry(width: number): TimeGeometry {
  const narrow = width < 560;
  return { width, narrow, left: narrow ? 34 : 104, right: Math.max(narrow ? 60 : 160, width - (narrow ? 62 : 92)) };
}

/** The border between an operation and the next. */
function xOfBorder({ left, right }: TimeGeometry, position: number, operations: number): number {
  return operations === 0 ? left : left + (position / operations) * (right - left);
}

/** Where the playhead stands: in the middle of the operation that was done last, at the left edge before the first. */
function xOfPlayhead(geometry: TimeGeometry, position: number, operations: number): number {
  return xOfBorder(geometry, Math.max(0, position - 0.5), operations);
}

/** The operation under a point is the last that is done; left of all none is. */
export function positionAt({ left, right }: TimeGeometry, x: number, operations: number): number {
  if (x < left) return 0;
  return Math.min(operations, Math.floor(((x - left) / Math.max(1, right - left)) * operations) + 1);
}

/** What every operation shares: drawn once a width and theme. */
export function drawTimeline(
  context: Drawing, timeline: Timeline, geometry: TimeGeometry, tokens: Tokens, slots: number, parts: readonly TimePart[], titles: (part: TimePart) => string,
): void {
  const { left, right } = geometry;
  context.fillStyle = tokens.grid;
  context.fillRect(left, USED.top, right - left, 1);
  context.fillRect(left, USED.bottom, right - left, 1);
  context.fillRect(left, COPIED.bottom, right - left, 1);
  drawUsed(context, timeline, geometry, tokens, slots);
  drawUntold(context, timeline, geometry, tokens);
  drawRefused(context, timeline, geometry, tokens);
  context.fillStyle = tokens.shades[2];
  for (const [bar, bytes] of timeline.copied.entries()) {
    if (bytes === 0) continue;
    const x = xOfBorder(geometry, bar * timeline.perBar, timeline.operations);
    const end = xOfBorder(geometry, Math.min(timeline.operations, (bar + 1) * timeline.perBar), timeline.operations);
    const height = Math.max(1, (bytes / timeline.peakCopied) * (COPIED.bottom - COPIED.top));
    context.fillRect(x, COPIED.bottom - height, Math.max(1, Math.min(12, end - x - 1)), height);
  }
  drawParts(context, timeline, geometry, tokens, parts, titles);
  drawSideLabels(context, timeline, geometry, tokens, slots);
}

function drawUsed(context: Drawing, timeline: Timeline, { left }: TimeGeometry, tokens: Tokens, slots: number): void {
  const height = USED.bottom - USED.top;
  for (let x = 0; x < timeline.width; x++) {
    const used = timeline.used[x] ?? 0;
    if (used === 0) continue;
    const bar = Math.max(1, (used / Math.max(1, slots)) * height);
    context.fillStyle = tokens.shades[3];
    context.fillRect(left + x, USED.bottom - bar, 1, bar);
    context.fillStyle = tokens.shades[0];
    context.fillRect(left + x, USED.bottom - bar, 1, 1);
  }
}

/** Where nothing is known of the slots, nothing is drawn as used: a hatch with its reason. */
function drawUntold(context: Drawing, timeline: Timeline, geometry: TimeGeometry, tokens: Tokens): void {
  if (timeline.untold === 0) return;
  const { left } = geometry;
  const end = xOfBorder(geometry, timeline.untold, timeline.operations);
  context.fillStyle = tokens.veil;
  context.fillRect(left, USED.top + 1, end - left, USED.bottom - USED.top - 1);
  context.font = `11px ${tokens.font}`;
  const wide = context.measureText(text.slotsNotKept).width;
  if (wide > end - left - 16) return;
  const middle = (USED.top + USED.bottom) / 2;
  context.fillStyle = tokens.bg;
  context.fillRect((left + end - wide) / 2 - 4, middle - 8, wide + 8, 16);
  drawText(context, tokens, text.slotsNotKept, (left + end - wide) / 2, middle, { colour: tokens.dim });
}

function drawRefused(context: Drawing, timeline: Timeline, { left }: TimeGeometry, tokens: Tokens): void {
  for (let x = 0, last = -MARK_PITCH; x < timeline.width; x++) {
    if (timeline.refused[x] === 0 || x - last < MARK_PITCH) continue;
    last = x;
    drawMark(context, left + x + 0.5, tokens.fail);
  }
}

function drawMark(context: Drawing, x: number, colour: string, size = 4): void {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, REFUSED - size);
  context.lineTo(x + size - 0.5, REFUSED + size);
  context.lineTo(x - size + 0.5, REFUSED + size);
  context.fill();
}

/** A line where a part begins and its title where there is room for both. */
function drawParts(
  context: Drawing, timeline: Timeline, geometry: TimeGeometry, tokens: Tokens, parts: readonly TimePart[], titles: (part: TimePart) => string,
): void {
  let last = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    const x = xOfBorder(geometry, part.first, timeline.operations);
    const end = xOfBorder(geometry, part.end, timeline.operations);
    if (x - last < 3 && part.first > 0) continue;
    last = x;
    context.fillStyle = tokens.mid;
    context.fillRect(Math.round(x), 4, 1, COPIED.bottom - 4);
    context.font = `11px ${tokens.font}`;
    const room = end - x - 8;
    let title = titles(part);
    while (title.length > 0 && context.measureText(title).width > room) title = title.includes(' · ') ? title.slice(0, title.lastIndexOf(' · ')) : '';
    if (title !== '') drawText(context, tokens, title, x + 5, PARTS, { colour: tokens.dim });
  }
}

function drawSideLabels(context: Drawing, timeline: Timeline, geometry: TimeGeometry, tokens: Tokens, slots: number): void {
  const dim = { colour: tokens.dim, ...(geometry.narrow ? { size: 10 } : {}) };
  const { narrow, left } = geometry;
  context.font = `11px ${tokens.font}`;
  // The number of a large aperture leaves no room beside it for both words.
  const long = !narrow && context.measureText(`${text.usedSlots}  ${groupDigits(slots)}`).width <= left - 5;
  drawText(context, tokens, long ? text.usedSlots : text.used, 0, narrow ? 34 : 38, dim);
  drawText(context, tokens, narrow ? text.refusedNarrow : text.failures, 0, REFUSED, dim);
  if (timeline.peakCopied > 0) drawText(context, tokens, narrow ? text.copiedNarrow : fill(text.copiedPer, groupDigits(timeline.perBar)), 0, COPIED.bottom - 8, dim);
  if (narrow) return;
  drawText(context, tokens, groupDigits(slots), left - 5, USED.top + 3, { ...dim, align: 'right' });
  drawText(context, tokens, '0', left - 5, USED.bottom - 4, { ...dim, align: 'right' });
}

/** What a position changes: the playhead, and the numbers at the right. */
export function drawPlayhead(
  context: Drawing, timeline: Timeline, geometry: TimeGeometry, tokens: Tokens, at: { readonly position: number; readonly used: number | undefined; readonly slots: number; readonly refused: number; readonly isRefused: boolean },
): void {
  const x = Math.round(xOfPlayhead(geometry, at.position, timeline.operations));
  context.fillStyle = tokens.bg;
  context.fillRect(x - 2, 2, 5, COPIED.bottom - 1);
  context.fillStyle = tokens.accent;
  context.fillRect(x - 1, 4, 2, COPIED.bottom - 4);
  context.beginPath();
  context.moveTo(x - 5, 1);
  context.lineTo(x + 5, 1);
  context.lineTo(x + 5, 5);
  context.lineTo(x, 10);
  context.lineTo(x - 5, 5);
  context.fill();
  if (at.isRefused) {
    drawMark(context, x, tokens.bg, 7);
    drawMark(context, x, tokens.fail, 5);
  }
  const { width, narrow } = geometry;
  const dim = { colour: tokens.dim, align: 'right' as const, ...(narrow ? { size: 10 } : {}) };
  drawText(context, tokens, at.used === undefined ? text.unknown : narrow ? groupDigits(at.used) : fill(text.usedNow, groupDigits(at.used)), width, 26, { ...dim, colour: tokens.fg });
  if (at.slots > 0 && at.used !== undefined) drawText(context, tokens, fill(text.perCent, (100 * at.used / at.slots).toFixed(1)), width, 42, dim);
  drawText(context, tokens, groupDigits(at.refused), width, REFUSED, dim);
  if (timeline.peakCopied > 0) drawText(context, tokens, narrow ? formatBytes(timeline.peakCopied) : fill(text.peak, formatBytes(timeline.peakCopied)), width, COPIED.bottom - 8, { ...dim, size: 10 });
}
