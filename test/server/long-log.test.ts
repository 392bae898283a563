import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoldingRange, Hover } from 'vscode-languageserver-protocol';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/proj';
const LOG = `${FOLDER}/long.dmesg`;
const OTHER = `${FOLDER}/config-6.1.0-56-amd64`;
const HEAD = [
  '[    0.000000] Linux version 5.10.0-30-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld 2.35.2) #1 SMP Debian 5.10.218-1 (2024-06-01)',
  '[    0.500000] software IO TLB: mapped [mem 0x000000003a000000-0x000000003e000000] (64MB)',
].join('\n');
const NOISE = '[   10.000000] usb 1-1: new high-speed USB device number 2 using xhci_hcd, as there are so many of them\n';
const FAILURE = '[   12.345678] card 0000:03:00.0: swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 0 (slots)\n';
const LINES = 120_000;

describe('a long log', () => {
  let client: LspClient;
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize({}, FOLDER);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('is read in parts: what is asked of another document is answered first', async () => {
    const order: string[] = [];
    await client.open(OTHER, 'kernel-config', 'CONFIG_SWIOTLB=y\n');
    await client.open(LOG, 'kernel-log', `${HEAD}\n${NOISE.repeat(LINES)}${FAILURE}`);
    const folding = client.connection.sendRequest<FoldingRange[]>('textDocument/foldingRange', { textDocument: { uri: LOG } }).then((ranges) => {
      order.push('log');
      return ranges;
    });
    const hover = client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri: OTHER }, position: { line: 0, character: 9 } }).then(() => order.push('other'));
    await Promise.all([folding, hover]);
    expect(order).toEqual(['other', 'log']);
    const found = await client.diagnostics(LOG, (all) => all.length === 2);
    expect(found.map(({ code, range }) => [code, range.start.line])).toEqual([['dma/log-aperture', 1], ['dma/log-mapping-oversize', LINES + 2]]);
  });

  it('is read again after an edit, and a reading that an edit overtakes is given up', async () => {
    const insert = (version: number, text: string): Promise<void> => client.change(LOG, version, [{ range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } }, text }]);
    await insert(2, NOISE);
    const overtaken = client.connection.sendRequest<unknown>('textDocument/documentSymbol', { textDocument: { uri: LOG } }).then(() => 'answered', (error: unknown) => (error as { code: number }).code);
    await insert(3, NOISE);
    // ContentModified: the editor asks again by itself.
    expect(['answered', -32801]).toContain(await overtaken);
    const found = await client.diagnostics(LOG, (_, version) => version === 3);
    expect(found.map(({ range }) => range.start.line)).toEqual([1, LINES + 4]);
  });

  it('answers of a line that an edit has just changed, and of those that it has moved', async () => {
    const line = LINES + 4;
    const character = FAILURE.indexOf('524288');
    await client.change(LOG, 4, [
      { range: { start: { line, character }, end: { line, character: character + 6 } }, text: '1048576' },
      { range: { start: { line: 2, character: 0 }, end: { line: 4, character: 0 } }, text: '' },
    ]);
    const hover = await client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri: LOG }, position: { line: line - 2, character } });
    expect(hover?.range?.start.line).toBe(line - 2);
    expect((hover?.contents as { value: string }).value).toContain('1 MiB');
    const found = await client.diagnostics(LOG, (_, version) => version === 4);
    expect(found.map(({ range }) => range.start.line)).toEqual([1, line - 2]);
  });

  it('tells the gravest of more findings than an editor shows, and how many it leaves out', async () => {
    const uri = `${FOLDER}/many.dmesg`;
    const reduced = '[    1.000000] software IO TLB: mapped [mem 0x000000003a000000-0x000000003e000000] (64MB)\n';
    const failures = Array.from({ length: 1500 }, (_, at) => `[   ${20 + at}.000000] card 0000:03:00.0: swiotlb buffer is full (sz: ${4096 * (at + 1)} bytes), total 32768 (slots), used ${at} (slots)\n`);
    await client.open(uri, 'kernel-log', `${HEAD}\n${reduced}${failures.join('')}`);
    const found = await client.diagnostics(uri, (all) => all.length > 0);
    expect(found).toHaveLength(1000);
    const [note, ...others] = found.filter(({ severity }) => severity !== 1);
    expect(others).toEqual([]);
    expect(note?.message).toMatch(/^\d+ findings are not shown, of which this is the first: an editor shows 1,000/);
    expect(note?.range.start.line).toBe(1);
  });
});
