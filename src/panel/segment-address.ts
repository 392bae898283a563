import { parseAddress } from '../core/units/addresses.ts';
import type { AddressRange } from '../core/units/addresses.ts';
import { SEGMENT_SLOTS, SLOT_BYTES } from '../protocol/panel-state.ts';
import type { PanelAperture, PanelMachine } from '../protocol/panel-state.ts';

const SEGMENT_BYTES = SEGMENT_SLOTS * SLOT_BYTES;

/** Where the segment of a slot lies in the address space that the picture of the machine shows; undefined where nothing says so. */
export function segmentRange(pool: PanelAperture, machine: PanelMachine, slot: number): AddressRange | undefined {
  const segment = Math.floor(slot / SEGMENT_SLOTS);
  const start = startOf(pool, machine, segment);
  return start === undefined ? undefined : { start, end: start + Math.min(SEGMENT_BYTES, (pool.slots - segment * SEGMENT_SLOTS) * SLOT_BYTES) };
}

/** The first slot of the aperture's segment that holds an address; undefined where none does. */
export function slotAtAddress(pool: PanelAperture, machine: PanelMachine, address: number): number | undefined {
  const segments = Math.ceil(pool.slots / SEGMENT_SLOTS);
  for (let segment = 0; segment < segments; segment++) {
    const range = segmentRange(pool, machine, segment * SEGMENT_SLOTS);
    if (range && address >= range.start && address < range.end) return segment * SEGMENT_SLOTS;
  }
  return undefined;
}

function startOf(pool: PanelAperture, machine: PanelMachine, segment: number): number | undefined {
  if (pool.segmentMachine) return parseAddress(pool.segmentMachine[segment] ?? '');
  const start = pool.start === undefined ? undefined : parseAddress(pool.start);
  // Its own addresses are the picture's where the picture has the pool at them: under Xen PV it may be without them.
  const own = start !== undefined && machine.regions.some(({ kind, start: first, end }) => kind === 'aperture' && (parseAddress(first) ?? 0) <= start && start < (parseAddress(end) ?? 0));
  return own ? start + segment * SEGMENT_BYTES : undefined;
}
