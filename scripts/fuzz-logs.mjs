// Reads damaged logs: `npm run fuzz:logs -- [--runs N] [--seed N] [--corpus DIR]`. Byte flips, cuts, splices, huge numbers and negative
// sizes in the fixtures (and in the logs of DIR); no exception, no hang, no number that is none, no negative size may come of it.
// Each run's damage follows from the seed and its number alone, so that `--seed S --only N` repeats run N.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { readOptions, wholeNumber } from './read-options.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const USAGE = 'npm run fuzz:logs -- [--runs N] [--seed N] [--corpus DIR]… [--only N]';
const { values } = readOptions(USAGE, { options: { runs: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' }, corpus: { type: 'string', multiple: true, default: [] }, only: { type: 'string' } } });
const [runs, seed] = [wholeNumber(USAGE, '--runs', values.runs, 1), wholeNumber(USAGE, '--seed', values.seed, 0)];
/** A text of so many characters is a hang if it takes longer; a hundred times what the slowest needs. */
const LONGEST_MS = 2000;
/** Longer logs are cut to a window of this length, so that many can be read. */
const WINDOW = 6000;

const NUMBERS = ['-1', '0', '-262144', '99999999999999999999', '18446744073709551615', '9007199254740993', '4294967296', '0x', '0xffffffffffffffff', '1e309', '2147483648'];
const PIECES = ['\n', '\r', '\r\n', '=\n', '\u0000', '\u001b[31m', '(XEN) ', '[    0.000000] ', '> ', '<6>', ' ', '\ufeff', '=3D', 'swiotlb=', ' (slots)', '-'];
const CHANGES = [
  ['byte flips', (text, { below }) => {
    const chars = [...text];
    for (let count = 1 + below(12); count > 0; count--) chars[below(chars.length)] = String.fromCharCode(below(256));
    return chars.join('');
  }],
  ['cuts', (text, { below }) => text.slice(below(text.length), text.length - below(200))],
  ['gaps', (text, { below }) => { const at = below(text.length); return text.slice(0, at) + text.slice(at + below(300)); }],
  ['splices', (text, { below, pick }) => { const other = pick(logs); const at = below(other.length); return text.slice(0, below(text.length)) + other.slice(at, at + 3000); }],
  ['numbers', (text, { below, pick }) => { const every = 1 + below(40); let seen = 0; return text.replace(/\d+/g, (digits) => (++seen % every === 0 ? pick(NUMBERS) : digits)); }],
  ['repeats', (text, { below }) => { const at = below(text.length); return text.slice(0, at) + text.slice(at, at + below(200)).repeat(1 + below(8)) + text.slice(at); }],
  ['pieces', (text, { below, pick }) => { const at = below(text.length); return text.slice(0, at) + pick(PIECES).repeat(1 + below(5)) + text.slice(at); }],
];

const { readLog, checkLog, findingMessage, logItemText, readKconfig, checkConfig, seededRandom } = await load();
const logs = [join(root, 'test', 'fixtures', 'logs'), ...values.corpus].flatMap((directory) =>
  readdirSync(directory).filter((name) => name.endsWith('.log')).map((name) => readFileSync(join(directory, name), 'latin1')));
if (logs.length === 0) {
  console.error('fuzz:logs: no logs found');
  process.exit(2);
}
const counts = { items: 0, findings: 0, failures: 0, logs: 0 };
const kinds = new Map();
const bad = [];
let slowest = 0;
let done = 0;
const only = values.only === undefined ? undefined : wholeNumber(USAGE, '--only', values.only, 0);
const [from, to] = only === undefined ? [0, runs] : [only, only + 1];
for (let run = from; run < to && bad.length < 20; run++) {
  done++;
  const random = seededRandom(seed * 1_000_003 + run);
  const { text, names } = damaged(random);
  for (const name of names) kinds.set(name, (kinds.get(name) ?? 0) + 1);
  const begin = performance.now();
  try {
    const reading = readLog(text, 'fuzz');
    const findings = checkLog(reading);
    counts.logs += reading.isKernelLog ? 1 : 0;
    counts.items += reading.items.length;
    counts.findings += findings.length;
    counts.failures += reading.facts.failures.length;
    if (run % 16 === 0) findings.push(...checkConfig(readKconfig(text, 'fuzz').facts, reading.platform));
    const wrong = wrongNumber([reading.facts, reading.boots, reading.platform, reading.items, findings]);
    if (wrong !== undefined) bad.push(`run ${run}: ${wrong}`);
    for (const said of [...findings.map(findingMessage), ...reading.items.map(logItemText)]) if (/\b(?:NaN|undefined|Infinity)\b/.test(said)) bad.push(`run ${run}: says "${said.slice(0, 120)}"`);
  } catch (error) {
    bad.push(`run ${run}: ${error instanceof Error ? `${error.message} ${error.stack?.split('\n')[1]?.trim() ?? ''}` : String(error)}`);
  }
  const took = performance.now() - begin;
  slowest = Math.max(slowest, took);
  if (took > LONGEST_MS) bad.push(`run ${run}: took ${took.toFixed(0)} ms`);
}
console.log(`${done} damaged logs from ${logs.length}, seed ${seed}: ${[...kinds].map(([name, count]) => `${count} ${name}`).join(', ')}`);
console.log(`${counts.logs} still logs, ${counts.items} lines recognised, ${counts.failures} failures, ${counts.findings} findings; slowest ${slowest.toFixed(0)} ms`);
console.log(`${bad.length} wrong`);
for (const line of bad) console.log(line);
process.exitCode = bad.length > 0 ? 1 : 0;

/** The first number in a value that is none, is negative or is too large to be exact. */
function wrongNumber(value, path = '') {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? undefined : allowed(path, value) ? undefined : `${path} is ${value}`;
  if (value instanceof Map) value = Object.fromEntries(value);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const wrong = wrongNumber(part, `${path}.${key}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** -1 stands for "none" and "not stated" in two places; a mask may be all 64 bits. */
function allowed(path, value) {
  return (value === -1 && /\.(?:largest|longest)$/.test(path)) || (/\.mask$/.test(path) && value > 0 && Number.isFinite(value));
}

function damaged({ below, pick }) {
  let text = pick(logs);
  if (text.length > WINDOW) {
    const at = text.lastIndexOf('\n', below(text.length - WINDOW)) + 1;
    text = text.slice(at, at + WINDOW);
  }
  const names = [];
  for (let count = 1 + below(4); count > 0; count--) {
    const [name, change] = pick(CHANGES);
    text = change(text, { below, pick });
    names.push(name);
  }
  return { text, names };
}

async function load() {
  const outfile = join(root, 'node_modules', '.cache', 'fuzz', 'log.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  const contents = [
    ['readLog', 'src/evidence/log/read-log'], ['checkLog', 'src/rules/check-log'], ['findingMessage', 'src/render/finding-text'], ['logItemText', 'src/render/log-item-text'],
    ['readKconfig', 'src/evidence/kconfig/read-kconfig'], ['checkConfig', 'src/rules/check-config'], ['seededRandom', 'test/unit/csource/fuzz/seeded-random'],
  ].map(([name, file]) => `export { ${name} } from './${file}.ts';`).join('\n');
  await build({ stdin: { contents, resolveDir: root }, bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', outfile, logLevel: 'warning' });
  return import(pathToFileURL(outfile).href);
}
