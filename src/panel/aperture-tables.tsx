import type { JSX } from 'preact';
import { formatAddress, parseAddress } from '../core/units/addresses.ts';
import { groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_SLOTS, SLOT_BYTES } from '../protocol/panel-state.ts';
import { panelStrings as text } from '../protocol/panel-strings.ts';
import { areaOfSlot, beginsOf } from './aperture-model.ts';
import type { ApertureModel } from './aperture-model.ts';
import { DataTable } from './data-table.tsx';
import { SearchTable } from './search-table.tsx';
import type { SearchModel } from './search-model.ts';
import { mappingSize } from './slot-text.ts';
import type { Column } from './data-table.tsx';

export interface ApertureTablesProps {
  readonly model: ApertureModel;
  readonly search: SearchModel | undefined;
  readonly selected: number | undefined;
  readonly onSelect: (slot: number) => void;
  readonly onEnter: () => void;
}

/** The numbers of the aperture's picture: areas, segments and mappings. */
export function ApertureTables({ model, search, selected, onSelect, onEnter }: ApertureTablesProps): JSX.Element {
  const { pool } = model;
  const mappings = model.mappings();
  const begins = beginsOf(model);
  const lengths = Array.from(model.byLength.keys()).filter((length) => (model.byLength[length] ?? 0) > 0);
  const start = pool.start === undefined ? undefined : parseAddress(pool.start);
  const segments = Array.from({ length: model.segments }, (_, segment) => segment);
  const lastSlot = (segment: number): number => Math.min(pool.slots, (segment + 1) * SEGMENT_SLOTS) - 1;
  const columns: Column<number>[] = [
    { key: 'segment', head: text.segment, kind: 'number', cell: groupDigits },
    ...(pool.areas.length > 0 ? [{ key: 'area', head: text.areaHead, kind: 'number' as const, cell: (segment: number) => areaOfSlot(pool, segment * SEGMENT_SLOTS)?.[0] }] : []),
    { key: 'slots', head: text.slots, cell: (segment) => `${groupDigits(segment * SEGMENT_SLOTS)}–${groupDigits(lastSlot(segment))}` },
    ...(start === undefined ? [] : [{ key: 'address', head: text.poolAddress, kind: 'mono' as const, cell: (segment: number) => formatAddress(start + segment * SEGMENT_SLOTS * SLOT_BYTES) }]),
    ...(pool.segmentMachine ? [{ key: 'machine', head: text.machineAddress, kind: 'mono' as const, cell: (segment: number) => pool.segmentMachine?.[segment] }] : []),
    { key: 'used', head: text.used, kind: 'number', cell: (segment) => lastSlot(segment) + 1 - segment * SEGMENT_SLOTS - (model.free[segment] ?? 0) },
    { key: 'free', head: text.free, kind: 'number', cell: (segment) => model.free[segment] },
    { key: 'longest', head: text.longestFree, kind: 'number', cell: (segment) => model.longest[segment] },
    { key: 'mappings', head: text.mappings, kind: 'number', cell: (segment) => begins[segment] },
  ];
  const holder = selected === undefined ? undefined : model.mapping(model.owners[selected] ?? -1);
  const held = holder ? mappings.findIndex(({ first }) => first === holder.first) : -1;
  return (
    <>
      {search && <SearchTable search={search} />}
      {pool.areas.length > 0 && (
        <DataTable
          id="area"
          label={text.areasTable}
          rows={pool.areas}
          columns={[
            { key: 'area', head: text.areaHead, kind: 'number', cell: (_, index) => index },
            { key: 'slots', head: text.slots, cell: (area) => `${groupDigits(area.first)}–${groupDigits(area.first + area.slots - 1)}` },
            { key: 'used', head: text.used, kind: 'number', cell: (area) => groupDigits(area.used) },
            { key: 'free', head: text.free, kind: 'number', cell: (area) => groupDigits(area.slots - area.used) },
            { key: 'hint', head: text.hintSlot, kind: 'number', cell: (area) => (area.hint === undefined ? text.unknown : groupDigits(area.hint)) },
          ]}
        />
      )}
      <DataTable
        id="segment"
        label={text.segmentsTable}
        rows={segments}
        columns={columns}
        selected={selected === undefined ? undefined : Math.floor(selected / SEGMENT_SLOTS)}
        onSelect={(segment) => onSelect(segment * SEGMENT_SLOTS)}
        onEnter={onEnter}
        tall
      />
      <DataTable
        id="length"
        label={text.freeRunsTable}
        rows={lengths}
        columns={[
          { key: 'length', head: text.runLength, kind: 'number', cell: (length) => length },
          { key: 'runs', head: text.runCount, kind: 'number', cell: (length) => groupDigits(model.byLength[length] ?? 0) },
          { key: 'slots', head: text.runSlots, kind: 'number', cell: (length) => groupDigits(length * (model.byLength[length] ?? 0)) },
        ]}
      />
      {mappings.length === 0 ? (
        <p class="dim">{text.noMappings}</p>
      ) : (
        <DataTable
          id="mapping"
          label={text.mappingsTable}
          rows={mappings}
          columns={[
            { key: 'mapping', head: text.mapping, cell: (mapping) => mapping.id },
            { key: 'device', head: text.device, cell: (mapping) => mapping.device },
            { key: 'bytes', head: text.bytes, kind: 'number', cell: (mapping) => mappingSize(mapping, groupDigits) },
            { key: 'count', head: text.slots, kind: 'number', cell: (mapping) => mapping.slots },
            { key: 'first', head: text.start, kind: 'number', cell: (mapping) => groupDigits(mapping.first) },
            { key: 'last', head: text.end, kind: 'number', cell: (mapping) => groupDigits(mapping.first + mapping.slots - 1) },
            { key: 'step', head: text.step, kind: 'number', cell: (mapping) => mapping.step },
          ]}
          selected={held < 0 ? undefined : held}
          onSelect={(index) => onSelect(mappings[index]?.first ?? 0)}
          onEnter={onEnter}
        />
      )}
    </>
  );
}
