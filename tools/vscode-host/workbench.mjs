/** Opens the workbench of a VS Code host in Chromium, through playwright-core. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { startServer, withResolvers, workbenchUrl } from './server.mjs';

const CHROMIUM_ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', // nothing outside this machine is looked up
];

/** Settings that the workbench has by default here; a user-data-dir's own settings override them. */
export const CONFIGURATION = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'extensions.ignoreRecommendations': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/**
 * @typedef {object} WorkbenchOptions
 * @property {string} [workspace]                  folder or .code-workspace file to open
 * @property {string[]} [extensionDevelopmentPath]
 * @property {string} [extensionTestsPath]
 * @property {boolean} [disableExtensions]
 * @property {Record<string, unknown>} [settings]  further defaults, beside CONFIGURATION
 * @property {{ width: number, height: number }} [viewport]
 * @property {boolean} [verbose]                   print the server's output and the page's console
 * @property {(type: string, args: unknown[]) => void} [onLog]  what the extension host logs to its console
 *
 * @typedef {object} Workbench
 * @property {import('playwright-core').Page} page
 * @property {Promise<number>} exitCode   settles when the extension host's test run ends (only with extensionTestsPath),
 *                                        or when something died
 * @property {() => Promise<void>} close
 */

/** @param {WorkbenchOptions & import('./server.mjs').ServerOptions} options @returns {Promise<Workbench>} */
export async function openWorkbench(options) {
  const trace = options.verbose ? (line) => process.stderr.write(`[host] ${line}\n`) : () => {};
  const server = await startServer({
    ...options, trace,
    args: [
      '--enable-remote-auto-shutdown', // ends by itself, were it ever left alone
      // Without this a built workbench ignores the payload's extension paths; with it, it shows no notification.
      ...(options.extensionDevelopmentPath?.length ? ['--enable-smoke-test-driver'] : []),
    ],
  });
  let browser;
  let closed;
  const close = () => (closed ??= (async () => {
    await browser?.close().catch(() => {});
    await server.close();
  })());

  try {
    const done = join(server.temp, 'tests-done');
    const testsPath = options.extensionTestsPath && wrapTests(server.temp, options.extensionTestsPath, done);
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    const page = await context.newPage();
    const exit = withResolvers();
    exit.promise.catch(() => {}); // seen through exitCode
    page.on('crash', () => exit.reject(new Error('the workbench page crashed')));
    browser.on('disconnected', () => exit.reject(new Error('the browser went away')));
    page.on('pageerror', (error) => trace(`page error: ${error.message}`));
    page.on('console', (message) => trace(`page ${message.type()}: ${message.text()}`));
    await page.addInitScript(configureWorkbench, { ...CONFIGURATION, ...options.settings });
    // The two functions that VS Code's own web tests use: out of the extension host come its console and its exit code.
    await page.exposeFunction('codeAutomationLog', (type, args) => options.onLog?.(type, args));
    await page.exposeFunction('codeAutomationExit', (code) => {
      if (code === 0 && !existsSync(done)) exit.reject(new Error('the extension host ended before the tests did'));
      else exit.resolve(code);
    });
    await page.goto(workbenchUrl(server, options.workspace, payload(server.port, testsPath, options)), { waitUntil: 'commit', timeout: 120_000 });
    const exitCode = Promise.race([exit.promise, server.died]);
    exitCode.catch(() => {}); // for callers that run no tests
    return { page, close, exitCode };
  } catch (error) {
    await close();
    throw error;
  }
}

async function launchChromium() {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error(`no Chromium at ${executablePath}: install the package chromium, or set CHROMIUM_PATH`);
  return chromium.launch({ executablePath, args: CHROMIUM_ARGS, headless: !process.env.VSCODE_HOST_HEADED });
}

/**
 * VS Code reports exit code 0 when a remote extension host dies amid the tests, so their end leaves a mark of its own.
 * @returns the path of the wrapped suite
 */
function wrapTests(/** @type {string} */ folder, /** @type {string} */ suite, /** @type {string} */ mark) {
  const path = join(folder, 'run-tests.cjs');
  writeFileSync(path, `exports.run = async () => {
    await require(${JSON.stringify(resolve(suite))}).run();
    require('node:fs').writeFileSync(${JSON.stringify(mark)}, '');
  };`);
  return path;
}

function payload(port, testsPath, options) {
  const uri = (path) => `vscode-remote://127.0.0.1:${port}${encodeURI(resolve(path))}`;
  const entries = [['skipWelcome', 'true'], ['skipReleaseNotes', 'true'], ['enableProposedApi', '']];
  for (const path of options.extensionDevelopmentPath ?? []) entries.push(['extensionDevelopmentPath', uri(path)]);
  if (testsPath) entries.push(['extensionTestsPath', uri(testsPath)]);
  if (options.disableExtensions) entries.push(['disableExtensions', 'true']);
  return entries;
}

/** Runs in the page before the workbench's (deferred) script does. */
function configureWorkbench(configurationDefaults) {
  document.addEventListener('readystatechange', () => {
    const meta = document.getElementById('vscode-workbench-web-configuration');
    if (!meta || document.readyState !== 'interactive') return;
    const settings = JSON.parse(meta.dataset.settings);
    delete settings.productConfiguration.serviceWorker; // code-server's own, which the bare VS Code server doesn't serve
    meta.dataset.settings = JSON.stringify({ ...settings, configurationDefaults });
  });
}
