// Chooses by which part of each key a log's lines are sifted: `npm run sieve:windows -- [--logs DIR]…`, and writes the parts to
// src/evidence/log/sieve/windows.ts. Of each key the six bytes are taken whose fragments are rarest in the logs given, or are looked
// for already. Keys that are added later are sifted without being chosen for, only not as fast.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { longLog } from '../bench/long-log.mjs';
import { readOptions } from './read-options.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = readOptions('npm run sieve:windows -- [--logs DIR]…', { options: { logs: { type: 'string', multiple: true, default: [] } } });
/** How much the boot logs count, all together; the rest is the text of a long run, of which long logs are made. */
const BOOTS = 0.4;

const { LOG_KEYS, STRIDE, WINDOW_BYTES, fragmentOf } = await load();
const shares = new Map();
const boots = [join(root, 'test', 'fixtures', 'logs'), ...values.logs].flatMap(textsIn);
for (const boot of boots) count(boot, BOOTS / boots.length);
count(Buffer.from(longLog(1)()), 1 - BOOTS);

const looked = new Set();
const windows = new Set();
// A short key has the least choice.
for (const { text } of [...LOG_KEYS].sort((a, b) => a.text.length - b.text.length || (a.text < b.text ? -1 : 1))) {
  const best = windowsOf(text).reduce((a, b) => (b.cost < a.cost ? b : a));
  windows.add(best.window);
  for (const fragment of best.fragments) looked.add(fragment);
}
writeFileSync(join(root, 'src', 'evidence', 'log', 'sieve', 'windows.ts'), `/**
 * Six bytes of each key, those by which it disturbs the search least; made by \`npm run sieve:windows\`, which says how they are
 * chosen. Speed alone depends on them: of a key that holds none the first six are taken.
 */
export const WINDOWS: readonly string[] = [
${[...windows].sort().map((window) => `  '${window.replace(/['\\]/g, '\\$&')}',`).join('\n')}
];
`);
const share = [...looked].reduce((sum, fragment) => sum + (shares.get(fragment) ?? 0), 0);
console.log(`${LOG_KEYS.length} keys, ${windows.size} windows, ${looked.size} fragments; ${(100 * share).toFixed(2)} % of the places in the logs look like one`);

/** The windows of a key, with what each adds to the places that are looked at twice. */
function windowsOf(text) {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: text.length - WINDOW_BYTES + 1 }, (_, at) => {
    const fragments = Array.from({ length: STRIDE }, (_, place) => fragmentOf(bytes, at + place));
    return { window: text.slice(at, at + WINDOW_BYTES), fragments, cost: fragments.reduce((sum, fragment) => sum + (looked.has(fragment) ? 0 : (shares.get(fragment) ?? 0) + 1e-9), 0) };
  });
}

/** Adds the share of every fragment of a text. */
function count(bytes, weight) {
  for (let at = 0; at < bytes.length; at++) {
    const fragment = fragmentOf(bytes, at);
    shares.set(fragment, (shares.get(fragment) ?? 0) + weight / bytes.length);
  }
}

function textsIn(directory) {
  return readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.log')).map((name) => readFileSync(join(directory, name)));
}

async function load() {
  const outfile = join(root, 'node_modules', '.cache', 'sieve', 'keys.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  const contents = "export { LOG_KEYS } from './src/evidence/log/log-keys.ts'; export { STRIDE, WINDOW_BYTES, fragmentOf } from './src/evidence/log/sieve/sieve-tables.ts';";
  await build({ stdin: { contents, resolveDir: root }, bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', outfile, logLevel: 'warning' });
  return import(pathToFileURL(outfile).href);
}
