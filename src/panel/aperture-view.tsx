import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { PanelAperture } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelViewState } from '../protocol/panel-view-state.ts';
import { ApertureMap } from './aperture-map.tsx';
import { ApertureTables } from './aperture-tables.tsx';
import type { ApertureModel } from './aperture-model.ts';
import { drawSelection } from './draw-canvas.ts';
import { FreeRunsPicture } from './free-runs-picture.tsx';
import { filled, Legend } from './legend.tsx';
import type { PageActions } from './page-actions.ts';
import { PoolsView } from './pools-view.tsx';
import type { ShownPool } from './pools-view.tsx';
import { SearchBar } from './search-bar.tsx';
import { telling } from './search-model.ts';
import type { SearchModel } from './search-model.ts';
import { devicesOf, shadeBy, shadesOf } from './shade-choices.ts';
import { SHADES } from './shade.ts';
import type { Shade } from './shade.ts';
import { SectionFrame } from './section-frame.tsx';
import { slotsText } from './slot-text.ts';
import type { Tokens } from './tokens.ts';

export interface ApertureViewProps {
  readonly pool: PanelAperture | undefined;
  readonly model: ApertureModel | undefined;
  /** Whether the operation shown ran on a machine that is no more. */
  readonly earlier: boolean;
  readonly view: PanelViewState;
  /** Pools beside the first. */
  readonly pools: readonly ShownPool[];
  /** The search of the operation shown, once the extension has told it. */
  readonly search: SearchModel | undefined;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

export function ApertureView({ pool, model, earlier, view, pools, search, tokens, actions }: ApertureViewProps): JSX.Element {
  const recording = model?.recording;
  const shades = useMemo(() => shadesOf(pool, recording), [pool?.mappings, recording]);
  const devices = useMemo(() => devicesOf(pool, recording), [pool?.mappings, recording]);
  const { shade, device } = shadeBy(view, shades, devices);
  const by = useMemo(() => ({ shade, device }), [shade, device]);
  const classes = CLASSES[shade].split('|');
  const textured = view.zoom === 'rows';
  const [candidate, setCandidate] = useCandidate(search);
  const look = useMemo(() => search && { search, candidate }, [search, candidate]);
  const legend = useMemo(
    () => [
      ...classes.map((name, index) => ({ text: name, draw: filled((textured ? tokens.fills : tokens.shades)[index] ?? tokens.fg) })),
      ...(device === undefined ? [] : [{ text: text.otherDevices, draw: filled(tokens.grid) }]),
      { text: text.free, draw: filled(tokens.free, tokens.mid) },
      { text: text.hint, draw: (context: CanvasRenderingContext2D) => triangle(context, tokens.fg) },
      ...(look && textured ? [{ text: text.longestFitLegend, draw: dashed(tokens.fail) }, { text: text.tried, draw: underlined(tokens.dim) }] : []),
      { text: look ? text.candidateLegend : text.selected, draw: (context: CanvasRenderingContext2D) => drawSelection(context, tokens, { x: 2, y: 3, width: 16, height: 4 }) },
    ].filter((item) => item.text !== text.hint || textured),
    [by, tokens, textured, look === undefined],
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
    <SectionFrame id="aperture" head={text.aperture} meta={earlier ? undefined : apertureMeta(model?.pool ?? pool, model)} fields={fields || undefined}>
      {earlier ? (
        <p>{text.earlierMachine}</p>
      ) : !model ? (
        <p>{fill(text.noPlaces, groupDigits(pool.used), groupDigits(pool.slots))}</p>
      ) : view.view === 'table' ? (
        <ApertureTables model={model} search={search} selected={selected} onSelect={select} onEnter={actions.enterWhy} />
      ) : (
        <>
          {search && <SearchBar search={search} model={model} candidate={candidate} onCandidate={setCandidate} />}
          <ApertureMap model={model} tokens={tokens} by={by} zoom={view.zoom} search={look} selected={selected} onSelect={select} onEnter={actions.enterWhy} />
          <FreeRunsPicture model={model} tokens={tokens} need={search?.need} />
          <Legend items={legend} tokens={tokens} />
        </>
      )}
      {!earlier && pools.length > 0 && <PoolsView pools={pools} table={view.view === 'table'} tokens={tokens} actions={actions} />}
    </SectionFrame>
  );
}

/** The candidate that is shown of a search: the one that says most, until another is chosen. */
function useCandidate(search: SearchModel | undefined): [number, (candidate: number) => void] {
  const [chosen, choose] = useState<{ readonly search: SearchModel; readonly candidate: number }>();
  return [chosen && chosen.search === search ? chosen.candidate : search ? telling(search) : 0, (candidate) => search && choose({ search, candidate })];
}

const SHADE_NAMES: Readonly<Record<Shade, string>> = { size: text.shadeSize, age: text.shadeAge, cpu: text.shadeCpu };
const CLASSES: Readonly<Record<Shade, string>> = { size: text.sizeClasses, age: text.ageClasses, cpu: text.cpuClasses };

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

function dashed(colour: string): (context: CanvasRenderingContext2D) => void {
  return (context) => {
    context.strokeStyle = colour;
    context.setLineDash([4, 2]);
    context.strokeRect(0.5, 1.5, 19, 7);
  };
}

function underlined(colour: string): (context: CanvasRenderingContext2D) => void {
  return (context) => {
    context.fillStyle = colour;
    context.fillRect(0, 8, 20, 1);
  };
}
