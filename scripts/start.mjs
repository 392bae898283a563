/**
 * `npm start`: installs what is missing, builds, and opens VS Code with the extension and a sample workspace.
 *
 *   npm start [-- --port N] [--folder DIR] [--no-open] [--embedded]
 *
 * The desktop's `code` where there is one (not with --embedded); else the VS Code of tools/vscode-host, served on the
 * loopback address that is printed. The sample is copied first, to be edited at will; --folder opens a folder of yours.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { die, ensureBuild, ensureDependencies, onPath, ROOT, say, SetupError } from './setup.mjs';

const USAGE = 'usage: npm start -- [--port N] [--folder DIR] [--no-open] [--embedded]';

/** What the embedded VS Code is set to: no accounts, no tips, the sample first. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' }, folder: { type: 'string' }, 'no-open': { type: 'boolean', default: false },
        embedded: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new SetupError(`${error.message}\n${USAGE}`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new SetupError(`--port ${values.port}: expected a number from 0 (a free port) to 65535`);
  const folder = values.folder && resolve(process.env.INIT_CWD ?? '.', values.folder);
  if (folder && !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new SetupError(`--folder ${values.folder}: expected a folder`);
  return { port, folder, open: !values['no-open'], embedded: values.embedded };
}

/** A copy of the sample workspace, in a scratch folder. */
function sampleCopy(/** @type {string} */ scratch) {
  const folder = join(scratch, 'dma-aperture-sample');
  cpSync(join(ROOT, 'media/sample'), folder, { recursive: true });
  return folder;
}

/** Opens the desktop's VS Code. @returns {boolean} whether it did */
function openDesktop(/** @type {string} */ code, /** @type {string} */ folder) {
  const { status } = spawnSync(code, ['--new-window', `--extensionDevelopmentPath=${ROOT}`, folder], { stdio: ['ignore', 2, 2] });
  if (status === 0) say(`VS Code is open with DMA Aperture and ${folder}.`);
  else say(`${code} ended with status ${status}: the embedded VS Code is used instead.`);
  return status === 0;
}

async function serve(/** @type {{ port: number, folder: string, open: boolean, scratch: string }} */ { port, folder, open, scratch }) {
  const { startServer, workbenchUrl } = await import('../tools/vscode-host/server.mjs');
  const userDataDir = join(scratch, 'user');
  mkdirSync(join(userDataDir, 'User'), { recursive: true });
  writeFileSync(join(userDataDir, 'User/settings.json'), JSON.stringify(SETTINGS, undefined, 2));
  let server;
  try {
    server = await startServer({ port, install: [ROOT], userDataDir });
  } catch (error) {
    throw new SetupError(`VS Code could not be started: ${error.message}`);
  }
  let ending = false;
  const end = async (status) => {
    ending = true;
    await server.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    process.exit(status);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void end(0));
  const first = join(folder, 'capture-card.c');
  const url = workbenchUrl(server, folder, existsSync(first) ? [['openFile', `vscode-remote://127.0.0.1:${server.port}${encodeURI(first)}`]] : []);
  process.stdout.write(`DMA Aperture is open at ${url}\n`);
  say(`The folder is ${folder}. Ctrl-C ends it.`);
  const opener = open && process.stdout.isTTY && (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) ? onPath('xdg-open') : undefined;
  if (opener) spawn(opener, [url], { stdio: 'ignore', detached: true }).on('error', () => {}).unref();
  await server.died.catch(async (error) => {
    if (ending) return;
    say(error.message);
    await end(1);
  });
}

try {
  const { port, folder: given, open, embedded } = options();
  ensureDependencies();
  ensureBuild();
  const scratch = mkdtempSync(join(tmpdir(), 'dma-aperture-'));
  const folder = given ?? sampleCopy(scratch);
  const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY || process.env.VSCODE_IPC_HOOK_CLI);
  const code = embedded || !open || !display ? undefined : onPath('code');
  if (!code || !openDesktop(code, folder)) await serve({ port, folder, open, scratch });
} catch (error) {
  die(error);
}
