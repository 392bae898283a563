import { GIB, MIB } from '../core/units/bytes.ts';
import { formatAddress, parseAddress } from '../core/units/addresses.ts';
import { maskOfBits } from '../core/units/dma-mask.ts';
import type { EvidenceRef, PanelMachine, PanelMask, PanelRegion } from '../protocol/panel-state.ts';
import { MACHINE_TRACKS } from '../protocol/panel-view-state.ts';
import type { PanelSelection } from '../protocol/panel-view-state.ts';

/** A range of the memory map or a region in it, with its addresses as numbers. */
export interface Place {
  readonly start: number;
  /** First address behind it. */
  readonly end: number;
  readonly track: Track;
  /** What the map or the region calls it. */
  readonly label: string;
  /** Bytes of its kind in it: all of it, or a count without places. */
  readonly bytes: number;
  readonly partial: boolean;
  readonly from: EvidenceRef | undefined;
  /** Operations of the recording that were done when it came, where that is known. */
  readonly operation: number | undefined;
}

export type Track = (typeof MACHINE_TRACKS)[number];

/** A stretch of the scale: linear in itself, beside others of another scale. */
export interface Band {
  readonly start: number;
  readonly end: number;
  /** Whether there is RAM in it, or a region; one without shrinks to a stub. */
  readonly filled: boolean;
}

export interface MachineModel {
  readonly machine: PanelMachine;
  readonly places: readonly Place[];
  readonly tracks: readonly Track[];
  readonly bands: readonly Band[];
  readonly masks: readonly PanelMask[];
}

export function machineModel(machine: PanelMachine): MachineModel {
  const places: Place[] = [
    ...machine.ranges.map((range) => placeOf({ ...range, kind: 'map', label: range.type })),
    ...machine.regions.map((region) => placeOf(region)),
  ];
  return {
    machine,
    places,
    tracks: MACHINE_TRACKS.filter((track) => track === 'map' || places.some((place) => place.track === track)),
    bands: bandsOf(places),
    masks: masksOf(machine, places),
  };
}

function placeOf({ kind, start, end, label, bytes, from, operation }: Omit<PanelRegion, 'kind'> & { readonly kind: Track }): Place {
  const low = parseAddress(start) ?? 0;
  const high = parseAddress(end) ?? low;
  return { start: low, end: high, track: kind, label, bytes: bytes ?? high - low, partial: bytes !== undefined && bytes !== high - low, from, operation };
}

/** Index of the place that is selected, where it is there. */
export function selectedPlace({ places }: MachineModel, selection: PanelSelection | undefined): number | undefined {
  if (selection?.kind !== 'place') return undefined;
  const { track, address } = selection;
  const at = places.findIndex((place) => place.track === track && place.start <= address && address < place.end);
  return at < 0 ? undefined : at;
}

export function placeSelection({ track, start }: Place): PanelSelection {
  return { kind: 'place', track, address: start };
}

export function isRam(place: Place): boolean {
  return place.track !== 'map' || place.label === 'usable';
}

const BREAKS = [0, 16 * MIB, GIB, 2 * GIB, 4 * GIB];

/** Bands of the scale, broken at 16 MiB, 1, 2 and 4 GiB; the last ends with the RAM. */
function bandsOf(places: readonly Place[]): Band[] {
  const ram = places.filter(isRam);
  const end = Math.max(0, ...ram.map((place) => place.end));
  return BREAKS.flatMap((start, index) => {
    const limit = BREAKS[index + 1] ?? Math.max(end, start);
    const filled = ram.some((place) => place.start < limit && place.end > start);
    const mapped = places.some((place) => place.start < limit && place.end > start);
    if (limit > start && mapped) return [{ start, end: limit, filled }];
    return [];
  });
}

/** Masks that the state counts, and every other width where the memory map gives the same counts as those it states. */
function masksOf(machine: PanelMachine, places: readonly Place[]): PanelMask[] {
  if (machine.masks.length === 0) return [];
  const usable = places.filter((place) => place.track === 'map' && place.label === 'usable');
  const reach = (bits: number): number => {
    const last = maskOfBits(bits);
    return usable.reduce((sum, place) => sum + Math.max(0, Math.min(place.end, last + 1) - place.start), 0);
  };
  const stated = new Map(machine.masks.map((mask) => [mask.bits, mask]));
  if (machine.masks.every((mask) => reach(mask.bits) === mask.reachBytes)) {
    const pool = places.filter((place) => place.track === 'aperture');
    const poolEnd = Math.max(0, ...pool.map((place) => place.end));
    for (let bits = 20; bits <= 64; bits++) {
      if (stated.has(bits)) continue;
      const known = pool.length > 0 ? { apertureReachable: poolEnd - 1 <= maskOfBits(bits) } : {};
      stated.set(bits, { bits, reachBytes: reach(bits), ...known });
    }
  }
  return [...stated.values()].sort((a, b) => a.bits - b.bits);
}

/** The mask of the lens: the one chosen, else 30, 31 or 32 bits as the state has them, else its widest. */
export function chosenMask(model: MachineModel, bits: number | undefined): PanelMask | undefined {
  const of = (wanted: number | undefined): PanelMask | undefined => model.masks.find((mask) => mask.bits === wanted);
  return of(bits) ?? of(32) ?? of(30) ?? of(31) ?? model.masks.at(-1);
}

/** `0x00000000000fffff`: at least eight digits, so that columns line up. */
export function addressText(address: number): string {
  return formatAddress(address, 9);
}

export function lastAddressText(bits: number): string {
  return bits > 52 ? formatAddress(2n ** BigInt(bits) - 1n) : addressText(2 ** bits - 1);
}
