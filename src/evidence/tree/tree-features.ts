import { MIB } from '../../core/units/bytes.ts';
import type { Evidence, Fact } from '../../core/platform/fact.ts';
import type { FeatureName, Features, SlotSearch } from '../../core/platform/features.ts';
import type { Lineage } from '../../core/platform/platform-facts.ts';
import type { SourceText } from './source-text.ts';

/** The files of a kernel tree that decide features; paths from its root. */
export const TREE_SOURCES = [
  'kernel/dma/swiotlb.c', 'lib/swiotlb.c', 'drivers/xen/swiotlb-xen.c', 'arch/x86/xen/mmu_pv.c', 'arch/x86/xen/mmu.c', 'include/linux/swiotlb.h', 'include/linux/mmzone.h',
  'mm/page_alloc.c', 'kernel/dma/pool.c', 'arch/x86/kernel/pci-dma.c', 'arch/x86/mm/mem_encrypt.c', 'arch/x86/mm/mem_encrypt_amd.c',
  // XenLinux: xen-sparse of Xen 3.0 and 3.1, then 2.6.18-xen and the forward ports of SLES.
  'arch/i386/kernel/swiotlb.c', 'lib/swiotlb-xen.c', 'arch/i386/mm/hypervisor.c', 'arch/x86/mm/hypervisor.c',
] as const;

export type TreeSource = (typeof TREE_SOURCES)[number];
export type TreeSources = ReadonlyMap<TreeSource, SourceText>;

type ValueOf<N extends FeatureName> = NonNullable<Features[N]>['value'];
type Decision<N extends FeatureName> = (sources: TreeSources) => Fact<ValueOf<N>> | undefined;

const DECISIONS: { readonly [N in FeatureName]?: Decision<N> } = {
  slotSearch, maxContigOrder, alignmentCheck, coherentRounding, copyAtMap, apertureFallback, defaultApertureBytes, pageAllocatorMaxOrder, bootPagesToTail, atomicPools, encryptedAperture,
  encryptionForces, xenMaxMappingSize,
  areas: (sources) => isThere(swiotlb(sources), 'nareas'),
  minAlignMask: (sources) => isThere(swiotlb(sources), 'dma_get_min_align_mask'),
  overflowBuffer: (sources) => isThere(swiotlb(sources), 'io_tlb_overflow'),
  swiotlbUnit: (sources) => {
    const source = swiotlb(sources);
    const aperture = source?.find('Aperture:');
    return aperture ? fact('MiB', aperture) : fact('slots', source?.find('swiotlb_tbl_map_single'));
  },
};

/**
 * What the source text of a kernel tree does, feature by feature: a stable or distribution tree carries changes that its
 * version does not tell. A feature whose file is not there, or is written in a way that is not known, is left to the tables.
 */
export function treeFeatures(sources: TreeSources): Map<FeatureName, Fact<unknown>> {
  const found = new Map<FeatureName, Fact<unknown>>();
  for (const [name, decide] of Object.entries(DECISIONS) as [FeatureName, Decision<FeatureName>][]) {
    const decided = decide(sources);
    if (decided) found.set(name, decided);
  }
  return found;
}

function fact<T>(value: T, from: Evidence | undefined): Fact<T> | undefined {
  return from && { value, from };
}

/** XenLinux's own stands beside mainline's, which its Xen kernels do not build. */
function swiotlb(sources: TreeSources): SourceText | undefined {
  const source = xenLinuxSwiotlb(sources) ?? sources.get('kernel/dma/swiotlb.c') ?? sources.get('lib/swiotlb.c');
  return source && mapping(source) ? source : undefined;
}

function xenLinuxSwiotlb(sources: TreeSources): SourceText | undefined {
  const source = sources.get('lib/swiotlb-xen.c') ?? sources.get('arch/i386/kernel/swiotlb.c');
  return source && mapping(source) && source.find('Aperture:') ? source : undefined;
}

/** A tree with XenLinux's swiotlb is one of XenLinux; of mainline's none says so, as its drivers/xen may come from anywhere. */
export function treeLineage(sources: TreeSources): Fact<Lineage> | undefined {
  const aperture = xenLinuxSwiotlb(sources)?.find('Aperture:');
  return aperture && { value: 'xenlinux', from: aperture, doubt: 'such a tree builds a native kernel too: its configuration decides' };
}

/** Where a mapping is made; what shows that the file is the swiotlb at all. */
function mapping(source: SourceText): Evidence | undefined {
  return source.find('swiotlb_tbl_map_single') ?? source.find('swiotlb_map_single');
}

/** Whether a name occurs in the swiotlb; where it does not, the place is that of the mapping function. */
function isThere(source: SourceText | undefined, name: string): Fact<boolean> | undefined {
  if (!source) return undefined;
  const place = source.find(name);
  return place ? fact(true, place) : fact(false, mapping(source));
}

/** The generations of docs/model.md, told by what only each of them has. */
function slotSearch(sources: TreeSources): Fact<SlotSearch> | undefined {
  const source = swiotlb(sources);
  if (!source) return undefined;
  const counted = source.find('slots_checked');
  if (source.find('nareas')) {
    if (!counted) return fact('D', source.find('index != wrap'));
    const apart = source.find('iotlb_align_mask &= ~alloc_align_mask');
    return apart ? fact('F', apart) : fact('E', counted);
  }
  // An older search that counts would be a backport that is not known.
  if (counted) return undefined;
  const aligned = source.find('dma_get_min_align_mask');
  if (aligned) return fact('C', aligned);
  const boundary = source.find('is_span_boundary') ?? source.find('iommu_is_span_boundary');
  if (source.find('Aperture:')) return boundary ? fact('B1', boundary) : fact('A', source.find('Aperture:'));
  const early = source.find('io_tlb_nslabs - io_tlb_used');
  if (early) return fact('B3', early);
  const body = source.body('swiotlb_tbl_map_single') ?? source.body('map_single');
  const pages = body && source.find('size >= PAGE_SIZE', body);
  return pages ? fact('B2', pages) : fact('B1', body && source.find('size > PAGE_SIZE', body));
}

/** arch/x86/xen/mmu_pv.c (mmu.c before 4.12), mm/hypervisor.c of XenLinux: null where the list of frames grows on demand. */
function maxContigOrder(sources: TreeSources): Fact<number | null> | undefined {
  const paths = xenLinuxSwiotlb(sources) ? (['arch/i386/mm/hypervisor.c', 'arch/x86/mm/hypervisor.c'] as const) : (['arch/x86/xen/mmu_pv.c', 'arch/x86/xen/mmu.c'] as const);
  const source = sources.get(paths[0]) ?? sources.get(paths[1]);
  if (!source?.find('xen_create_contiguous_region')) return undefined;
  const limit = definition(source, 'MAX_CONTIG_ORDER');
  if (limit) return fact(limit.number, limit.from);
  return fact(null, source.find('MIN_CONTIG_ORDER') ?? source.find('xen_create_contiguous_region'));
}

/** drivers/xen/swiotlb-xen.c: 9f40ec84a797 put the test into range_straddles_page_boundary, 85fcb57c983f took it out for streaming mappings. */
function alignmentCheck(sources: TreeSources): Fact<'none' | 'coherent' | 'all'> | undefined {
  const source = sources.get('drivers/xen/swiotlb-xen.c');
  const straddles = source?.body('range_straddles_page_boundary');
  if (!source || !straddles) return undefined;
  const relaxed = source.body('range_requires_alignment') && source.find('range_requires_alignment');
  if (relaxed) return fact('coherent', relaxed);
  const aligned = source.find('IS_ALIGNED', straddles) ?? source.find('algn', straddles);
  return aligned ? fact('all', aligned) : fact('none', source.find('range_straddles_page_boundary'));
}

function coherentRounding(sources: TreeSources): Fact<'order' | 'page'> | undefined {
  const source = sources.get('drivers/xen/swiotlb-xen.c');
  const body = source?.body('xen_swiotlb_alloc_coherent');
  if (!source || !body) return undefined;
  const page = source.find('ALIGN(size, XEN_PAGE_SIZE)', body);
  if (page) return fact('page', page);
  return fact('order', source.find('1UL << (order + XEN_PAGE_SHIFT)', body) ?? source.find('1UL << (order + PAGE_SHIFT)', body));
}

function xenMaxMappingSize(sources: TreeSources): Fact<boolean> | undefined {
  const source = sources.get('drivers/xen/swiotlb-xen.c');
  const operations = source?.find('xen_swiotlb_dma_ops');
  if (!source || !operations) return undefined;
  return fact(true, source.find('.max_mapping_size')) ?? fact(false, operations);
}

function copyAtMap(sources: TreeSources): Fact<'by-direction' | 'always'> | undefined {
  const source = swiotlb(sources);
  const body = source?.body('swiotlb_tbl_map_single');
  // 5.17's release candidates asked a driver's attribute: neither.
  if (!source || !body || source.find('DMA_ATTR_OVERWRITE', body)) return undefined;
  const asked = source.find('DMA_BIDIRECTIONAL', body);
  return asked ? fact('by-direction', asked) : fact('always', source.find('swiotlb_bounce', body));
}

function apertureFallback(sources: TreeSources): Fact<'halve-thrice' | 'halve'> | undefined {
  const lowering = sources.get('drivers/xen/swiotlb-xen.c')?.find('Lowering to ');
  return lowering ? fact('halve-thrice', lowering) : fact('halve', swiotlb(sources)?.find('swiotlb_init_remap'));
}

/** include/linux/swiotlb.h: `(64UL<<20)`; a symbol of the configuration from 7.3 on, which the configuration decides. */
function defaultApertureBytes(sources: TreeSources): Fact<number> | undefined {
  const source = sources.get('include/linux/swiotlb.h');
  const at = source?.find('IO_TLB_DEFAULT_SIZE');
  const megabytes = source && at && /^IO_TLB_DEFAULT_SIZE[ \t]{1,8}\((\d{1,4})UL ?<< ?20\)/.exec(source.code.text.slice(source.code.text.indexOf('IO_TLB_DEFAULT_SIZE')))?.[1];
  return megabytes ? fact(Number(megabytes) * MIB, at) : undefined;
}

/** include/linux/mmzone.h: MAX_ORDER is exclusive to 6.3, as its MAX_ORDER_NR_PAGES shows. A symbol of the configuration overrides. */
function pageAllocatorMaxOrder(sources: TreeSources): Fact<number> | undefined {
  const source = sources.get('include/linux/mmzone.h');
  if (!source) return undefined;
  const recent = definition(source, 'MAX_PAGE_ORDER');
  if (recent) return fact(recent.number, recent.from);
  const order = definition(source, 'MAX_ORDER');
  if (!order) return undefined;
  if (source.find('(1 << (MAX_ORDER - 1))')) return fact(order.number - 1, order.from);
  return source.find('(1 << MAX_ORDER)') ? fact(order.number, order.from) : undefined;
}

function bootPagesToTail(sources: TreeSources): Fact<boolean> | undefined {
  const source = sources.get('mm/page_alloc.c');
  const body = source?.body('__free_pages_core');
  if (!source || !body) return undefined;
  return fact(true, source.find('FPI_TO_TAIL', body)) ?? fact(false, source.find('__free_pages_core'));
}

function atomicPools(sources: TreeSources): Fact<boolean> | undefined {
  return fact(true, sources.get('kernel/dma/pool.c')?.find('atomic_pool_dma32'));
}

function encryptedAperture(sources: TreeSources): Fact<'none' | 'SEV' | 'SEV and TDX'> | undefined {
  const common = sources.get('arch/x86/mm/mem_encrypt.c');
  const amd = sources.get('arch/x86/mm/mem_encrypt_amd.c');
  const both = common?.body('mem_encrypt_setup_arch');
  const adjusts = common && both && common.find('swiotlb_adjust_size', both);
  if (adjusts) return fact('SEV and TDX', adjusts);
  const sev = amd?.find('swiotlb_adjust_size') ?? common?.find('swiotlb_adjust_size');
  return sev ? fact('SEV', sev) : undefined;
}

function encryptionForces(sources: TreeSources): Fact<boolean> | undefined {
  const source = sources.get('arch/x86/kernel/pci-dma.c');
  const flags = source?.find('x86_swiotlb_flags');
  if (!source || !flags) return undefined;
  return fact(true, source.find('SWIOTLB_FORCE')) ?? fact(false, flags);
}

/** `#define NAME number`. */
function definition(source: SourceText, name: string): { number: number; from: Evidence } | undefined {
  const { text } = source.code;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const line = text.slice(text.lastIndexOf('\n', at) + 1, at + name.length + 40);
    const number = new RegExp(`^[ \\t]{0,8}#[ \\t]{0,8}define[ \\t]{1,8}${name}[ \\t]{1,8}(\\d{1,2})\\b`).exec(line)?.[1];
    const from = number === undefined ? undefined : source.find(text.slice(at, at + name.length), { offset: at, text: text.slice(at, at + name.length) });
    if (number !== undefined && from) return { number: Number(number), from };
  }
  return undefined;
}
