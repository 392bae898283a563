import { MIB } from '../units/bytes.ts';

/** kernel/dma/swiotlb.c: IO_TLB_SHIFT 11 and IO_TLB_SEGSIZE 128, in every kernel from 2.6.16 to 7.3. */
export const SLOT_BYTES = 2048;
export const SEGMENT_SLOTS = 128;
export const SEGMENT_BYTES = SLOT_BYTES * SEGMENT_SLOTS;

/** `swiotlb=` as parsed: the number in the dialect's own unit, the areas, and the words. */
export interface SwiotlbParameter {
  readonly number?: number;
  readonly areas?: number;
  /** `force`, `noforce`, `off`, `track_hiwater`. */
  readonly words: readonly string[];
}

export interface ApertureSizeInput {
  readonly parameter?: SwiotlbParameter;
  readonly unit: 'slots' | 'MiB';
  /** Whether the kernel divides its pool into areas (6.0 and later). */
  readonly hasAreas: boolean;
  /** Whether sizes become a power of two without areas: XenLinux 2.6.16 and 2.6.18. */
  readonly powerOfTwo: boolean;
  readonly defaultBytes: number;
  readonly possibleCpus: number;
}

export interface ApertureSize {
  readonly slots: number;
  readonly areas: number;
}

/**
 * The size that a kernel tries to give its aperture, before memory runs short.
 * Source: kernel/dma/swiotlb.c: setup_io_tlb_npages, swiotlb_adjust_nareas, round_up_default_nslabs (6.0 and later);
 * lib/swiotlb.c: setup_io_tlb_npages (before); arch/i386/kernel/swiotlb.c: setup_io_tlb_npages, swiotlb_init_with_default_size
 * (XenLinux: MiB, then the next power of two).
 */
export function apertureSize(input: ApertureSizeInput): ApertureSize {
  const { parameter, hasAreas } = input;
  if (parameter?.words.includes('off') && input.unit === 'MiB') return { slots: 0, areas: 0 };
  // `noforce` leaves one slot before 6.0 and no pool at all from then on.
  if (parameter?.words.includes('noforce')) return hasAreas ? { slots: 0, areas: 0 } : { slots: 1, areas: 1 };
  const asked = parameter?.number !== undefined && parameter.number > 0 ? parameter.number : undefined;
  let slots = input.defaultBytes / SLOT_BYTES;
  if (asked !== undefined) slots = input.unit === 'MiB' ? (asked * MIB) / SLOT_BYTES : asked;
  slots = Math.ceil(slots / SEGMENT_SLOTS) * SEGMENT_SLOTS;
  if (!hasAreas) return { slots: input.powerOfTwo && slots > 0 ? nextPowerOfTwo(slots) : slots, areas: slots > 0 ? 1 : 0 };
  const areas = nextPowerOfTwo(parameter?.areas !== undefined && parameter.areas > 0 ? parameter.areas : input.possibleCpus);
  return { slots: nextPowerOfTwo(Math.max(slots, SEGMENT_SLOTS * areas)), areas };
}

export function nextPowerOfTwo(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}
