import { SLOT_BYTES } from '../platform/aperture-size.ts';
import { ALL_ADDRESSES } from '../units/dma-mask.ts';
import type { SlotPool } from './slot-pool.ts';

/** What one search of one area is asked for. Masks are those of the device; sizes bytes, addresses as the kernel sees them. */
export interface SearchRequest {
  readonly area: number;
  /** Original address; 0 for an allocation that bounces nothing (restricted pools). */
  readonly origAddress: number;
  /** Bytes to allocate, the in-slot offset and any padding included. */
  readonly allocSize: number;
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
  return Math.ceil(bytes / SLOT_BYTES);
}

/** The low 32 bits of an address, for masks: every alignment mask of a device is an unsigned int. */
export function low32(address: number): number {
  return address % 0x1_0000_0000 | 0;
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
}

export function boundaryRule(pool: SlotPool, boundaryMask: number): BoundaryRule {
  if (boundaryMask >= ALL_ADDRESSES) return { active: false, shift: 0, maxSlots: ALL_ADDRESSES };
  const size = boundaryMask + 1;
  const base = pool.start % size;
  const maxSlots = slotsFor(size);
  return { active: base + pool.slots * SLOT_BYTES > size, shift: slotsFor(base), maxSlots };
}

export function spansBoundary(rule: BoundaryRule, slot: number, count: number): boolean {
  return rule.active && ((rule.shift + slot) % rule.maxSlots) + count > rule.maxSlots;
}
