import { MIB } from '../units/bytes.ts';
import { factFromDefault } from './fact.ts';
import type { Features } from './features.ts';
import { type KernelRelease, atLeast } from './kernel-release.ts';
import * as tables from './linux-tables.ts';
import type { Domain } from './platform-facts.ts';
import { valueAt } from './version-table.ts';

export type LinuxFeatures = Omit<Features, 'xenZones' | 'xenMaxOrder' | 'xenExchangeMaxOrder' | 'xenDmaBits'>;

/** What a mainline kernel (native or pvops) does, by release. */
export function mainlineFeatures(release: KernelRelease): LinuxFeatures {
  return {
    slotSearch: valueAt(tables.SLOT_SEARCH, release),
    swiotlbUnit: factFromDefault('slots', 'lib/swiotlb.c, kernel/dma/swiotlb.c: setup_io_tlb_npages counts slots of 2 KiB'),
    areas: valueAt(tables.AREAS, release),
    maxContigOrder: valueAt(tables.MAX_CONTIG_ORDER, release),
    coherentExchange: factFromDefault('when-needed', 'drivers/xen/swiotlb-xen.c: xen_swiotlb_alloc_coherent, 2.6.37 and later'),
    coherentWidth: factFromDefault('mask', 'drivers/xen/swiotlb-xen.c: fls64(dma_mask), 2.6.37 and later'),
    coherentRounding: valueAt(tables.COHERENT_ROUNDING, release),
    alignmentCheck: valueAt(tables.ALIGNMENT_CHECK, release),
    copyAtMap: valueAt(tables.COPY_AT_MAP, release),
    minAlignMask: valueAt(tables.MIN_ALIGN_MASK, release),
    xenMaxMappingSize: valueAt(tables.XEN_MAX_MAPPING_SIZE, release),
    contiguityTest: factFromDefault('every-page', 'drivers/xen/swiotlb-xen.c: range_straddles_page_boundary tests every frame'),
    pageAllocatorMaxOrder: valueAt(tables.PAGE_ALLOCATOR_MAX_ORDER, release),
    defaultApertureBytes: valueAt(tables.DEFAULT_APERTURE, release),
    apertureWidth: factFromDefault('escalating', 'drivers/xen/swiotlb-xen.c: xen_swiotlb_fixup: from 18 bits on, raised by one, to 32'),
    apertureFallback: valueAt(tables.APERTURE_FALLBACK, release),
    atomicPools: valueAt(tables.ATOMIC_POOLS, release),
    encryptedAperture: valueAt(tables.ENCRYPTED_APERTURE, release),
    encryptionForces: valueAt(tables.ENCRYPTION_FORCES, release),
    bootPagesToTail: valueAt(tables.BOOT_PAGES_TO_TAIL, release),
    overflowBuffer: valueAt(tables.OVERFLOW_BUFFER, release),
    dmaPoolBlocks: valueAt(tables.DMA_POOL_BLOCKS, release),
    dynamicPools: factFromDefault(false, 'kernel/dma/Kconfig: SWIOTLB_DYNAMIC is off unless configured'),
  };
}

/** What a XenLinux kernel (2.6.16-xen, 2.6.18-xen and their forward ports) does. */
export function xenLinuxFeatures(release: KernelRelease, xen304OrOlder: boolean, domain: Domain, isBefore304 = false, isBefore303 = false): LinuxFeatures {
  const original = !atLeast(release, 2, 6, 19);
  return {
    slotSearch: original
      ? factFromDefault('A', 'arch/i386/kernel/swiotlb.c: map_single, XenLinux 2.6.16 and 2.6.18: no boundary rule')
      : factFromDefault('B1', 'lib/swiotlb-xen.c: map_single, forward ports: boundary rule'),
    swiotlbUnit: factFromDefault('MiB', 'arch/i386/kernel/swiotlb.c: setup_io_tlb_npages counts MiB in XenLinux'),
    areas: factFromDefault(false, 'arch/i386/kernel/swiotlb.c: one pool with one lock'),
    maxContigOrder: isBefore303
      ? factFromDefault(null, 'arch/i386/mm/hypervisor.c: page by page, no list of frames, Xen 3.0.2 kernels and older')
      : factFromDefault(9, 'arch/i386/mm/hypervisor.c: MAX_CONTIG_ORDER 9, static frame and multicall arrays, Xen 3.0.3 and later'),
    coherentExchange: factFromDefault('always', 'arch/i386/kernel/pci-dma-xen.c: dma_alloc_coherent exchanges every block'),
    coherentWidth: xen304OrOlder
      ? factFromDefault('fixed-31', 'arch/i386/kernel/pci-dma-xen.c: 31 bits for every device, Xen 3.0.4 kernels')
      : factFromDefault('mask', 'arch/i386/kernel/pci-dma-xen.c: width of the coherent mask, Xen 3.1 kernels and later'),
    coherentRounding: factFromDefault('order', 'arch/i386/kernel/pci-dma-xen.c: get_order(size)'),
    alignmentCheck: factFromDefault('none', 'arch/i386/kernel/pci-dma-xen.c: no alignment test'),
    copyAtMap: factFromDefault('by-direction', 'arch/i386/kernel/swiotlb.c: map_single copies in unless DMA_FROM_DEVICE'),
    minAlignMask: factFromDefault(false, 'arch/i386/kernel/swiotlb.c: no min_align_mask'),
    xenMaxMappingSize: factFromDefault(false, 'XenLinux tells drivers no largest mapping'),
    contiguityTest: factFromDefault('first-page-bit', 'arch/i386/kernel/swiotlb.c: contiguous_bitmap bit of the first page'),
    pageAllocatorMaxOrder: factFromDefault(10, 'include/linux/mmzone.h: MAX_ORDER 11, exclusive'),
    defaultApertureBytes: domain === 'pv-dom0'
      ? factFromDefault(64 * MIB, 'arch/i386/kernel/swiotlb.c: swiotlb_init, 64 MiB in dom0 (2 MiB where the machine ends at or below 2 GiB)')
      : factFromDefault(0, 'arch/i386/kernel/swiotlb.c: no aperture in a domU without swiotlb=force'),
    apertureWidth: !xen304OrOlder
      ? factFromDefault('escalating', 'arch/i386/kernel/swiotlb.c: swiotlb_init_with_default_size, Xen 3.1 kernels and later: from 18 bits on, raised by one, to dma_bits')
      : isBefore304
        ? factFromDefault('fixed-31', 'arch/i386/kernel/swiotlb.c: IO_TLB_DMA_BITS 31, Xen 3.0.3 kernels and older')
        : factFromDefault('fixed-30', 'arch/i386/kernel/swiotlb.c: swiotlb_bits 30, Xen 3.0.4 kernels'),
    apertureFallback: xen304OrOlder
      ? factFromDefault('none', 'arch/i386/kernel/swiotlb.c: BUG_ON where a segment cannot be made contiguous, Xen 3.0.x kernels')
      : factFromDefault('truncate', 'arch/i386/kernel/swiotlb.c: swiotlb_init_with_default_size, Xen 3.1 kernels and later: cut at the segment that fails'),
    atomicPools: factFromDefault(false, 'arch/i386/kernel/pci-dma-xen.c: no atomic pools'),
    encryptedAperture: factFromDefault('none', 'XenLinux knows no memory encryption'),
    encryptionForces: factFromDefault(false, 'XenLinux knows no memory encryption'),
    bootPagesToTail: factFromDefault(false, 'mm/bootmem.c: free_all_bootmem: to the heads of the lists'),
    dmaPoolBlocks: factFromDefault('of-pages', 'mm/dmapool.c: before 6.4'),
    overflowBuffer: factFromDefault(true, 'arch/i386/kernel/swiotlb.c: io_tlb_overflow, 32 KiB'),
    dynamicPools: factFromDefault(false, 'no dynamic pools before 6.6'),
  };
}
