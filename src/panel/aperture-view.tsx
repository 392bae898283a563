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
import type { OpenRecording } from './open-recording.ts';
import type { PageActions } from './page-actions.ts';
import { SHADES } from './shade.ts';
import type { Shade } from './shade.ts';
import { SectionFrame } from './section-frame.tsx';
import { slotsText } from './slot-text.ts';
import type { Tokens } from './tokens.ts';

export interface ApertureViewProps {
  readonly pool: PanelAperture | undefined;
  readonly model: ApertureModel | undefined;
  readonly view: PanelViewState;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

export function ApertureView({ pool, model, view, tokens, actions }: ApertureViewProps): JSX.Element {
  const recording = model?.recording;
  const shades = useMemo(() => shadesOf(pool, recording), [pool?.mappings, recording]);
  const devices = useMemo(() => devicesOf(pool, recording), [pool?.mappings, recording]);
  const shade = shades.includes(view.shade) ? view.shade : 'size';
  const device = view.device !== undefined && devices.includes(view.device) ? view.device : undefined;
  const by = useMemo(() => ({ shade, device }), [shade, device]);
  const classes = CLASSES[shade].split('|');
  const textured = view.zoom === 'rows';
  const legend = useMemo(
    () => [
      ...classes.map((name, index) => ({ text: name, draw: filled((textured ? tokens.fills : tokens.shades)[index] ?? tokens.fg) })),
      ...(device === undefined ? [] : [{ text: text.otherDevices, draw: filled(tokens.grid) }]),
      { text: text.free, draw: filled(tokens.free, tokens.mid) },
      { text: text.hint, draw: (context: CanvasRenderingContext2D) => triangle(context, tokens.fg) },
      { text: text.selected, draw: (context: CanvasRenderingContext2D) => drawSelection(context, tokens, { x: 2, y: 3, width: 16, height: 4 }) },
    ].filter((item) => item.text !== text.hint || textured),
    [by, tokens, textured],
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
      {shades.length > 1 && (
        <label>
          {text.shadeBy}{' '}
          <select value={shade} onChange={({ currentTarget: { value } }) => actions.look({ shade: SHADES.find((each) => each === value) ?? 'size' })}>
            {shades.map((each) => <option key={each} value={each}>{SHADE_NAMES[each]}</option>)}
          </select>
        </label>
      )}
      {devices.length > 1 && (
        <label>
          {text.deviceFilter}{' '}
          <select value={device ?? ''} onChange={({ currentTarget: { value } }) => actions.look({ device: value === '' ? undefined : value })}>
            <option value="">{text.allDevices}</option>
            {devices.map((each) => <option key={each} value={each}>{each}</option>)}
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
    <SectionFrame id="aperture" head={text.aperture} meta={apertureMeta(model?.pool ?? pool, model)} fields={fields || undefined}>
      {!model ? (
        <p>{fill(text.noPlaces, groupDigits(pool.used), groupDigits(pool.slots))}</p>
      ) : view.view === 'table' ? (
        <ApertureTables model={model} selected={selected} onSelect={select} onEnter={actions.enterWhy} />
      ) : (
        <>
          <ApertureMap model={model} tokens={tokens} by={by} zoom={view.zoom} selected={selected} onSelect={select} onEnter={actions.enterWhy} />
          <Legend items={legend} tokens={tokens} />
        </>
      )}
    </SectionFrame>
  );
}

const SHADE_NAMES: Readonly<Record<Shade, string>> = { size: text.shadeSize, age: text.shadeAge, cpu: text.shadeCpu };
const CLASSES: Readonly<Record<Shade, string>> = { size: text.sizeClasses, age: text.ageClasses, cpu: text.cpuClasses };

/** What mappings can be shaded by: only what is known of them. */
function shadesOf(pool: PanelAperture | undefined, recording: OpenRecording | undefined): readonly Shade[] {
  if (recording) return recording.player.columns.cpu.some((cpu) => cpu > 0) ? SHADES : ['size', 'age'];
  return pool?.mappings.some((mapping) => mapping.step !== undefined) ? ['size', 'age'] : ['size'];
}

function devicesOf(pool: PanelAperture | undefined, recording: OpenRecording | undefined): readonly string[] {
  return recording ? recording.about.devices : [...new Set(pool?.mappings.map(({ device }) => device))];
}

function apertureMeta(pool: PanelAperture, model: ApertureModel | undefined): string {
  const parts = [slotsText(pool.slots), formatBytes(pool.bytes)];
  if (pool.areas.length > 0) parts.push(pool.areas.length === 1 ? text.areasOne : fill(text.areasMany, groupDigits(pool.areas.length)));
  let meta = fill(text.apertureMeta, parts.join(' · '), groupDigits(pool.used), groupDigits(pool.slots - pool.used));
  if (pool.highWater !== undefined) meta += ` · ${fill(text.highWater, groupDigits(pool.highWater))}`;
  if (model?.recording) meta += ` · ${fill(text.afterOperation, groupDigits(model.now))}`;
  else if (pool.atStep !== undefined) meta += ` · ${fill(text.afterStep, groupDigits(pool.atStep))}`;
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
