/** What a kernel configuration symbol decides about DMA, in words for a person. */
export interface ConfigSymbol {
  /** One sentence or two. */
  readonly says: string;
  /** Versions that know it, and its default; empty where there is nothing to say. */
  readonly era: string;
}

/** The symbols that decide how large a DMA request may be, and what it is served from. Sources: kernel/dma/Kconfig, drivers/xen/Kconfig, mm/Kconfig, arch Kconfig files. */
export const CONFIG_SYMBOLS: ReadonlyMap<string, ConfigSymbol> = new Map([
  ['CONFIG_SWIOTLB', { says: 'The aperture of bounce buffers for devices that do not reach all memory. Without it such a mapping fails unless an IOMMU serves it.', era: 'Selected by the architecture; always on for x86_64.' }],
  ['CONFIG_SWIOTLB_XEN', { says: 'The swiotlb of Xen PV domains and of Arm domains: it knows machine addresses, and exchanges memory with the hypervisor for coherent buffers.', era: 'On where Xen PV or Xen on Arm is built.' }],
  ['CONFIG_SWIOTLB_DYNAMIC', { says: 'Lets the aperture grow by further pools and by transient ones for single mappings. One mapping still takes at most 256 KiB.', era: 'Linux 6.6 and later; off by default.' }],
  ['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', { says: 'Size of the aperture in MiB where the command line says nothing, 1 to 64.', era: 'Linux 7.3 and later; 64 by default. Older kernels have 64 MiB built in.' }],
  ['CONFIG_DMA_RESTRICTED_POOL', { says: 'Devices may have a pool of their own (`restricted-dma-pool` of the device tree) that all of their DMA goes through.', era: 'Linux 5.15 and later; off by default; needs a device tree.' }],
  ['CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC', { says: 'Small kmalloc buffers bounce, so that their cache lines are their own: mappings use the aperture that would not otherwise.', era: 'Selected by the architecture (Arm64).' }],
  ['CONFIG_DMA_CMA', { says: 'Coherent allocations may come from the contiguous memory area, which is not bounded by the page allocator’s largest order. Xen PV domains do not use it.', era: 'Off by default on x86.' }],
  ['CONFIG_CMA', { says: 'The contiguous memory allocator, which DMA_CMA gives to drivers.', era: '' }],
  ['CONFIG_CMA_SIZE_MBYTES', { says: 'Size of the default area in MiB where `cma=` says nothing. With 0 there is none.', era: '0 by default on x86, 16 elsewhere.' }],
  ['CONFIG_CMA_ALIGNMENT', { says: 'The largest order that an allocation from the area is aligned to.', era: '8 by default: 1 MiB.' }],
  ['CONFIG_ARCH_FORCE_MAX_ORDER', { says: 'The largest order of the page allocator, and so of a coherent buffer without CMA. Before 6.4 it counted orders, so that 11 stood for a largest order of 10.', era: 'By architecture. FORCE_MAX_ZONEORDER in kernels such as 5.10.' }],
  ['CONFIG_FORCE_MAX_ZONEORDER', { says: 'The number of orders of the page allocator: 11 stands for a largest order of 10, 4 MiB with pages of 4 KiB.', era: 'In kernels such as 5.10; ARCH_FORCE_MAX_ORDER in later ones.' }],
  ['CONFIG_XEN', { says: 'The kernel can run as a Xen guest.', era: 'Off by default.' }],
  ['CONFIG_XEN_PV', { says: 'The kernel can run as a PV domain: its memory is not contiguous to the machine, and swiotlb-xen stands between it and devices.', era: '' }],
  ['CONFIG_XEN_DOM0', { says: 'The kernel can be the control domain, which drives the machine’s devices.', era: '' }],
  ['CONFIG_XEN_PVH', { says: 'The kernel can run as a PVH domain, which has no swiotlb-xen on x86: drivers see it as a bare machine.', era: '' }],
  ['CONFIG_XEN_PCIDEV_FRONTEND', { says: 'PCI devices that are passed through to a PV domain: its mappings are held against an aperture of the domain’s own.', era: '' }],
  ['CONFIG_DEBUG_FS', { says: 'Shows the use of the aperture: `/sys/kernel/debug/swiotlb/io_tlb_nslabs` and `io_tlb_used`.', era: 'Linux 5.10 has both files.' }],
]);
