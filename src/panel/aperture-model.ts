import { FreeRuns } from '../protocol/free-runs.ts';
import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import type { PanelAperture, PanelArea, PanelMapping } from '../protocol/panel-state.ts';
import { NO_DEVICE } from '../protocol/recording-columns.ts';
import type { OpenRecording } from './open-recording.ts';

/** A mapping as pictures and tables show it. */
export interface ShownMapping extends Omit<PanelMapping, 'bytes'> {
  /** Size asked for; absent for an element of a scatterlist, of which a recording keeps the whole. */
  readonly bytes?: number;
  /** Size of the scatterlist that it is an element of. */
  readonly listBytes?: number;
  /** Operation of the recording that made it, from 0, and the processor that it ran on. */
  readonly operation?: number;
  readonly cpu?: number;
}

/** The aperture with what its pictures and its table both show: that of a state, or that of a recording at one of its operations. */
export interface ApertureModel {
  readonly pool: PanelAperture;
  /** Number of the mapping that holds each slot, -1 where it is free. */
  readonly owners: Int32Array;
  readonly segments: number;
  /** Free slots of each segment. */
  readonly free: Uint8Array;
  /** Longest free run of each segment. */
  readonly longest: Uint8Array;
  /** Free runs by their length in slots, 1 to 128. */
  readonly byLength: Uint32Array;
  /** Segments before which an area begins. */
  readonly areaAt: ReadonlyMap<number, number>;
  /** What ages are counted to: operations done, or the number of the step. */
  readonly now: number;
  /** Of a recording: its models count up, and these segments differ from the one before. */
  readonly serial?: number;
  readonly changed?: readonly number[];
  /** The mapping of a number out of `owners`. */
  readonly mapping: (owner: number) => ShownMapping | undefined;
  /** The mappings in force, by their first slot. */
  readonly mappings: () => readonly ShownMapping[];
  /** Of a recording: what shades are worked out from, without an object a mapping. */
  readonly recording?: OpenRecording;
}

/** A run of slots with one owner, inside one segment: no free run crosses a segment's border for the allocator either. */
export interface Run {
  readonly first: number;
  readonly end: number;
  /** Number of the mapping, or -1. */
  readonly owner: number;
}

/** @returns undefined where the state does not say which slots are used */
export function apertureModel(pool: PanelAperture, now: number): ApertureModel | undefined {
  const { owners } = pool;
  if (!owners) return undefined;
  const { free, longest, byLength } = new FreeRuns(owners);
  return { pool, owners, segments: free.length, free, longest, byLength, areaAt: areaStarts(pool), now, mapping: (owner) => pool.mappings[owner], mappings: () => pool.mappings };
}

let serial = 0;

/** The aperture of a recording after so many operations. The arrays are the player's own: the model before is no more. */
export function recordedModel(pool: PanelAperture, recording: OpenRecording, position: number): ApertureModel {
  const { player, about } = recording;
  player.seek(position);
  const changed = player.settle();
  const { columns, owners } = player;
  const mapping = (owner: number): ShownMapping | undefined => {
    const operation = columns.runOperation[owner];
    if (owner < 0 || operation === undefined) return undefined;
    const device = columns.device[operation] ?? NO_DEVICE;
    const shared = columns.runOperation[owner - 1] === operation || columns.runOperation[owner + 1] === operation;
    const bytes = columns.bytes[operation] ?? 0;
    return {
      id: `#${operation + 1}`, first: columns.runFirst[owner] ?? 0, slots: columns.runCount[owner] ?? 0, ...(shared ? { listBytes: bytes } : { bytes }),
      device: about.devices[device] ?? '', step: (columns.step[operation] ?? 0) + 1, operation, cpu: columns.cpu[operation] ?? 0,
    };
  };
  let used = 0;
  const areas = pool.areas.map((area, index): PanelArea => {
    const usedHere = player.used[index] ?? 0;
    used += usedHere;
    return { first: area.first, slots: area.slots, used: usedHere, hint: player.hint[index] ?? 0 };
  });
  if (areas.length === 0) used = player.used[0] ?? 0;
  return {
    pool: { ...pool, used, areas }, owners, segments: player.runs.free.length, free: player.runs.free, longest: player.runs.longest, byLength: player.runs.byLength,
    areaAt: areaStarts(pool), now: position, serial: ++serial, changed, mapping, recording,
    mappings: () => {
      const found: ShownMapping[] = [];
      for (let slot = 0; slot < owners.length;) {
        const each = mapping(owners[slot] ?? -1);
        if (each) found.push(each);
        slot += each ? each.slots : 1;
      }
      return found;
    },
  };
}

function areaStarts(pool: PanelAperture): ReadonlyMap<number, number> {
  return new Map(pool.areas.map((area, index) => [Math.floor(area.first / SEGMENT_SLOTS), index]));
}

/** Mappings that begin in each segment. */
export function beginsOf(model: ApertureModel): Uint16Array {
  const begins = new Uint16Array(model.segments);
  for (const { first } of model.mappings()) {
    const segment = Math.floor(first / SEGMENT_SLOTS);
    begins[segment] = (begins[segment] ?? 0) + 1;
  }
  return begins;
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
