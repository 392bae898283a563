import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { calledNames, DMA_APIS, mentionsDmaApi } from '../../../src/csource/calls/dma-apis.ts';
import { blankAnnotations } from '../../../src/csource/parse/blank-annotations.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { lex } from '../../../src/csource/parse/lexer.ts';
import { includedPath, loadHeaders } from '../../../src/csource/preprocess/collect-includes.ts';
import { IndexCache } from '../../../src/csource/preprocess/index-cache.ts';
import { scanSource } from '../../../src/csource/scan-source.ts';
import { brief, callsOf, fileWith, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const folder = join(import.meta.dirname, '../../fixtures/csource/driver');
const [source, ring, desc] = ['ring.c', 'ring.h', 'sub/desc.h'].map((name) => readFileSync(join(folder, name), 'utf8')) as [string, string, string];

describe('any text', () => {
  const pieces = ['{', '}', '(', ')', '\n{', '\n}', '#if X\n', '#else\n', '#endif\n', '"', "'", '/*', '*/', '#define F(x) F(x) F(x)\n', '\\\n', 'sizeof', 'struct x {', ';', '\0', '\ufffd', '\ud800', '[', 'typedef ', 'enum {', 'dma_map_single(', '0x', '##', '\r\n'];
  const edit = fc.record({ at: fc.nat(4000), drop: fc.nat(60), piece: fc.constantFrom(...pieces), again: fc.boolean() });
  const mutate = (text: string, edits: readonly { at: number; drop: number; piece: string; again: boolean }[]): string =>
    edits.reduce((now, { at, drop, piece, again }) => now.slice(0, at) + piece + (again ? now.slice(at, at + drop) : '') + now.slice(at + drop), text);

  it('is scanned without an exception, and every place lies in it', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.array(edit, { maxLength: 4 }), (edits, headerEdits) => {
        const text = mutate(source, edits);
        const headers = new Map([['d/ring.h', { path: 'd/ring.h', text: mutate(ring, headerEdits) }], ['d/sub/desc.h', { path: 'd/sub/desc.h', text: desc }]]);
        for (const call of scanSource(parser, { path: 'd/ring.c', text, headers }).calls) {
          expect(text.slice(call.start, call.start + call.api.length)).toBe(call.api);
          expect(call.end).toBeLessThanOrEqual(text.length);
          expect(call.sizeText).toBe(text.slice(call.sizeStart, call.sizeEnd));
          expect(call.size.why).not.toBe('');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read into tokens that stand where they say', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...pieces, 'a', '1', ' ', '\n', '+') }), (text) => {
        let end = 0;
        for (const token of lex(text, 0, text.length)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(text.slice(token.start, token.start + token.text.length)).toBe(token.text);
          end = token.start + token.text.length;
        }
      }),
    );
  });

  it('keeps its length and lines when annotations are blanked', () => {
    expect(blankAnnotations('void __iomem *p;')).toBe('void         *p;');
    expect(blankAnnotations('list_for_each_entry(a, b, c)')).toBe('while              (a, b, c)');
    fc.assert(
      fc.property(fc.array(fc.constantFrom('__iomem', '__init', 'for_each_x(', '__aligned(8)', 'container_of(a, struct b, c)', '\n', ' ', 'x')), (parts) => {
        const text = parts.join('');
        const blanked = blankAnnotations(text);
        expect(blanked.length).toBe(text.length);
        expect(blanked.replace(/[^\n]/g, '')).toBe(text.replace(/[^\n]/g, ''));
      }),
    );
  });
});

describe('work is bounded', () => {
  it.each([
    ['macros that double', fileWith('A40', Array.from({ length: 41 }, (_, n) => (n === 0 ? '#define A0 1' : `#define A${n} A${n - 1} + A${n - 1}`)).join('\n'))],
    ['deep brackets', fileWith(`${'('.repeat(5000)}1${')'.repeat(5000)}`)],
    ['deep unary operators', fileWith(`${'- '.repeat(9000)}1`)],
    ['deep conditionals', fileWith(`${'1 ? '.repeat(3000)}1${' : 1'.repeat(3000)}`)],
    ['conditions that hang on one another', fileWith('X', Array.from({ length: 3000 }, (_, n) => `#ifdef X\n#define X ${n}\n#endif`).join('\n'))],
    ['deep #if', fileWith('X', `${'#if A\n'.repeat(3000)}#define X 5\n${'#endif\n'.repeat(3000)}`)],
    ['many #elif', fileWith('X', `#if A\n${'#elif B\n'.repeat(20_000)}#define X 5\n#endif`)],
    ['a condition without end', fileWith('X', `#if ${'1 + '.repeat(100_000)}1\n#define X 5\n#endif`)],
    ['a call under too many #if', `${'#if A\n'.repeat(500)}${fileWith('5')}${'#endif\n'.repeat(500)}`],
    ['structs that double', fileWith('sizeof(struct s70)', Array.from({ length: 71 }, (_, n) => (n === 0 ? 'struct s0 { int a; };' : `struct s${n} { struct s${n - 1} a, b; };`)).join('\n'))],
    ['structs in one another', fileWith('sizeof(struct s)', 'struct s { struct t a; }; struct t { struct s b; };')],
    ['typedefs of one another', fileWith('sizeof(a_t)', 'typedef b_t a_t; typedef a_t b_t;')],
    ['nested structs', fileWith('sizeof(struct x)', 'struct x {'.repeat(3000))],
    ['a huge array', fileWith('sizeof(struct s)', `struct s { char a${'[1024]'.repeat(40)}; };`)],
  ])('%s', (_name, text) => {
    expect(callsOf(parser, text).map((call) => call.size.kind)).toEqual(['unknown']);
  });

  it('calls in one another are no obstacle', () => {
    const text = `int f(void)\n{\n\tx = ${'g('.repeat(9000)}dma_map_single(a, b, 4, d)${')'.repeat(9000)};\n}\n`;
    expect(callsOf(parser, text).length).toBeLessThanOrEqual(1);
  });

  it('an argument that is empty stands between its commas', () => {
    const text = 'int f(void)\n{\n\tx = dma_map_single(a, b, , d;\n}\nint behind;\n';
    const [call] = callsOf(parser, text);
    expect([call?.sizeStart, call?.sizeEnd]).toEqual([text.indexOf(', d'), text.indexOf(', d')]);
  });

  it('runs of blanks are no obstacle', () => {
    const blanks = ' '.repeat(1_000_000);
    const before = [
      'struct ring { unsigned int count; };', `struct${blanks}1`, `struct ring${blanks};`, 'static void fill(void)\n{', ...Array.from({ length: 2000 }, () => `memcpy(${' '.repeat(290)}1, 2);`), '}',
      ...Array.from({ length: 300 }, (_, n) => `#define SET${n}(a) ((ring).${' '.repeat(3800)}- ${' '.repeat(100)}1)`),
    ].join('\n');
    const text = fileWith('r->count', before, 'struct ring *r = get();\nr->count = 4;\nnext(r);');
    expect(callsOf(parser, text)).toHaveLength(1);
  });

  it('long lines and comments are no obstacle', () => {
    const text = `/*${'x*'.repeat(200_000)}*/\nint a[] = {${'1,'.repeat(200_000)}};\n${fileWith('64')}`;
    expect(callsOf(parser, text).map((call) => brief(call.size))).toEqual(['64']);
  });
});

describe('headers', () => {
  const load = (files: Record<string, string>, path: string) => loadHeaders(path, files[path] ?? '', (wanted) => Promise.resolve(files[wanted]));

  it('are found beside the including file, and loops end', async () => {
    const headers = await load({ 'a/x.c': '#include "y.h"\n#include "sub/z.h"\n#include <n.h>', 'a/y.h': '#include "y.h"\n#include "x.c"', 'a/sub/z.h': '#include "../y.h"\n#include "w.h"', 'a/sub/w.h': '' }, 'a/x.c');
    expect([...headers.keys()]).toEqual(['a/y.h', 'a/sub/z.h', 'a/sub/w.h']);
  });

  it('are bounded where each includes a new one', async () => {
    let reads = 0;
    const headers = await loadHeaders('a.c', '#include "h0.h"\n#include "g0.h"', () => {
      reads++;
      return Promise.resolve(`#include "h${reads}.h"\n#include "g${reads}.h"\n`);
    });
    expect(headers.size).toBeLessThanOrEqual(600);
  });

  it('that include themselves without a guard end', () => {
    const headers = new Map([['h.h', { path: 'h.h', text: '#include "h.h"\n#include "h.h"\n#define N 4\n' }]]);
    const { calls } = scanSource(parser, { path: 'x.c', text: fileWith('N', '#include "h.h"'), headers });
    expect(brief(calls[0]?.size)).toBe('4');
  });

  it('take effect from their place on', () => {
    const headers = new Map([['h.h', { path: 'h.h', text: '#pragma once\n#ifdef BIG\n#define N 8\n#else\n#define N 4\n#endif\n' }]]);
    const size = (before: string): string => brief(scanSource(parser, { path: 'x.c', text: fileWith('N', before), headers }).calls[0]?.size);
    expect(size('#define BIG\n#include "h.h"')).toBe('8');
    expect(size('#undef BIG\n#include "h.h"\n#define BIG\n#include "h.h"')).toBe('4');
    expect(size('#include "h.h"')).toBe('4..8');
  });

  it('paths are joined and folded', () => {
    expect(includedPath('a/b/c.c', '../d/./e.h')).toBe('a/d/e.h');
    expect(includedPath('c.c', '../e.h')).toBe('../e.h');
    expect(includedPath('/r/c.c', 'e.h')).toBe('/r/e.h');
  });

  it('are indexed once for all that include them', () => {
    const cache = new IndexCache();
    const headers = new Map([['h.h', { path: 'h.h', text: '#define N 4\n' }]]);
    const scan = (): unknown => scanSource(parser, { path: 'x.c', text: fileWith('N', '#include "h.h"'), headers, cache });
    const first = scan();
    const kept = cache.of('h.h', '#define N 4\n');
    expect(scan()).toEqual(first);
    expect(cache.of('h.h', '#define N 4\n')).toBe(kept);
    headers.set('h.h', { path: 'h.h', text: '#define N 5\n' });
    expect(scan()).not.toEqual(first);
  });
});

describe('the table of functions', () => {
  it('names a size among the arguments of each', () => {
    for (const api of DMA_APIS.values()) {
      expect(api.size ?? api.fixed).toBeGreaterThanOrEqual(0);
      for (const arity of api.arities) expect(api.size ?? 0).toBeLessThan(arity);
      expect(calledNames(`x = ${api.name} (`)).toEqual([{ name: api.name, start: 4 }]);
    }
    expect(DMA_APIS.get('dma_alloc_coherent')).toMatchObject({ family: 'coherent', size: 1, device: 0, arities: [4] });
    expect(DMA_APIS.get('dma_map_page')).toMatchObject({ family: 'streaming', size: 3, device: 0, arities: [5] });
    expect(DMA_APIS.get('dma_pool_create')).toMatchObject({ family: 'pool', size: 2, device: 1 });
  });

  it('is asked before anything is parsed', () => {
    expect(mentionsDmaApi('my_dma_map_single(a); dma_map_singles(b)')).toBe(false);
    expect(mentionsDmaApi('x = dma_map_single(a);')).toBe(true);
    const untouched: CParser = { withTree: () => { throw new Error('parsed'); }, dispose: () => undefined };
    expect(scanSource(untouched, { path: 'x.c', text: 'int main(void) { return 0; }', headers: new Map() }).calls).toEqual([]);
    expect(() => scanSource(untouched, { path: 'x.c', text: 'int f(void)\n{\n\tdma_map_single(a, b, 4, d);\n}\n', headers: new Map() })).toThrow('parsed');
  });
});

describe('the parser', () => {
  it('gives up on a text that it would read for ever, and reads the next', () => {
    const nested = `\tr = f(d, ${'a = '.repeat(5000)}${'switch (a) { case 1: '.repeat(400)};${'}'.repeat(400)}1, b);\n`;
    expect(parser.withTree(nested, ({ rootNode }) => rootNode.namedChildren.length)).toBe(0);
    expect(parser.withTree('int x;', ({ rootNode }) => rootNode.namedChildren.map(({ type }) => type))).toEqual(['declaration']);
  });

  it('reads a long file without errors whole', () => {
    const long = Array.from({ length: 4000 }, (_, at) => `static int f${at}(int a)\n{\n\tif (a > ${at})\n\t\treturn g(a, ${at});\n\treturn 0;\n}\n`).join('\n');
    expect(parser.withTree(long, ({ rootNode }) => rootNode.namedChildren.length)).toBe(4000);
  });
});
