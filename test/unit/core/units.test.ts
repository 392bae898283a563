import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatBytesExact, groupDigits } from '../../../src/core/units/bytes.ts';
import { clampRange, formatAddress, parseAddress } from '../../../src/core/units/addresses.ts';
import { ALL_ADDRESSES, bitsOfMask, maskOfBits } from '../../../src/core/units/dma-mask.ts';
import { orderBytes, orderFor, pagesFor } from '../../../src/core/units/pages.ts';
import { parseSize } from '../../../src/core/units/parse-size.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'], [60, '60 B'], [1024, '1 KiB'], [2359296, '2.25 MiB'], [2411724, '~2.3 MiB'], [1024 ** 3, '1 GiB'], [Infinity, 'unlimited'],
  ])('prints %d as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('shows a tilde exactly where the figure is rounded', () => {
    fc.assert(fc.property(fc.integer({ min: 1024, max: 2 ** 45 }), (bytes) => {
      const [figure = '', unit = ''] = formatBytes(bytes).replace('~', '').split(' ');
      const back = Number(figure) * { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }[unit as 'KiB'];
      expect(formatBytes(bytes).startsWith('~')).toBe(back !== bytes);
    }));
  });

  it('puts the exact count beside a figure', () => {
    expect(formatBytesExact(2359296)).toBe('2.25 MiB (2,359,296 B)');
    expect(groupDigits(1234567n)).toBe('1,234,567');
  });

  it.each([
    ['1.5M', 1572864], ['0x40000', 262144], ['2^9 pages', 2097152], ['64 KiB', 65536], ['3 slots', 6144], ['1g', 2 ** 30], [4096, 4096], ['0', 0],
  ])('reads %s as %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', '-4', '4 parsecs', '1.3', '1e9', '2^99', 'M', '0xzz', '1 2'])('says what was expected instead of %j', (text) => {
    const result = parseSize(text);
    expect(typeof result === 'object' && result.error).toMatch(/expected|unknown unit/);
  });

  it('never gives anything but a whole number of bytes or an error', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.double()), (input) => {
      const result = parseSize(input);
      if (typeof result === 'number') expect(Number.isSafeInteger(result) && result >= 0).toBe(true);
      else expect(result.error.length).toBeGreaterThan(0);
    }));
  });
});

describe('orders', () => {
  it('is the smallest block that holds the request', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 44 }), (bytes) => {
      const order = orderFor(bytes);
      expect(orderBytes(order)).toBeGreaterThanOrEqual(bytes);
      if (order > 0) expect(orderBytes(order - 1)).toBeLessThan(bytes);
      expect(2 ** order).toBeGreaterThanOrEqual(pagesFor(bytes));
    }));
  });
  it('refuses what no block holds', () => {
    expect(() => orderFor(0)).toThrow(RangeError);
    expect(() => orderFor(Number.NaN)).toThrow(RangeError);
  });
});

describe('masks and addresses', () => {
  it('gives back the bits of every width', () => {
    for (let bits = 1; bits <= 52; bits++) expect(bitsOfMask(maskOfBits(bits))).toBe(bits);
    expect([53, 64].map(maskOfBits)).toEqual([ALL_ADDRESSES, ALL_ADDRESSES]);
    expect(bitsOfMask(ALL_ADDRESSES)).toBe(64);
  });
  it('prints and reads addresses', () => {
    expect(formatAddress(0x1c0000)).toBe('0x1c0000');
    expect(formatAddress(255, 8)).toBe('0x000000ff');
    expect(parseAddress('0x000000003d300000')).toBe(0x3d300000);
    expect(parseAddress('ffff880006ea2000')).toBeUndefined(); // a kernel-virtual address is above 2^53
    expect(parseAddress('xyz')).toBeUndefined();
  });
  it('clips a range to a reach', () => {
    expect(clampRange({ start: 10, end: 30 }, 19)).toEqual({ start: 10, end: 20 });
    expect(clampRange({ start: 20, end: 30 }, 19)).toBeUndefined();
  });
});
