import type { PvDomain } from '../machine/pv-domain.ts';
import { SEGMENT_BYTES, SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';
import type { Platform } from '../platform/platform.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { createContiguousRegion } from './contiguous-region.ts';

/** Order of one aperture segment: 256 KiB. */
const SEGMENT_ORDER = 6;
/** The widest that an aperture may be placed under: IO_TLB's max_dma_bits, XenLinux's dma_bits=. */
const MAX_DMA_BITS = 32;
const HALVINGS = 3;
const LEAST_HALVED = 1024 * SLOT_BYTES;
/** IO_TLB_MIN_SLABS. */
const LEAST_SLOTS_BYTES = MIB;

export interface PlacedAperture {
  /** Machine addresses of the segments, in order. */
  readonly segments: readonly number[];
  readonly bytes: number;
  /** Width that the last segment was placed under. */
  readonly bits: number;
  /** What became of attempts that failed. */
  readonly notes: readonly Reason[];
}

/**
 * Makes an aperture contiguous for devices, segment by segment: at a fixed width (XenLinux of Xen 3.0.x), or from 18 bits on,
 * raised by one until Xen has room, kept for the segments that follow.
 * Source: arch/i386/kernel/swiotlb.c: swiotlb_init_with_default_size; drivers/xen/swiotlb-xen.c: xen_swiotlb_fixup,
 * xen_swiotlb_init; kernel/dma/swiotlb.c: swiotlb_init_remap.
 * @param bytes as asked for; what fails is truncated, halved or given up as the kernel's generation does
 */
export function placeAperture(platform: Platform, domain: PvDomain, start: number, bytes: number): PlacedAperture {
  const { apertureFallback, apertureWidth } = platform.features;
  const fixed = apertureWidth.value === 'escalating' ? undefined : (platform.aperture.addressBits?.value ?? (apertureWidth.value === 'fixed-31' ? 31 : 30));
  const notes: Reason[] = [];
  let size = bytes;
  for (let attempt = 0; ; attempt++) {
    const { segments, bits } = placeSegments(platform, domain, start, Math.floor(size / SEGMENT_BYTES), fixed);
    const placed = segments.length * SEGMENT_BYTES;
    if (segments.length === Math.floor(size / SEGMENT_BYTES)) return { segments, bytes: size, bits, notes };
    notes.push(reason('aperture-not-contiguous', { bytes: size, segment: segments.length, bits: fixed ?? MAX_DMA_BITS }, apertureFallback));
    if (apertureFallback.value === 'truncate' && placed > 0) return { segments, bytes: placed, bits, notes };
    let next = 0;
    if (apertureFallback.value === 'halve-thrice' && attempt < HALVINGS) next = Math.max(LEAST_HALVED, size / 2);
    if (apertureFallback.value === 'halve') next = Math.ceil(size / 2 / SEGMENT_BYTES) * SEGMENT_BYTES;
    // Neither loop asks again for a size that it has tried, nor for one that is not worth having.
    if (next === 0 || next >= size || (apertureFallback.value === 'halve' && size <= LEAST_SLOTS_BYTES)) return { segments: [], bytes: 0, bits, notes };
    size = next;
  }
}

function placeSegments(platform: Platform, domain: PvDomain, start: number, count: number, fixed: number | undefined): { segments: number[]; bits: number } {
  const segments: number[] = [];
  let bits = fixed ?? SEGMENT_ORDER + 12;
  for (let i = 0; i < count; i++) {
    const pfn = start / PAGE_SIZE + i * (SEGMENT_SLOTS * SLOT_BYTES) / PAGE_SIZE;
    let result = createContiguousRegion(platform.features, domain, pfn, SEGMENT_ORDER, bits, true);
    while (!result.ok && fixed === undefined && bits < MAX_DMA_BITS) result = createContiguousRegion(platform.features, domain, pfn, SEGMENT_ORDER, ++bits, true);
    if (!result.ok) break;
    segments.push(result.frame * PAGE_SIZE);
  }
  return { segments, bits };
}
