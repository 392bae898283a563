import type { Features } from '../platform/features.ts';

/** enum dma_data_direction, as drivers name it. */
export type Direction = 'DMA_BIDIRECTIONAL' | 'DMA_TO_DEVICE' | 'DMA_FROM_DEVICE';

/**
 * What a bounced mapping copies: `in` from the buffer to the bounce slots, `back` from the slots to the buffer. `bug`: the
 * kernel stops with BUG().
 */
export type Copy = 'in' | 'back' | 'none' | 'bug';

/**
 * At dma_map_*. From 5.18 on (and in stable releases that took it over) the buffer is always copied in, whatever the
 * direction and even with DMA_ATTR_SKIP_CPU_SYNC, so that no old content of the slots reaches the buffer.
 * Source: kernel/dma/swiotlb.c: swiotlb_tbl_map_single; arch/i386/kernel/swiotlb.c: map_single.
 */
export function copyAtMap(features: Features, direction: Direction, skipCpuSync: boolean): Copy {
  if (features.copyAtMap.value === 'always') return 'in';
  return direction !== 'DMA_FROM_DEVICE' && !skipCpuSync ? 'in' : 'none';
}

/** At dma_unmap_*. Source: kernel/dma/swiotlb.c: swiotlb_tbl_unmap_single. */
export function copyAtUnmap(direction: Direction, skipCpuSync: boolean): Copy {
  return direction !== 'DMA_TO_DEVICE' && !skipCpuSync ? 'back' : 'none';
}

/**
 * At dma_sync_*_for_cpu and dma_sync_*_for_device. XenLinux of generation A has one function for both, which copies in the
 * direction that it is told and has no answer for DMA_BIDIRECTIONAL.
 * Source: kernel/dma/swiotlb.c: swiotlb_sync_single_for_cpu, swiotlb_sync_single_for_device (swiotlb_tbl_sync_single before
 * 5.12); arch/i386/kernel/swiotlb.c: sync_single.
 */
export function copyAtSync(features: Features, direction: Direction, target: 'cpu' | 'device'): Copy {
  if (features.slotSearch.value === 'A') {
    if (direction === 'DMA_BIDIRECTIONAL') return 'bug';
    return direction === 'DMA_FROM_DEVICE' ? 'back' : 'in';
  }
  if (target === 'cpu') return direction === 'DMA_TO_DEVICE' ? 'none' : 'back';
  return direction === 'DMA_FROM_DEVICE' ? 'none' : 'in';
}
