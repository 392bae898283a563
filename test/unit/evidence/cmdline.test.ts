import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSwiotlbParameter } from '../../../src/core/platform/swiotlb-parameter.ts';
import { findOption, parseCommandLine } from '../../../src/evidence/cmdline/command-line.ts';
import { parseIommuOption } from '../../../src/evidence/cmdline/iommu-option.ts';
import { parseBits, parseDom0Mem, parseMemopMaxOrder } from '../../../src/evidence/cmdline/xen-options.ts';

describe('parseCommandLine', () => {
  it('divides at blanks outside quotation marks and keeps offsets', () => {
    const text = 'ro  swiotlb=65536,force dm="1 vroot none" "foo=a b" quiet -- init=x';
    const { options } = parseCommandLine(text);
    expect(options.map(({ name, value }) => [name, value])).toEqual([['ro', undefined], ['swiotlb', '65536,force'], ['dm', '1 vroot none'], ['foo', 'a b'], ['quiet', undefined]]);
    const swiotlb = options[1];
    expect(swiotlb && text.slice(swiotlb.offset, swiotlb.endOffset)).toBe('swiotlb=65536,force');
    expect(swiotlb && text.slice(swiotlb.valueOffset, swiotlb.endOffset)).toBe('65536,force');
    const dm = options[2];
    expect(dm && text.slice(dm.valueOffset, dm.valueOffset + 7)).toBe('1 vroot');
  });

  it('finds the last of a name, dashes as underscores', () => {
    const line = parseCommandLine('swiotlb=1 mem_encrypt=on swiotlb=2');
    expect(findOption(line, 'swiotlb')?.value).toBe('2');
    expect(findOption(line, 'mem-encrypt')?.value).toBe('on');
    expect(findOption(line, 'iommu')).toBeUndefined();
  });

  it('keeps every word in its place, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', '"', ' ', '-', ',', '\t') }), (text) => {
        let last = 0;
        for (const { offset, endOffset, valueOffset } of parseCommandLine(text).options) {
          expect(offset).toBeGreaterThanOrEqual(last);
          expect(endOffset).toBeGreaterThan(offset);
          expect(valueOffset).toBeLessThanOrEqual(endOffset + 1);
          last = endOffset;
        }
      }),
    );
  });
});

describe('parseSwiotlbParameter', () => {
  it.each([
    ['65536', 'mainline', { number: 65536, bytes: 128 << 20, words: [], errors: [] }],
    ['65536,4,force', 'mainline', { number: 65536, areas: 4, words: ['force'], errors: [] }],
    ['65536,force', 'mainline', { number: 65536, words: ['force'], errors: [] }],
    ['force', 'mainline', { words: ['force'], errors: [] }],
    ['noforce', 'mainline', { words: ['noforce'], errors: [] }],
    ['force,track_hiwater', 'mainline', { words: ['force', 'track_hiwater'], errors: [] }],
    ['0x8000', 'mainline', { number: 32768, bytes: 64 << 20, errors: [] }],
    ['0100', 'mainline', { number: 64, errors: [] }],
    ['64', 'xenlinux', { number: 64, bytes: 64 << 20, errors: [] }],
    ['16,force', 'xenlinux', { number: 16, bytes: 16 << 20, words: ['force'], errors: [] }],
    ['off', 'xenlinux', { words: ['off'], errors: [] }],
  ] as const)('reads "%s" in %s', (value, lineage, fields) => {
    expect(parseSwiotlbParameter(value, lineage)).toMatchObject(fields);
  });

  it('says what the kernel does not understand, and where; the number before it holds', () => {
    expect(parseSwiotlbParameter('64M,force', 'mainline')).toMatchObject({ number: 64, words: [], errors: [{ offset: 2, text: 'M' }, { offset: 4, text: 'force' }] });
    expect(parseSwiotlbParameter('64,4', 'xenlinux')).toMatchObject({ number: 64, errors: [{ offset: 3, text: '4' }] });
    expect(parseSwiotlbParameter('64,off', 'mainline').errors).toMatchObject([{ offset: 3, text: 'off' }]);
    expect(parseSwiotlbParameter('', 'mainline').errors).toHaveLength(1);
  });

  it('takes either lineage\'s words, and no unit, where the lineage is not known', () => {
    const parsed = parseSwiotlbParameter('64,off');
    expect(parsed).toMatchObject({ number: 64, words: ['off'], errors: [] });
    expect(parsed.bytes).toBeUndefined();
  });
});

describe("Xen's options", () => {
  it('reads dom0_mem; a bare number counts KiB', () => {
    expect(parseDom0Mem('4096M,max:4096M')).toEqual({ amount: { bytes: 4 * 2 ** 30 }, max: { bytes: 4 * 2 ** 30 }, errors: [] });
    expect(parseDom0Mem('-128M').amount).toEqual({ bytes: -(128 << 20) });
    expect(parseDom0Mem('1048576').amount).toEqual({ bytes: 2 ** 30 });
    expect(parseDom0Mem('min:1G,1G+10%')).toMatchObject({ min: { bytes: 2 ** 30 }, amount: { bytes: 2 ** 30, percent: 10 } });
    expect(parseDom0Mem('1G,lots')).toMatchObject({ amount: { bytes: 2 ** 30 }, errors: [{ offset: 3, text: 'lots' }] });
  });

  it('reads memop-max-order with its gaps', () => {
    expect(parseMemopMaxOrder('9,18,12,12')).toEqual({ domU: 9, controlDomain: 18, hardwareDomain: 12, passthroughDomain: 12, errors: [] });
    expect(parseMemopMaxOrder(',,20')).toEqual({ hardwareDomain: 20, errors: [] });
    expect(parseMemopMaxOrder('9,x,1,2,3').errors).toMatchObject([{ offset: 2 }, { offset: 8 }]);
  });

  it('reads address bits in their range only', () => {
    expect(parseBits('32')).toEqual({ bits: 32, errors: [] });
    expect(parseBits('3').errors).toHaveLength(1);
    expect(parseBits('-30').bits).toBeUndefined();
  });
});

describe('parseIommuOption', () => {
  it('reads both dialects', () => {
    expect(parseIommuOption('soft', 'linux')).toMatchObject({ soft: true, off: false, errors: [] });
    expect(parseIommuOption('pt', 'linux')).toMatchObject({ passthrough: true, errors: [] });
    expect(parseIommuOption('dom0-strict,no-intremap', 'xen')).toMatchObject({ errors: [], passthrough: false });
    expect(parseIommuOption('0', 'xen').off).toBe(true);
    expect(parseIommuOption('soft,sfot', 'linux').errors).toMatchObject([{ offset: 5, text: 'sfot' }]);
  });
});
