import type { JSX } from 'preact';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { PanelMask } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { DataTable } from './data-table.tsx';
import { TRACK_NAMES } from './draw-machine.ts';
import { EvidenceLink } from './evidence-link.tsx';
import { addressText, lastAddressText, placeSelection } from './machine-model.ts';
import type { MachineModel, Place } from './machine-model.ts';
import type { PageActions } from './page-actions.ts';

const COMMON_MASKS = [24, 30, 31, 32];

/** Masks worth a row: the common ones, those that the state counts, and the one of the lens. */
function shownMasks(model: MachineModel, chosen: PanelMask | undefined): PanelMask[] {
  const stated = new Set(model.machine.masks.map((mask) => mask.bits));
  return model.masks.filter((mask) => COMMON_MASKS.includes(mask.bits) || stated.has(mask.bits) || mask.bits === chosen?.bits);
}

/** Reach of the common masks as numbers; choosing a row moves the lens. Part of the picture and of the table alike. */
export function MaskTable({ model, chosen, actions }: { model: MachineModel; chosen: PanelMask | undefined; actions: PageActions }): JSX.Element {
  const masks = shownMasks(model, chosen);
  const told = masks.some((mask) => mask.apertureReachable !== undefined);
  return (
    <DataTable
      id="mask"
      label={text.masksTable}
      rows={masks}
      columns={[
        { key: 'bits', head: text.maskHead, kind: 'number', cell: (mask) => mask.bits },
        { key: 'last', head: text.lastAddress, kind: 'mono', cell: (mask) => lastAddressText(mask.bits) },
        { key: 'reach', head: text.reach, kind: 'number', cell: (mask) => formatBytes(mask.reachBytes) },
        { key: 'bytes', head: text.bytes, kind: 'number', cell: (mask) => groupDigits(mask.reachBytes) },
        ...(told ? [{ key: 'aperture', head: text.apertureHead, cell: (mask: PanelMask) => (mask.apertureReachable === undefined ? text.unknown : mask.apertureReachable ? text.yes : text.no) }] : []),
      ]}
      selected={chosen ? masks.indexOf(chosen) : undefined}
      onSelect={(index) => {
        const mask = masks[index];
        if (mask) actions.look({ mask: mask.bits });
      }}
    />
  );
}

function sizeText(place: Place): string {
  const size = formatBytes(place.end - place.start);
  return place.partial ? fill(text.partOf, formatBytes(place.bytes), size) : size;
}

export interface PlaceTablesProps {
  readonly model: MachineModel;
  readonly mask: PanelMask | undefined;
  readonly selected: number | undefined;
  readonly actions: PageActions;
}

/** The numbers of the address space's picture: the memory map, then the regions. */
export function PlaceTables({ model, mask, selected, actions }: PlaceTablesProps): JSX.Element {
  const maps = model.machine.ranges.length;
  const inReach = (place: Place): string => {
    if (!mask) return '';
    const limit = 2 ** mask.bits;
    return place.end <= limit ? text.yes : place.start >= limit ? text.no : text.inReachPart;
  };
  const table = (id: string, label: string, first: number, rows: readonly Place[]): JSX.Element => (
    <DataTable
      id={id}
      label={label}
      rows={rows}
      columns={[
        { key: 'start', head: text.start, kind: 'mono', cell: (place) => addressText(place.start) },
        { key: 'end', head: text.end, kind: 'mono', cell: (place) => addressText(place.end - 1) },
        { key: 'type', head: text.type, cell: (place) => (place.track === 'map' ? place.label : `${TRACK_NAMES[place.track]}: ${place.label}`) },
        { key: 'size', head: text.size, kind: 'number', cell: sizeText },
        ...(mask ? [{ key: 'reach', head: text.inReach, cell: inReach }] : []),
        { key: 'evidence', head: text.evidence, cell: (place) => place.from && <EvidenceLink evidence={place.from} actions={actions} /> },
      ]}
      selected={selected === undefined || selected < first || selected >= first + rows.length ? undefined : selected - first}
      onSelect={(index) => {
        const place = rows[index];
        if (place) actions.select(placeSelection(place));
      }}
      onEnter={actions.enterWhy}
    />
  );
  return (
    <div class="two">
      {table('range', text.rangesTable, 0, model.places.slice(0, maps))}
      {model.places.length > maps && table('region', text.regionsTable, maps, model.places.slice(maps))}
    </div>
  );
}
