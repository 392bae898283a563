import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationTokenSource, FileChangeType, WorkDoneProgress } from 'vscode-languageserver-protocol';
import type { ScanSummary } from '../../src/protocol/server-requests.ts';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/proj';
const CARD = `${FOLDER}/drivers/card.c`;
const HEADER = `${FOLDER}/drivers/card.h`;
const SMALL = `${FOLDER}/drivers/small.c`;
const PLAIN = `${FOLDER}/lib/plain.c`;
const OLD = `${FOLDER}/old/card.c`;

const OVER = 'int f(struct device *dev, void *p)\n{\n\tdma_addr_t a = dma_map_single(dev, p, CARD_BYTES, DMA_TO_DEVICE);\n\treturn dma_mapping_error(dev, a);\n}\n';
const driver = (bytes: string): string => `#define CARD_BYTES ${bytes}\n${OVER}`;

function workspace(): Record<string, string> {
  return {
    [CARD]: `#include "card.h"\n${OVER}`,
    [HEADER]: '#define CARD_BYTES (512 * 1024)\n',
    [SMALL]: driver('4096'),
    [PLAIN]: 'int plain(void) { return 0; }\n',
    [OLD]: driver('(1 << 20)'),
  };
}

const rules = (client: LspClient, uri: string): unknown[] | undefined => client.published(uri)?.map(({ code, range }) => [code, range.start.line]);
const changed = (client: LspClient, ...uris: string[]): Promise<void> =>
  client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: uris.map((uri) => ({ uri, type: FileChangeType.Changed })) });

describe('a scan of the workspace', () => {
  let client: LspClient;
  const files = workspace();
  const scan = (params: object = {}): Promise<ScanSummary> => client.connection.sendRequest('dmaAperture/scanWorkspace', params);
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize(files, FOLDER, { scan: { exclude: ['**/old/**'] } });
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('publishes what it finds in files that nobody opened, says how far it is, and leaves out what it is told to', async () => {
    const said: { kind: string; percentage?: number }[] = [];
    const listening = client.connection.onProgress(WorkDoneProgress.type, 'scan-1', (value) => void said.push(value));
    expect(await scan({ workDoneToken: 'scan-1' })).toEqual({ files: 3, filesWithCalls: 2, calls: 2, findings: 1, unchanged: 0, unread: 0, limited: false, cancelled: false });
    listening.dispose();
    expect(said[0]).toMatchObject({ kind: 'begin', percentage: 0, cancellable: true });
    expect(said.at(-1)).toEqual({ kind: 'end' });
    await client.diagnostics(CARD, (all) => all.length > 0);
    expect(rules(client, CARD)).toEqual([['dma/streaming-exceeds-segment', 3]]);
    expect([SMALL, PLAIN, OLD].map((uri) => client.published(uri))).toEqual([undefined, undefined, undefined]);
  });

  it('reads again only what has changed', async () => {
    expect(await scan()).toMatchObject({ files: 3, unchanged: 3, findings: 1 });
    files[SMALL] = driver('0x80000');
    expect(await scan()).toMatchObject({ files: 3, unchanged: 2, findings: 2 });
    await client.diagnostics(SMALL, (all) => all.length === 1);
  });

  it('follows a changed file, and a changed header to the files that rest on it', async () => {
    files[SMALL] = driver('4096');
    await changed(client, SMALL);
    await client.diagnostics(SMALL, (all) => all.length === 0);
    files[HEADER] = '#define CARD_BYTES 4096\n';
    await changed(client, HEADER);
    await client.diagnostics(CARD, (all) => all.length === 0);
    files[HEADER] = '#define CARD_BYTES (1 << 20)\n';
    await changed(client, HEADER);
    await client.diagnostics(CARD, (all) => all.length === 1);
  });

  it('leaves an open document to its editor, and speaks for its file again when it is closed', async () => {
    await client.open(CARD, 'c', driver('100'));
    await client.diagnostics(CARD, (all, version) => version === 1 && all.length === 0);
    await scan();
    expect(client.published(CARD)).toEqual([]);
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: CARD } });
    await client.diagnostics(CARD, (all, version) => version === undefined && all.length === 1);
  });

  it('drops a file that is gone', async () => {
    const text = files[CARD];
    Reflect.deleteProperty(files, CARD);
    await changed(client, CARD);
    await client.diagnostics(CARD, (all) => all.length === 0);
    files[CARD] = text!;
    expect(await scan()).toMatchObject({ files: 3, findings: 1 });
  });

  it('holds every file against another platform when that is chosen', async () => {
    files[SMALL] = 'int f(struct device *dev, dma_addr_t *h)\n{\n\tvoid *ring = dma_alloc_coherent(dev, 4 << 20, h, GFP_KERNEL);\n\n\treturn ring ? 0 : -ENOMEM;\n}\n';
    expect(await scan()).toMatchObject({ findings: 1 });
    await client.connection.sendRequest('dmaAperture/selectPlatform', { id: 'xen-3.0.4' });
    await client.diagnostics(SMALL, (all) => all.length === 1);
    await client.connection.sendRequest('dmaAperture/selectPlatform', { id: 'xen-4.17-linux-6.1' });
    await client.diagnostics(SMALL, (all) => all.length === 0);
  });

  it('takes everything back when it is cleared', async () => {
    await client.diagnostics(CARD, (all) => all.length === 1);
    await client.connection.sendRequest('dmaAperture/clearScan', {});
    await client.diagnostics(CARD, (all) => all.length === 0);
    // Nothing is known of it any more: a change says nothing.
    expect(await scan()).toMatchObject({ unchanged: 0, findings: 1 });
  });
});

describe('a scan of a large workspace', () => {
  let client: LspClient;
  const files: Record<string, string> = {};
  for (let each = 0; each < 400; each++) files[`${FOLDER}/d/${String(each).padStart(4, '0')}.c`] = driver(String(4096 + each));
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize(files, FOLDER, { scan: { maxFiles: 300 } });
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('ends when it is cancelled, with what it did until then', async () => {
    const source = new CancellationTokenSource();
    let reads = 0;
    // Cancelled by an event of the scan itself: a file that it asks for.
    client.connection.onRequest('dmaAperture/readFile', ({ uri }: { uri: string }): object => {
      if (++reads === 60) source.cancel();
      return uri in files ? { text: files[uri] } : { missing: true };
    });
    const summary = await client.connection.sendRequest<ScanSummary>('dmaAperture/scanWorkspace', {}, source.token);
    expect(summary.cancelled).toBe(true);
    expect(summary.files).toBeLessThan(300);
  });

  it('reads no more files than the setting allows, and says so', async () => {
    expect(await client.connection.sendRequest('dmaAperture/scanWorkspace', {})).toMatchObject({ files: 300, limited: true, cancelled: false });
  });

  it('is one at a time', async () => {
    const first = client.connection.sendRequest<ScanSummary>('dmaAperture/scanWorkspace', {});
    await expect(client.connection.sendRequest('dmaAperture/scanWorkspace', {})).rejects.toThrow(/under way/);
    expect((await first).files).toBe(300);
  });
});

describe('functions that hand sizes on', () => {
  const MEMORY = `${FOLDER}/drivers/memory.c`;
  const RING = `${FOLDER}/drivers/a-ring.c`;
  const memory = (expression: string): string => `int card_map(struct card *card, void *p, size_t len)
{
	card->handle = dma_map_single(card->dev, p, ${expression}, DMA_TO_DEVICE);
	return dma_mapping_error(card->dev, card->handle);
}
`;
  const ring = (bytes: string): string => `int ring_map(struct card *card)\n{\n\treturn card_map(card, card->ring, ${bytes});\n}\n`;
  const files: Record<string, string> = { [MEMORY]: memory('len'), [RING]: ring('1 << 20'), [PLAIN]: 'int plain(void) { return 0; }\n' };
  let client: LspClient;
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize(files, FOLDER);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('make findings where they are called in other files, wherever those come in the scan', async () => {
    const summary = await client.connection.sendRequest<ScanSummary>('dmaAperture/scanWorkspace', {});
    expect(summary).toMatchObject({ files: 3, filesWithCalls: 2, calls: 2, findings: 1 });
    await client.diagnostics(RING, (all) => all.length === 1);
    expect(rules(client, RING)).toEqual([['dma/streaming-exceeds-segment', 2]]);
  });

  it('are followed when they change, and when their callers do', async () => {
    files[RING] = ring('4096');
    await changed(client, RING);
    await client.diagnostics(RING, (all) => all.length === 0);
    files[RING] = ring('1 << 21');
    await changed(client, RING);
    await client.diagnostics(RING, (all) => all.length === 1);
    files[MEMORY] = memory('64');
    await changed(client, MEMORY);
    await client.diagnostics(RING, (all) => all.length === 0);
  });

  it('are known in open documents as soon as their own file was looked at', async () => {
    await client.open(RING, 'c', ring('1 << 22'));
    await client.diagnostics(RING, (all, version) => version === 1 && all.length === 0);
    await client.open(MEMORY, 'c', memory('len'));
    await client.diagnostics(RING, (all) => all.length === 1);
    expect(await client.connection.sendRequest('textDocument/hover', { textDocument: { uri: RING }, position: { line: 2, character: 10 } })).toMatchObject({
      contents: { value: expect.stringContaining('card_map() hands len on to dma_map_single()') as string },
    });
  });
  it('stay known of an open document when the scan is forgotten', async () => {
    await client.connection.sendRequest('dmaAperture/clearScan', {});
    await client.change(RING, 2, [{ text: ring('1 << 23') }]);
    const [finding] = await client.diagnostics(RING, (_all, version) => version === 2);
    expect(finding?.code).toBe('dma/streaming-exceeds-segment');
  });
});
