import { SEGMENT_BYTES, SLOT_BYTES } from '../platform/aperture-size.ts';
import type { Device } from './device.ts';

/** What the answers about a device rest on. Addresses are numbers of bytes. */
export interface QueryContext {
  readonly xenPv: boolean;
  /** Whether the kernel has a pool that it may bounce through. */
  readonly hasPool: boolean;
  readonly force: boolean;
  /** Whether swiotlb-xen installs `.max_mapping_size`. */
  readonly xenMaxMappingSize: boolean;
  /** Whether `min_align_mask` lowers the largest mapping. */
  readonly minAlignMask: boolean;
}

/** Size of what is not bounded: SIZE_MAX. */
export const UNLIMITED = Infinity;

/**
 * dma_max_mapping_size, in bytes; UNLIMITED where nothing bounds it.
 * Source: kernel/dma/swiotlb.c: swiotlb_max_mapping_size; kernel/dma/direct.c: dma_direct_max_mapping_size;
 * drivers/xen/swiotlb-xen.c: xen_swiotlb_dma_ops.
 * @param limited dma_addressing_limited() of the device
 */
export function maxMappingSize(context: QueryContext, device: Device, limited: boolean): number {
  const cost = context.minAlignMask ? Math.ceil(device.minAlignMask / SLOT_BYTES) * SLOT_BYTES : 0;
  // min_align_mask can exceed a segment; the kernel's size_t then wraps, which no driver asks for.
  const bounced = Math.max(0, SEGMENT_BYTES - cost);
  if (context.xenPv) return context.xenMaxMappingSize ? bounced : UNLIMITED;
  return context.hasPool && (limited || context.force) ? bounced : UNLIMITED;
}

/**
 * dma_get_required_mask: the mask that reaches all memory. Under swiotlb-xen the constant of 32 bits.
 * Source: kernel/dma/direct.c: dma_direct_get_required_mask; kernel/dma/mapping.c: dma_get_required_mask for other ops.
 * @param lastAddress the last byte of the last page of memory; the kernel takes the page's first byte
 */
export function requiredMask(xenPv: boolean, lastAddress: number): number {
  if (xenPv) return 0xffff_ffff;
  let mask = 1;
  while (mask <= lastAddress - 4095) mask *= 2;
  return mask - 1;
}

/** dma_addressing_limited: whether the device's mask is below the required one. Source: kernel/dma/mapping.c. */
export function addressingLimited(dmaMask: number, required: number): boolean {
  return dmaMask < required;
}

/** The widest mask that every x86 machine can serve: ZONE_DMA, 16 MiB. */
const ZONE_DMA_MASK = 0xff_ffff;
const MASK_32 = 0xffff_ffff;

/**
 * Whether dma_set_mask and dma_set_coherent_mask accept a mask.
 * Source: kernel/dma/direct.c: dma_direct_supported (32 bits are always enough, ZONE_DMA's 24 are the least);
 * drivers/xen/swiotlb-xen.c: xen_swiotlb_dma_supported (the bus address of the aperture's last byte; without a pool that
 * address is all ones).
 * @param apertureLast bus address of the aperture's last byte; undefined without a pool
 * @param lastAddress last byte of memory; Infinity where not known
 */
export function maskSupported(xenPv: boolean, mask: number, apertureLast: number | undefined, lastAddress = Infinity): boolean {
  if (xenPv) return mask >= (apertureLast ?? 2 ** 64);
  return mask >= MASK_32 || mask >= Math.min(ZONE_DMA_MASK, lastAddress - 4095);
}
