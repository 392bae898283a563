// Replays every trace of a folder through the core: `npm run truth -- DIR`. One row a file, the sums, each difference and each
// trace that was cut short. Exit status 1 where an operation does not match, 2 on unreadable input.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { readOptions, usageError } from './read-options.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const USAGE = 'npm run truth -- DIR: a folder with traces (.trace.csv, .trace.csv.gz), searched with its subfolders';
const { positionals } = readOptions(USAGE, { allowPositionals: true });
const [directory] = positionals;
if (directory === undefined || positionals.length > 1) usageError(USAGE, 'expected one folder');

const { readTrace, replayTraces } = await loadReplay();
const files = listTraces(resolve(directory));
if (files.length === 0) {
  console.error(`${directory}: no trace in it: expected files that end in .trace.csv or .trace.csv.gz`);
  process.exit(2);
}

/** Traces of every file, read as they are needed; the folder's texts together would fill memory. */
function tracesOf(file) {
  let text;
  try {
    const bytes = readFileSync(file);
    text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  } catch (error) {
    console.error(`${file}: cannot be read: ${error.message}`);
    process.exit(2);
  }
  const reading = readTrace(text, file);
  if (reading.ok) return reading.traces;
  console.error(`${file}:${reading.problem.line}: expected ${reading.problem.expected}, found ${reading.problem.found}`);
  return process.exit(2);
}

const columns = [['map', 'map'], ['unmap', 'unmap'], ['slots', 'lists'], ['set', 'set'], ['query', 'query'], ['alloc', 'alloc'], ['free', 'free']];
const row = (name, cells) => console.log(name.padEnd(44) + cells.map((cell) => String(cell).padStart(9)).join(''));
row('file', ['release', 'gen', 'traces', ...columns.map(([, title]) => title), 'other', 'ops', 'matched']);
const sums = { traces: 0, ops: 0, matched: 0, other: 0, kinds: new Map() };
const refusals = new Map();
const notes = [];
let nanoseconds = 0n;
for (const file of files) {
  const traces = tracesOf(file);
  const begin = process.hrtime.bigint();
  const replays = replayTraces(file, traces, () => files.filter((other) => other !== file && dirname(other) === dirname(file)).flatMap((path) => tracesOf(path).map((trace) => ({ path, trace }))));
  nanoseconds += process.hrtime.bigint() - begin;
  const kinds = new Map();
  let ops = 0;
  let matched = 0;
  for (const replay of replays) {
    ops += replay.ops;
    matched += replay.matched;
    for (const [kind, count] of Object.entries(replay.byKind)) kinds.set(kind, (kinds.get(kind) ?? 0) + count.ops);
    for (const [cause, count] of Object.entries(replay.refusals)) refusals.set(cause, (refusals.get(cause) ?? 0) + count);
    const at = `${relative(directory, file)}: ${replay.trace}`;
    const first = replay.firstMismatch;
    if (first) notes.push(`${at}: line ${first.line}: ${first.operation} ${first.seq}: stated ${first.stated}; core ${first.predicted}`);
    if (replay.doubt) notes.push(`${at}: in doubt: ${replay.doubt}`);
    if (replay.cut) notes.push(`${at}: cut before ${replay.cut.operation} (${replay.cut.seq}): ${replay.cut.outcome}`);
  }
  const named = columns.map(([kind]) => kinds.get(kind) ?? 0);
  const other = ops - named.reduce((sum, count) => sum + count, 0);
  row(relative(directory, file).replace(/\.trace\.csv(\.gz)?$/, '').slice(-43), [replays[0]?.release ?? '', replays[0]?.generation ?? '', replays.length, ...named, other, ops, matched]);
  for (const [kind, count] of kinds) sums.kinds.set(kind, (sums.kinds.get(kind) ?? 0) + count);
  sums.traces += replays.length;
  sums.ops += ops;
  sums.matched += matched;
  sums.other += other;
}
row(`${files.length} files`, ['', '', sums.traces, ...columns.map(([kind]) => sums.kinds.get(kind) ?? 0), sums.other, sums.ops, sums.matched]);
console.log(`refused mappings by cause: ${[...refusals].map(([cause, count]) => `${cause} ${count}`).join(', ') || 'none'}`);
for (const note of notes) console.log(note);
console.log(`${sums.matched} of ${sums.ops} operations matched; replayed in ${(Number(nanoseconds) / 1e6).toFixed(0)} ms`);
process.exitCode = sums.matched === sums.ops ? 0 : 1;

function listTraces(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    console.error(`${folder}: cannot be listed (${error.code})`);
    process.exit(2);
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? listTraces(join(folder, entry.name)) : /\.trace\.csv(\.gz)?$/.test(entry.name) ? [join(folder, entry.name)] : []));
}

/** Bundles reader and replay as they stand in src and loads them. */
async function loadReplay() {
  const outfile = join(root, 'node_modules', '.cache', 'truth', 'replay.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    stdin: { contents: 'export { readTrace } from "./src/evidence/trace/read-trace.ts"; export { replayTraces } from "./src/replay/replay-trace.ts";', resolveDir: root, loader: 'ts' },
    bundle: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], target: 'es2022', outfile, logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
