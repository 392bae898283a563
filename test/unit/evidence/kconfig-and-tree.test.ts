import { describe, expect, it } from 'vitest';
import { readKconfig } from '../../../src/evidence/kconfig/read-kconfig.ts';
import { mergeFacts } from '../../../src/evidence/merge-facts.ts';
import { buildPlatform } from '../../../src/core/platform/build-platform.ts';
import { readKernelTree } from '../../../src/evidence/tree/read-kernel-tree.ts';
import type { TreeSource } from '../../../src/evidence/tree/tree-features.ts';
import type { Evidence } from '../../../src/core/platform/fact.ts';
import type { PlatformFacts } from '../../../src/core/platform/platform-facts.ts';

const CONFIG = `#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 6.1.192 Kernel Configuration
#
CONFIG_X86_64=y
CONFIG_SWIOTLB=y
CONFIG_SWIOTLB_XEN=y
# CONFIG_SWIOTLB_DYNAMIC is not set
CONFIG_CMA_SIZE_MBYTES=16
CONFIG_PHYSICAL_START=0x1000000
CONFIG_LOCALVERSION="-\\"odd\\""
CONFIG_DMA_CMA=m
CONFIG_DMA_CMA=y
`;

describe('readKconfig', () => {
  it('reads symbols as written, each with its place', () => {
    const { facts, problems } = readKconfig(CONFIG, '.config');
    expect(problems).toEqual([]);
    expect(facts.kernelRelease).toMatchObject({ value: '6.1.192', from: { kind: 'kconfig', uri: '.config', line: 3 } });
    expect(facts.arch?.value).toBe('x86_64');
    const value = (symbol: string): string | undefined => facts.config?.get(symbol)?.value;
    expect([value('CONFIG_SWIOTLB'), value('CONFIG_SWIOTLB_DYNAMIC'), value('CONFIG_CMA_SIZE_MBYTES'), value('CONFIG_PHYSICAL_START'), value('CONFIG_LOCALVERSION'), value('CONFIG_DMA_CMA'), value('CONFIG_NONE')]).toEqual(['y', 'n', '16', '0x1000000', '-"odd"', 'y', undefined]);
    expect(facts.config?.get('CONFIG_SWIOTLB_DYNAMIC')?.from).toMatchObject({ line: 8, column: 3 });
    expect(facts.config?.get('CONFIG_DMA_CMA')?.from).toMatchObject({ line: 13 });
  });

  it('says what it could not read, and where', () => {
    const { facts, problems } = readKconfig('CONFIG_A=maybe\nhello\r\nCONFIG_B=y\r\n', 'c');
    expect(problems).toMatchObject([{ line: 1, column: 10, found: 'maybe' }, { line: 2, column: 1, found: 'hello' }]);
    expect([...(facts.config?.keys() ?? [])]).toEqual(['CONFIG_B']);
    expect(readKconfig('', 'c').problems).toHaveLength(1);
    expect(readKconfig('x\n'.repeat(1000), 'c').problems.length).toBeLessThan(30);
  });
});

const MAKEFILE = '# SPDX-License-Identifier: GPL-2.0\nVERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\nEXTRAVERSION = -rc1\nNAME = Curry\n';

const TREE_MAKEFILE = { uri: 'Makefile', text: MAKEFILE };

/** What the source text of a tree with these files decides, as plain values. */
function decided(sources: Partial<Record<TreeSource, string>>): Record<string, unknown> {
  const texts = new Map((Object.entries(sources) as [TreeSource, string][]).map(([path, text]) => [path, { uri: path, text }]));
  return Object.fromEntries([...(readKernelTree(TREE_MAKEFILE, texts).facts.treeFeatures ?? [])].map(([name, { value }]) => [name, value]));
}

/** A mapping function with this in its body, behind what stands before it. */
function mapping(body: string, before = ''): string {
  return `${before}\nphys_addr_t swiotlb_tbl_map_single(struct device *hwdev, size_t size)\n{\n\t${body}\n\tswiotlb_bounce(hwdev, at, size, DMA_TO_DEVICE);\n\treturn at;\n}\n`;
}

describe('readKernelTree', () => {
  it('puts the release together', () => {
    const { facts, problems } = readKernelTree(TREE_MAKEFILE);
    expect(problems).toEqual([]);
    expect(facts.kernelRelease).toMatchObject({ value: '6.1.192-rc1', from: { kind: 'tree', line: 2, text: 'VERSION = 6' } });
    expect(facts.treeFeatures).toBeUndefined();
  });

  it('refuses another Makefile', () => {
    expect(readKernelTree({ uri: 'Makefile', text: 'all:\n\techo VERSION = 6\n' })).toMatchObject({ facts: {}, problems: [{ uri: 'Makefile', found: 'all:' }] });
  });

  it('tells a limited tree from one without the limit, each at its place', () => {
    const read = (text: string): unknown => readKernelTree(TREE_MAKEFILE, new Map([['arch/x86/xen/mmu_pv.c', { uri: 'mmu_pv.c', text }]])).facts.treeFeatures?.get('maxContigOrder');
    expect(read('\n#define MAX_CONTIG_ORDER 9 /* 2MB */\nint xen_create_contiguous_region(phys_addr_t p)\n')).toMatchObject({ value: 9, from: { kind: 'tree', uri: 'mmu_pv.c', line: 2, column: 9, text: 'MAX_CONTIG_ORDER' } });
    expect(read('#define MIN_CONTIG_ORDER 9\nint xen_create_contiguous_region(phys_addr_t p)\n')).toMatchObject({ value: null, from: { line: 1 } });
    expect(read('/* MAX_CONTIG_ORDER was here */\nint xen_create_contiguous_region(phys_addr_t p)\n')).toMatchObject({ value: null, from: { line: 2 } });
    expect(read('int main(void);\n')).toBeUndefined();
  });

  it.each([
    ['B1', mapping('if (size > PAGE_SIZE) stride = 2;')],
    ['B2', mapping('if (size >= PAGE_SIZE) stride = 2;')],
    ['B3', mapping('if (nslots > io_tlb_nslabs - io_tlb_used) goto not_found;')],
    ['C', mapping('mask = dma_get_min_align_mask(hwdev);')],
    ['D', mapping('do { index += stride; } while (index != wrap);', 'static int areas(unsigned int nareas);')],
    ['E', mapping('for (slots_checked = 0; slots_checked < area_nslabs;) ;', 'static int areas(unsigned int nareas);')],
    ['F', mapping('iotlb_align_mask &= ~alloc_align_mask;\n\tfor (slots_checked = 0; ;) ;', 'static int areas(unsigned int nareas);')],
  ])('knows the slot search %s by its text', (generation, text) => {
    expect(decided({ 'kernel/dma/swiotlb.c': text })['slotSearch']).toBe(generation);
  });

  it('leaves a search that it does not know to the tables', () => {
    expect(decided({ 'kernel/dma/swiotlb.c': mapping('for (slots_checked = 0; ;) ;') })).not.toHaveProperty('slotSearch');
    expect(decided({ 'kernel/dma/swiotlb.c': 'int other(void)\n{\n}\n' })).toEqual({});
  });

  it('reads what a mapping copies, not what a comment says of it', () => {
    expect(decided({ 'kernel/dma/swiotlb.c': mapping('if (dir == DMA_TO_DEVICE || dir == DMA_BIDIRECTIONAL)') })['copyAtMap']).toBe('by-direction');
    expect(decided({ 'kernel/dma/swiotlb.c': mapping('/* once for DMA_BIDIRECTIONAL alone */') })['copyAtMap']).toBe('always');
    expect(decided({ 'kernel/dma/swiotlb.c': mapping('if (!(attrs & DMA_ATTR_OVERWRITE))') })).not.toHaveProperty('copyAtMap');
  });

  it.each([
    ['none', 'static inline int range_straddles_page_boundary(phys_addr_t p, size_t size)\n{\n\treturn next != frame;\n}\n'],
    ['all', 'static inline int range_straddles_page_boundary(phys_addr_t p, size_t size)\n{\n\tif (!IS_ALIGNED(p, algn)) return 1;\n\treturn 0;\n}\n'],
    ['coherent', 'static bool range_requires_alignment(phys_addr_t p)\n{\n\treturn IS_ALIGNED(p, a);\n}\nstatic int range_straddles_page_boundary(phys_addr_t p)\n{\n\treturn 0;\n}\n'],
  ])('alignment of machine addresses is asked for %s', (value, text) => {
    expect(decided({ 'drivers/xen/swiotlb-xen.c': text })['alignmentCheck']).toBe(value);
  });

  it('reads the other features that text decides', () => {
    const xen = (size: string, ops: string): string => `static void *xen_swiotlb_alloc_coherent(struct device *d, size_t size)\n{\n\tsize = ${size};\n}\nconst struct dma_map_ops xen_swiotlb_dma_ops = {\n\t${ops}\n};\n`;
    expect(decided({ 'drivers/xen/swiotlb-xen.c': xen('1UL << (order + XEN_PAGE_SHIFT)', '.alloc = f,') })).toMatchObject({ coherentRounding: 'order', xenMaxMappingSize: false });
    expect(decided({ 'drivers/xen/swiotlb-xen.c': xen('ALIGN(size, XEN_PAGE_SIZE)', '.max_mapping_size = f,') })).toMatchObject({ coherentRounding: 'page', xenMaxMappingSize: true });
    expect(decided({ 'include/linux/swiotlb.h': '#define IO_TLB_DEFAULT_SIZE (32UL<<20)\n' })).toEqual({ defaultApertureBytes: 32 << 20 });
    expect(decided({ 'include/linux/mmzone.h': '#define MAX_ORDER 12\n#define MAX_ORDER_NR_PAGES (1 << (MAX_ORDER - 1))\n' })).toEqual({ pageAllocatorMaxOrder: 11 });
    expect(decided({ 'include/linux/mmzone.h': '#define MAX_PAGE_ORDER 10\n' })).toEqual({ pageAllocatorMaxOrder: 10 });
    expect(decided({ 'mm/page_alloc.c': 'void __free_pages_core(struct page *page)\n{\n\tfree(page, FPI_TO_TAIL);\n}\n' })).toEqual({ bootPagesToTail: true });
    expect(decided({ 'mm/page_alloc.c': 'void __free_pages_core(struct page *page)\n{\n\tfree(page);\n}\nvoid other(void)\n{\n\tFPI_TO_TAIL;\n}\n' })).toEqual({ bootPagesToTail: false });
    expect(decided({ 'arch/x86/mm/mem_encrypt_amd.c': 'void sev_setup_arch(void)\n{\n\tswiotlb_adjust_size(size);\n}\n' })).toEqual({ encryptedAperture: 'SEV' });
    expect(decided({ 'arch/x86/mm/mem_encrypt.c': 'void mem_encrypt_setup_arch(void)\n{\n\tswiotlb_adjust_size(size);\n}\n' })).toEqual({ encryptedAperture: 'SEV and TDX' });
  });

  it("knows XenLinux's own aperture and its exchange, beside mainline's files", () => {
    const printed = 'void swiotlb_init(void)\n{\n\tprintk(" Aperture:     %lu megabytes\\n", bytes >> 20);\n}\nstatic int swiotlb_map_single(struct device *d)\n{\n}\n';
    const sources = new Map<TreeSource, { uri: string; text: string }>([
      ['lib/swiotlb.c', { uri: 'swiotlb.c', text: mapping('if (size > PAGE_SIZE) stride = 2;') }],
      ['lib/swiotlb-xen.c', { uri: 'swiotlb-xen.c', text: printed }],
      ['arch/i386/mm/hypervisor.c', { uri: 'hypervisor.c', text: '#define MAX_CONTIG_ORDER 9\nint xen_create_contiguous_region(unsigned long vstart)\n{\n}\n' }],
    ]);
    const makefile = { uri: 'Makefile', text: 'VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 18\nEXTRAVERSION = .8-xen\n' };
    const { facts } = readKernelTree(makefile, sources);
    expect(facts.lineage).toMatchObject({ value: 'xenlinux', from: { kind: 'tree', uri: 'swiotlb-xen.c' } });
    expect(facts.lineage?.doubt).toBeDefined();
    const { features } = buildPlatform(facts, { id: 'x' });
    expect(features.slotSearch).toMatchObject({ value: 'A', from: { uri: 'swiotlb-xen.c' } });
    expect(features.maxContigOrder).toMatchObject({ value: 9, from: { uri: 'hypervisor.c' } });
    expect(features.swiotlbUnit.value).toBe('MiB');
    sources.delete('lib/swiotlb-xen.c');
    expect(readKernelTree(makefile, sources).facts.lineage).toBeUndefined();
  });

  it('lets a configuration say which lineage is built', () => {
    expect(readKconfig('CONFIG_XEN=y\nCONFIG_XEN_PRIVILEGED_GUEST=y\n', 'x').facts.lineage?.value).toBe('xenlinux');
    expect(readKconfig('CONFIG_XEN=y\nCONFIG_XEN_PV=y\n', 'x').facts.lineage?.value).toBe('mainline');
    expect(readKconfig('CONFIG_XEN=y\n', 'x').facts.lineage).toBeUndefined();
  });

  it('overrides what the release would say', () => {
    const sources = new Map([['arch/x86/xen/mmu_pv.c' as const, { uri: 'mmu_pv.c', text: '#define MAX_CONTIG_ORDER 9\nint xen_create_contiguous_region(void)\n' }]]);
    const { facts } = readKernelTree({ uri: 'Makefile', text: MAKEFILE.replace('-rc1', '') }, sources);
    expect(buildPlatform(facts, { id: 'x' }).features.maxContigOrder).toMatchObject({ value: 9, from: { kind: 'tree' } });
    expect(buildPlatform({ kernelRelease: { value: '6.1.192', from: { kind: 'log', uri: 'x', line: 1, column: 1 } } }, { id: 'x' }).features.maxContigOrder.value).toBeNull();
  });
});

describe('mergeFacts', () => {
  const from = (uri: string): Evidence => ({ kind: 'log', uri, line: 1, column: 1 });
  const debian: PlatformFacts = { kernelRelease: { value: '6.1.0-56-amd64', from: from('log') }, kernelBanner: { value: '(x) #1 SMP Debian 6.1.192-2 (2026-01-01)', from: from('log') } };

  it('lets the later override and reports the contradiction', () => {
    const { facts, contradictions } = mergeFacts({ areas: { value: 4, from: from('a') } }, { areas: { value: 8, from: from('b') } });
    expect(facts.areas?.value).toBe(8);
    expect(contradictions).toMatchObject([{ field: 'areas', earlier: { value: 4 }, later: { value: 8 } }]);
  });

  it('takes two names of one release for the same', () => {
    const tree: PlatformFacts = { kernelRelease: { value: '6.1.192', from: from('tree') } };
    expect(mergeFacts(debian, tree).contradictions).toEqual([]);
    expect(mergeFacts(debian, { kernelRelease: { value: '6.1.100', from: from('tree') } }).contradictions).toMatchObject([{ field: 'kernelRelease' }]);
    expect(mergeFacts(debian, { kernelRelease: { value: '6.12.1', from: from('tree') } }).contradictions).toMatchObject([{ field: 'kernelRelease' }]);
  });

  it('does not let a banner describe a release from elsewhere', () => {
    expect(mergeFacts(debian, { kernelRelease: { value: '6.1.100', from: from('tree') } }).facts.kernelBanner).toBeUndefined();
    expect(mergeFacts(debian, { areas: { value: 8, from: from('b') } }).facts.kernelBanner?.value).toContain('Debian');
  });

  it('merges configurations symbol by symbol', () => {
    const a = readKconfig('CONFIG_A=y\nCONFIG_B=y\n', 'a').facts;
    const b = readKconfig('CONFIG_B=n\nCONFIG_C=3\n', 'b').facts;
    const { facts, contradictions } = mergeFacts(a, b);
    expect([...(facts.config ?? [])].map(([symbol, { value }]) => `${symbol}=${value}`)).toEqual(['CONFIG_A=y', 'CONFIG_B=n', 'CONFIG_C=3']);
    expect(contradictions).toMatchObject([{ field: 'CONFIG_B' }]);
  });
});
