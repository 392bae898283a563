import { SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';
import { ALL_ADDRESSES } from '../units/dma-mask.ts';

/** What one search of one area is asked for. Masks are those of the device; sizes bytes, addresses as the kernel sees them. */
export interface SearchRequest {
  readonly area: number;
  /** Original address; 0 for an allocation that bounces nothing (restricted pools). */
  readonly origAddress: number;
  /** Bytes to allocate, the in-slot offset and any padding included. */
  readonly allocSize: number;
  /** Slots that hold them. */
  readonly need: number;
  readonly allocAlignMask: number;
  readonly minAlignMask: number;
  /** dma_get_seg_boundary: all ones, as a number; ALL_ADDRESSES for none. */
  readonly boundaryMask: number;
}

/** No run was found. */
export const NOT_FOUND = -1;
/** The kernel's own loop would never end. */
export const LIVELOCK = -2;

/** Slots that hold a number of bytes: nr_slots(). */
export function slotsFor(bytes: number): number {
  return bytes <= MAX_INT32_BYTES ? (bytes + SLOT_BYTES - 1) >>> 11 : Math.ceil(bytes / SLOT_BYTES);
}

/** Up to here a size rounded up to slots stays a 32-bit integer, which is the fast case of every mapping. */
const MAX_INT32_BYTES = 0x7fff_0000;

/** The low 32 bits of an address, for masks: every alignment mask of a device is an unsigned int. */
export function low32(address: number): number {
  return address | 0;
}

/**
 * The boundary rule of a device: iommu_is_span_boundary() with the pool's address under the boundary mask as shift.
 * Candidates whose slots would straddle a multiple of the boundary are refused.
 */
export interface BoundaryRule {
  /** Whether any candidate can be refused at all. */
  readonly active: boolean;
  readonly shift: number;
  readonly maxSlots: number;
  /** Low 32 bits of the pool's first address under the boundary mask: what alignment is tested on. */
  readonly startBits: number;
}

export function boundaryRule(start: number, slots: number, boundaryMask: number): BoundaryRule {
  if (boundaryMask >= ALL_ADDRESSES) return { active: false, shift: 0, maxSlots: ALL_ADDRESSES, startBits: low32(start) };
  const size = boundaryMask + 1;
  const base = start % size;
  const maxSlots = slotsFor(size);
  return { active: base + slots * SLOT_BYTES > size, shift: slotsFor(base), maxSlots, startBits: low32(base) };
}

export function spansBoundary(rule: BoundaryRule, slot: number, count: number): boolean {
  return rule.active && ((rule.shift + slot) % rule.maxSlots) + count > rule.maxSlots;
}

/**
 * How far a search may go on at once from a candidate whose segment has no run that is long enough: to the first candidate of
 * the same stride behind the segment. All candidates between would be refused, so that the answer is the same.
 */
export function strideBehindSegment(slot: number, stride: number, areaEnd: number): number {
  const end = Math.min((slot | (SEGMENT_SLOTS - 1)) + 1, areaEnd);
  return Math.ceil((end - slot) / stride) * stride;
}

/**
 * Whether the stride leads from one candidate that passes an address test to the next: the mask's ones have no gap above the
 * slot and the stride is a whole number of what they span. Only then may a search pass over a segment.
 */
export function strideKeepsMatch(mask: number, stride: number): boolean {
  const ones = mask >>> 11;
  return (ones & (ones + 1)) === 0 && (stride & ones) === 0;
}
