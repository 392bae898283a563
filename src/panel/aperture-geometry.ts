import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import type { ApertureModel } from './aperture-model.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where slots lie in a picture of the aperture, in CSS pixels from its top left corner, and back. */
export interface ApertureGeometry {
  readonly width: number;
  readonly height: number;
  /** The box of a run inside one segment. */
  box(first: number, end: number): Box;
  slotAt(x: number, y: number): number | undefined;
}

export const ROW_HEIGHT = 10;
export const BAR_HEIGHT = 8;
export const HEADING_HEIGHT = 18;
export const SCALE_HEIGHT = 16;

/** A picture with a row a segment, and areas as headings between rows. */
export interface RowsGeometry extends ApertureGeometry {
  readonly narrow: boolean;
  readonly left: number;
  /** Right edge of slot 127. */
  readonly right: number;
  /** Top of each segment's row. */
  readonly tops: Uint32Array;
  /** Left edge of a column, 0..128. */
  column(slot: number): number;
  /** First segment whose row ends below `y`. */
  segmentFrom(y: number): number;
}

export function rowsGeometry(model: ApertureModel, width: number): RowsGeometry {
  const narrow = width < 560;
  const left = narrow ? 34 : 104;
  const right = width - (narrow ? 62 : 92);
  const tops = new Uint32Array(model.segments);
  let y = SCALE_HEIGHT;
  for (let segment = 0; segment < model.segments; segment++) {
    if (model.areaAt.has(segment)) y += HEADING_HEIGHT;
    tops[segment] = y;
    y += ROW_HEIGHT;
  }
  const column = (slot: number): number => left + Math.round((slot * (right - left)) / SEGMENT_SLOTS);
  const segmentFrom = (at: number): number => {
    let low = 0;
    let high = model.segments;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tops[middle] ?? 0) + ROW_HEIGHT <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    width,
    height: y + 2,
    narrow,
    left,
    right,
    tops,
    column,
    segmentFrom,
    box(first, end) {
      const segment = Math.floor(first / SEGMENT_SLOTS);
      const x = column(first % SEGMENT_SLOTS);
      return { x, y: tops[segment] ?? 0, width: column(end - segment * SEGMENT_SLOTS) - x, height: BAR_HEIGHT };
    },
    slotAt(x, at) {
      const segment = segmentFrom(at);
      if (segment >= model.segments || (tops[segment] ?? 0) > at || x < left || x >= right) return undefined;
      const slot = segment * SEGMENT_SLOTS + Math.min(SEGMENT_SLOTS - 1, Math.floor(((x - left) * SEGMENT_SLOTS) / (right - left)));
      return slot < model.pool.slots ? slot : undefined;
    },
  };
}

/** The whole aperture at once: segments as thin rows, in columns read from top to bottom. */
export interface OverviewGeometry extends ApertureGeometry {
  readonly columns: number;
  readonly rowsPerColumn: number;
  /** CSS pixels of a slot and of a row. */
  readonly cell: { readonly width: number; readonly height: number };
  columnLeft(column: number): number;
}

const GAP = 12;
const TARGET_HEIGHT = 420;

export function overviewGeometry(model: ApertureModel, width: number): OverviewGeometry {
  const columnsFor = (cellWidth: number): number => Math.max(1, Math.floor((width + GAP) / (SEGMENT_SLOTS * cellWidth + GAP)));
  let cell = { width: Math.min(1, width / SEGMENT_SLOTS), height: 1 };
  for (let cellWidth = 1; SEGMENT_SLOTS * cellWidth <= width; cellWidth++) {
    const rows = Math.ceil(model.segments / columnsFor(cellWidth));
    const cellHeight = Math.min(8, Math.floor(TARGET_HEIGHT / rows));
    if (cellHeight >= 1 && cellWidth * cellHeight > cell.width * cell.height) cell = { width: cellWidth, height: cellHeight };
  }
  const rowsPerColumn = Math.ceil(model.segments / columnsFor(cell.width));
  const columns = Math.ceil(model.segments / rowsPerColumn);
  const columnWidth = SEGMENT_SLOTS * cell.width;
  const columnLeft = (column: number): number => column * (columnWidth + GAP);
  return {
    width,
    height: SCALE_HEIGHT + rowsPerColumn * cell.height + 2,
    columns,
    rowsPerColumn,
    cell,
    columnLeft,
    box(first, end) {
      const segment = Math.floor(first / SEGMENT_SLOTS);
      return {
        x: columnLeft(Math.floor(segment / rowsPerColumn)) + (first % SEGMENT_SLOTS) * cell.width,
        y: SCALE_HEIGHT + (segment % rowsPerColumn) * cell.height,
        width: (end - first) * cell.width,
        height: cell.height,
      };
    },
    slotAt(x, y) {
      const column = Math.floor(x / (columnWidth + GAP));
      const within = Math.floor((x - columnLeft(column)) / cell.width);
      const row = Math.floor((y - SCALE_HEIGHT) / cell.height);
      if (column < 0 || column >= columns || within < 0 || within >= SEGMENT_SLOTS || row < 0 || row >= rowsPerColumn) return undefined;
      const slot = (column * rowsPerColumn + row) * SEGMENT_SLOTS + within;
      return slot < model.pool.slots ? slot : undefined;
    },
  };
}
