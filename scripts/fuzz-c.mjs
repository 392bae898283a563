// Scans damaged C: `npm run fuzz:c -- [--runs N] [--seed N] [--only N] [--jobs N]`. What is damaged are the drivers of
// test/fixtures/csource; test/unit/csource/fuzz says what is done to them and what may not come of it. Each run's damage follows from the
// seed and its number alone, so that `--seed S --only N` repeats run N. Runs that were wrong once are in fuzz/kept-runs.json, and come first. Threads do the runs: one that hangs is ended, and said.
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { build } from 'esbuild';
import { readOptions, wholeNumber } from './read-options.mjs';

const USAGE = 'npm run fuzz:c -- [--runs N] [--seed N] [--only N] [--jobs N]';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outfile = join(root, 'node_modules', '.cache', 'fuzz', 'c.mjs');
/** The longest that a run may take; one that takes longer is repeated, as another process may have had the caches or the clock. */
const LONGEST_MS = 1000;
const REPEATS = 3;
/** A run that has not ended by then never will: of the thread's processor time, or of the clock where the system does not say that. */
const HANG_MS = 20_000;
/** Runs between two looks at the memory. */
const INTERVAL = 2500;
const LONG_EVERY = 2000;
/** What the memory of a thread may grow by between its first look and its last: the caches fill in the first runs. */
const GROWTH_MIB = 32;
const MOST_WRONG = 40;

if (isMainThread) await main();
else await work();

async function main() {
  const { values } = readOptions(USAGE, { options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' }, only: { type: 'string' }, jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) } } });
  const number = (option, least) => wholeNumber(USAGE, `--${option}`, values[option], least);
  const [runs, seed, jobs] = [number('runs', 1), number('seed', 0), number('jobs', 1)];
  mkdirSync(dirname(outfile), { recursive: true });
  const contents = ['test/unit/csource/fuzz/scan-damaged', 'src/csource/parse/c-parser', 'src/csource/preprocess/index-cache'].map((file) => `export * from './${file}.ts';`).join('\n');
  await build({ stdin: { contents, resolveDir: root }, bundle: true, format: 'esm', platform: 'node', target: 'es2022', packages: 'external', outfile, logLevel: 'warning' });
  const kept = values.only === undefined ? JSON.parse(readFileSync(join(root, 'test/unit/csource/fuzz/kept-runs.json'), 'utf8')) : [];
  const [from, to] = values.only === undefined ? [0, runs] : [number('only', 0), number('only', 0) + 1];
  const threads = Math.min(jobs, to - from);
  const total = { done: 0, characters: 0, calls: { exact: 0, bounded: 0, unknown: 0 }, findings: 0, kinds: new Map(), bad: [], slowest: { ms: 0, run: from }, memory: [] };
  for (const once of kept) await watch({ seed: once.seed, from: once.run, to: once.run + 1, step: 1, thread: 0 }, total);
  await Promise.all(Array.from({ length: threads }, (_, n) => watch({ seed, from: from + n, to, step: threads, thread: n }, total)));
  const { calls } = total;
  console.log(`${total.done} damaged C files (${(total.characters / 1e6).toFixed(0)} MB), ${kept.length > 0 ? `${kept.length} kept and ` : ''}seed ${seed}: ${[...total.kinds].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${count} ${name}`).join(', ')}`);
  console.log(`${calls.exact + calls.bounded + calls.unknown} calls: ${calls.exact} exact, ${calls.bounded} bounded, ${calls.unknown} unknown; ${total.findings} findings; slowest ${total.slowest.ms.toFixed(0)} ms (run ${total.slowest.run})`);
  console.log(`${total.bad.length} wrong`);
  for (const line of total.bad) console.log(line);
  process.exitCode = total.bad.length > 0 ? 1 : 0;
}

/** Has a thread do its share of the runs; one that hangs is ended, and another goes on behind that run. */
async function watch(share, total) {
  const looks = [];
  for (let from = share.from; from < share.to;) {
    const at = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { ...share, from, at }, resourceLimits: { maxOldGenerationSizeMb: 1500 } });
    const hung = await new Promise((resolve) => {
      let last = -1;
      let since = 0;
      let task = '';
      const timer = setInterval(() => {
        const now = Atomics.load(at, 1);
        if (now !== last) [last, since] = [now, spent(task)];
        else if (spent(task) - since > HANG_MS) end(true, `took more than ${HANG_MS / 1000} s`);
      }, 200);
      const end = (wrong, why) => {
        clearInterval(timer);
        if (wrong) total.bad.push(`seed ${share.seed}, run ${Atomics.load(at, 0)}: ${why}`);
        void worker.terminate().then(() => resolve(wrong));
      };
      worker.on('message', (message) => {
        if (message.end) end(false);
        else if (message.task !== undefined) [last, task] = [-1, message.task];
        else {
          add(total, message);
          look(looks, share.thread, message);
        }
      });
      worker.on('error', (error) => end(true, error instanceof Error ? error.message : String(error)));
    });
    if (!hung || total.bad.length >= MOST_WRONG) break;
    from = Atomics.load(at, 0) + share.step;
  }
  const [first, last] = [looks[0], looks.at(-1)];
  if (looks.length > 2) {
    for (const of of ['heap', 'outside']) if (last[of] - first[of] > GROWTH_MIB) total.bad.push(`${of} of thread ${share.thread} grew from ${first[of].toFixed(0)} to ${last[of].toFixed(0)} MiB`);
  }
}

function add(total, { done, characters, calls, findings, kinds, bad, slowest }) {
  total.done += done;
  total.characters += characters;
  total.findings += findings;
  for (const kind of Object.keys(calls)) total.calls[kind] += calls[kind];
  for (const [kind, count] of kinds) total.kinds.set(kind, (total.kinds.get(kind) ?? 0) + count);
  total.bad.push(...bad);
  if (slowest.ms > total.slowest.ms) total.slowest = slowest;
}

/** Prints the memory after a garbage collection, and keeps it. */
function look(looks, thread, { run, memory }) {
  looks.push(memory);
  console.log(`run ${run}, thread ${thread}: heap ${memory.heap.toFixed(1)} MiB, outside it ${memory.outside.toFixed(1)} MiB, WebAssembly ${memory.wasm.toFixed(1)} MiB, ${memory.trees} trees kept`);
}

async function work() {
  const { seed, from, to, step, at } = workerData;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const memories = [];
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = function (descriptor) {
    const memory = new Memory(descriptor);
    memories.push(memory);
    return memory;
  };
  WebAssembly.Memory.prototype = Memory.prototype;
  const trees = await countTrees();
  const { scanDamaged, createCParser, IndexCache } = await import(pathToFileURL(outfile).href);
  const require = createRequire(import.meta.url);
  const module = (name, file) => readFileSync(join(dirname(require.resolve(name)), file));
  const host = {
    parser: await createCParser({ runtime: module('web-tree-sitter', 'web-tree-sitter.wasm'), grammar: module('tree-sitter-c/package.json', 'tree-sitter-c.wasm') }),
    cache: new IndexCache(), files: fixtures(), longEvery: LONG_EVERY,
  };
  if (existsSync('/proc/thread-self')) parentPort.postMessage({ task: readlinkSync('/proc/thread-self') });
  let part = emptyPart();
  const report = (run) => {
    collect();
    const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
    const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    parentPort.postMessage({ ...part, kinds: [...part.kinds], run, memory: { heap: heap / 2 ** 20, outside: outside / 2 ** 20, wasm: wasm / 2 ** 20, trees: trees.made - trees.deleted } });
    part = emptyPart();
  };
  for (let run = from, count = 1; run < to; run += step, count++) {
    Atomics.store(at, 0, run);
    Atomics.add(at, 1, 1);
    const kept = trees.made - trees.deleted;
    const { result, ms } = await timed(() => scanDamaged(host, seed, run), at);
    for (const kind of result.kinds) part.kinds.set(kind, (part.kinds.get(kind) ?? 0) + 1);
    for (const kind of Object.keys(result.calls)) part.calls[kind] += result.calls[kind];
    part.done++;
    part.characters += result.characters;
    part.findings += result.findings;
    if (ms > part.slowest.ms) part.slowest = { ms, run };
    const wrong = [...result.wrong, ...(ms > LONGEST_MS ? [`took ${ms.toFixed(0)} ms (${result.characters} characters)`] : []), ...(trees.made - trees.deleted > kept ? ['a tree was not deleted'] : [])];
    for (const line of wrong.slice(0, 3)) part.bad.push(`seed ${seed}, run ${run} (${result.kinds.join(', ')}): ${line}`);
    if (count % INTERVAL === 0 || run + step >= to) report(run);
  }
  parentPort.postMessage({ end: true });
}

/**
 * Milliseconds of processor that a thread has had, where the system says it; else of the clock.
 * @param {string} [task] `PID/task/TID`; this thread where none is given
 */
function spent(task = 'thread-self') {
  try {
    return Number(readFileSync(`/proc/${task}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return performance.now(); // only Linux has it
  }
}

/** A run with its time, the best of several where it is long. */
async function timed(run, at) {
  let best = Infinity;
  let result;
  for (let times = 0; times < REPEATS && best > LONGEST_MS; times++) {
    Atomics.add(at, 1, 1);
    const begin = spent();
    try {
      result = await run();
    } catch (error) {
      const said = error instanceof Error ? `${error.message} ${error.stack?.split('\n').slice(1, 4).map((line) => line.trim()).join(' ') ?? ''}` : String(error);
      result = { kinds: [], characters: 0, calls: {}, findings: 0, wrong: [said] };
    }
    best = Math.min(best, spent() - begin);
  }
  return { result, ms: best };
}

/** Counts the trees that tree-sitter makes, and those that are deleted. */
async function countTrees() {
  const { Parser, Tree } = await import('web-tree-sitter');
  const trees = { made: 0, deleted: 0 };
  const { parse } = Parser.prototype;
  Parser.prototype.parse = function (...args) {
    const tree = parse.apply(this, args);
    if (tree) trees.made++;
    return tree;
  };
  const remove = Tree.prototype.delete;
  Tree.prototype.delete = function () {
    trees.deleted++;
    remove.apply(this);
  };
  return trees;
}

/** Texts of the fixtures' kernel tree, by path; the other drivers among its own. */
function fixtures() {
  const folder = join(root, 'test', 'fixtures', 'csource');
  return new Map(readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => {
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    return [path.startsWith('tree/') ? path.slice(5) : `drivers/${path}`, readFileSync(join(entry.parentPath, entry.name), 'utf8')];
  }));
}

function emptyPart() {
  return { done: 0, characters: 0, calls: { exact: 0, bounded: 0, unknown: 0 }, findings: 0, kinds: new Map(), bad: [], slowest: { ms: 0, run: 0 } };
}
