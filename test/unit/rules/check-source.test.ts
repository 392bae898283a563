import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPlatform } from '../../../src/core/platform/build-platform.ts';
import type { Fact } from '../../../src/core/platform/fact.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { findingMessage } from '../../../src/render/finding-text.ts';
import { reasonText } from '../../../src/render/reason-text.ts';
import { loadParser } from '../csource/c-parser.ts';
import { brief, checkText, driver, findingsOf, platform } from './check-file.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});
afterAll(() => parser.dispose());

const OLD_DOM0 = 'xen-4.17-linux-5.10';
const NEW_DOM0 = 'xen-4.17-linux-6.1';
const NATIVE = 'linux-6.1';
const on = (id: string, ...lines: string[]): string[] => brief(checkText(parser, driver(...lines), platform(id)));
const WIDE = 'if (dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64))) return -EIO;';

describe('pools', () => {
  it('are held against the coherent limit by the piece that they allocate', () => {
    const pool = 'p->pool = dma_pool_create("x", dev, 3 << 20, 64, 0);';
    expect(on(OLD_DOM0, pool)).toEqual(['pool-exceeds-contiguous-limit error']);
    expect(on(NEW_DOM0, pool)).toEqual([]);
    expect(on(OLD_DOM0, 'p->pool = dma_pool_create("x", dev, 2 << 20, 64, 0);')).toEqual([]);
    const [finding] = findingsOf(checkText(parser, driver(pool), platform(OLD_DOM0)));
    const words = finding?.explain.map(reasonText).join('\n');
    expect(words).toContain('max(ALIGN(size, align), PAGE_SIZE)');
    for (const option of ['smaller buffers', 'scatterlist', 'dma_alloc_noncontiguous', 'smaller default']) expect(words).toContain(option);
  });
});

describe('waste of rounding', () => {
  it.each([
    ['2.25 MiB in 4 MiB', 'SIZE', 2304 * 1024, ['order-rounding-waste information']],
    ['a power of two', 'SIZE', 2048 * 1024, []],
    ['less than a quarter of the block', 'SIZE', 3500 * 1024, []],
    ['little in bytes', 'SIZE', 70 * 1024, []],
  ])('%s', (_, size, bytes, expected) => {
    expect(brief(checkText(parser, `#define SIZE ${bytes}\n${driver(`p->b = dma_alloc_coherent(dev, ${size}, &h, GFP_KERNEL);`)}`, platform(NEW_DOM0)))).toEqual(expected);
  });

  it('is not a finding beside one that the request is too large', () => {
    expect(on(OLD_DOM0, 'p->b = dma_alloc_coherent(dev, 2359296, &h, GFP_KERNEL);')).toEqual(['coherent-exceeds-contiguous-limit error']);
  });

  it('is none where nothing has to be contiguous', () => {
    expect(on(OLD_DOM0, 'p->t = dma_alloc_noncontiguous(dev, 8 << 20, DMA_TO_DEVICE, GFP_KERNEL, 0);')).toEqual([]);
  });
});

describe('segments', () => {
  it('above a mapping are a warning where mappings must bounce, information where some may', () => {
    const set = 'dma_set_max_seg_size(dev, 0x100000);';
    expect(on(NEW_DOM0, set)).toEqual(['segment-size-exceeds-max-mapping warning']);
    expect(on(NATIVE, set)).toEqual(['segment-size-exceeds-max-mapping information']);
    expect(on(NATIVE, WIDE, set)).toEqual([]);
    expect(on(NEW_DOM0, WIDE, set)).toEqual(['segment-size-exceeds-max-mapping warning']);
    expect(on(NEW_DOM0, 'dma_set_max_seg_size(dev, 0x40000);')).toEqual([]);
    // A network block device joins pages too, and maps nothing.
    expect(on(NEW_DOM0, 'blk_queue_max_segment_size(p->queue, 0xffffffff);')).toEqual([]);
    expect(on(NEW_DOM0, 'dma_set_max_seg_size(dev, min(0x100000, dma_max_mapping_size(dev)));')).toEqual([]);
  });

  it('are capped by the fix', () => {
    const [finding] = findingsOf(checkText(parser, driver('dma_set_max_seg_size(&p->pdev->dev, SZ_1M);'.replace('SZ_1M', '0x100000')), platform(NEW_DOM0)));
    expect(finding?.fixes?.map(({ text }) => text)).toEqual(['min_t(size_t, 0x100000, dma_max_mapping_size(&p->pdev->dev))']);
  });
});

describe('streaming mappings', () => {
  const MAP = 'p->a = dma_map_single(dev, p->b, 0x80000, DMA_TO_DEVICE); if (dma_mapping_error(dev, p->a)) return -1;';

  it('never bounce natively where the driver\'s mask reaches all memory', () => {
    expect(on(NATIVE, MAP)).toEqual(['streaming-exceeds-segment warning']);
    expect(on(NATIVE, WIDE, MAP)).toEqual([]);
    expect(on(NEW_DOM0, WIDE, MAP)).toEqual(['streaming-exceeds-segment error']);
    expect(on(NATIVE, 'if (dma_set_coherent_mask(dev, DMA_BIT_MASK(64))) return -1;', MAP)).toEqual(['streaming-exceeds-segment warning']);
  });
});

describe('a min_align_mask', () => {
  const map = (bytes: number): string => `p->a = dma_map_single(dev, p->b, ${bytes}, DMA_TO_DEVICE); if (dma_mapping_error(dev, p->a)) return -1;`;

  it('takes the slots before the address from what a mapping can have', () => {
    const mask = 'dma_set_min_align_mask(dev, 4095);';
    const over = (...lines: string[]): string[] => on(NEW_DOM0, ...lines).filter((each) => each.startsWith('streaming'));
    expect(over(map(252 * 1024), mask)).toEqual([]);
    expect(over(map(252 * 1024 + 1))).toEqual([]);
    expect(over(map(252 * 1024 + 1), mask)).toEqual(['streaming-exceeds-segment error']);
  });
});

describe('masks', () => {
  it('below the aperture are told by its place, where that is known', () => {
    const set = 'if (dma_set_mask(dev, DMA_BIT_MASK(30))) return -EIO;';
    expect(on(NATIVE, set)).toEqual(['mask-below-aperture information']);
    expect(on(NATIVE, 'if (dma_set_mask(dev, DMA_BIT_MASK(32))) return -EIO;')).toEqual([]);
    expect(on(NATIVE, 'if (dma_set_coherent_mask(dev, DMA_BIT_MASK(30))) return -EIO;')).toEqual([]);
    // XenLinux 3.0.4 places it below 30 bits.
    expect(on('xen-3.0.4', set)).toEqual([]);
    const fact = <T>(value: T): Fact<T> => ({ value, from: { kind: 'log', uri: 'file:///boot.log', line: 7, column: 1 } });
    const known = buildPlatform({ kernelRelease: fact('6.1.192'), domain: fact('native'), apertureStart: fact(0xb000_0000), apertureBytes: fact(64 * 2 ** 20) }, { id: 'x' });
    const source = checkText(parser, driver(set), known);
    expect(brief(source)).toEqual(['mask-below-aperture warning']);
    expect(findingMessage(findingsOf(source)[0]!)).toContain('the aperture ends at 0xb4000000');
    const low = buildPlatform({ kernelRelease: fact('6.1.192'), domain: fact('native'), apertureStart: fact(0x1000_0000), apertureBytes: fact(64 * 2 ** 20) }, { id: 'x' });
    expect(brief(checkText(parser, driver(set), low))).toEqual([]);
  });

  it('that are not checked matter by their width', () => {
    expect(on(NATIVE, 'dma_set_mask(dev, DMA_BIT_MASK(40));')).toEqual(['mask-unchecked information']);
    expect(on(NATIVE, 'dma_set_coherent_mask(dev, DMA_BIT_MASK(28));')).toEqual(['mask-unchecked warning']);
    expect(on(NATIVE, 'dma_set_mask(dev, p->mask);')).toEqual(['mask-unchecked warning']);
    expect(on(NATIVE, 'dma_set_mask(dev, DMA_BIT_MASK(64));')).toEqual([]);
  });

  it('bound the coherent memory that can lie below them', () => {
    const mask = 'if (dma_set_coherent_mask(dev, DMA_BIT_MASK(20))) return -EIO;';
    const alloc = 'p->b = dma_alloc_coherent(dev, 0x100000, &h, GFP_KERNEL);';
    expect(on(NATIVE, mask, alloc)).toEqual(['coherent-beyond-mask-memory error']);
    expect(on(NATIVE, mask, 'p->b = dma_alloc_coherent(dev, 0x80000, &h, GFP_KERNEL);')).toEqual([]);
    expect(on(NATIVE, alloc)).toEqual([]);
    expect(on(NATIVE, mask, 'if (dma_set_coherent_mask(dev, p->mask)) return -EIO;', alloc)).toEqual([]);
    expect(on(NATIVE, mask, 'if (dma_set_coherent_mask(dev, DMA_BIT_MASK(32))) return -EIO;', alloc)).toEqual([]);
  });
});

describe('what surrounds a call', () => {
  it.each([
    ['a mapping that is not tested', ['p->a = dma_map_single(dev, p->b, 64, DMA_TO_DEVICE);'], ['mapping-error-unchecked warning'], ['mapping-error-unchecked warning']],
    ['an access while it is mapped', ['a = dma_map_single(dev, b, 64, DMA_TO_DEVICE);', 'if (dma_mapping_error(dev, a)) return -1;', 'b->len = 1;'], ['missing-sync warning'], ['missing-sync error']],
    ['the wrong direction', ['a = dma_map_single(dev, b, 64, DMA_FROM_DEVICE);', 'if (dma_mapping_error(dev, a)) return -1;', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);'], ['unmap-mismatch warning'], ['unmap-mismatch warning']],
    ['the wrong count', ['n = dma_map_sg(dev, p->sg, p->n, DMA_TO_DEVICE);', 'dma_unmap_sg(dev, p->sg, n, DMA_TO_DEVICE);'], ['unmap-mismatch information'], ['unmap-mismatch information']],
    ['a CPU address', ['writel(virt_to_phys(p->ring), p->regs);'], ['bus-address-from-virt information'], ['bus-address-from-virt warning']],
    ['the stack', ['u8 s[4];', 'a = dma_map_single(dev, s, 4, DMA_TO_DEVICE);', 'if (dma_mapping_error(dev, a)) return -1;'], ['map-of-stack-or-vmalloc error'], ['map-of-stack-or-vmalloc error']],
  ])('%s', (_, lines, natively, inDom0) => {
    expect(on(NATIVE, ...lines)).toEqual(natively);
    expect(on(NEW_DOM0, ...lines)).toEqual(inDom0);
  });

  it('leads to the mapping, and mends what only one edit can mend', () => {
    const [finding] = findingsOf(checkText(parser, driver('a = dma_map_single(dev, b, 64, DMA_FROM_DEVICE);', 'if (dma_mapping_error(dev, a)) return -1;', 'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);'), platform(NATIVE)));
    expect(finding?.related?.map(({ span }) => span.line)).toEqual([3]);
    expect(finding?.fixes).toEqual([{ kind: 'as-mapped', text: 'DMA_FROM_DEVICE', span: { line: 5, column: 31, endLine: 5, endColumn: 44 } }]);
  });

  it('stands with its call, or beside the calls', () => {
    const { calls, others } = checkText(parser, driver('p->a = dma_map_single(dev, p->b, 64, DMA_TO_DEVICE);', 'writel(virt_to_phys(p->ring), p->regs);'), platform(NATIVE));
    expect(calls.find(({ call }) => call.api === 'dma_map_single')?.findings.map(({ ruleId }) => ruleId)).toEqual(['dma/mapping-error-unchecked']);
    expect(others.map(({ ruleId, span }) => [ruleId, span.line])).toEqual([['dma/bus-address-from-virt', 4]]);
  });
});

describe('what a user wants of rules', () => {
  it('is another severity, or nothing of one', () => {
    const text = driver('dma_set_mask(dev, p->mask);', 'writel(virt_to_phys(p->ring), p->regs);');
    expect(brief(checkText(parser, text, platform(NATIVE), new Map([['dma/mask-unchecked', 'error'], ['dma/bus-address-from-virt', 'off']])))).toEqual(['mask-unchecked error']);
  });
});
