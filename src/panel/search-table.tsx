import type { JSX } from 'preact';
import { groupDigits } from '../core/units/bytes.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { DataTable } from './data-table.tsx';
import { candidatesText, fitText } from './search-model.ts';
import type { SearchModel } from './search-model.ts';

/** The search of the operation shown, area by area in its order. */
export function SearchTable({ search, short = false }: { search: SearchModel; short?: boolean }): JSX.Element {
  return (
    <DataTable
      id={short ? 'searched-why' : 'searched'}
      label={short ? text.searchTableWhy : text.searchTable}
      rows={search.areas}
      columns={[
        { key: 'order', head: text.order, kind: 'number', cell: (area) => area.order },
        { key: 'area', head: text.areaHead, kind: 'number', cell: (area) => area.area },
        { key: 'hint', head: text.hintSlot, kind: 'number', cell: (area) => groupDigits(area.hint) },
        { key: 'fit', head: text.fit, cell: (area) => (area.longest && area.found === undefined && !area.endless ? fill(text.fitShort, area.longest.slots, area.longest.slots < search.need ? '<' : '≥', search.need) : fitText(area, search.need)) },
        short
          ? { key: 'candidates', head: text.candidates, kind: 'number', cell: (area) => groupDigits(area.candidates) }
          : { key: 'candidates', head: text.candidates, kind: 'text', cell: candidatesText },
      ]}
    />
  );
}
