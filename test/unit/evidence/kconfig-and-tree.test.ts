import { describe, expect, it } from 'vitest';
import { readKconfig } from '../../../src/evidence/kconfig/read-kconfig.ts';
import { mergeFacts } from '../../../src/evidence/merge-facts.ts';
import { readKernelTree } from '../../../src/evidence/tree/read-kernel-tree.ts';
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

describe('readKernelTree', () => {
  it('puts the release together', () => {
    const { facts, problems } = readKernelTree({ makefile: { uri: 'Makefile', text: MAKEFILE } });
    expect(problems).toEqual([]);
    expect(facts.kernelRelease).toMatchObject({ value: '6.1.192-rc1', from: { kind: 'tree', line: 2, text: 'VERSION = 6' } });
    expect(facts.treeMaxContigOrder).toBeUndefined();
  });

  it('tells a limited tree from one without the limit', () => {
    const makefile = { uri: 'Makefile', text: MAKEFILE };
    const old = readKernelTree({ makefile, mmuPv: { uri: 'mmu_pv.c', text: '\n#define MAX_CONTIG_ORDER 9 /* 2MB */\nint xen_create_contiguous_region(phys_addr_t p)\n' } });
    expect(old.facts.treeMaxContigOrder).toMatchObject({ value: 9, from: { line: 2 } });
    const recent = readKernelTree({ makefile, mmuPv: { uri: 'mmu_pv.c', text: '#define MIN_CONTIG_ORDER 9\nint xen_create_contiguous_region(phys_addr_t p)\n' } });
    expect(recent.facts.treeMaxContigOrder).toMatchObject({ value: null, from: { line: 1 } });
    const other = readKernelTree({ makefile, mmuPv: { uri: 'main.c', text: 'int main(void);\n' } });
    expect(other.facts.treeMaxContigOrder).toBeUndefined();
    expect(other.problems).toMatchObject([{ uri: 'main.c' }]);
  });

  it('refuses another Makefile', () => {
    expect(readKernelTree({ makefile: { uri: 'Makefile', text: 'all:\n\techo VERSION = 6\n' } })).toMatchObject({ facts: {}, problems: [{ uri: 'Makefile', found: 'all:' }] });
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
