// Scores the log reader against a corpus: `npm run corpus -- DIR [-v]`. DIR holds manifest.jsonl and the logs it names.
import { readFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { readOptions, usageError } from './read-options.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FIELDS = [
  'kernelVersion', 'xenVersion', 'kernelCmdline', 'xenCmdline', 'softwareBounceBuffering', 'failures', 'memoryEncryption', 'e820UsableBytes', 'xenPvMapUsableBytes', 'xenE820UsableBytes', 'xenDmaWidthBits', 'xenDom0MaxVcpus',
  ...['state', 'sizeBytes', 'physStart', 'physEnd', 'kernelRange', 'busRange', 'addressBits', 'slots', 'areas', 'adjustedToMB', 'roundupToMB', 'slabsAdjusted', 'tornDown'].map((name) => `swiotlb.${name}`),
  // The corpus says of these that they were not checked log by log.
  'arch', 'environment', 'iommu.vendor', 'iommu.enabled', 'cmaBytes',
];
const FAILURE_FIELDS = ['kind', 'bytes', 'device', 'totalSlots', 'usedSlots', 'count'];

const USAGE = 'npm run corpus -- DIR [-v]: DIR must hold manifest.jsonl and logs/';
const { values: { verbose }, positionals } = readOptions(USAGE, { allowPositionals: true, options: { verbose: { type: 'boolean', short: 'v' } } });
const [directory] = positionals;
if (directory === undefined || positionals.length > 1) usageError(USAGE, 'expected one folder');

const { readLog } = await loadReader();
const rows = readManifest(join(resolve(directory), 'manifest.jsonl'));
const scores = new Map(FIELDS.map((field) => [field, { equal: 0, stated: 0, invented: 0, missed: 0, wrong: 0 }]));
const mismatches = [];
let perfect = 0;
let bytes = 0;
let nanoseconds = 0n;
for (const row of rows) {
  const raw = readFileSync(join(resolve(directory), row.file));
  const text = raw.toString(row.encoding === 'latin-1' ? 'latin1' : 'utf8');
  const begin = process.hrtime.bigint();
  const { facts } = readLog(text, row.file);
  nanoseconds += process.hrtime.bigint() - begin;
  bytes += raw.length;
  let whole = true;
  for (const field of FIELDS) {
    const expected = valueOf({ ...row, ...row.expected }, field);
    const found = valueOf(facts, field);
    const score = scores.get(field);
    if (!isNothing(expected)) score.stated++;
    if (same(expected, found)) {
      score.equal++;
      continue;
    }
    score[isNothing(expected) ? 'invented' : isNothing(found) ? 'missed' : 'wrong']++;
    whole = false;
    mismatches.push(`${row.file}: ${field}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
  if (whole) perfect++;
}

console.log(`${'field'.padEnd(26)}${['equal', 'of', 'stated', 'missed', 'wrong', 'invented'].map((name) => name.padStart(9)).join('')}`);
let equal = 0;
for (const [field, score] of scores) {
  equal += score.equal;
  console.log(field.padEnd(26) + [score.equal, rows.length, score.stated, score.missed, score.wrong, score.invented].map((count) => String(count).padStart(9)).join(''));
}
console.log(`${equal} of ${rows.length * FIELDS.length} fields equal; ${perfect} of ${rows.length} logs in every field; ${(bytes / 1e6).toFixed(1)} MB in ${(Number(nanoseconds) / 1e6).toFixed(0)} ms`);
if (verbose) for (const line of mismatches) console.log(line);

/** Bundles the reader as it stands in src and loads it. */
async function loadReader() {
  const outfile = join(root, 'node_modules', '.cache', 'corpus', 'read-log.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({ entryPoints: [join(root, 'src/evidence/log/read-log.ts')], bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', outfile, logLevel: 'warning' });
  return import(pathToFileURL(outfile).href);
}

function readManifest(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    console.error(`${file}: cannot be read (${error.code}): expected a manifest, one JSON object a line`);
    process.exit(2);
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line)];
    } catch {
      console.error(`${file}:${index + 1}: expected a JSON object`);
      return process.exit(2);
    }
  });
}

function valueOf(record, field) {
  const value = field.split('.').reduce((at, name) => at?.[name], record) ?? null;
  if (field === 'environment') return [...(value ?? [])].sort();
  if (field === 'failures') return value.map((entry) => FAILURE_FIELDS.map((name) => entry[name] ?? null)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return value;
}

function isNothing(value) {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
