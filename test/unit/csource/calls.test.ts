import { beforeAll, describe, expect, it } from 'vitest';
import { DMA_APIS } from '../../../src/csource/calls/dma-apis.ts';
import { poolAllocation } from '../../../src/csource/calls/pool-allocation.ts';
import { unknownSize } from '../../../src/csource/evaluate/evaluate-size.ts';
import type { SizeResult } from '../../../src/csource/evaluate/evaluate-size.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { scanSource } from '../../../src/csource/scan-source.ts';
import type { DmaCall } from '../../../src/csource/scan-source.ts';
import { brief, callsOf, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const inside = (statement: string, before = ''): readonly DmaCall[] =>
  callsOf(parser, `${before}\nstatic int probe(struct device *dev, int n)\n{\n\t${statement};\n\treturn 0;\n}\n`);

describe('calls in their units', () => {
  it.each([
    ['alloc_pages(GFP_KERNEL, 3)', 'pages', 'order', '3'],
    ['__get_free_pages(GFP_KERNEL, MY_ORDER + 1)', 'pages', 'order', '6'],
    ['alloc_page(GFP_KERNEL)', 'pages', 'order', '0'],
    ['__get_free_page(GFP_KERNEL | __GFP_ZERO)', 'pages', 'order', '0'],
    ['alloc_pages_exact(3 * 4096, GFP_KERNEL)', 'pages', 'bytes', '12288'],
    ['dma_map_sg(dev, list, 16, DMA_TO_DEVICE)', 'streaming', 'nents', '16'],
    ['dma_map_sg_attrs(dev, list, n, DMA_TO_DEVICE, 0)', 'streaming', 'nents', '..2147483647 by type'],
    ['dma_map_sg(dev, list, unseen(list), DMA_TO_DEVICE)', 'streaming', 'nents', '..2147483647 by type'],
    ['dma_map_single(dev, p, crypto_skcipher_ivsize(tfm), DMA_TO_DEVICE)', 'streaming', 'bytes', 'u32'],
    ['dma_map_single(dev, p, unseen(list), DMA_TO_DEVICE)', 'streaming', 'bytes', '?'],
    ['__get_free_pages(GFP_KERNEL, n)', 'pages', 'order', 'u32'],
    ['alloc_pages_exact(n, GFP_KERNEL)', 'pages', 'bytes', '?'],
    ['dma_map_resource(dev, phys, 64, DMA_TO_DEVICE, 0)', 'streaming', 'bytes', '64'],
    ['skb_frag_dma_map(dev, frag, 0, 1514, DMA_TO_DEVICE)', 'streaming', 'bytes', '1514'],
    ['dma_set_mask(dev, DMA_BIT_MASK(31))', 'mask', 'mask', '2147483647'],
    ['pci_set_consistent_dma_mask(pdev, 0xffffff)', 'mask', 'mask', '16777215'],
    ['dma_set_min_align_mask(dev, 4096 - 1)', 'segment', 'mask', '4095'],
    ['dma_set_seg_boundary(dev, 0xffffffff)', 'segment', 'mask', '4294967295'],
    ['dma_set_max_seg_size(dev, 65536)', 'segment', 'bytes', '65536'],
    ['blk_queue_max_hw_sectors(q, 256)', 'segment', 'sectors', '256'],
    ['snd_pcm_set_managed_buffer_all(pcm, type, dev, 4096, 65536)', 'sound', 'bytes', '65536'],
    ['snd_pcm_set_fixed_buffer(sub, type, dev, 8192)', 'sound', 'bytes', '8192'],
    ['dma_alloc_noncontiguous(dev, 1 << 20, DMA_TO_DEVICE, GFP_KERNEL, 0)', 'coherent', 'bytes', '1048576'],
    ['usb_alloc_coherent(dev, 512, GFP_KERNEL, &handle)', 'coherent', 'bytes', '512'],
    ['pci_alloc_consistent(pdev, 96, &handle)', 'coherent', 'bytes', '96'],
  ])('%s', (call, family, unit, size) => {
    const [found] = inside(`x = ${call}`, '#define MY_ORDER 5');
    expect(found).toMatchObject({ family, unit });
    expect(brief(found?.size)).toBe(size);
  });

  it('holds a mask of all addresses exactly', () => {
    const [all, one] = inside('dma_set_mask(dev, DMA_BIT_MASK(64)); dma_set_coherent_mask(dev, n ? DMA_BIT_MASK(64) : DMA_BIT_MASK(32))');
    expect(all?.size).toMatchObject({ kind: 'exact', exactly: { min: 2n ** 64n - 1n, max: 2n ** 64n - 1n } });
    expect(one?.size).toMatchObject({ kind: 'bounded', min: 2 ** 32 - 1, exactly: { max: 2n ** 64n - 1n } });
    // Of a number of bits that is bounded.
    expect(inside('dma_set_mask(dev, DMA_BIT_MASK(n ? 64 : 32))')[0]?.size).toMatchObject({ kind: 'bounded', min: 2 ** 32 - 1, exactly: { max: 2n ** 64n - 1n } });
    expect(inside('dma_set_mask(dev, DMA_BIT_MASK(24 + (n & 7)))')[0]?.size).toMatchObject({ kind: 'bounded', min: 2 ** 24 - 1, max: 2 ** 31 - 1 });
    expect(inside('dma_set_mask(dev, DMA_BIT_MASK(65))')[0]?.size.kind).toBe('unknown');
    // A buffer of that size is none.
    expect(inside('dma_alloc_coherent(dev, ~0UL, &handle, GFP_KERNEL)')[0]?.size.kind).toBe('unknown');
  });

  it('converts to the type of the parameter', () => {
    expect(brief(inside('dma_set_max_seg_size(dev, -1)')[0]?.size)).toBe('4294967295');
    expect(inside('dma_set_mask(dev, -1)')[0]?.size).toMatchObject({ exactly: { max: 2n ** 64n - 1n } });
  });

  it('says what a wrong number of arguments is', () => {
    expect(inside('dma_map_sg(dev, list, 4)')[0]?.size).toMatchObject({ kind: 'unknown', why: 'dma_map_sg takes 4 arguments, not 3' });
    expect(inside('alloc_page(a, b)')[0]?.size).toMatchObject({ kind: 'unknown', why: expect.stringContaining('1 argument') as string });
  });

  it('names a size or says it, for every function of the table', () => {
    for (const api of DMA_APIS.values()) expect(api.size === undefined).toBe(api.fixed !== undefined);
  });
});

describe('pools', () => {
  const exact = (bytes: number): SizeResult => ({ kind: 'exact', bytes, why: 'a literal', steps: [] });

  it.each([
    [1, 0, 4096], [64, 64, 4096], [4096, 4096, 4096], [4097, 16, 4112], [2_359_296 + 1, 4096, 2_363_392], [2_400_000, 4_194_304, 4_194_304],
  ])('of blocks of %d aligned to %d ask for %d', (size, align, asks) => {
    expect(poolAllocation(exact(size), exact(align), 12)).toMatchObject({ kind: 'exact', bytes: asks });
  });

  it('are bounded where the block is, and unknown where the alignment is', () => {
    expect(poolAllocation({ kind: 'bounded', min: 0, max: 9000, why: '', steps: [] }, exact(4096), 12)).toMatchObject({ kind: 'bounded', min: 4096, max: 12288 });
    expect(poolAllocation(exact(64), unknownSize('it is read'), 12)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('it is read') as string });
    expect(poolAllocation(exact(64), exact(48), 12).kind).toBe('unknown');
  });

  it('are read from the call', () => {
    const [pool] = inside('dma_pool_create("desc", dev, sizeof(u64) * 1000, 64, 0)');
    expect(pool).toMatchObject({ sizeText: 'sizeof(u64) * 1000', size: { bytes: 8000 }, allocation: { kind: 'exact', bytes: 8000 } });
  });
});

describe('macros that stand for calls', () => {
  const ALLOC = '#define RING_ALLOC(y, size) ({ void *x = dma_alloc_coherent(&dev->dev, size, y, GFP_KERNEL); if (x) note(x); x; })';

  it('are call sites where they are used, with the argument that is the size', () => {
    const [call, ...others] = inside('p = RING_ALLOC(&handle, 16 * 32)', ALLOC);
    expect(call).toMatchObject({ api: 'dma_alloc_coherent', viaMacro: 'RING_ALLOC', line: 4, column: 6, function: 'probe', sizeText: '16 * 32', size: { kind: 'exact', bytes: 512 } });
    expect(others).toEqual([]);
  });

  it('are followed through one another', () => {
    const before = `${ALLOC}\n#define TABLE(n) RING_ALLOC(&table, (n) * TABLE_ENTRY)\n#define TABLE_ENTRY 24`;
    expect(inside('p = TABLE(10)', before)[0]).toMatchObject({ viaMacro: 'TABLE', sizeText: 'TABLE', size: { bytes: 240 } });
  });

  it('count every call that they hold', () => {
    const both = '#define BOTH(a, b) do { dma_alloc_coherent(dev, a, &h, G); dma_alloc_coherent(dev, b, &h, G); alloc_page(G); } while (0)';
    expect(inside('BOTH(1, 2)', both).map(({ api, size }) => `${api} ${brief(size)}`)).toEqual(['dma_alloc_coherent 1', 'dma_alloc_coherent 2', 'alloc_page 0']);
  });

  it('may come from a local header', () => {
    const headers = new Map([['ring.h', { path: 'ring.h', text: `${ALLOC}\n` }]]);
    const text = '#include "ring.h"\nint probe(struct device *dev)\n{\n\tdma_set_mask(dev, 1);\n\treturn !RING_ALLOC(&h, sizeof(int));\n}\n';
    expect(scanSource(parser, { path: 'driver.c', text, headers }).calls.map(({ viaMacro, size }) => `${viaMacro ?? ''} ${brief(size)}`)).toEqual([' 1', 'RING_ALLOC 4']);
  });

  it('are none where the definition in force calls nothing', () => {
    const before = `#define NOTHING\n#ifdef NOTHING\n#define GET(n) 0\n#else\n#define GET(n) dma_alloc_coherent(dev, n, &h, G)\n#endif`;
    expect(inside('GET(4); dma_set_mask(dev, 1)', before).map(({ api }) => api)).toEqual(['dma_set_mask']);
  });

  it('that replace a function leave its size unknown', () => {
    expect(inside('dma_alloc_coherent(dev, 4, &h, G)', '#define dma_alloc_coherent(d, s, h, g) mine(d, (s) * 2)')[0]?.size.kind).toBe('unknown');
  });
});
