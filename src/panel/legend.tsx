import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { prepareCanvas } from './draw-canvas.ts';
import type { Tokens } from './tokens.ts';

export interface LegendItem {
  readonly text: string;
  /** Draws the sample in a box of 20 by 10 CSS pixels. */
  readonly draw: (context: CanvasRenderingContext2D) => void;
}

/** Samples drawn with the picture's own fills, so that the two cannot differ. */
export function Legend({ items, tokens }: { items: readonly LegendItem[]; tokens: Tokens }): JSX.Element {
  return (
    <div class="legend">
      {items.map((item) => (
        <span key={item.text}>
          <Sample item={item} tokens={tokens} />
          {item.text}
        </span>
      ))}
    </div>
  );
}

function Sample({ item, tokens }: { item: LegendItem; tokens: Tokens }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current && prepareCanvas(canvas.current, 20, 10);
    if (context) item.draw(context);
  }, [item, tokens]);
  return <canvas ref={canvas} aria-hidden="true" />;
}

export function filled(fill: string | CanvasPattern, outline?: string): (context: CanvasRenderingContext2D) => void {
  return (context) => {
    context.fillStyle = fill;
    context.fillRect(0, 1, 20, 8);
    if (outline === undefined) return;
    context.strokeStyle = outline;
    context.strokeRect(0.5, 1.5, 19, 7);
  };
}
