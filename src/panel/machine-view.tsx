import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { parseAddress } from '../core/units/addresses.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_SLOTS, SLOT_BYTES } from '../protocol/panel-state.ts';
import type { PanelAperture, PanelMask } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelViewState } from '../protocol/panel-view-state.ts';
import { freeBytesOf, FreeBlocksView } from './free-blocks-view.tsx';
import { filled, Legend } from './legend.tsx';
import { MachineMap } from './machine-map.tsx';
import { chosenMask, placeSelection, selectedPlace } from './machine-model.ts';
import type { MachineModel, Place, Track } from './machine-model.ts';
import { MaskTable, PlaceTables } from './machine-tables.tsx';
import type { PageActions } from './page-actions.ts';
import { segmentRange, slotAtAddress } from './segment-address.ts';
import { SectionFrame } from './section-frame.tsx';
import type { Tokens } from './tokens.ts';

export interface MachineViewProps {
  readonly model: MachineModel | undefined;
  readonly view: PanelViewState;
  readonly pool: PanelAperture | undefined;
  /** What a run has made of it, as words: `after operation 3`; absent without a run. */
  readonly when: string | undefined;
  /** Whether the operation shown ran on a machine that is no more. */
  readonly earlier: boolean;
  /** What the operation before the position moved, and the operation after which the free blocks were counted, where that is another. */
  readonly moved: string | undefined;
  readonly counted: number | undefined;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

export function MachineView({ model, view, pool, when, earlier, moved, counted, tokens, actions }: MachineViewProps): JSX.Element {
  const legend = useMemo(() => {
    const has = (track: Track): boolean => model?.tracks.includes(track) ?? false;
    return [
      { text: text.usable, draw: filled(tokens.shades[3]) },
      { text: text.reserved, draw: filled(tokens.hatch, tokens.mid) },
      ...(has('free') ? [{ text: `${text.trackFree} (${text.height})`, draw: halfFilled(tokens) }] : []),
      ...(has('domain') ? [{ text: text.trackDomain, draw: filled(tokens.fills[1]) }] : []),
      ...(has('contiguous') ? [{ text: text.trackContiguous, draw: filled(tokens.fills[2]) }] : []),
      ...(has('aperture') ? [{ text: text.trackAperture, draw: filled(tokens.shades[0]) }] : []),
      ...(model && model.masks.length > 0 ? [{ text: text.beyond, draw: filled(tokens.veil) }] : []),
    ];
  }, [model, tokens]);
  if (!model || model.places.length === 0) {
    return (
      <SectionFrame id="machine" head={text.machine}>
        <p>{text.noMachine}</p>
        <p class="dim">
          {text.noMachineHow} <button type="button" class="link" onClick={() => actions.command('openLog')}>{text.openLog}</button>
        </p>
      </SectionFrame>
    );
  }
  if (earlier) {
    return (
      <SectionFrame id="machine" head={text.machine}>
        <p>{text.earlierMemory}</p>
      </SectionFrame>
    );
  }
  const mask = chosenMask(model, view.mask);
  const { machine } = model;
  const selected = selectedPlace(model, view.selection);
  const segment = pool && view.selection?.kind === 'slot' ? segmentRange(pool, machine, view.selection.slot) : undefined;
  const select = (index: number | undefined, address?: number): void => {
    const place = index === undefined ? undefined : model.places[index];
    // What was pointed at in the aperture is one of its segments.
    const slot = pool && place?.track === 'aperture' && address !== undefined ? slotAtAddress(pool, machine, address) : undefined;
    actions.select(slot !== undefined ? { kind: 'slot', slot } : place && placeSelection(place));
  };
  const fields = mask && (
    <label>
      {text.mask}{' '}
      <select value={String(mask.bits)} onChange={(event) => actions.look({ mask: Number(event.currentTarget.value) })}>
        {model.masks.map((each) => (
          <option key={each.bits} value={String(each.bits)}>{fill(text.bits, each.bits)}</option>
        ))}
      </select>
    </label>
  );
  return (
    <SectionFrame id="machine" head={text.machine} meta={[machineMeta(model, mask, pool?.segmentMachine), ...(when === undefined ? [] : [when])].join(' · ')} fields={fields}>
      {view.view === 'picture' ? (
        <>
          <MachineMap model={model} tokens={tokens} mask={mask} selected={selected} segment={segment} onSelect={select} onEnter={actions.enterWhy} />
          <Legend items={legend} tokens={tokens} />
        </>
      ) : (
        <PlaceTables model={model} mask={mask} selected={selected} actions={actions} />
      )}
      {moved !== undefined && <p>{moved}</p>}
      {machine.freeBlocks && <FreeBlocksView blocks={machine.freeBlocks} mask={mask} counted={counted} table={view.view === 'table'} tokens={tokens} />}
      {mask && <MaskTable model={model} chosen={mask} actions={actions} />}
    </SectionFrame>
  );
}

function machineMeta(model: MachineModel, mask: PanelMask | undefined, segments: readonly string[] | undefined): string {
  const { machine } = model;
  const space = machine.space === 'machine' ? text.spaceMachine : mask ? undefined : text.spaceGuest;
  const ram = formatBytes(machine.ramBytes);
  const parts = mask
    ? [fill(text.reachMeta, mask.bits, formatBytes(mask.reachBytes), ram)]
    : [fill(text.machineMeta, ram)];
  const free = model.places.filter((place) => place.track === 'free' && !place.partial);
  // Only the longest runs are places where there are very many: a sum of them would be too small.
  const whole = reachOf(free, undefined);
  if (mask && free.length > 0 && whole === freeBytesOf(machine.freeBlocks)) parts.push(fill(text.freeInReach, formatBytes(reachOf(free, mask)), formatBytes(whole)));
  if (mask && segments && segments.length > 0) {
    const reached = segments.filter((start) => (parseAddress(start) ?? 0) + SEGMENT_SLOTS * SLOT_BYTES <= 2 ** mask.bits).length;
    parts.push(fill(text.segmentsInReach, groupDigits(reached), groupDigits(segments.length)));
  } else if (mask?.apertureReachable !== undefined) parts.push(mask.apertureReachable ? text.reachAperture : text.reachNotAperture);
  if (space !== undefined) parts.push(space);
  return parts.join(' · ');
}

/** Bytes of places below a mask's reach, or all of them. */
function reachOf(places: readonly Place[], mask: PanelMask | undefined): number {
  const limit = mask ? 2 ** mask.bits : Infinity;
  return places.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, limit) - start), 0);
}

function halfFilled(tokens: Tokens): (context: CanvasRenderingContext2D) => void {
  return (context) => {
    context.fillStyle = tokens.shades[2];
    context.fillRect(0, 5, 20, 4);
    context.strokeStyle = tokens.mid;
    context.strokeRect(0.5, 1.5, 19, 7);
  };
}
