import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SourceSieve } from '../../src/cli/source-sieve.ts';
import { DMA_APIS, mentionsDmaApi } from '../../src/csource/calls/dma-apis.ts';
import { CONTEXT_MARKS, mentionsContext } from '../../src/csource/context/read-context.ts';

const MIB = 2 ** 20;

const sieve = new SourceSieve();
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dma-aperture-sieve-'));
  file = join(folder, 'a.c');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a sieve that has read another file before makes of a text. */
function sifted(content: string | Buffer): string | undefined {
  writeFileSync(file, 'dma_map_single(d, p, n, x);');
  sieve.read(file);
  writeFileSync(file, content);
  return sieve.read(file);
}

describe('the files that a scan decodes', () => {
  it.each([...DMA_APIS.keys(), ...CONTEXT_MARKS])('%s alone', (name) => {
    expect(mentionsDmaApi(name) || mentionsContext(name)).toBe(true);
    expect(sifted(`x = ${name}`)).toBe(`x = ${name}`);
  });

  it('nothing of interest, and nothing at all', () => {
    expect(sifted('int f(void)\n{\n\treturn dma_ma;\n}\n')).toBeUndefined();
    expect(sifted('')).toBeUndefined();
  });

  it('bytes that are no UTF-8', () => {
    expect(sifted(Buffer.from([0xff, 0x00, ...Buffer.from(' alloc_page(x)')]))).toBe('\ufffd\u0000 alloc_page(x)');
  });

  it.each([0, 1, 7, 13, 14, 15, 31, 45])('a name across the border of two parts, %i bytes before it', (before) => {
    const text = `${' '.repeat(MIB - before)}dma_map_single(d, p, n, x);`;
    expect(sifted(text)).toBe(text);
    expect(sifted(`${' '.repeat(2 * MIB - 64)}${text}`)).toContain('dma_map_single');
  });

  it('a long file without a name', () => {
    expect(sifted(' '.repeat(3 * MIB))).toBeUndefined();
    expect(sifted(' '.repeat(MIB))).toBeUndefined();
  });

  it('a file that is not there', () => {
    expect(() => sieve.read(join(folder, 'none.c'))).toThrow('ENOENT');
  });
});
