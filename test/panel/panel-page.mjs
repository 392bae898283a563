/** Builds the panel as it ships, serves it under its own policy, and stands in for VS Code around it. */
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { THEMES } from './themes.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const NONCE = 'cGFuZWx0ZXN0';

async function bundle(entry, more = {}) {
  const { outputFiles } = await build({
    absWorkingDir: ROOT, entryPoints: [entry], bundle: true, write: false, minify: true, target: 'es2022', format: 'iife',
    platform: 'browser', legalComments: 'none', jsx: 'automatic', jsxImportSource: 'preact', outdir: 'none', ...more,
  });
  return outputFiles[0].text;
}

/** The page's bundles as `npm run package` minifies them, and its html builder. */
export async function buildPanel() {
  const [script, style, html] = await Promise.all([
    bundle('src/panel/main.tsx'),
    bundle('src/panel/panel.css'),
    bundle('src/protocol/panel-html.ts', { format: 'esm', platform: 'node' }),
  ]);
  const { panelHtml } = await import(`data:text/javascript,${encodeURIComponent(html)}`);
  return { script, style, panelHtml };
}

/** @returns the address of the page on a loopback port of its own */
export async function servePanel({ script, style, panelHtml }) {
  const server = createServer((request, response) => {
    const { port } = server.address();
    const origin = `http://127.0.0.1:${port}`;
    const files = {
      '/': ['text/html', () => panelHtml({ nonce: NONCE, cspSource: origin, scriptUri: `${origin}/panel.js`, styleUri: `${origin}/panel.css`, lang: 'en', title: 'DMA Aperture' })],
      '/panel.js': ['text/javascript', () => script],
      '/panel.css': ['text/css', () => style],
    };
    const [type, body] = files[request.url] ?? [];
    response.writeHead(type ? 200 : 404, { 'content-type': `${type ?? 'text/plain'}; charset=utf-8` });
    response.end(body?.() ?? '');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((done) => server.close(done)) };
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** What runs in the page before it: VS Code's API, its theme, and a host that answers. */
function standIn({ theme, state, mute, recording }) {
  const bytes = recording === undefined ? undefined : Uint8Array.from(window.atob(recording), (character) => character.charCodeAt(0));
  const posted = [];
  const violations = [];
  document.addEventListener('securitypolicyviolation', (event) => violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  const send = (data) => window.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }));
  const panel = { posted, violations, send, state, mute, failing: undefined };
  window.testPanel = panel;
  let taken = false;
  window.acquireVsCodeApi = () => {
    if (taken) throw new Error('the API can be acquired once');
    taken = true;
    return {
      postMessage(message) {
        posted.push(structuredClone(message));
        if (panel.mute) return;
        setTimeout(async () => {
          if (message.kind === 'ready' && panel.state) send({ version: 1, kind: 'state', state: panel.state });
          const part = message.kind === 'recordingPart' && bytes ? { bytes: bytes.subarray(message.offset, message.offset + 2 ** 21) } : {};
          const answer = message.kind === 'operation' && window.explainOperation ? await window.explainOperation(message.operation) : undefined;
          const operation = answer ? { detail: answer.detail, candidates: { slots: Uint32Array.from(answer.slots), verdicts: Uint8Array.from(answer.verdicts) } } : {};
          send({ version: 1, kind: 'reply', id: message.id, ...part, ...operation, ...(panel.failing ? { error: panel.failing } : {}) });
        });
      },
      getState: () => JSON.parse(window.sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (value) => window.sessionStorage.setItem('state', JSON.stringify(value)),
    };
  };
  const paint = ({ classes, colours }) => {
    for (const [name, value] of Object.entries(colours)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
    document.body.className = classes.join(' ');
  };
  panel.paint = paint;
  const observer = new MutationObserver(() => {
    if (!document.body) return;
    observer.disconnect();
    paint(theme);
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** A page of the panel in a context of its own. `errors` gathers what the page throws or the policy blocks. */
export async function openPanel(browser, url, { theme = 'dark', width = 1200, height = 900, state, recording, explain, mute = false, kept, clock = false, forcedColors } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...(forcedColors ? { forcedColors } : {}) });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => !request.url().startsWith(url) && !request.url().startsWith('data:') && errors.push(`fetched ${request.url()}`));
  if (clock) await page.clock.install();
  if (explain) await page.exposeFunction('explainOperation', explain);
  await page.addInitScript(standIn, { theme: THEMES[theme], state, mute, recording });
  if (kept !== undefined) await page.addInitScript((value) => window.sessionStorage.getItem('state') ?? window.sessionStorage.setItem('state', JSON.stringify(value)), kept);
  // The favicon is the browser's own wish, not the page's.
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto(url);
  if (state) await page.waitForSelector('main section');
  return {
    page,
    errors,
    posted: () => page.evaluate(() => window.testPanel.posted),
    send: (message) => page.evaluate((data) => window.testPanel.send(data), message),
    violations: () => page.evaluate(() => window.testPanel.violations),
    shot: async (name) => {
      if (process.env.SHOTS_DIR) await page.screenshot({ path: join(process.env.SHOTS_DIR, `${name}.png`), fullPage: true });
    },
    axe: async () => {
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      return violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
    },
    close: () => context.close(),
  };
}
