import { beforeAll, describe, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { architectureOf } from '../../../src/csource/preprocess/architecture.ts';
import { brief, callsOf, fileWith, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const I386 = { CONFIG_X86_32: 'y' };
const ARM64 = { CONFIG_ARM64: 'y' };
const size = (expression: string, config: Record<string, string>, before = ''): string => brief(callsOf(parser, fileWith(expression, before), config)[0]?.size);

describe('i386', () => {
  // Sizes are gcc 12's with -m32.
  it.each([
    ['struct a { u8 c; u64 x; }', 'struct a', '12'],
    ['struct b { u8 c; u64 x:40; u64 y:40; u8 z; }', 'struct b', '12'],
    ['struct c { u8 c; double d; long double e; void *p; }', 'struct c', '28'],
    ['struct d { u8 c; u64 x __attribute__((aligned(8))); }', 'struct d', '16'],
    ['struct e { u32 a:5; u64 b:60; u32 c:3; }', 'struct e', '12'],
    ['struct f { u64 a:33; u32 b:31; u8 c; }', 'struct f', '12'],
    ['struct g { u8 a:3; u64 b:30; u64 c:35; }', 'struct g', '12'],
    ['union h { u64 x; u8 y[9]; }', 'union h', '12'],
    ['struct i { long a; unsigned short b; u64 c[2]; }', 'struct i', '24'],
    ['struct j { u8 k; u64 l:20; u64 m:45; }', 'struct j', '12'],
    ['struct k { struct list_head l; atomic64_t n; size_t s; }', 'struct k', '24'],
    ['struct l { DECLARE_BITMAP(bits, 65); }', 'struct l', '12'],
  ])('%s', (definition, type, expected) => {
    expect(size(`sizeof(${type})`, I386, `${definition};`)).toBe(expected);
  });

  it('has addresses as wide as its configuration says', () => {
    expect(size('sizeof(dma_addr_t)', I386)).toBe('4');
    expect(size('sizeof(dma_addr_t)', { ...I386, CONFIG_ARCH_DMA_ADDR_T_64BIT: 'y' })).toBe('8');
    expect(size('sizeof(phys_addr_t)', { ...I386, CONFIG_PHYS_ADDR_T_64BIT: 'y' })).toBe('8');
  });

  it('computes in 32 bits where its types have 32', () => {
    expect(size('(1UL << 31) * 2 + 5', I386)).toBe('5');
    expect(size('sizeof(int) - 5', I386)).toBe('4294967295');
    expect(size('1UL << 32', I386)).toBe('?');
    expect(size('BIT_ULL(32) >> 20', I386)).toBe('4096');
    expect(size('GENMASK(31, 12)', I386)).toBe('4294963200');
    expect(size('sizeof(0xffffffff * 1L)', I386)).toBe('4');
  });
});

describe('arm64', () => {
  it.each([
    ['CONFIG_ARM64_4K_PAGES', '4096'],
    ['CONFIG_ARM64_16K_PAGES', '16384'],
    ['CONFIG_ARM64_64K_PAGES', '65536'],
    ['CONFIG_PAGE_SIZE_64KB', '65536'],
  ])('has pages by %s', (symbol, bytes) => {
    expect(size('PAGE_SIZE', { ...ARM64, [symbol]: 'y' })).toBe(bytes);
    expect(size('PAGE_ALIGN(1)', { ...ARM64, [symbol]: 'y' })).toBe(bytes);
    const pool = `int f(struct device *dev)\n{\n\tdma_pool_create("x", dev, 64, 64, 0);\n}\n`;
    expect(brief(callsOf(parser, pool, { ...ARM64, [symbol]: 'y' })[0]?.allocation)).toBe(bytes);
  });

  it('says nothing of pages and cache lines that the configuration does not give', () => {
    expect(size('PAGE_SIZE', ARM64)).toBe('?');
    expect(size('sizeof(struct a)', ARM64, 'struct a { u8 x ____cacheline_aligned; };')).toBe('?');
    expect(size('sizeof(long) + sizeof(struct list_head)', ARM64)).toBe('24');
  });
});

describe('architectures', () => {
  const choice = '#ifdef __x86_64__\n#define N 1\n#elif defined(__i386__)\n#define N 2\n#elif defined(__aarch64__)\n#define N 3\n#endif';
  it('are told apart by the compiler\'s names', () => {
    expect(size('N', { CONFIG_X86_64: 'y' }, choice)).toBe('1');
    expect(size('N', I386, choice)).toBe('2');
    expect(size('N', ARM64, choice)).toBe('3');
  });

  it('that are not modelled have no sizes', () => {
    expect(callsOf(parser, fileWith('4096'), { CONFIG_PPC64: 'y' })[0]?.size).toMatchObject({ kind: 'unknown', why: expect.stringContaining('x86_64') as string });
    expect(architectureOf(new Map([['CONFIG_ARM64', 'y'], ['CONFIG_CPU_BIG_ENDIAN', 'y']]))).toBeUndefined();
    expect(architectureOf(undefined)?.name).toBe('x86_64');
  });
});
