import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Message { id?: number | string; method?: string; params?: unknown; result?: unknown; error?: { message: string } }
interface Answer { capabilities: object; diagnostics: { code: string; message: string; range: { start: { line: number } } }[] }

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', wasm: 'application/wasm' };

/** Runs in the page: speaks to the server in its worker until it has published what it finds in a document. */
async function scanInWorker(document: { uri: string; languageId: string; text: string }): Promise<Answer> {
  const bytes = async (name: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
  const worker = new Worker('/web/server.js');
  const waiting = new Map<number | string, (message: Message) => void>();
  let found: ((params: unknown) => void) | undefined;
  worker.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.method === undefined) waiting.get(data.id!)?.(data);
    else if (data.method === 'textDocument/publishDiagnostics') found?.(data.params);
    else if (data.id !== undefined) {
      const missing = data.method === 'dmaAperture/readFile';
      worker.postMessage({ jsonrpc: '2.0', id: data.id, result: missing ? { missing: true } : data.method === 'dmaAperture/findFiles' ? [] : null });
    }
  };
  const request = (id: number, method: string, params: unknown): Promise<Message> => new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ jsonrpc: '2.0', id, method, params });
  });
  const wasm = { runtime: await bytes('web-tree-sitter.wasm'), grammar: await bytes('tree-sitter-c.wasm') };
  const initialized = await request(1, 'initialize', {
    processId: null, rootUri: null, workspaceFolders: null, capabilities: {}, initializationOptions: { wasm, readsFiles: true, platform: 'xen-3.0.4' },
  });
  if (initialized.error) throw new Error(initialized.error.message);
  worker.postMessage({ jsonrpc: '2.0', method: 'initialized', params: {} });
  const diagnostics = new Promise<Answer['diagnostics']>((resolve) => {
    found = (params) => resolve((params as Answer).diagnostics);
  });
  worker.postMessage({ jsonrpc: '2.0', method: 'textDocument/didOpen', params: { textDocument: { ...document, version: 1 } } });
  const answer = { capabilities: (initialized.result as Answer).capabilities, diagnostics: await diagnostics };
  worker.terminate();
  return answer;
}

describe('the language server in a web worker', () => {
  let browser: Browser | undefined;
  let files: Server;
  let origin: string;

  beforeAll(async () => {
    files = createServer(({ url = '/' }, response) => {
      const extension = /\.(js|wasm)$/.exec(url)?.[1];
      // Only what a test asks for by name: the page itself, and files of dist/.
      if (extension === undefined || url.includes('..')) return void response.setHeader('content-type', 'text/html').end('<!doctype html><title>worker</title>');
      response.setHeader('content-type', TYPES[extension] ?? '').end(readFileSync(`dist${url}`));
    });
    await new Promise<void>((listening) => files.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    files.close();
  });

  const scan = async (languageId: string, text: string): Promise<Answer> => {
    const page = await browser!.newPage();
    try {
      await page.goto(origin);
      return await page.evaluate(scanInWorker, { uri: `vscode-vfs://github/some/one/file.${languageId}`, languageId, text });
    } finally {
      await page.close();
    }
  };

  it('parses C with the WebAssembly that it is handed, and finds what is too large', async () => {
    const { capabilities, diagnostics } = await scan('c', 'int probe(struct device *dev)\n{\n\treturn dma_map_single(dev, data, 512 << 10, 1);\n}\n');
    expect(capabilities).toHaveProperty('hoverProvider', true);
    expect(diagnostics.map((each) => [each.code, each.range.start.line])).toEqual([['dma/streaming-exceeds-segment', 2]]);
    expect(diagnostics[0]!.message).toContain('512 KiB');
  });

  it('finds nothing where nothing is too large', async () => {
    const { diagnostics } = await scan('c', 'int probe(struct device *dev)\n{\n\treturn dma_map_single(dev, data, 64 << 10, 1);\n}\n');
    expect(diagnostics).toEqual([]);
  });
});
