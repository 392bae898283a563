import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { formatBytes } from '../core/units/bytes.ts';
import type { PanelMask } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import type { PanelViewState } from '../protocol/panel-view-state.ts';
import { filled, Legend } from './legend.tsx';
import { MachineMap } from './machine-map.tsx';
import { chosenMask } from './machine-model.ts';
import type { MachineModel, Track } from './machine-model.ts';
import { MaskTable, PlaceTables } from './machine-tables.tsx';
import type { PageActions } from './page-actions.ts';
import { SectionFrame } from './section-frame.tsx';
import type { Tokens } from './tokens.ts';

export interface MachineViewProps {
  readonly model: MachineModel | undefined;
  readonly view: PanelViewState;
  readonly tokens: Tokens;
  readonly actions: PageActions;
}

export function MachineView({ model, view, tokens, actions }: MachineViewProps): JSX.Element {
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
  const mask = chosenMask(model, view.mask);
  const selected = view.selection?.kind === 'place' ? view.selection.index : undefined;
  const select = (place: number | undefined): void => actions.select(place === undefined ? undefined : { kind: 'place', index: place });
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
    <SectionFrame id="machine" head={text.machine} meta={machineMeta(model, mask)} fields={fields}>
      {view.view === 'picture' ? (
        <>
          <MachineMap model={model} tokens={tokens} mask={mask} selected={selected} onSelect={select} onEnter={actions.enterWhy} />
          <Legend items={legend} tokens={tokens} />
        </>
      ) : (
        <PlaceTables model={model} mask={mask} selected={selected} actions={actions} />
      )}
      {mask && <MaskTable model={model} chosen={mask} actions={actions} />}
    </SectionFrame>
  );
}

function machineMeta(model: MachineModel, mask: PanelMask | undefined): string {
  const { machine } = model;
  const space = machine.space === 'machine' ? text.spaceMachine : mask ? undefined : text.spaceGuest;
  const ram = formatBytes(machine.ramBytes);
  const parts = mask
    ? [fill(text.reachMeta, mask.bits, formatBytes(mask.reachBytes), ram)]
    : [fill(text.machineMeta, ram)];
  if (mask?.apertureReachable !== undefined) parts.push(mask.apertureReachable ? text.reachAperture : text.reachNotAperture);
  if (space !== undefined) parts.push(space);
  return parts.join(' · ');
}

function halfFilled(tokens: Tokens): (context: CanvasRenderingContext2D) => void {
  return (context) => {
    context.fillStyle = tokens.shades[2];
    context.fillRect(0, 5, 20, 4);
    context.strokeStyle = tokens.mid;
    context.strokeRect(0.5, 1.5, 19, 7);
  };
}
