/** Starts the server of the VS Code host that vscode-host.mjs installs. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { defaultCacheDir, installHost } from './vscode-host.mjs';

/**
 * @typedef {object} ServerOptions
 * @property {string} [cacheDir]        where vscode-host.mjs installs; default: VSCODE_HOST_CACHE or .vscode-host
 * @property {number} [port]            default: a free one
 * @property {string[]} [install]       extension folders to have as installed ones (links in extensionsDir): what a user
 *                                      sees, notifications included, which test runs do not show
 * @property {string} [userDataDir]     default: a fresh temporary folder; holds User/settings.json
 * @property {string} [extensionsDir]   default: a fresh temporary folder
 * @property {string[]} [args]          further arguments of the VS Code server
 * @property {(line: string) => void} [trace]  what the server prints
 *
 * @typedef {object} RunningServer
 * @property {number} port
 * @property {string} token             the connection token, `tkn` in a URL
 * @property {string} temp              a temporary folder that ends with the server
 * @property {Promise<never>} died      rejects when the server ends
 * @property {() => Promise<void>} close
 */

/** The URL of a workbench. @param {RunningServer} server @param {string | undefined} workspace a folder or .code-workspace file */
export function workbenchUrl({ port, token }, workspace, payload = []) {
  const url = new URL(`http://127.0.0.1:${port}/`);
  url.searchParams.set('tkn', token);
  if (!workspace) url.searchParams.set('ew', 'true');
  else url.searchParams.set(statSync(workspace).isDirectory() ? 'folder' : 'workspace', resolve(workspace));
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/** @param {ServerOptions} options @returns {Promise<RunningServer>} */
export async function startServer(options) {
  const host = installHost(options.cacheDir ?? defaultCacheDir());
  const temp = mkdtempSync(join(tmpdir(), 'vscode-host-'));
  const trace = options.trace ?? (() => {});
  const died = withResolvers();
  died.promise.catch(() => {}); // heard by those who wait for it
  const token = randomBytes(16).toString('hex');
  const extensionsDir = resolve(options.extensionsDir ?? join(temp, 'extensions'));
  mkdirSync(extensionsDir, { recursive: true });
  for (const folder of options.install ?? []) symlinkSync(resolve(folder), join(extensionsDir, basename(resolve(folder))));

  const server = spawn(host.node, [
    host.server, '--host', '127.0.0.1', '--port', String(options.port ?? 0), '--connection-token', token,
    '--server-data-dir', join(temp, 'server'),
    '--user-data-dir', resolve(options.userDataDir ?? join(temp, 'user')),
    '--extensions-dir', extensionsDir,
    '--accept-server-license-terms', '--telemetry-level', 'off', '--disable-telemetry', '--disable-experiments',
    '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override', '--force-disable-user-env',
    ...(options.args ?? []),
  ], {
    detached: true, // a process group of its own, to end as one
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' }, // no marketplace
  });
  const onExit = () => killGroup(server, 'SIGKILL');
  process.once('exit', onExit);
  let closed;
  const close = () => (closed ??= (async () => {
    if (server.pid && server.exitCode === null && server.signalCode === null) {
      const gone = new Promise((done) => server.once('exit', done));
      killGroup(server, 'SIGTERM');
      await Promise.race([gone, delay(3000)]);
      killGroup(server, 'SIGKILL'); // what is left of its process group
    }
    process.off('exit', onExit);
    rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
  })());

  let text = '';
  server.once('error', (error) => died.reject(new Error(`the VS Code server could not be started: ${error.message}`)));
  server.once('exit', (code, signal) => died.reject(new Error(`the VS Code server ended (${signal ?? code}): ${text.trim().split('\n').at(-1)}`)));
  const listening = new Promise((found) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        trace(chunk.trimEnd());
        if (text.length < 100_000) text += chunk;
        const match = /Extension host agent listening on (\d+)/.exec(text);
        if (match) found(Number(match[1]));
      });
    }
  });
  try {
    const port = await Promise.race([died.promise, listening]);
    return { port, token, temp, died: died.promise, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // the group has ended
  }
}

/** @param {number} ms */
const delay = (ms) => new Promise((done) => setTimeout(done, ms).unref());

/** Promise.withResolvers, which Node 20 has not. */
export function withResolvers() {
  let resolve, reject;
  const promise = new Promise((a, b) => ([resolve, reject] = [a, b]));
  return { promise, resolve, reject };
}
