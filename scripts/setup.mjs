/**
 * What the other scripts need before they can start, with Node's built-ins only: the packages of the lock file, a
 * Chromium, a build. Everything that cannot be had is said in one sentence that names what is needed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');

/** An error whose message is all that a user has to read. */
export class SetupError extends Error {}

/** @param {string} line */
export const say = (line) => process.stderr.write(`${line}\n`);

/** Ends a script: a SetupError by its message alone, anything else by its message and where it came from. */
export function die(/** @type {unknown} */ error) {
  const text = error instanceof SetupError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** Whether node_modules holds what package-lock.json asks for (optional packages of other systems aside). */
function dependenciesCurrent() {
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  try {
    const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
    const want = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
    return Object.entries(want).every(([path, { version, optional, peer }]) =>
      path === '' || optional || (peer && !have[path]) || have[path]?.version === version);
  } catch {
    return false;
  }
}

/** Installs the packages of package-lock.json where node_modules does not hold them. Runs no package's own script. */
export function ensureDependencies() {
  requireNode();
  if (dependenciesCurrent()) return;
  locked('install', () => {
    if (dependenciesCurrent()) return;
    say('Installing the packages of package-lock.json (npm ci --ignore-scripts)…');
    // What npm says goes to standard error: a command's standard output is its own.
    const run = () => spawnSync('npm', ['ci', '--ignore-scripts', '--no-progress', '--loglevel=error'], { cwd: ROOT, stdio: ['ignore', 2, 2], env: npmEnvironment() });
    let result = run();
    if (result.status !== 0 && !result.error) result = run(); // a registry's hiccup
    if (result.error) throw new SetupError('npm is needed to install the packages, and it is not on PATH.');
    if (result.status !== 0) {
      throw new SetupError(`npm ci failed (exit status ${result.status}). An npm registry has to be reachable; see npm's message above.`);
    }
  });
}

function requireNode() {
  if (Number(process.versions.node.split('.')[0]) < 20) throw new SetupError(`Node.js 20 or later is needed; this is ${process.version}.`);
}

/** The environment of a script that npm started names that script's own settings; a further npm reads its own. */
export function npmEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package|command|execpath|node_execpath)/.test(name)));
}

/**
 * Runs `work` while no other process of this clone runs the same: a folder is the lock, left behind only by a process
 * that was killed, and then taken over after a while.
 * @param {string} name @param {() => void} work
 */
function locked(name, work) {
  const lock = join(ROOT, `.${name}.lock`);
  const stale = 15 * 60_000;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > stale) rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Newest modification time under a folder, in milliseconds; 0 where there is none. */
function newest(/** @type {string} */ folder) {
  if (!existsSync(folder)) return 0;
  let latest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}

/**
 * Builds dist/ where it is missing or older than the sources.
 * @param {boolean} [always]
 */
export function ensureBuild(always = false) {
  const stamp = join(ROOT, 'dist/.built'); // the last thing that a whole build writes
  const current = () => existsSync(stamp)
    && statSync(stamp).mtimeMs >= Math.max(newest(join(ROOT, 'src')), statSync(join(ROOT, 'package-lock.json')).mtimeMs);
  if (!always && current()) return;
  locked('build', () => {
    if (!always && current()) return;
    say('Building…');
    const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new SetupError('The build failed; see the messages above.');
  });
}

/** The path of a program on PATH, or undefined. @param {string} name */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * The path of a Chromium: CHROMIUM_PATH, one on PATH, or Debian's package, installed where this is root.
 * @returns {string}
 */
export function ensureChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!existsSync(given)) throw new SetupError(`CHROMIUM_PATH names ${given}, which does not exist.`);
    return given;
  }
  const find = () => CHROMIUM_NAMES.map(onPath).find((path) => path !== undefined);
  const found = find();
  if (found) return found;
  const needed = 'A Chromium is needed for the tests of the panel and of the extension: install the package chromium, or set CHROMIUM_PATH.';
  if (process.getuid?.() !== 0 || !onPath('apt-get')) throw new SetupError(needed);
  say('Installing Chromium (apt-get install chromium)…');
  const apt = (...args) => execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], {
    stdio: ['ignore', 'ignore', 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  try {
    try {
      apt('install', '-y', '--no-install-recommends', 'chromium');
    } catch {
      apt('update'); // a fresh machine's package lists may be old, or not there
      apt('install', '-y', '--no-install-recommends', 'chromium');
    }
  } catch {
    throw new SetupError(`${needed} (apt-get could not install it.)`);
  }
  const installed = find();
  if (!installed) throw new SetupError(needed);
  return installed;
}
