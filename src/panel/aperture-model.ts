import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import type { PanelAperture, PanelArea, PanelMapping } from '../protocol/panel-state.ts';

/** The aperture with what its pictures and its table both show, worked out once a state. */
export interface ApertureModel {
  readonly pool: PanelAperture;
  readonly owners: Int32Array;
  readonly segments: number;
  /** Free slots of each segment. */
  readonly free: Uint8Array;
  /** Longest free run of each segment. */
  readonly longest: Uint8Array;
  /** Mappings that begin in each segment. */
  readonly begins: Uint16Array;
  /** Segments before which an area begins. */
  readonly areaAt: ReadonlyMap<number, number>;
}

/** A run of slots with one owner, inside one segment: no free run crosses a segment's border for the allocator either. */
export interface Run {
  readonly first: number;
  readonly end: number;
  /** Index of the mapping, or -1. */
  readonly owner: number;
}

/** @returns undefined where the state does not say which slots are used */
export function apertureModel(pool: PanelAperture): ApertureModel | undefined {
  const { owners } = pool;
  if (!owners) return undefined;
  const segments = Math.ceil(pool.slots / SEGMENT_SLOTS);
  const free = new Uint8Array(segments);
  const longest = new Uint8Array(segments);
  const begins = new Uint16Array(segments);
  for (let segment = 0; segment < segments; segment++) {
    const end = Math.min(pool.slots, (segment + 1) * SEGMENT_SLOTS);
    let run = 0;
    for (let slot = segment * SEGMENT_SLOTS; slot < end; slot++) {
      if (owners[slot] === -1) {
        run++;
        free[segment] = (free[segment] ?? 0) + 1;
        if (run > (longest[segment] ?? 0)) longest[segment] = run;
      } else {
        run = 0;
      }
    }
  }
  for (const mapping of pool.mappings) {
    const segment = Math.floor(mapping.first / SEGMENT_SLOTS);
    begins[segment] = (begins[segment] ?? 0) + 1;
  }
  const areaAt = new Map(pool.areas.map((area, index) => [Math.floor(area.first / SEGMENT_SLOTS), index]));
  return { pool, owners, segments, free, longest, begins, areaAt };
}

/** The run that holds a slot, cut at its segment's borders. */
export function runAt(model: ApertureModel, slot: number): Run {
  const { owners } = model;
  const owner = owners[slot] ?? -1;
  const low = slot - (slot % SEGMENT_SLOTS);
  const high = Math.min(model.pool.slots, low + SEGMENT_SLOTS);
  let first = slot;
  let end = slot + 1;
  while (first > low && owners[first - 1] === owner) first--;
  while (end < high && owners[end] === owner) end++;
  return { first, end, owner };
}

export function areaOfSlot(pool: PanelAperture, slot: number): readonly [number, PanelArea] | undefined {
  const index = pool.areas.findIndex((area) => slot >= area.first && slot < area.first + area.slots);
  const area = pool.areas[index];
  return area && [index, area];
}

export type Shade = 'size' | 'age';

/** One of the four shades of a mapping: by its slots, or by the steps since it was made (0 is the newest). */
export function shadeClass(mapping: PanelMapping | undefined, shade: Shade, now: number): 0 | 1 | 2 | 3 {
  if (!mapping) return 0;
  if (shade === 'size') return mapping.slots < 2 ? 0 : mapping.slots < 16 ? 1 : mapping.slots < 64 ? 2 : 3;
  const age = now - (mapping.step ?? now);
  return age < 64 ? 0 : age < 512 ? 1 : age < 2048 ? 2 : 3;
}
