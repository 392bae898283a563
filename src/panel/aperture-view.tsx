import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { PanelAperture } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelViewState } from '../protocol/panel-view-state.ts';
import { ApertureMap } from './aperture-map.tsx';
import { ApertureTables } from './aperture-tables.tsx';
import type { ApertureModel } from './aperture-model.ts';
import { drawSelection } from './draw-canvas.ts';
import { filled, Legend } from './legend.tsx';
import type { PageActions } from './page-actions.ts';
import { SectionFrame } from './section-frame.tsx';
import { slotsText } from './slot-text.ts';
import type { Tokens } from './tokens.ts';

export interface ApertureViewProps {
  readonly pool: PanelAperture | undefined;
  readonly model: ApertureModel | undefined;
  readonly view: PanelViewState;
  /** Number of the step that the aperture is shown after. */
  readonly now: number;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

export function ApertureView({ pool, model, view, now, tokens, actions }: ApertureViewProps): JSX.Element {
  const aged = pool?.mappings.some((mapping) => mapping.step !== undefined) ?? false;
  const shade = aged ? view.shade : 'size';
  const classes = (shade === 'size' ? text.sizeClasses : text.ageClasses).split('|');
  const textured = view.zoom === 'rows';
  const legend = useMemo(
    () => [
      ...classes.map((name, index) => ({ text: name, draw: filled((textured ? tokens.fills : tokens.shades)[index] ?? tokens.fg) })),
      { text: text.free, draw: filled(tokens.free, tokens.mid) },
      { text: text.hint, draw: (context: CanvasRenderingContext2D) => triangle(context, tokens.fg) },
      { text: text.selected, draw: (context: CanvasRenderingContext2D) => drawSelection(context, tokens, { x: 2, y: 3, width: 16, height: 4 }) },
    ].filter((item) => item.text !== text.hint || textured),
    [shade, tokens, textured],
  );
  if (!pool) {
    return (
      <SectionFrame id="aperture" head={text.aperture}>
        <p>{text.noAperture}</p>
        <p class="dim">{text.noApertureHow}</p>
      </SectionFrame>
    );
  }
  const selected = view.selection?.kind === 'slot' ? view.selection.slot : undefined;
  const select = (slot: number | undefined): void => actions.select(slot === undefined ? undefined : { kind: 'slot', slot });
  const fields = model && view.view === 'picture' && (
    <>
      {aged && (
        <label>
          {text.shadeBy}{' '}
          <select value={shade} onChange={(event) => actions.look({ shade: event.currentTarget.value === 'age' ? 'age' : 'size' })}>
            <option value="size">{text.shadeSize}</option>
            <option value="age">{text.shadeAge}</option>
          </select>
        </label>
      )}
      <label>
        {text.zoom}{' '}
        <select value={view.zoom} onChange={(event) => actions.look({ zoom: event.currentTarget.value === 'overview' ? 'overview' : 'rows' })}>
          <option value="rows">{text.zoomRows}</option>
          <option value="overview">{text.zoomOverview}</option>
        </select>
      </label>
    </>
  );
  return (
    <SectionFrame id="aperture" head={text.aperture} meta={apertureMeta(pool)} fields={fields || undefined}>
      {!model ? (
        <p>{fill(text.noPlaces, groupDigits(pool.used), groupDigits(pool.slots))}</p>
      ) : view.view === 'table' ? (
        <ApertureTables model={model} selected={selected} onSelect={select} onEnter={actions.enterWhy} />
      ) : (
        <>
          <ApertureMap model={model} tokens={tokens} shade={shade} now={now} zoom={view.zoom} selected={selected} onSelect={select} onEnter={actions.enterWhy} />
          <Legend items={legend} tokens={tokens} />
        </>
      )}
    </SectionFrame>
  );
}

function apertureMeta(pool: PanelAperture): string {
  const parts = [slotsText(pool.slots), formatBytes(pool.bytes)];
  if (pool.areas.length > 0) parts.push(pool.areas.length === 1 ? text.areasOne : fill(text.areasMany, groupDigits(pool.areas.length)));
  let meta = fill(text.apertureMeta, parts.join(' · '), groupDigits(pool.used), groupDigits(pool.slots - pool.used));
  if (pool.highWater !== undefined) meta += ` · ${fill(text.highWater, groupDigits(pool.highWater))}`;
  if (pool.atStep !== undefined) meta += ` · ${fill(text.afterStep, groupDigits(pool.atStep))}`;
  return meta;
}

function triangle(context: CanvasRenderingContext2D, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(6, 1.5);
  context.lineTo(14, 1.5);
  context.lineTo(10, 8.5);
  context.fill();
}
