import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { overviewGeometry, ROW_HEIGHT, rowsGeometry, SCALE_HEIGHT } from './aperture-geometry.ts';
import { runAt } from './aperture-model.ts';
import type { ApertureModel } from './aperture-model.ts';
import { drawOverview, drawRows, overviewBitmap, paintOverview } from './draw-aperture.ts';
import type { SearchLook } from './draw-search.ts';
import { prepareCanvas } from './draw-canvas.ts';
import type { ShadeBy } from './shade.ts';
import { slotSentence } from './slot-text.ts';
import type { Tokens } from './tokens.ts';
import { useWidth } from './use-canvas.ts';

export interface ApertureMapProps {
  readonly model: ApertureModel;
  readonly tokens: Tokens;
  readonly by: ShadeBy;
  readonly zoom: 'rows' | 'overview';
  readonly search: SearchLook | undefined;
  readonly selected: number | undefined;
  readonly onSelect: (slot: number | undefined) => void;
  readonly onEnter: () => void;
}

const VIEW_HEIGHT = 430;
const PAGE_SEGMENTS = 8;

/** The aperture as a picture: a row a segment, scrolled, or all of it at once. Only what is in view is drawn. */
export function ApertureMap(props: ApertureMapProps): JSX.Element {
  const { model, tokens, by, zoom, search, selected, onSelect, onEnter } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const [top, setTop] = useState(0);
  // Where rows lie depends on the number of slots and areas, which no step changes.
  const shape = `${model.pool.slots} ${model.pool.areas.length} ${width}`;
  const rows = useMemo(() => rowsGeometry(model, Math.max(200, width)), [shape]);
  const overview = useMemo(() => overviewGeometry(model, Math.max(100, width)), [shape]);
  const geometry = zoom === 'rows' ? rows : overview;
  const bitmap = useMemo(() => (zoom === 'overview' ? overviewBitmap(model.segments, tokens) : undefined), [model.segments, tokens, zoom]);
  const painted = useRef<{ readonly bitmap: unknown; readonly by: ShadeBy; readonly model: ApertureModel } | undefined>(undefined);
  const height = zoom === 'rows' ? Math.min(VIEW_HEIGHT, rows.height) : overview.height;

  useLayoutEffect(() => {
    if (spacer.current) spacer.current.style.height = `${geometry.height - height}px`;
    if (scroller.current) scroller.current.style.maxHeight = zoom === 'rows' ? `${VIEW_HEIGHT}px` : 'none';
    setTop(scroller.current?.scrollTop ?? 0);
  }, [geometry, height, zoom]);

  useLayoutEffect(() => {
    if (!canvas.current || width === 0) return;
    const context = prepareCanvas(canvas.current, width, height);
    if (!context) return;
    const look = { tokens, by, selected, search };
    if (zoom === 'rows') drawRows(context, model, rows, look, top, height);
    else if (bitmap) {
      const last = painted.current;
      if (last?.model !== model || last.bitmap !== bitmap || last.by !== by) {
        // Ages change with every operation; all else only where slots changed hands since the picture before.
        const follows = last && last.bitmap === bitmap && last.by === by && by.shade !== 'age' && last.model.recording === model.recording && last.model.serial === (model.serial ?? 0) - 1;
        paintOverview(bitmap, model, by, follows ? model.changed : undefined);
        painted.current = { bitmap, by, model };
      }
      drawOverview(context, model, overview, look, bitmap.canvas);
    }
  }, [model, rows, overview, tokens, by, selected, search, top, height, width, zoom, bitmap]);

  const reveal = (slot: number): void => {
    const view = scroller.current;
    if (!view || zoom !== 'rows') return;
    const y = rows.tops[Math.floor(slot / SEGMENT_SLOTS)] ?? 0;
    if (y - SCALE_HEIGHT - ROW_HEIGHT < view.scrollTop) view.scrollTop = y - SCALE_HEIGHT - ROW_HEIGHT;
    else if (y + 2 * ROW_HEIGHT > view.scrollTop + height) view.scrollTop = y + 2 * ROW_HEIGHT - height;
    setTop(view.scrollTop);
  };
  useLayoutEffect(() => {
    if (selected !== undefined) reveal(selected);
  }, [selected, rows, height, zoom]);

  const candidate = search?.search.candidates.slots[search.candidate];
  useLayoutEffect(() => {
    if (candidate !== undefined && selected === undefined) reveal(candidate);
  }, [candidate]);

  const onClick = (event: MouseEvent): void => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return;
    onSelect(geometry.slotAt(event.clientX - box.left, event.clientY - box.top + (zoom === 'rows' ? top : 0)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onSelect(undefined);
    else if (event.key === 'Enter') onEnter();
    else {
      const slot = slotForKey(event, model, selected);
      if (slot === undefined) return;
      onSelect(slot);
    }
    event.preventDefault();
  };
  const label = selected === undefined
    ? fill(text.mapLabel, groupDigits(model.segments), SEGMENT_SLOTS)
    : slotSentence(model, selected);

  return (
    <div class="map" ref={scroller} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
      <canvas ref={canvas} tabIndex={0} role="application" aria-roledescription={text.mapRole} aria-label={label} onClick={onClick} onKeyDown={onKeyDown} />
      <div ref={spacer} />
    </div>
  );
}

/** Where a key leads from a slot, or from nowhere to the first slot. */
function slotForKey(event: KeyboardEvent, model: ApertureModel, selected: number | undefined): number | undefined {
  const last = model.pool.slots - 1;
  const from = selected ?? -1;
  const row = Math.max(0, from) - (Math.max(0, from) % SEGMENT_SLOTS);
  const keys: Readonly<Record<string, number>> = event.ctrlKey || event.metaKey
    ? {
        ArrowRight: selected === undefined ? 0 : runAt(model, from).end,
        ArrowLeft: selected === undefined ? 0 : runAt(model, Math.max(0, runAt(model, from).first - 1)).first,
        Home: 0,
        End: last,
      }
    : {
        ArrowRight: from + 1,
        ArrowLeft: from - 1,
        ArrowDown: selected === undefined ? 0 : from + SEGMENT_SLOTS,
        ArrowUp: from - SEGMENT_SLOTS,
        PageDown: from + PAGE_SEGMENTS * SEGMENT_SLOTS,
        PageUp: from - PAGE_SEGMENTS * SEGMENT_SLOTS,
        Home: row,
        End: Math.min(last, row + SEGMENT_SLOTS - 1),
      };
  const target = keys[event.key];
  if (target === undefined) return undefined;
  return target < 0 || target > last ? (selected ?? 0) : target;
}
