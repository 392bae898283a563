import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  readonly kind?: 'number' | 'mono' | 'text';
  readonly cell: (row: Row, index: number) => ComponentChildren;
}

export interface DataTableProps<Row> {
  /** Unique in the page. */
  readonly id: string;
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly selected?: number | undefined;
  /** Rows can be selected where it is given: by click and by arrow keys. */
  readonly onSelect?: (index: number) => void;
  readonly onEnter?: () => void;
  readonly tall?: boolean;
}

const VIRTUAL_ABOVE = 500;
const ROW_HEIGHT = 19;
const OVERSCAN = 12;

/** A table that draws only the rows in view where there are many. The whole table is one tab stop where rows can be selected. */
export function DataTable<Row>(props: DataTableProps<Row>): JSX.Element {
  const { id, label, columns, rows, selected, onSelect, onEnter, tall } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const virtual = rows.length > VIRTUAL_ABOVE;
  const perView = Math.ceil((scroller.current?.clientHeight || 430) / ROW_HEIGHT);
  const first = virtual ? Math.max(0, Math.floor(top / ROW_HEIGHT) - OVERSCAN) : 0;
  const last = virtual ? Math.min(rows.length, first + perView + 2 * OVERSCAN) : rows.length;

  useLayoutEffect(() => {
    const view = scroller.current;
    if (!view || selected === undefined) return;
    const head = view.querySelector('thead')?.clientHeight ?? 0;
    // Rows of a long table have one height; those of a short one may wrap, and all are there to be measured.
    const row = virtual ? undefined : view.querySelectorAll('tbody tr')[selected];
    const start = row instanceof HTMLElement ? row.offsetTop - head : selected * ROW_HEIGHT;
    const end = start + head + (row instanceof HTMLElement ? row.offsetHeight : ROW_HEIGHT);
    if (start < view.scrollTop) view.scrollTop = start;
    else if (end > view.scrollTop + view.clientHeight) view.scrollTop = end - view.clientHeight;
  }, [selected, rows.length]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!onSelect || event.target !== event.currentTarget) return;
    const at = selected ?? -1;
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + perView - 2, PageUp: at - perView + 2, Home: 0, End: rows.length - 1 }[event.key];
    if (target !== undefined) onSelect(Math.min(rows.length - 1, Math.max(0, target)));
    else if (event.key === 'Enter' && selected !== undefined) onEnter?.();
    else return;
    event.preventDefault();
  };
  const active = selected !== undefined && selected >= first && selected < last ? `${id}-${selected}` : undefined;

  return (
    <div
      class={['scroll', tall && 'tall', virtual && 'virtual', !columns.some((column) => column.kind === 'text') && 'fit'].filter(Boolean).join(' ')}
      ref={scroller}
      onScroll={virtual ? (event) => setTop(event.currentTarget.scrollTop) : undefined}
      {...(onSelect ? {} : { tabIndex: 0, role: 'region', 'aria-label': label })}
    >
      <table
        {...(onSelect
          ? { role: 'grid', tabIndex: 0, 'aria-label': label, 'aria-activedescendant': active, onKeyDown }
          : { 'aria-label': label })}
        aria-rowcount={rows.length + 1}
      >
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column.key} scope="col" class={column.kind === 'number' ? 'num' : undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer rows={first} columns={columns.length} />}
          {rows.slice(first, last).map((row, offset) => {
            const index = first + offset;
            return (
              <tr
                key={index}
                id={`${id}-${index}`}
                aria-rowindex={index + 2}
                {...(onSelect ? { 'aria-selected': index === selected, class: 'pick', onClick: () => onSelect(index) } : {})}
              >
                {columns.map((column) => (
                  <td key={column.key} class={column.kind === 'number' ? 'num' : column.kind}>
                    {column.cell(row, index)}
                  </td>
                ))}
              </tr>
            );
          })}
          {last < rows.length && <Spacer rows={rows.length - last} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ rows, columns }: { rows: number; columns: number }): JSX.Element {
  const row = useRef<HTMLTableRowElement>(null);
  useLayoutEffect(() => {
    if (row.current) row.current.style.height = `${rows * ROW_HEIGHT}px`;
  }, [rows]);
  return (
    <tr ref={row} aria-hidden="true" class="spacer">
      <td colSpan={columns} />
    </tr>
  );
}
