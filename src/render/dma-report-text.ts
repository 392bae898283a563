import type { DmaDebugReport } from '../evidence/log/log-items.ts';

const REPORTS: Readonly<Record<DmaDebugReport, string>> = {
  'segment-too-long': 'scatterlist element longer than the device claims to take (dma_set_max_seg_size)',
  'segment-across-boundary': 'scatterlist element across the device\'s segment boundary (dma_set_seg_boundary)',
  'freed-other-size': 'freed with another size than mapped',
  'freed-otherwise': 'freed in another way than mapped',
  'freed-not-mapped': 'freed without having been mapped',
  'still-mapped': 'still mapped when the driver let go of the device: a leak',
  'error-not-checked': 'dma_mapping_error() was not asked',
  'synced-outside': 'synced beyond what was mapped',
  'synced-otherwise': 'synced in another way than mapped',
  'not-dma-memory': 'memory that must not be mapped: stack, kernel text or vmalloc',
  'overlapping': 'overlapping mappings of one cache line',
};

/** What a report of CONFIG_DMA_API_DEBUG says, in words. */
export function dmaReportText(report: DmaDebugReport): string {
  return REPORTS[report];
}
