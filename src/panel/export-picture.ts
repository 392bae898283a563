import type { AddressRange } from '../core/units/addresses.ts';
import type { PanelMask } from '../protocol/panel-state.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import { overviewGeometry, rowsGeometry, SCALE_HEIGHT } from './aperture-geometry.ts';
import type { ApertureModel } from './aperture-model.ts';
import { drawOverview, drawRows, overviewBitmap, paintOverview } from './draw-aperture.ts';
import { drawText } from './draw-canvas.ts';
import { drawMachine, machineGeometry } from './draw-machine.ts';
import type { SearchLook } from './draw-search.ts';
import { drawPlayhead, drawTimeline, TIME_HEIGHT, timeGeometry } from './draw-time.ts';
import type { Drawing } from './drawing.ts';
import { drawFreeRuns, FREE_RUNS_HEIGHT } from './free-runs-picture.tsx';
import type { MachineModel } from './machine-model.ts';
import { isRefused } from './open-recording.ts';
import type { OpenRecording } from './open-recording.ts';
import type { ShadeBy } from './shade.ts';
import { SvgDrawing, svgTokens } from './svg-drawing.ts';
import { reduceTimeline, timeParts } from './timeline.ts';
import type { Tokens } from './tokens.ts';

/** What a picture for keeping shows: what the page shows, whole. */
export interface PictureContent {
  readonly title: string;
  readonly summary: string;
  readonly recording: OpenRecording | undefined;
  readonly position: number;
  readonly aperture: ApertureModel | undefined;
  readonly by: ShadeBy;
  readonly search: SearchLook | undefined;
  readonly selected: number | undefined;
  readonly machine: MachineModel | undefined;
  readonly mask: PanelMask | undefined;
  readonly place: number | undefined;
  /** Where the segment of the selected slot lies. */
  readonly segment: AddressRange | undefined;
}

interface Part {
  readonly head: string;
  readonly height: number;
  readonly draw: (context: Drawing, tokens: Tokens) => void;
}

const WIDTH = 1200;
const MARGIN = 12;
const INNER = WIDTH - 2 * MARGIN;
const HEAD = 24;
/** Above this many segments the aperture is drawn as an overview. */
const ROWS_AT_MOST = 512;
/** Pixels of a PNG for each of the picture's. */
const SCALE = 2;

function partsOf(content: PictureContent): Part[] {
  const { recording, aperture, machine } = content;
  return [
    ...(recording ? [timePart(content, recording)] : []),
    ...(aperture ? [aperturePart(content, aperture), freeRunsPart(content, aperture)] : []),
    ...(machine ? [machinePart(content, machine)] : []),
  ];
}

function timePart({ position }: PictureContent, recording: OpenRecording): Part {
  const { player, refused, about } = recording;
  const geometry = timeGeometry(INNER);
  const timeline = reduceTimeline(recording, geometry.right - geometry.left);
  const used = position < about.slotsFrom ? undefined : position > 0 ? (player.usedAfter[position - 1] ?? 0) : 0;
  return {
    head: text.time, height: TIME_HEIGHT,
    draw: (context, tokens) => {
      drawTimeline(context, timeline, geometry, tokens, player.slots, timeParts(recording), ({ step }) => String(step));
      drawPlayhead(context, timeline, geometry, tokens, { position, used, slots: player.slots, refused: refused.length, isRefused: position > 0 && isRefused(recording, position - 1) });
    },
  };
}

function aperturePart({ by, search, selected }: PictureContent, model: ApertureModel): Part {
  if (model.segments <= ROWS_AT_MOST) {
    const geometry = rowsGeometry(model, INNER);
    return { head: text.aperture, height: geometry.height, draw: (context, tokens) => drawRows(context, model, geometry, { tokens, by, selected, search }, 0, geometry.height + SCALE_HEIGHT) };
  }
  const geometry = overviewGeometry(model, INNER);
  return {
    head: text.aperture, height: geometry.height,
    draw: (context, tokens) => {
      const bitmap = overviewBitmap(model.segments, tokens);
      if (!bitmap) return;
      paintOverview(bitmap, model, by, undefined);
      drawOverview(context, model, geometry, { tokens, by, selected, search }, bitmap.canvas);
    },
  };
}

function freeRunsPart({ search }: PictureContent, model: ApertureModel): Part {
  return { head: text.freeRunsTable, height: FREE_RUNS_HEIGHT, draw: (context, tokens) => drawFreeRuns(context, model.byLength, search?.search.need, tokens, INNER) };
}

function machinePart({ mask, place, segment }: PictureContent, model: MachineModel): Part {
  const geometry = machineGeometry(model, INNER);
  return { head: text.machine, height: geometry.height, draw: (context, tokens) => drawMachine(context, model, geometry, tokens, mask, place, segment) };
}

function heightOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { height }) => sum + HEAD + height + MARGIN, 2 * HEAD + MARGIN);
}

function drawAll(context: Drawing, tokens: Tokens, content: PictureContent, parts: readonly Part[]): void {
  context.fillStyle = tokens.bg;
  context.fillRect(0, 0, WIDTH, heightOf(parts));
  drawText(context, tokens, content.title, MARGIN, HEAD - 6, { colour: tokens.fg, strong: true, size: 13 });
  drawText(context, tokens, content.summary, MARGIN, 2 * HEAD - 8, { colour: tokens.dim });
  let y = 2 * HEAD;
  for (const { head, height, draw } of parts) {
    drawText(context, tokens, head, MARGIN, y + HEAD / 2, { colour: tokens.fg, strong: true });
    context.save();
    context.translate(MARGIN, y + HEAD);
    draw(context, tokens);
    context.restore();
    y += HEAD + height + MARGIN;
  }
}

export function pictureAsSvg(content: PictureContent, tokens: Tokens): string {
  const parts = partsOf(content);
  const svg = svgTokens(tokens);
  const drawing = new SvgDrawing();
  drawAll(drawing, svg.tokens, content, parts);
  return drawing.document(WIDTH, heightOf(parts), content.title, svg.patterns);
}

/** @throws Error where the page has no canvas to give */
export async function pictureAsPng(content: PictureContent, tokens: Tokens): Promise<Uint8Array> {
  const parts = partsOf(content);
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * SCALE;
  canvas.height = heightOf(parts) * SCALE;
  const context = canvas.getContext('2d');
  context?.scale(SCALE, SCALE);
  if (context) drawAll(context, tokens, content, parts);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!context || !blob) throw new Error(text.noPicture);
  return new Uint8Array(await blob.arrayBuffer());
}
