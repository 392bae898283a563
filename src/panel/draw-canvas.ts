import type { Drawing } from './drawing.ts';
import type { Tokens } from './tokens.ts';
import type { Box } from './aperture-geometry.ts';

/** Sizes a canvas to CSS pixels at the screen's own resolution and clears it. */
export function prepareCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | undefined {
  const scale = window.devicePixelRatio || 1;
  const pixelWidth = Math.max(1, Math.round(width * scale));
  const pixelHeight = Math.max(1, Math.round(height * scale));
  // Assigning a size throws the bitmap away, even where it is the same.
  if (canvas.width !== pixelWidth) canvas.width = pixelWidth;
  if (canvas.height !== pixelHeight) canvas.height = pixelHeight;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d') ?? undefined;
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

export interface TextStyle {
  readonly colour: string;
  readonly align?: CanvasTextAlign;
  readonly size?: number;
  readonly strong?: boolean;
  readonly mono?: boolean;
}

/** Text whose middle stands at `y`. */
export function drawText(context: Drawing, tokens: Tokens, text: string, x: number, y: number, style: TextStyle): void {
  context.textBaseline = 'middle';
  context.textAlign = style.align ?? 'left';
  context.font = `${style.strong ? '600 ' : ''}${style.size ?? 11}px ${style.mono ? tokens.mono : tokens.font}`;
  context.fillStyle = style.colour;
  context.fillText(text, x, y);
}

/** The selected thing: a solid line of the theme's focus colour with a halo, so that it shows on every shade. */
export function drawSelection(context: Drawing, tokens: Tokens, box: Box): void {
  const x = box.x - 0.5;
  const y = box.y - 1.5;
  const width = Math.max(2, box.width);
  const height = box.height + 3;
  context.lineWidth = 4;
  context.strokeStyle = tokens.bg;
  context.strokeRect(x, y, width, height);
  context.lineWidth = 2;
  context.strokeStyle = tokens.accent;
  context.strokeRect(x, y, width, height);
}
