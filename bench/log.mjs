// Reads large logs with `dma-aperture log` and counts the lines of interest in them with `rg`:
// `npm run bench:log -- [--mib N] [--logs DIR] [--file FILE]…`. One log is as a server writes it over months, one is boot logs again and
// again (the fixtures', or those in DIR), or they are the files named. Prints time, throughput, seconds of the processors and
// peak memory of each, and the ratio of their times.
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, wholeNumber } from '../scripts/read-options.mjs';
import { longLog } from './long-log.mjs';
import { runProgram } from './run-program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MIB = 2 ** 20;
const USAGE = 'npm run bench:log -- [--mib N] [--logs DIR] [--file FILE]…';
const { values } = readOptions(USAGE, { options: { mib: { type: 'string', default: '2048' }, logs: { type: 'string' }, file: { type: 'string', multiple: true, default: [] } } });
/** Each program runs so often; the best run is told, since others only wait for the machine. */
const RUNS = 3;
const size = wholeNumber(USAGE, '--mib', values.mib, 1) * MIB;
const cli = join(root, 'dist', 'cli.cjs');
if (!existsSync(cli)) {
  console.error('bench:log: dist/cli.cjs is missing: run `npm run build` first');
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), 'dma-aperture-bench-'));
try {
  if (values.file.length > 0) for (const file of values.file) await compare(file, file);
  else {
    const file = join(directory, 'long.log');
    writeLong(file);
    await compare('a long run', file);
    writeBoots(file, values.logs ?? join(root, 'test', 'fixtures', 'logs'));
    await compare('boot logs', file);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function compare(name, file) {
  const mib = statSync(file).size / MIB;
  const search = await best('rg', ['-c', 'swiotlb|IO TLB|XEN', file]);
  const read = await best(process.execPath, [cli, 'log', '--json', file]);
  console.log(`${name}, ${mib.toFixed(0)} MiB${search.code === 0 && read.code === 0 ? `: throughput ${((100 * search.seconds) / read.seconds).toFixed(0)} % of rg's` : ''}`);
  for (const [program, { code, seconds, cpuSeconds, peakKib }] of [['rg -c', search], ['dma-aperture log', read]]) {
    console.log(`  ${program.padEnd(18)} ${code === 0 ? `${seconds.toFixed(2).padStart(7)} s ${(mib / seconds).toFixed(0).padStart(7)} MiB/s  processors ${cpuSeconds.toFixed(2).padStart(6)} s  peak ${(peakKib / 1024).toFixed(0).padStart(5)} MiB` : `failed (${code})`}`);
  }
}

/** The best of some runs; all find the file in the page cache, which the first brings it into. */
async function best(command, args) {
  const runs = [];
  for (let count = 0; count < RUNS; count++) runs.push(await runProgram(command, args));
  return runs.find(({ code }) => code !== 0) ?? { ...runs.reduce((a, b) => (b.seconds < a.seconds ? b : a)), peakKib: Math.max(...runs.map(({ peakKib }) => peakKib)) };
}

/** A machine's boot, then the months behind it. */
function writeLong(path) {
  const logs = join(root, 'test', 'fixtures', 'logs');
  const next = longLog(1);
  writeUpTo(path, readFileSync(join(logs, readdirSync(logs).find((name) => name.startsWith('vm-x4.17-6.1')))), next);
}

/** Every log of a folder, again and again. */
function writeBoots(path, folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.log'));
  if (names.length === 0) throw new Error(`${folder}: no .log files`);
  const all = Buffer.concat(names.flatMap((name) => [readFileSync(join(folder, name)), Buffer.from('\n')]));
  writeUpTo(path, '', () => all);
}

function writeUpTo(path, begin, next) {
  const out = openSync(path, 'w');
  for (let written = writeSync(out, begin); written < size; ) written += writeSync(out, next());
  closeSync(out);
}
