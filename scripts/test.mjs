/**
 * `npm test`: installs what is missing, then checks and tests everything.
 *
 *   npm test [-- LEVEL…]      levels: checks, unit, server, host, panel; all without arguments
 *
 * A count for each level; the last line of standard output is `N passed, N failed`. A level that crashes, or that runs
 * no test at all, has failed. Exit status 1 on any failure.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuild, ensureChromium, ensureDependencies, ROOT, say, SetupError } from './setup.mjs';

/** @typedef {{ passed: number, failed: number, note?: string }} Count */

const LEVELS = ['checks', 'unit', 'server', 'host', 'panel'];
const MINUTES = 60_000;

const asked = process.argv.slice(2);
const unknown = asked.filter((level) => !LEVELS.includes(level));
if (unknown.length > 0) {
  process.stderr.write(`no level ${unknown.join(', ')}: expected ${LEVELS.join(', ')}\n`);
  process.exit(2);
}
const chosen = LEVELS.filter((level) => asked.length === 0 || asked.includes(level));
const wants = (...levels) => levels.some((level) => chosen.includes(level));
const scratch = mkdtempSync(join(tmpdir(), 'dma-aperture-test-'));
const children = new Set();

/**
 * Runs a program of the clone; its output is seen, and its standard output is returned as well where asked for.
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(program, args, { env = {}, capture = false, limit = 10 * MINUTES, quiet = false } = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: ROOT, env: { ...process.env, ...env }, detached: true,
      stdio: ['ignore', capture || quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
        if (!quiet) process.stdout.write(chunk);
      });
    }
    const timer = setTimeout(() => {
      process.stderr.write(`${program} ${args.join(' ')}: not finished after ${limit / MINUTES} minutes; ended\n`);
      kill(child);
    }, limit);
    const end = (code) => {
      clearTimeout(timer);
      children.delete(child);
      done({ code, output });
    };
    child.once('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      end(127);
    });
    child.once('close', (code) => end(code ?? 1));
  });
}

function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL'); // its whole group: browsers and servers too
  } catch {
    // has ended
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of children) kill(child);
    rmSync(scratch, { recursive: true, force: true });
    process.exit(1);
  });
}

const bin = (name) => join(ROOT, 'node_modules/.bin', name);
const heading = (text) => process.stdout.write(`\n== ${text}\n`);

/** A level's count where its program says it by exit status alone as well: a failure that no count shows is one. */
function settled(count, code) {
  if (code !== 0 && count.failed === 0) return { ...count, failed: 1, note: `exit status ${code}` };
  if (code === 0 && count.passed + count.failed === 0) return { ...count, failed: 1, note: 'no test ran' };
  return count;
}

async function checks() {
  const count = { passed: 0, failed: 0 };
  const steps = [
    ['type-check', process.execPath, ['scripts/typecheck.mjs']],
    ['eslint', bin('eslint'), ['.', '--max-warnings', '0']],
    ['knip', bin('knip'), []],
  ];
  for (const [name, program, args] of steps) {
    const { code, output } = await run(program, args, { quiet: true });
    process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'}  ${name}\n${code === 0 ? '' : output}`);
    count[code === 0 ? 'passed' : 'failed']++;
  }
  return count;
}

/** @param {string} project */
async function vitest(project) {
  const report = join(scratch, `${project}.json`);
  const { code } = await run(bin('vitest'), [
    'run', '--project', project, '--reporter', 'dot', '--reporter', 'json', `--outputFile.json=${report}`,
  ], { env: { CI: 'true', NO_COLOR: '1' } });
  const result = readJson(report);
  if (!result) return { passed: 0, failed: 1, note: 'vitest wrote no report' };
  return settled({
    passed: result.numPassedTests, failed: result.numFailedTests,
    ...(result.numPendingTests > 0 ? { note: `${result.numPendingTests} skipped` } : {}),
  }, code);
}

async function host() {
  const report = join(scratch, 'host.json');
  const { code } = await run(process.execPath, ['test/host/run.mjs'], { env: { DMA_APERTURE_TEST_REPORT: report }, limit: 15 * MINUTES });
  const result = readJson(report);
  if (!result) return { passed: 0, failed: 1, note: 'the extension host ended without a report' };
  return settled({ passed: result.passed, failed: result.failed }, code);
}

async function panel() {
  const { code, output } = await run(process.execPath, ['test/panel/run.mjs'], { capture: true });
  const match = /(?:^|\n)panel: (\d+) passed, (\d+) failed\s*$/.exec(output);
  if (!match) return { passed: 0, failed: 1, note: 'no count on the last line' };
  return settled({ passed: Number(match[1]), failed: Number(match[2]) }, code);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const total = { passed: 0, failed: 0 };
const lines = [];
const add = (name, /** @type {Count} */ count) => {
  total.passed += count.passed;
  total.failed += count.failed;
  lines.push(`${name}: ${count.passed} passed, ${count.failed} failed${count.note ? ` (${count.note})` : ''}`);
};

try {
  ensureDependencies();
  // A cold machine downloads the VS Code host for a minute or two: meanwhile the checks run.
  const hostReady = wants('host') ? run(process.execPath, ['test/host/run.mjs', '--install-only'], { limit: 20 * MINUTES }) : undefined;
  let built = true;
  if (wants('server', 'host', 'panel', 'unit')) {
    try {
      ensureBuild(true);
    } catch (error) {
      built = false;
      add('build', { passed: 0, failed: 1, note: error.message });
    }
  }
  if (wants('checks')) {
    heading('checks');
    add('checks', await checks());
  }
  if (wants('unit')) {
    heading('unit: the pure rooms');
    add('unit', await vitest('unit'));
  }
  if (wants('server', 'host', 'panel')) {
    try {
      process.env.CHROMIUM_PATH = ensureChromium();
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      say(error.message);
    }
  }
  if (wants('server') && built) {
    heading('server: the language server over stdio');
    add('server', await vitest('server'));
  }
  if (wants('host') && built) {
    heading('host: the extension in a real VS Code');
    const { code } = await hostReady;
    add('host', code === 0 ? await host() : { passed: 0, failed: 1, note: 'no VS Code host could be had' });
  }
  if (wants('panel') && built) {
    heading('panel: the page in a real Chromium');
    add('panel', await panel());
  }
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : (error.stack ?? error)}\n`);
  add('setup', { passed: 0, failed: 1 });
} finally {
  for (const child of children) kill(child);
  rmSync(scratch, { recursive: true, force: true });
}

process.exitCode = total.failed > 0 ? 1 : 0;
process.stdout.write(`\n${lines.join('\n')}\n${total.passed} passed, ${total.failed} failed\n`);
