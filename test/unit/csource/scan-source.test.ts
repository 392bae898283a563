import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { loadHeaders } from '../../../src/csource/preprocess/collect-includes.ts';
import { scanSource } from '../../../src/csource/scan-source.ts';
import { brief, callsOf, fileWith, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const sizeOf = (expression: string, before?: string, inside?: string, config?: Record<string, string>): string =>
  brief(callsOf(parser, fileWith(expression, before, inside), config && { CONFIG_X86_64: 'y', ...config })[0]?.size);

describe('sizes', () => {
  it.each([
    ['4096', '4096'],
    ['0x1000UL', '4096'],
    ['010', '8'],
    ["'A'", '65'],
    ["'\\n' + 1", '11'],
    ['sizeof(int)', '4'],
    ['sizeof(void *) * 3', '24'],
    ['sizeof(unsigned long long[4])', '32'],
    ['sizeof (u32) + 1', '5'],
    ['SZ_2M + PAGE_SIZE', '2101248'],
    ['BIT(12)', '4096'],
    ['ALIGN(100, 64)', '128'],
    ['min_t(u32, 5, 7)', '5'],
    ['(u8)0x1ff', '255'],
    ['(char)1', '1'],
    ['-1 < 1U ? 1 : 2', '2'],
    ['1 ? 2 : 1 / 0', '2'],
    ['0 && 1 / 0', '0'],
    ['sizeof(1 ? 1 : 2L)', '8'],
    ['sizeof(typeof(1UL))', '8'],
    ['roundup(10, 4)', '12'],
    ['(1, 7)', '7'],
    ['1 << 20', '1048576'],
    ['sizeof("abc")', '4'],
    ['sizeof("a\\n\\x41\\0101" "de")', '8'],
    ['sizeof("") + sizeof("2.6.4")', '7'],
  ])('%s is %s', (expression, expected) => {
    expect(sizeOf(expression)).toBe(expected);
  });

  it.each([
    ['1 / 0', /division/],
    ['1 << 40', /shift/],
    ['0x7fffffff + 1', /overflow/],
    ['-1', /more than any buffer/],
    ['(char)200', /plain char/],
    ["'ab'", /ASCII/],
    ['1.5', /floating/],
    ['sizeof("\u00e4")', /length of a string/],
    ['sizeof("\\q")', /length of a string/],
    ['sizeof(struct unseen)', /struct unseen is not defined/],
    ['sizeof(given->left)', /struct pair/],
    ['count()', /count\(\)/],
    ['UNSEEN * 2', /UNSEEN/],
    ['(unseen_t)5', /could not be read|unseen_t/],
    ['({ 5; })', /statement/],
    ['', /empty/],
    ['5 5', /could not be read/],
  ])('%s is not known', (expression, why) => {
    const size = callsOf(parser, fileWith(expression))[0]?.size;
    expect(size?.kind).toBe('unknown');
    expect(size?.why).toMatch(why);
  });
});

describe('macros and conditions', () => {
  it.each([
    ['plain', '#define N 64', 'N * 2', '128'],
    ['without brackets', '#define N 1 + 2', 'N * 2', '5'],
    ['function-like', '#define TWICE(x) ((x) * 2)', 'TWICE(TWICE(3))', '12'],
    ['not called', '#define TWICE(x) ((x) * 2)', 'TWICE', '?'],
    ['made into text', '#define TEXT_OF(x) #x', 'sizeof(TEXT_OF(a + b))', '?'],
    ['pasted', '#define A1 7\n#define PICK(n) A ## n', 'PICK(1)', '7'],
    ['arguments are expanded before', '#define N 4\n#define ID(x) x', 'ID(N)', '4'],
    ['variadic', '#define FIRST(x, ...) x', 'FIRST(3, 4, 5)', '3'],
    ['names itself', '#define N N + 1', 'N', '?'],
    ['over lines', '#define N (1 + \\\n\t2)', 'N', '3'],
    ['with comments', '#define N /* a */ 3 // b', 'N', '3'],
    ['after a comment', '/* a */ #define N 3', 'N', '3'],
    ['redefined', '#define N 1\n#undef N\n#define N 2', 'N', '2'],
    ['undefined', '#define N 1\n#undef N', 'N', '?'],
    ['both ways', '#ifdef CONFIG_X\n#define N 1\n#else\n#define N 2\n#endif', 'N', '1..2'],
    ['both ways alike', '#ifdef CONFIG_X\n#define N 2\n#else\n#define N 2\n#endif', 'N', '2'],
    ['one way only', '#ifdef CONFIG_X\n#define N 1\n#endif', 'N', '?'],
    ['perhaps defined elsewhere', '#ifndef N\n#define N 1\n#endif', 'N', '?'],
    ['two names of one condition', '#if CONFIG_X\n#define A 1\n#define B 2\n#else\n#define A 2\n#define B 1\n#endif', 'A + B', '3'],
    ['the same condition twice', '#ifdef CONFIG_X\n#define A 1\n#else\n#define A 2\n#endif\n#ifdef CONFIG_X\n#define B 2\n#else\n#define B 1\n#endif', 'A + B', '3'],
    ['decided by a macro', '#define BIG 1\n#if BIG > 0 && defined(BIG)\n#define N 8\n#else\n#define N 4\n#endif', 'N', '8'],
    ['#elif', '#define V 2\n#if V == 1\n#define N 8\n#elif V == 2\n#define N 16\n#else\n#define N 4\n#endif', 'N', '16'],
    ['in #if 0', '#define N 3\n#if 0\n#undef N\n#define N 4\n#endif', 'N', '3'],
    ['endian', '#ifdef __BIG_ENDIAN\n#define N 3\n#else\n#define N 4\n#endif', 'N', '4'],
    ['a known name defined anew', '#define SZ_4K 7', 'SZ_4K', '7'],
    ['a known name undefined', '#undef PAGE_SIZE', 'PAGE_SIZE', '?'],
    ['the called name', '#define dma_alloc_coherent(d, n, h, g) other(d, 2 * (n))', '8', '?'],
  ])('%s', (_name, before, expression, expected) => {
    expect(sizeOf(expression, before)).toBe(expected);
  });

  it('takes macros as they stand at the call', () => {
    const text = `#define N 1\n${fileWith('N')}#undef N\n#define N 2\n${fileWith('N')}`;
    expect(callsOf(parser, text).map((call) => brief(call.size))).toEqual(['1', '2']);
  });

  it('decides by the configuration', () => {
    const before = '#if IS_ENABLED(CONFIG_X) && CONFIG_N > 3\n#define N 1\n#else\n#define N 2\n#endif';
    expect(sizeOf('N', before)).toBe('1..2');
    expect(sizeOf('N', before, '', { CONFIG_X: 'm', CONFIG_N: '4' })).toBe('1');
    expect(sizeOf('N', before, '', { CONFIG_X: 'm', CONFIG_N: '3' })).toBe('2');
    expect(sizeOf('N', before, '', {})).toBe('2');
    expect(sizeOf('CONFIG_N * 2', '', '', { CONFIG_N: '0x10' })).toBe('32');
    expect(sizeOf('L1_CACHE_BYTES', '', '', { CONFIG_X86_L1_CACHE_SHIFT: '6' })).toBe('64');
    expect(sizeOf('L1_CACHE_BYTES')).toBe('?');
  });

  it('knows the conditions that a call stands under', () => {
    const before = '#ifdef CONFIG_X\n#define N 1\n#else\n#define N 2\n#endif\n#ifdef CONFIG_X';
    expect(brief(callsOf(parser, `${fileWith('N', before)}#endif\n`)[0]?.size)).toBe('1');
    const dead = callsOf(parser, `${fileWith('N', before)}#endif\n`, { CONFIG_X86_64: 'y' })[0]?.size;
    expect(dead).toMatchObject({ kind: 'unknown', why: 'the call is not compiled under this configuration' });
  });

  it('says what was not decided', () => {
    const size = callsOf(parser, fileWith('N', '#ifdef CONFIG_X\n#define N 1\n#else\n#define N 2\n#endif'))[0]?.size;
    expect(size?.why).toContain('CONFIG_X');
  });

  it('gives up where too much is undecided', () => {
    const before = Array.from({ length: 8 }, (_, n) => `#ifdef CONFIG_${n}\n#define N${n} 1\n#else\n#define N${n} 2\n#endif`).join('\n');
    const sum = Array.from({ length: 8 }, (_, n) => `N${n}`).join(' + ');
    expect(callsOf(parser, fileWith(sum, before))[0]?.size).toMatchObject({ kind: 'unknown', why: expect.stringContaining('too many') as string });
  });
});

describe('names in scope', () => {
  const pair = 'struct pair { u32 left; u64 right; };';
  it.each([
    ['a parameter', pair, '', 'sizeof(*given)', '16'],
    ['a member', pair, '', 'sizeof(given->left)', '4'],
    ['a local', pair, '\tstruct pair *p;', 'sizeof(*p)', '16'],
    ['a local array', '', '\tu16 list[3][4];', 'sizeof(list) + sizeof(list[0])', '32'],
    ['ARRAY_SIZE', '', '\tu16 list[3][4];', 'ARRAY_SIZE(list)', '3'],
    ['the inner of two', pair, '\tstruct pair *p;\n\tif (dev) { u8 *p;', 'sizeof(*p)', '1'],
    ['one declared later', pair, '', 'sizeof(*later)', '?'],
    ['a local over an enumerator', 'enum { N = 4 };', '\tint N = 5;', 'N', '5'],
    ['an enumerator', 'enum { A, N = 4, B };', '', 'N + B', '9'],
    ['a local over a typedef', 'typedef u64 thing;', '\tu8 thing;', 'sizeof(thing)', '1'],
    ['an annotated pointer', pair, '\tstruct pair __iomem *p = regs;', 'sizeof(*p)', '16'],
    ['a variable length array', '', '\tu8 list[n];', 'sizeof(list)', '?'],
    ['an array sized by its values', '', '\tu8 list[] = { 1, 2 };', 'sizeof(list)', '2'],
    ['declared twice under #if', '', '#ifdef CONFIG_X\n\tu8 v;\n#else\n\tu16 v;\n#endif', 'sizeof(v)', '?'],
    ['in the head of a loop', pair, '\tfor (struct pair *p = 0; p; p++)', 'sizeof(*p)', '16'],
    ['the value of a local', '', '\tint n = 5;', 'n', '5'],
  ])('%s', (_name, before, inside, expression, expected) => {
    const text = fileWith(expression, before, inside);
    expect(brief(callsOf(parser, inside.includes('{ u8 *p') ? text.replace('\treturn 0', '\t}\n\treturn 0') : text)[0]?.size)).toBe(expected);
  });

  it('adjusts array parameters to pointers', () => {
    const text = 'void f(struct device *dev, u8 list[16])\n{\n\tdma_map_single(dev, list, sizeof(list), D);\n}\n';
    expect(brief(callsOf(parser, text)[0]?.size)).toBe('8');
  });
});

describe('call sites', () => {
  it('are none in comments, strings, macros, declarations and #if 0', () => {
    const text = [
      '/* dma_map_single(a, b, 4, d) */', '// dma_map_single(a, b, 4, d)', 'const char *s = "dma_map_single(a, b, 4, d)";',
      '#define MAP(x) dma_map_single(a, \\\n\tx, 4, d)', 'dma_addr_t dma_map_single(struct device *dev, void *p, size_t size, int dir);',
      'static void f(void)\n{\n#if 0\n\tdma_map_single(a, b, 4, d);\n#endif\n\t/* dma_map_single(a, b, 4, d) */\n}', '',
    ].join('\n');
    expect(callsOf(parser, text)).toEqual([]);
  });

  it('have places in the text, whatever stands before them', () => {
    const text = `${fileWith('4')}\nvoid __init second(void)\n{\n\tfor_each_thing(x) foo(dma_map_single(d->dev /* é 𝄞 */, p, /* n */ sizeof(u32) , D));\n}\n`;
    const [, call] = callsOf(parser, text);
    expect(call).toMatchObject({ function: 'second', api: 'dma_map_single', family: 'streaming', deviceText: 'd->dev', sizeText: 'sizeof(u32)' });
    expect(text.slice(call?.start, call?.end)).toBe('dma_map_single(d->dev /* é 𝄞 */, p, /* n */ sizeof(u32) , D)');
    expect(text.slice(call?.sizeStart, call?.sizeEnd)).toBe('sizeof(u32)');
    const line = text.split('\n')[(call?.line ?? 0) - 1] ?? '';
    expect(line.slice((call?.column ?? 0) - 1)).toMatch(/^dma_map_single/);
  });

  it('are found where the file is not laid out as the kernel\'s', () => {
    const text = 'int f(void) { return dma_map_single(a, b, 4, d); } int g(void) { return dma_map_single(a, b, 5, d); }';
    expect(callsOf(parser, text).map((call) => `${call.function} ${brief(call.size)}`)).toEqual(['f 4', 'g 5']);
  });

  it('with another number of arguments have no known size', () => {
    const size = callsOf(parser, 'int f(void)\n{\n\tdma_map_single(a, 4, d);\n}\n')[0]?.size;
    expect(size).toMatchObject({ kind: 'unknown', why: 'dma_map_single takes 4 arguments, not 3' });
  });

  it('with an #if between the brackets have no known size', () => {
    const text = 'int f(void)\n{\n\tdma_map_single(a, b,\n#ifdef X\n\t4,\n#else\n\t5,\n#endif\n\td);\n}\n';
    expect(callsOf(parser, text).map((call) => call.size.kind)).toEqual(['unknown']);
  });
});

it('reads a driver with its local headers', async () => {
  const folder = join(import.meta.dirname, '../../fixtures/csource');
  const read = async (path: string): Promise<string | undefined> => readFile(join(folder, path), 'utf8').catch(() => undefined);
  const text = (await read('driver/ring.c')) ?? '';
  const headers = await loadHeaders('driver/ring.c', text, read);
  expect([...headers.keys()]).toEqual(['driver/ring.h', 'driver/sub/desc.h']);
  const { calls } = scanSource(parser, { path: 'driver/ring.c', text, headers });
  expect(calls.map((call) => `${call.sizeText}: ${brief(call.size)}`)).toEqual([
    'RX_BYTES: 8192', 'sizeof(*ring->stats): 48', 'sizeof(*desc): 16', 'ring->buf_len: u32', 'POOL_BYTES: 4194304', 'POOL_BYTES + 1: 65537..4194305',
  ]);
  expect(calls[0]?.size.steps).toContainEqual({ text: 'RING_ORDER = 9', value: '9', at: { path: 'driver/ring.h', line: 6, column: 1 } });
  expect(calls[0]?.size.steps).toContainEqual({ text: 'sizeof (struct ring_desc)', value: '16', at: { path: 'driver/sub/desc.h', line: 8, column: 1 } });
  const configured = scanSource(parser, { path: 'driver/ring.c', text, headers, config: new Map([['CONFIG_X86_64', 'y'], ['CONFIG_RING_LARGE', 'y']]) });
  expect(configured.calls.map((call) => brief(call.size)).slice(-2)).toEqual(['4194304', '4194305']);
});
