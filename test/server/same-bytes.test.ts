import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInPlatform, DEFAULT_PLATFORM_ID } from '../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../src/core/scenario/parse-scenario.ts';
import { runScenario } from '../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../src/core/scenario/scenario-platform.ts';
import { runJson } from '../../src/render/run-report.ts';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'media/scenarios';
const IDS = readdirSync(FOLDER).map((name) => name.replace('.dma.json', '')).sort();

/** What `runScenarioTest` and `runScenario` answer for each id, as text. */
type Answers = Record<string, string>;

/** Runs in the page: asks the server in its worker. */
async function askInWorker(ids: readonly string[]): Promise<Answers> {
  const worker = new Worker('/web/server.js');
  const waiting = new Map<number, (result: unknown) => void>();
  worker.onmessage = ({ data }: MessageEvent<{ id?: number; method?: string; result?: unknown; error?: { message: string } }>) => {
    if (data.method === undefined) waiting.get(data.id!)?.(data.error ?? data.result);
    else if (data.id !== undefined) worker.postMessage({ jsonrpc: '2.0', id: data.id, result: data.method === 'dmaAperture/findFiles' ? [] : data.method === 'dmaAperture/readFile' ? { missing: true } : null });
  };
  let next = 0;
  const request = (method: string, params: unknown): Promise<unknown> => new Promise((resolve) => {
    const id = ++next;
    waiting.set(id, resolve);
    worker.postMessage({ jsonrpc: '2.0', id, method, params });
  });
  await request('initialize', { processId: null, rootUri: null, workspaceFolders: null, capabilities: {}, initializationOptions: { readsFiles: true } });
  worker.postMessage({ jsonrpc: '2.0', method: 'initialized', params: {} });
  const answers: Answers = {};
  for (const id of ids) answers[id] = JSON.stringify([await request('dmaAperture/runScenarioTest', { id }), await request('dmaAperture/runScenario', { id })]);
  worker.terminate();
  return answers;
}

describe('the same scenario gives the same bytes', () => {
  let browser: Browser;
  let files: Server;
  beforeAll(async () => {
    files = createServer(({ url = '/' }, response) => {
      if (url !== '/web/server.js') return void response.setHeader('content-type', 'text/html').end('<!doctype html><title>worker</title>');
      response.setHeader('content-type', 'text/javascript').end(readFileSync('dist/web/server.js'));
    });
    await new Promise<void>((listening) => files.listen(0, '127.0.0.1', listening));
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
  });
  afterAll(async () => {
    await browser.close();
    files.close();
  });

  it('from the command line as from the core', () => {
    const paths = IDS.map((id) => `${FOLDER}/${id}.dma.json`);
    const { stdout, status } = spawnSync(process.execPath, ['bin/dma-aperture.mjs', 'run', '--json', ...paths], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    expect(status).toBe(0);
    const active = builtInPlatform(DEFAULT_PLATFORM_ID)!;
    const runs = paths.map((path) => {
      const parsed = parseScenario(readFileSync(path, 'utf8'));
      if (!parsed.ok) throw new Error(path);
      return runJson(runScenario(parsed.scenario, platformOf(parsed.scenario, active, path)), path);
    });
    expect(stdout === `${JSON.stringify(runs, null, 2)}\n`).toBe(true);
  }, 180_000);

  it('in a worker as in Node: verdicts, messages, and all that the panel is told', async () => {
    const client = new LspClient();
    await client.initialize({}, 'memfs:/none');
    const node: Answers = {};
    for (const id of IDS) node[id] = JSON.stringify([await client.connection.sendRequest('dmaAperture/runScenarioTest', { id }), await client.connection.sendRequest('dmaAperture/runScenario', { id })]);
    expect(await client.stop()).toBe(0);
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(files.address() as AddressInfo).port}`);
    const worker = await page.evaluate(askInWorker, IDS);
    expect(IDS.filter((id) => worker[id] !== node[id])).toEqual([]);
  }, 180_000);
});
