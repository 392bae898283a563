import type { Fact } from './fact.ts';

/** The slot searches of the aperture, by generation; `dma-facts` 2.2 and docs/model.md describe each. */
export type SlotSearch = 'A' | 'B1' | 'B2' | 'B3' | 'C' | 'D' | 'E' | 'F';

/**
 * What a kernel and its hypervisor do, feature by feature. Nothing else in the house reads a version number: a stable or
 * distribution kernel may carry any of these by backport, so each is a fact of its own and can be overridden.
 */
export interface Features {
  /** kernel/dma/swiotlb.c (lib/swiotlb.c before 4.18): how a run of slots is searched. */
  readonly slotSearch: Fact<SlotSearch>;
  /** What the number in `swiotlb=` counts: slots of 2 KiB, or MiB in XenLinux kernels. */
  readonly swiotlbUnit: Fact<'slots' | 'MiB'>;
  /** Whether the pool is divided into areas with a lock each (6.0 and later). */
  readonly areas: Fact<boolean>;
  /** arch/x86/xen/mmu_pv.c (arch/i386/mm/hypervisor.c): largest order of xen_create_contiguous_region; null: none of its own. */
  readonly maxContigOrder: Fact<number | null>;
  /** Whether coherent memory is always exchanged (3.0.4's dma_alloc_coherent) or only where it is out of reach or scattered. */
  readonly coherentExchange: Fact<'always' | 'when-needed'>;
  /** The width that a coherent exchange asks for: 31 bits whatever the device (3.0.4), or that of the coherent mask. */
  readonly coherentWidth: Fact<'fixed-31' | 'mask'>;
  /** Whether coherent sizes are rounded to 2^order pages before the tests, or to a page. */
  readonly coherentRounding: Fact<'order' | 'page'>;
  /** drivers/xen/swiotlb-xen.c: where natural alignment of the machine address is demanded (9f40ec84a797 and its relaxation). */
  readonly alignmentCheck: Fact<'none' | 'coherent' | 'all'>;
  /** Whether a mapping copies the original into the bounce buffer for every direction. */
  readonly copyAtMap: Fact<'by-direction' | 'always'>;
  /** Whether `dma_set_min_align_mask` exists and lowers `dma_max_mapping_size`. */
  readonly minAlignMask: Fact<boolean>;
  /** Whether swiotlb-xen tells drivers its largest mapping (`.max_mapping_size`). */
  readonly xenMaxMappingSize: Fact<boolean>;
  /** Whether a streaming mapping is tested page by page for machine contiguity, or by its first page's bit alone. */
  readonly contiguityTest: Fact<'every-page' | 'first-page-bit'>;
  /** Largest order of the kernel's page allocator (MAX_ORDER - 1, MAX_PAGE_ORDER). */
  readonly pageAllocatorMaxOrder: Fact<number>;
  /** The aperture's size without `swiotlb=`, in bytes. */
  readonly defaultApertureBytes: Fact<number>;
  /** The width that an aperture is placed under in Xen: fixed, or raised from 18 bits until Xen has room. */
  readonly apertureWidth: Fact<'fixed-31' | 'fixed-30' | 'escalating'>;
  /** What becomes of an aperture that cannot be made contiguous under Xen: given up, cut where it fails, or tried at half its size. */
  readonly apertureFallback: Fact<'none' | 'truncate' | 'halve-thrice' | 'halve'>;
  /** kernel/dma/pool.c: pools for allocations that may not sleep, one a zone, taken from the page allocator at boot. */
  readonly atomicPools: Fact<boolean>;
  /** mm/page_alloc.c: __free_pages_core: whether boot hands pages to the tails of the free lists. */
  readonly bootPagesToTail: Fact<boolean>;
  /** arch/x86/mm: mem_encrypt_setup_arch: which guests with encrypted memory get 6 % of it as aperture. */
  readonly encryptedAperture: Fact<'none' | 'SEV' | 'SEV and TDX'>;
  /** Whether encrypted guest memory makes every device's mappings bounce; from 7.3 on each device is asked. */
  readonly encryptionForces: Fact<boolean>;
  /** 32 KiB that mappings fall back to when the pool is full: before 5.0. */
  readonly overflowBuffer: Fact<boolean>;
  /** mm/dmapool.c: whether a pool's free blocks stand in lists of their pages, or in one across pages (6.4 and later). */
  readonly dmaPoolBlocks: Fact<'of-pages' | 'across-pages'>;
  /** CONFIG_SWIOTLB_DYNAMIC: transient and background pools (6.6 and later, native only). */
  readonly dynamicPools: Fact<boolean>;
  /** Xen's heap: three zones (3.0.x) or a zone an address bit (3.1 and later). Absent without Xen. */
  readonly xenZones?: Fact<'three' | 'per-bit'>;
  /** xen/include/asm-x86/config.h: MAX_ORDER, the largest order of Xen's heap. Absent without Xen. */
  readonly xenMaxOrder?: Fact<number>;
  /** Largest order that XENMEM_exchange grants this domain (`memop-max-order`, 4.7 and later). Absent without Xen. */
  readonly xenExchangeMaxOrder?: Fact<number>;
  /** Xen's `dma_bits`: the width under which memory is kept for DMA; null: none. Absent without Xen. */
  readonly xenDmaBits?: Fact<number | null>;
}

export type FeatureName = keyof Features;
