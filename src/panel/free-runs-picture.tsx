import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { ApertureModel } from './aperture-model.ts';
import { prepareCanvas, drawText } from './draw-canvas.ts';
import type { Drawing } from './drawing.ts';
import type { Tokens } from './tokens.ts';
import { useWidth } from './use-canvas.ts';

export const FREE_RUNS_HEIGHT = 66;
const TOP = 14;
const BOTTOM = 50;

export interface FreeRunsPictureProps {
  readonly model: ApertureModel;
  readonly tokens: Tokens;
  /** Slots that the operation shown asked for. */
  readonly need: number | undefined;
}

interface Sums {
  readonly runs: number;
  readonly slots: number;
  readonly longest: number;
  /** Runs of the most frequent length. */
  readonly most: number;
  /** Runs that are long enough. */
  readonly enough: number;
}

function sumsOf(byLength: Uint32Array, need: number): Sums {
  let [runs, slots, longest, most, enough] = [0, 0, 0, 0, 0];
  for (let length = 1; length <= SEGMENT_SLOTS; length++) {
    const count = byLength[length] ?? 0;
    if (count === 0) continue;
    runs += count;
    slots += count * length;
    longest = length;
    most = Math.max(most, count);
    if (length >= need) enough += count;
  }
  return { runs, slots, longest, most, enough };
}

function runsText(runs: number): string {
  return runs === 1 ? text.runsOne : fill(text.runsMany, groupDigits(runs));
}

/** Free runs by their length on the map's own scale: a run of n slots stands in column n, the request as a line. */
export function FreeRunsPicture({ model, tokens, need }: FreeRunsPictureProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const { runs, slots, longest } = useMemo(() => sumsOf(model.byLength, 0), [model]);
  useLayoutEffect(() => {
    const context = canvas.current && width > 0 ? prepareCanvas(canvas.current, width, FREE_RUNS_HEIGHT) : undefined;
    if (context) drawFreeRuns(context, model.byLength, need, tokens, width);
  }, [model, need, tokens, width]);
  return (
    <div ref={frame}>
      <canvas ref={canvas} role="img" aria-label={fill(text.freeRunsSentence, runsText(runs), groupDigits(slots), longest)} />
    </div>
  );
}

export function drawFreeRuns(context: Drawing, byLength: Uint32Array, need: number | undefined, tokens: Tokens, width: number): void {
  const sums = sumsOf(byLength, need ?? SEGMENT_SLOTS + 1);
  const narrow = width < 560;
  const left = narrow ? 34 : 104;
  const right = width - (narrow ? 62 : 92);
  const column = (length: number): number => left + Math.round((length * (right - left)) / SEGMENT_SLOTS);
  const dim = { colour: tokens.dim, ...(narrow ? { size: 10 } : {}) };
  context.fillStyle = tokens.grid;
  context.fillRect(left, BOTTOM, right - left, 1);
  context.fillStyle = tokens.shades[1];
  for (let length = 1; length <= SEGMENT_SLOTS; length++) {
    const count = byLength[length] ?? 0;
    if (count === 0) continue;
    const height = Math.max(1, (count / sums.most) * (BOTTOM - TOP));
    const x = column(length - 1);
    context.fillRect(x, BOTTOM - height, Math.max(1, column(length) - x - 1), height);
  }
  for (const length of narrow ? [1, 64, 128] : [1, 16, 32, 48, 64, 80, 96, 112, 128]) {
    drawText(context, tokens, String(length), (column(length - 1) + column(length)) / 2, BOTTOM + 9, { ...dim, align: 'center' });
  }
  if (!narrow) {
    drawText(context, tokens, text.freeRuns, 0, TOP + 4, dim);
    drawText(context, tokens, text.byLength, 0, TOP + 19, dim);
    drawText(context, tokens, groupDigits(sums.most), left - 5, TOP + 4, { ...dim, align: 'right' });
  }
  for (const [line, at] of [[runsText(sums.runs), TOP + 4], [fill(text.freeCount, groupDigits(sums.slots)), TOP + 19], [fill(text.longestCount, sums.longest), TOP + 34]] as const) {
    drawText(context, tokens, line, width, at, { ...dim, align: 'right' });
  }
  if (need !== undefined && need <= SEGMENT_SLOTS) drawNeed(context, tokens, column(need - 1), right, fill(text.runsNeeded, need, runsText(sums.enough)), sums.enough === 0);
}

/** All bars left of the line: no room. */
function drawNeed(context: Drawing, tokens: Tokens, x: number, right: number, label: string, none: boolean): void {
  const colour = none ? tokens.fail : tokens.fg;
  context.save();
  context.strokeStyle = colour;
  context.setLineDash([4, 2]);
  context.beginPath();
  context.moveTo(x + 0.5, 2);
  context.lineTo(x + 0.5, BOTTOM);
  context.stroke();
  context.restore();
  context.font = `11px ${tokens.font}`;
  const fits = x + 6 + context.measureText(label).width < right;
  drawText(context, tokens, label, fits ? x + 6 : x - 6, 7, { colour, align: fits ? 'left' : 'right' });
}
