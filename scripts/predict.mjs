// What the core says of machines before it has seen them run, beside what they did: `npm run predict -- DIR [-v]`.
// DIR holds boot logs (*.serial.log) and the traces taken in those boots (*.trace.csv.gz) under the same names, in any depth.
// A machine is booted from its log's facts alone; of a trace only the requests are taken. Exit status 1 where a row differs.
import { build } from 'esbuild';
import { readOptions, usageError } from './read-options.mjs';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const USAGE = 'npm run predict -- DIR [-v]: a folder with NAME.serial.log beside NAME.trace.csv.gz';
const { values: { verbose }, positionals } = readOptions(USAGE, { allowPositionals: true, options: { verbose: { type: 'boolean', short: 'v' } } });
const [directory] = positionals;
if (directory === undefined || positionals.length > 1 || !existsSync(directory)) usageError(USAGE, 'expected one folder');

async function loadCore() {
  const outfile = join(root, 'node_modules/.cache/dma-aperture/predict.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    stdin: {
      contents: `export * from './src/evidence/log/read-log.ts'; export * from './src/evidence/command-line-facts.ts'; export * from './src/evidence/trace/read-trace.ts';
        export * from './src/core/platform/build-platform.ts'; export * from './src/replay/predict-trace.ts';`,
      resolveDir: root,
    },
    bundle: true, format: 'esm', platform: 'node', target: 'node20', outfile, logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]));
}

const { readLog, withCommandLineFacts, readTrace, buildPlatform, predictTraces } = await loadCore();
const files = filesUnder(resolve(directory)).sort();
const KINDS = ['coherent', 'mapping', 'mask', 'query', 'pages'];
const totals = Object.fromEntries(KINDS.map((kind) => [kind, { rows: 0, right: 0 }]));
/** Coherent tables as predicted: NAME -> size -> bits -> cell. */
const tables = new Map();
console.log('machine'.padEnd(38) + KINDS.map((kind) => kind.padStart(14)).join(''));
for (const path of files.filter((file) => file.endsWith('.trace.csv.gz'))) {
  const name = basename(path, '.trace.csv.gz');
  const log = path.replace(/\.trace\.csv\.gz$/, '.serial.log');
  if (!existsSync(log)) continue;
  const reading = readTrace(gunzipSync(readFileSync(path)).toString('utf8'), path);
  if (!reading.ok) {
    console.error(`${path}:${reading.problem.line}: expected ${reading.problem.expected}`);
    process.exitCode = 2;
    continue;
  }
  const platform = buildPlatform(withCommandLineFacts(readLog(readFileSync(log, 'utf8'), log).platform), { id: name });
  const rows = predictTraces(platform, reading.traces);
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, { rows: 0, right: 0 }]));
  for (const row of rows) {
    const right = row.stated === row.predicted;
    for (const count of [counts[row.kind], totals[row.kind]]) {
      count.rows++;
      if (right) count.right++;
    }
    if (!right) process.exitCode ||= 1;
    if (!right && verbose) console.log(`  ${row.trace}:${row.line} ${row.kind} ${row.bytes} B at ${row.bits} bits: ${row.stated}, predicted ${row.predicted}`);
    if (row.kind === 'coherent' && row.trace === 'coherent') {
      const table = tables.get(name) ?? new Map();
      tables.set(name, table);
      const cells = table.get(row.bytes) ?? new Map();
      table.set(row.bytes, cells);
      if (!cells.has(row.bits)) cells.set(row.bits, row.predicted);
      else if (cells.get(row.bits) !== row.predicted) cells.set(row.bits, '??');
    }
  }
  console.log(name.padEnd(38) + KINDS.map((kind) => (counts[kind].rows === 0 ? '' : `${counts[kind].right} / ${counts[kind].rows}`).padStart(14)).join(''));
}
console.log('in all'.padEnd(38) + KINDS.map((kind) => `${totals[kind].right} / ${totals[kind].rows}`.padStart(14)).join(''));

const printed = join(resolve(directory), 'COHERENT-TABLES.txt');
if (existsSync(printed)) compareTables(readFileSync(printed, 'utf8'));

/** Sets the predicted tables beside printed ones: `== NAME`, a line of mask bits, then a line a size. */
function compareTables(text) {
  let name = '';
  let bits = [];
  let cells = 0;
  let right = 0;
  let rows = 0;
  let whole = 0;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '==') name = words[1] ?? '';
    else if (words[0] === 'size') bits = words.slice(1).map(Number);
    else if (/^\d+$/.test(words[0] ?? '') && tables.has(name)) {
      const predicted = bits.map((width) => tables.get(name).get(Number(words[0]))?.get(width) ?? '  ');
      const equal = predicted.filter((cell, i) => cell === words[i + 1]).length;
      rows++;
      cells += bits.length;
      right += equal;
      if (equal === bits.length) whole++;
      else {
        process.exitCode ||= 1;
        console.log(`${name} ${words[0]}: ${words.slice(1).join(' ')}, predicted ${predicted.join(' ')}`);
      }
    }
  }
  console.log(`coherent tables: ${whole} of ${rows} rows, ${right} of ${cells} cells as printed`);
}
