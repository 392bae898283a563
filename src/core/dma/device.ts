import { maskOfBits } from '../units/dma-mask.ts';

/** A device as the DMA API knows it: struct device with its dma_parms. */
export interface Device {
  readonly name: string;
  /** Last address that streaming mappings may use: *dev->dma_mask. */
  readonly dmaMask: number;
  /** Last address that coherent memory may use: dev->coherent_dma_mask. */
  readonly coherentMask: number;
  /** dma_set_min_align_mask(); 0 for none. */
  readonly minAlignMask: number;
  /** dma_set_seg_boundary(); all 32 bits where a driver sets none. */
  readonly boundaryMask: number;
  /** dma_set_max_seg_size(): the longest element of a scatterlist; absent where a driver sets none (the kernel then says 64 KiB). */
  readonly maxSegmentBytes?: number;
  /** A restricted-dma-pool of the device tree: its reserved range is the device's only pool. */
  readonly restrictedPool?: { readonly start: number; readonly bytes: number };
}

export interface DeviceOptions {
  readonly name: string;
  readonly maskBits?: number;
  readonly coherentMaskBits?: number;
  readonly minAlignMask?: number;
  readonly boundaryMask?: number;
  readonly maxSegmentBytes?: number;
  readonly restrictedPool?: { readonly start: number; readonly bytes: number };
}

/** A device with the kernel's defaults: 32 bits for both masks, no alignment, a 4 GiB segment boundary. */
export function createDevice(options: DeviceOptions): Device {
  const dmaMask = maskOfBits(options.maskBits ?? 32);
  return {
    name: options.name,
    dmaMask,
    coherentMask: options.coherentMaskBits === undefined ? dmaMask : maskOfBits(options.coherentMaskBits),
    minAlignMask: options.minAlignMask ?? 0,
    boundaryMask: options.boundaryMask ?? 0xffff_ffff,
    ...(options.maxSegmentBytes === undefined ? {} : { maxSegmentBytes: options.maxSegmentBytes }),
    ...(options.restrictedPool ? { restrictedPool: options.restrictedPool } : {}),
  };
}
