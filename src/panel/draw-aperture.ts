import { formatAddress, parseAddress } from '../core/units/addresses.ts';
import { groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { BAR_HEIGHT, HEADING_HEIGHT, SCALE_HEIGHT } from './aperture-geometry.ts';
import type { ApertureGeometry, OverviewGeometry, RowsGeometry } from './aperture-geometry.ts';
import { runAt } from './aperture-model.ts';
import type { ApertureModel } from './aperture-model.ts';
import { drawSelection, drawText } from './draw-canvas.ts';
import { drawSearch, drawSearchHeading } from './draw-search.ts';
import type { SearchLook } from './draw-search.ts';
import { FILTERED, shadeOf } from './shade.ts';
import type { ShadeBy, ShadeClass } from './shade.ts';
import type { Drawing } from './drawing.ts';
import type { Tokens } from './tokens.ts';

export interface ApertureLook {
  readonly tokens: Tokens;
  readonly by: ShadeBy;
  readonly selected: number | undefined;
  /** The search of the operation shown. */
  readonly search: SearchLook | undefined;
}

/** Draws the rows that are in view: `top` is the scroll position, `height` the view's height with the scale's row. */
export function drawRows(
  context: Drawing, model: ApertureModel, geometry: RowsGeometry, look: ApertureLook, top: number, height: number,
): void {
  const { tokens } = look;
  context.save();
  context.beginPath();
  context.rect(0, SCALE_HEIGHT, geometry.width, height - SCALE_HEIGHT);
  context.clip();
  context.translate(0, -top);
  const first = geometry.segmentFrom(top + SCALE_HEIGHT);
  const classOf = shadeOf(model, look.by);
  for (let segment = first; segment < model.segments; segment++) {
    const y = geometry.tops[segment] ?? 0;
    const area = model.areaAt.get(segment);
    if (area !== undefined && y - HEADING_HEIGHT < top + height) drawAreaHeading(context, model, geometry, look, area, y - HEADING_HEIGHT);
    if (y > top + height) break;
    drawRow(context, model, geometry, tokens, classOf, segment, y);
  }
  drawHints(context, model, geometry, look);
  if (look.search) drawSearch(context, tokens, geometry, look.search, top, height);
  if (look.selected !== undefined && look.selected < model.pool.slots) {
    const run = runAt(model, look.selected);
    drawSelection(context, tokens, geometry.box(run.first, run.end));
    if (run.owner < 0) {
      const slot = geometry.box(look.selected, look.selected + 1);
      context.fillStyle = tokens.accent;
      context.fillRect(slot.x, slot.y, Math.max(1, slot.width - 1), BAR_HEIGHT);
    }
  }
  context.restore();
  drawScale(context, model, geometry, tokens);
}

function drawScale(context: Drawing, model: ApertureModel, geometry: RowsGeometry, tokens: Tokens): void {
  const { narrow } = geometry;
  const dim = { colour: tokens.dim };
  drawText(context, tokens, text.segmentShort, 0, 7, dim);
  if (!narrow && model.pool.segmentMachine) drawText(context, tokens, text.machineShort, 30, 7, dim);
  for (let slot = 0; slot <= SEGMENT_SLOTS; slot += 16) {
    const x = geometry.column(slot);
    context.fillStyle = tokens.grid;
    context.fillRect(x - (slot === SEGMENT_SLOTS ? 1 : 0), SCALE_HEIGHT - 3, 1, 3);
    if (!narrow || (slot % 32 === 0 && slot < SEGMENT_SLOTS)) drawText(context, tokens, String(slot), x, 7, { ...dim, align: 'center' });
  }
  drawText(context, tokens, text.free, geometry.right + (narrow ? 28 : 38), 7, { ...dim, align: 'right' });
  drawText(context, tokens, narrow ? text.longestNarrow : text.longestShort, geometry.width, 7, { ...dim, align: 'right' });
}

function drawAreaHeading(
  context: Drawing, model: ApertureModel, geometry: RowsGeometry, look: ApertureLook, index: number, y: number,
): void {
  const { tokens, search } = look;
  const area = model.pool.areas[index];
  if (!area) return;
  context.fillStyle = tokens.grid;
  context.fillRect(0, y + 1, geometry.width, 1);
  drawText(context, tokens, fill(text.area, index), 0, y + 10, { colour: tokens.fg, strong: true });
  const left = Math.max(56, geometry.left);
  if (search && drawSearchHeading(context, tokens, search.search, index, { left, width: geometry.width, y: y + 10, narrow: geometry.narrow })) return;
  if (area.hint !== undefined) drawText(context, tokens, fill(text.areaHint, groupDigits(area.hint)), left, y + 10, { colour: tokens.dim });
  const used = fill(text.areaUsed, groupDigits(area.used), groupDigits(area.slots));
  drawText(context, tokens, used, geometry.width, y + 10, { colour: tokens.dim, align: 'right' });
}

function drawRow(
  context: Drawing, model: ApertureModel, geometry: RowsGeometry, tokens: Tokens, classOf: (owner: number) => ShadeClass, segment: number, y: number,
): void {
  const base = segment * SEGMENT_SLOTS;
  const end = Math.min(model.pool.slots, base + SEGMENT_SLOTS);
  context.fillStyle = tokens.free;
  context.fillRect(geometry.left, y, geometry.column(end - base) - geometry.left, BAR_HEIGHT);
  if (tokens.highContrast) {
    context.fillStyle = tokens.mid;
    context.fillRect(geometry.left, y + BAR_HEIGHT, geometry.right - geometry.left, 1);
  }
  for (let slot = base; slot < end; ) {
    const run = runAt(model, slot);
    slot = run.end;
    if (run.owner < 0) continue;
    const x = geometry.column(run.first - base);
    const width = geometry.column(run.end - base) - x;
    const shade = classOf(run.owner);
    context.fillStyle = shade === FILTERED ? tokens.grid : tokens.fills[shade];
    context.save();
    context.translate(0, y);
    // A pixel between neighbours keeps two mappings from reading as one.
    context.fillRect(x, 0, Math.max(1, width - (width > 2 ? 1 : 0)), BAR_HEIGHT);
    context.restore();
  }
  const middle = y + BAR_HEIGHT / 2;
  const small = { colour: tokens.dim, size: 10 };
  drawText(context, tokens, String(segment), 22, middle, { ...small, align: 'right' });
  const address = model.pool.segmentMachine?.[segment];
  if (!geometry.narrow && address !== undefined) {
    const digits = formatAddress(parseAddress(address) ?? 0, 8);
    drawText(context, tokens, digits, 30, middle, { ...small, mono: true });
  }
  drawText(context, tokens, String(model.free[segment]), geometry.right + (geometry.narrow ? 28 : 38), middle, { ...small, align: 'right' });
  drawText(context, tokens, String(model.longest[segment]), geometry.width - 1, middle, { ...small, colour: tokens.fg, align: 'right' });
}

/** A triangle stands where the next search of each area begins. */
function drawHints(context: Drawing, model: ApertureModel, geometry: ApertureGeometry, { tokens, search }: ApertureLook): void {
  for (const [index, area] of model.pool.areas.entries()) {
    // A search is shown with the hint that it began with.
    const hint = search?.search.areas.find((each) => each.area === index)?.hint ?? area.hint;
    const slot = area.first + (hint ?? area.slots);
    if (hint === undefined || slot >= model.pool.slots) continue;
    const { x, y } = geometry.box(slot, slot + 1);
    for (const [colour, size] of [[tokens.bg, 6], [tokens.fg, 4]] as const) {
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(x - size, y - size + 1);
      context.lineTo(x + size, y - size + 1);
      context.lineTo(x, y + size);
      context.fill();
    }
  }
}

/** A bitmap of a pixel a slot and a row a segment, and the colours that its pixels have: free, four shades, filtered out. */
export interface OverviewBitmap {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly image: ImageData;
  readonly pixels: Uint32Array;
  readonly colours: Uint32Array;
}

/** @returns undefined where the page has no canvas to give */
export function overviewBitmap(segments: number, tokens: Tokens): OverviewBitmap | undefined {
  const canvas = document.createElement('canvas');
  canvas.width = SEGMENT_SLOTS;
  canvas.height = Math.max(1, segments);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  const colours = Uint32Array.from([tokens.free, ...tokens.shades, tokens.grid].map((colour) => pixelOf(context, colour)));
  const image = context.createImageData(canvas.width, canvas.height);
  return { canvas, context, image, pixels: new Uint32Array(image.data.buffer), colours };
}

/** Paints segments anew: those given, or all. */
export function paintOverview({ context, image, pixels, colours }: OverviewBitmap, model: ApertureModel, by: ShadeBy, segments: readonly number[] | undefined): void {
  const { owners, pool } = model;
  const classOf = shadeOf(model, by);
  const paint = (first: number, end: number): void => {
    // Slots of one mapping lie side by side: its shade is asked for once.
    let owner = -1;
    let colour = colours[0] ?? 0;
    for (let slot = first; slot < end; slot++) {
      const next = owners[slot] ?? -1;
      if (next !== owner) {
        owner = next;
        colour = colours[owner < 0 ? 0 : 1 + classOf(owner)] ?? 0;
      }
      pixels[slot] = colour;
    }
  };
  if (!segments || segments.length > model.segments / 4) {
    paint(0, pool.slots);
    context.putImageData(image, 0, 0);
    return;
  }
  for (const segment of segments) {
    paint(segment * SEGMENT_SLOTS, Math.min(pool.slots, (segment + 1) * SEGMENT_SLOTS));
    context.putImageData(image, 0, 0, 0, segment, SEGMENT_SLOTS, 1);
  }
}

/** A colour as it stands in image data, whatever notation the style sheet ended up with. */
function pixelOf(context: CanvasRenderingContext2D, colour: string): number {
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
}

export function drawOverview(
  context: Drawing, model: ApertureModel, geometry: OverviewGeometry, look: ApertureLook, bitmap: HTMLCanvasElement,
): void {
  const { tokens } = look;
  const { rowsPerColumn, cell } = geometry;
  context.imageSmoothingEnabled = false;
  for (let column = 0; column < geometry.columns; column++) {
    const first = column * rowsPerColumn;
    const rows = Math.min(rowsPerColumn, model.segments - first);
    const x = geometry.columnLeft(column);
    drawText(context, tokens, `${first}–${first + rows - 1}`, x, 7, { colour: tokens.dim });
    context.drawImage(bitmap, 0, first, SEGMENT_SLOTS, rows, x, SCALE_HEIGHT, SEGMENT_SLOTS * cell.width, rows * cell.height);
    // Where there is room, a line keeps rows apart: a run does not go on below.
    context.fillStyle = tokens.bg;
    for (let row = 1; cell.height >= 3 && row <= rows; row++) context.fillRect(x, SCALE_HEIGHT + row * cell.height - 1, SEGMENT_SLOTS * cell.width, 1);
  }
  for (const area of model.pool.areas) {
    if (area.first === 0) continue;
    const box = geometry.box(area.first, area.first + 1);
    context.fillStyle = tokens.mid;
    context.fillRect(box.x, box.y, SEGMENT_SLOTS * cell.width, 1);
  }
  if (look.search) drawSearch(context, tokens, geometry, look.search, 0, geometry.height);
  if (look.selected !== undefined && look.selected < model.pool.slots) {
    const run = runAt(model, look.selected);
    drawSelection(context, tokens, geometry.box(run.first, run.end));
  }
}

