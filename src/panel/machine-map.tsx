import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { AddressRange } from '../core/units/addresses.ts';
import { formatBytes } from '../core/units/bytes.ts';
import type { PanelMask } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { prepareCanvas } from './draw-canvas.ts';
import { drawMachine, machineGeometry, TRACK_NAMES } from './draw-machine.ts';
import { addressText } from './machine-model.ts';
import type { MachineModel, Place } from './machine-model.ts';
import type { Tokens } from './tokens.ts';
import { useWidth } from './use-canvas.ts';

export interface MachineMapProps {
  readonly model: MachineModel;
  readonly tokens: Tokens;
  readonly mask: PanelMask | undefined;
  readonly selected: number | undefined;
  /** Where the segment of the selected slot lies. */
  readonly segment: AddressRange | undefined;
  /** @param address that was pointed at, inside the place */
  readonly onSelect: (place: number | undefined, address?: number) => void;
  readonly onEnter: () => void;
}

export function placeSentence(place: Place): string {
  return fill(text.placeLabel, TRACK_NAMES[place.track], place.label, addressText(place.start), addressText(place.end - 1), formatBytes(place.bytes));
}

/** The address space as a strip of tracks under one broken scale, with a mask's reach over it. */
export function MachineMap({ model, tokens, mask, selected, segment, onSelect, onEnter }: MachineMapProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const geometry = useMemo(() => machineGeometry(model, Math.max(240, width)), [model, width]);

  useLayoutEffect(() => {
    if (!canvas.current || width === 0) return;
    const context = prepareCanvas(canvas.current, width, geometry.height);
    if (context) drawMachine(context, model, geometry, tokens, mask, selected, segment);
  }, [model, geometry, tokens, mask, selected, segment, width]);

  const onClick = (event: MouseEvent): void => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return;
    const index = geometry.placeAt(event.clientX - box.left, event.clientY - box.top);
    const place = index === undefined ? undefined : model.places[index];
    onSelect(index, place && Math.min(place.end - 1, Math.max(place.start, geometry.addressAt(event.clientX - box.left))));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = model.places.length - 1;
    const at = selected ?? -1;
    const target = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (target !== undefined) onSelect(Math.min(last, Math.max(0, target)));
    else if (event.key === 'Escape') onSelect(undefined);
    else if (event.key === 'Enter') onEnter();
    else return;
    event.preventDefault();
  };
  const place = selected === undefined ? undefined : model.places[selected];
  return (
    <div ref={frame}>
      <canvas ref={canvas} tabIndex={0} role="application" aria-roledescription={text.machineRole}
        aria-label={place ? placeSentence(place) : fill(text.machineLabel, model.places.length)} onClick={onClick} onKeyDown={onKeyDown} />
    </div>
  );
}
