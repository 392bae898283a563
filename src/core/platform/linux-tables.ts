import { MIB } from '../units/bytes.ts';
import type { SlotSearch } from './features.ts';
import type { VersionRow } from './version-table.ts';

/**
 * What mainline kernels do by release, and the stable releases known to carry a change by backport. A row says how it is
 * known; docs/model.md lists the reading behind it.
 */

export const SLOT_SEARCH: readonly VersionRow<SlotSearch>[] = [
  { value: 'B1', since: [0, 0], source: 'lib/swiotlb.c: map_single, before 4.15: pairs of slots above 4096 bytes, boundary rule' },
  { value: 'B2', since: [4, 15], source: 'lib/swiotlb.c: swiotlb_tbl_map_single, 4.15 to 5.0: pairs of slots from 4096 bytes on' },
  { value: 'B3', since: [5, 1], source: 'kernel/dma/swiotlb.c: swiotlb_tbl_map_single, 5.1 to 5.11: refuses at once by io_tlb_used' },
  {
    value: 'C', since: [5, 12], stable: { '5.10': 218 }, stableUnknownSince: { '5.10': 0 },
    source: 'kernel/dma/swiotlb.c: find_slots, 5.12 to 5.19 (5.10.y by backport, read in 5.10.223): min_align_mask',
  },
  { value: 'D', since: [6, 0], source: 'kernel/dma/swiotlb.c: swiotlb_do_find_slots, 6.0 to 6.2: areas' },
  { value: 'E', since: [6, 3], source: 'kernel/dma/swiotlb.c: swiotlb_do_find_slots, 6.3 to 6.8: one mask, counted slots' },
  { value: 'F', since: [6, 9], source: 'kernel/dma/swiotlb.c: swiotlb_search_pool_area, 6.9 and later' },
];

export const AREAS: readonly VersionRow<boolean>[] = [
  { value: false, since: [0, 0], source: 'kernel/dma/swiotlb.c: one pool with one lock, before 6.0' },
  { value: true, since: [6, 0], source: 'kernel/dma/swiotlb.c: struct io_tlb_area, 6.0 and later' },
];

/** e93ec87286bd and its backports: the static frame arrays of order 9 became one that grows on demand. */
export const MAX_CONTIG_ORDER: readonly VersionRow<number | null>[] = [
  { value: 9, since: [0, 0], source: 'arch/x86/xen/mmu_pv.c (mmu.c): MAX_CONTIG_ORDER 9, static frame array, 2.6.37 to 6.13' },
  {
    value: null, since: [6, 14], candidate: 3,
    stable: { '6.13': 4, '6.12': 16, '6.6': 79, '6.1': 129, '5.15': 179, '5.10': 235, '5.4': 291 },
    source: 'arch/x86/xen/mmu_pv.c: xen_create_contiguous_region, 6.14 and stable releases of early 2025: frame list grows on demand',
  },
];

export const COHERENT_ROUNDING: readonly VersionRow<'order' | 'page'>[] = [
  { value: 'order', since: [0, 0], source: 'drivers/xen/swiotlb-xen.c: xen_swiotlb_alloc_coherent, to 6.0: 2^order pages' },
  { value: 'page', since: [6, 1], source: 'drivers/xen/swiotlb-xen.c: xen_swiotlb_alloc_coherent, 6.1 and later: whole pages' },
];

export const ALIGNMENT_CHECK: readonly VersionRow<'none' | 'coherent' | 'all'>[] = [
  { value: 'none', since: [0, 0], source: 'drivers/xen/swiotlb-xen.c: range_straddles_page_boundary, before 6.12: frames consecutive' },
  {
    value: 'all', since: [6, 12], candidate: 1, stable: { '6.11': 2, '6.10': 13, '6.6': 54, '6.1': 113, '5.15': 168, '5.10': 227, '5.4': 285 },
    source: 'drivers/xen/swiotlb-xen.c: range_straddles_page_boundary with 9f40ec84a797, 6.12 and stable releases of October 2024',
  },
  {
    value: 'coherent', since: [6, 14], candidate: 3,
    stable: { '6.13': 4, '6.12': 16, '6.6': 79, '6.1': 129, '5.15': 179, '5.10': 238, '5.4': 295 },
    source: 'drivers/xen/swiotlb-xen.c: range_requires_alignment with 85fcb57c983f, 6.14 and stable releases of 2025',
  },
];

export const COPY_AT_MAP: readonly VersionRow<'by-direction' | 'always'>[] = [
  { value: 'by-direction', since: [0, 0], source: 'kernel/dma/swiotlb.c: copies in at map for TO_DEVICE and BIDIRECTIONAL, before 5.18' },
  {
    value: 'always', since: [5, 18], stable: { '5.15': 33, '5.10': 218, '5.4': 286 }, stableUnknownSince: { '5.15': 28, '5.10': 100, '5.4': 180 },
    source: 'kernel/dma/swiotlb.c: swiotlb_tbl_map_single copies in for every direction, 5.18 and later (read in 5.4.286, 5.10.223)',
  },
];

export const MIN_ALIGN_MASK: readonly VersionRow<boolean>[] = [
  { value: false, since: [0, 0], source: 'include/linux/dma-mapping.h: no min_align_mask before 5.12' },
  { value: true, since: [5, 12], stable: { '5.10': 218 }, stableUnknownSince: { '5.10': 0 }, source: 'include/linux/dma-mapping.h: dma_get_min_align_mask, 5.12 and later (read in 5.10.223)' },
];

export const XEN_MAX_MAPPING_SIZE: readonly VersionRow<boolean>[] = [
  { value: false, since: [0, 0], source: 'drivers/xen/swiotlb-xen.c: xen_swiotlb_dma_ops without max_mapping_size (read in 5.14)' },
  { value: true, since: [5, 15], stable: { '5.10': 218 }, stableUnknownSince: { '5.10': 0 }, source: 'drivers/xen/swiotlb-xen.c: xen_swiotlb_dma_ops with max_mapping_size (read in 5.10.223, 6.1, 6.12, 7.2)' },
];

export const OVERFLOW_BUFFER: readonly VersionRow<boolean>[] = [
  { value: true, since: [0, 0], source: 'lib/swiotlb.c: io_tlb_overflow, 32 KiB, before 5.0' },
  { value: false, since: [5, 0], source: 'kernel/dma/swiotlb.c: a mapping fails instead of overflowing, 5.0 and later' },
];

export const APERTURE_FALLBACK: readonly VersionRow<'halve-thrice' | 'halve'>[] = [
  { value: 'halve-thrice', since: [0, 0], source: 'drivers/xen/swiotlb-xen.c: xen_swiotlb_init, to 5.18: half the size, three times, not below 1024 slots' },
  { value: 'halve', since: [5, 19], source: 'kernel/dma/swiotlb.c: swiotlb_init_remap, 5.19 and later: half the size down to 512 slots' },
];

export const ENCRYPTED_APERTURE: readonly VersionRow<'none' | 'SEV' | 'SEV and TDX'>[] = [
  { value: 'none', since: [0, 0], source: 'kernel/dma/swiotlb.c: no swiotlb_adjust_size before 5.11 (read in 5.10)' },
  { value: 'SEV', since: [5, 11], source: 'arch/x86/mm/mem_encrypt_amd.c: sev_setup_arch, 6 % of memory for SEV guests (read in 6.1)' },
  { value: 'SEV and TDX', since: [6, 12], source: 'arch/x86/mm/mem_encrypt.c: mem_encrypt_setup_arch, for SEV and TDX guests (read in 6.12 and later; the first release between 6.2 and 6.12 is not known)' },
];

export const ENCRYPTION_FORCES: readonly VersionRow<boolean>[] = [
  { value: true, since: [0, 0], source: 'arch/x86/kernel/pci-dma.c, pci-swiotlb.c: encrypted guest memory forces every mapping to bounce, to 7.2' },
  { value: false, since: [7, 3], source: 'arch/x86/kernel/pci-dma.c, 7.3: each device is asked whether it needs unencrypted memory' },
];

export const ATOMIC_POOLS: readonly VersionRow<boolean>[] = [
  { value: false, since: [0, 0], source: 'kernel/dma: no atomic pools on x86 before 5.8' },
  { value: true, since: [5, 8], source: 'kernel/dma/pool.c: dma_atomic_pool_init, 5.8 and later: a pool each for GFP_KERNEL, GFP_DMA and GFP_DMA32' },
];

export const BOOT_PAGES_TO_TAIL: readonly VersionRow<boolean>[] = [
  { value: false, since: [0, 0], source: 'mm/page_alloc.c: __free_pages_core, before 5.10: to the heads of the lists, the highest pages are taken first' },
  { value: true, since: [5, 10], source: 'mm/page_alloc.c: __free_pages_core, 5.10 and later: to the tails of the lists' },
];

/** Largest order of the page allocator on x86: 4 MiB blocks in every release; only the symbol's name and meaning changed. */
export const PAGE_ALLOCATOR_MAX_ORDER: readonly VersionRow<number>[] = [
  { value: 10, since: [0, 0], source: 'include/linux/mmzone.h: MAX_ORDER 11, exclusive, before 6.4 (x86: CONFIG_FORCE_MAX_ZONEORDER unset)' },
  { value: 10, since: [6, 4], source: 'include/linux/mmzone.h: MAX_ORDER 10, inclusive, 6.4 to 6.7' },
  { value: 10, since: [6, 8], source: 'include/linux/mmzone.h: MAX_PAGE_ORDER 10, 6.8 and later' },
];

export const DEFAULT_APERTURE: readonly VersionRow<number>[] = [
  { value: 64 * MIB, since: [0, 0], source: 'IO_TLB_DEFAULT_SIZE: 64 MiB in every mainline release' },
  { value: 64 * MIB, since: [7, 3], source: 'CONFIG_SWIOTLB_DEFAULT_SIZE_MB, default 64, 7.3 and later' },
];

export const DMA_POOL_BLOCKS: readonly VersionRow<'of-pages' | 'across-pages'>[] = [
  { value: 'of-pages', since: [0, 0], source: 'mm/dmapool.c: pool_initialise_page, before 6.4 (read in 6.1.192): the block that would end at a boundary is left out' },
  { value: 'across-pages', since: [6, 4], source: 'mm/dmapool.c: pool_initialise_page, 6.4 and later: struct dma_block, one list of free blocks' },
];
