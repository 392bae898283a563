import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { logParts } from '../../../src/cli/log-parts.ts';
import { readInput } from '../../../src/cli/read-input.ts';

const directory = mkdtempSync(join(tmpdir(), 'dma-aperture-input-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function partsOf(path: string): Promise<string[]> {
  const parts: string[] = [];
  for await (const { text } of logParts(path, { sift: false })) parts.push(text);
  return parts;
}

function file(name: string, bytes: Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

describe('logParts', () => {
  const line = '[    1.000000] usb 1-1: Größe €5 \u{1f427} näch\n';
  const long = line.repeat(Math.ceil((18 * 2 ** 20) / Buffer.byteLength(line)));

  it.each([
    ['UTF-8', Buffer.from(long)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${long}`)],
    ['UTF-16', Buffer.from(`\ufeff${long}`, 'utf16le')],
    ['gzip', gzipSync(Buffer.from(long))],
    ['ASCII', Buffer.from(long.replace(/[^\n -~]/gu, '?'))],
  ])('gives a long text in %s part by part, and the same as in one', async (name, bytes) => {
    const path = file(name, bytes);
    const parts = await partsOf(path);
    expect(parts.join('') === readInput(path)).toBe(true);
    if (bytes.length > 8 * 2 ** 20) expect(parts.length).toBeGreaterThan(10);
  });

  it('gives a short text in one part, whatever its encoding', async () => {
    expect(await partsOf(file('latin1', Buffer.from('caf\xe9\n', 'latin1')))).toEqual(['café\n']);
    expect(await partsOf(file('empty', Buffer.alloc(0)))).toEqual(['']);
  });

  it('names the file that cannot be read', async () => {
    await expect(partsOf(join(directory, 'none'))).rejects.toThrow(/none: no such file/);
    await expect(partsOf(directory)).rejects.toThrow(/is a directory: expected a file/);
    await expect(partsOf(file('cut.gz', gzipSync(Buffer.from(long)).subarray(0, 500)))).rejects.toThrow(/expected a whole gzip file/);
  });
});
