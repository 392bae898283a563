import * as v from 'valibot';
import { maskBits, positiveSize, size } from './schema-values.ts';
import { shapeName } from './shape-name.ts';

const isOnes = (mask: number): boolean => Number.isInteger(Math.log2(mask + 1));

/** A device as the DMA API knows it. */
export const DeviceSchema = v.strictObject({
  mask: v.optional(maskBits('Width of the mask of streaming mappings: dma_set_mask. 32 where it is not said.')),
  coherentMask: v.optional(maskBits('Width of the mask of coherent memory: dma_set_coherent_mask. As wide as "mask" where it is not said.')),
  segmentSize: v.optional(v.pipe(positiveSize('Longest element of a scatterlist that the device takes: dma_set_max_seg_size. A dma_map_sg of one "size" is cut into elements of it (64 KiB where it is not said).'), v.check((bytes) => bytes >= 4096 && bytes <= 2 ** 32, 'expected 4096 bytes to 4 GiB'))),
  segmentBoundary: v.optional(v.pipe(size('Boundary that no element may cross: dma_set_seg_boundary. Ones in the low bits, such as 0xffff.'), v.check((mask) => mask >= 4095 && isOnes(mask), 'expected a mask of ones of at least 12 bits'))),
  minAlignMask: v.optional(v.pipe(size('Low bits of an address that a bounce buffer keeps: dma_set_min_align_mask. Ones in the low bits, such as 4095.'), v.check((mask) => isOnes(mask) && mask <= 0xffff, 'expected a mask of ones up to 65535, such as 4095'))),
  shape: v.optional(shapeName('How it maps: the shape of a workload for the device that names none.')),
  restrictedPool: v.optional(v.pipe(v.strictObject({
    start: v.pipe(size('First address.'), v.check((start) => start % 4096 === 0, 'expected a page-aligned address')),
    size: v.pipe(positiveSize('Length.'), v.check((bytes) => bytes % 4096 === 0 && bytes <= 2 ** 32, 'expected whole pages, at most 4 GiB')),
  }), v.description('A restricted-dma-pool of the device tree (5.15 and later): the device\'s only pool.'))),
});
