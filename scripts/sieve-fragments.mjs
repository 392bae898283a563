// Chooses the fragments by which a log's lines are sifted: `npm run sieve:fragments -- [--logs DIR]…`, and writes them to
// src/evidence/log/sieve/fragments.ts. In each key the four bytes are taken that are rarest in the logs given, and those that look
// alike to the search are put in one group: a group allows at each place every byte with a low half and a high half of its own
// bytes there, so what counts is how often the whole group's pattern occurs. Keys that are added later are sifted without being
// chosen for, only not as fast.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { longLog } from '../bench/long-log.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { logs: { type: 'string', multiple: true, default: [] } } });
const GROUPS = 7;
const LENGTH = 4;
/** How much it counts what a group would allow in a text of any printable characters. */
const PRIOR = 0.05;
/** Fragments that are tried at each step, those first that serve many keys and are rare. */
const TRIED = 150;
const PASSES = 4;
/** Rarer ones change nothing. */
const MOST_COUNTED = 8_000;

const { LOG_KEYS } = await load();
const counts = countFragments([join(root, 'test', 'fixtures', 'logs'), ...values.logs].flatMap(textsIn), longLog(1)());
const shares = new Map(counts.map(({ text, share }) => [text, share]));
/** The keys that hold each fragment. */
const served = new Map();
for (const key of LOG_KEYS) for (const fragment of fragmentsOf(key)) served.set(fragment, (served.get(fragment) ?? new Set()).add(key));
const groups = Array.from({ length: GROUPS }, () => ({ fragments: new Set(), cost: 0 }));
serve(new Set(LOG_KEYS));
for (let pass = 0; pass < PASSES; pass++) for (const [group, fragment] of groups.flatMap((each) => [...each.fragments].map((fragment) => [each, fragment]))) reconsider(group, fragment);
const list = groups.map(({ fragments }) => `  [${[...fragments].sort().map(quoted).join(', ')}],`);
writeFileSync(join(root, 'src', 'evidence', 'log', 'sieve', 'fragments.ts'), `/**
 * Four bytes of each key, in groups of like ones; made by \`npm run sieve:fragments\`, which says how they are chosen. Speed alone
 * depends on them: a key that holds none is given one where the tables are made.
 */
export const FRAGMENTS: readonly (readonly string[])[] = [
${list.join('\n')}
];
`);
console.log(`${LOG_KEYS.length} keys, ${groups.reduce((sum, { fragments }) => sum + fragments.size, 0)} fragments; ${(100 * total(groups)).toFixed(3)} % of the places in the logs look like one`);

/** Takes fragments until every key has one: at each step that by which the search is disturbed least for each key that it serves. */
function serve(keys) {
  while (keys.size > 0) {
    const wanted = (fragment) => [...served.get(fragment)].filter((key) => keys.has(key)).length;
    const candidates = [...served.keys()].map((fragment) => ({ fragment, count: wanted(fragment) })).filter(({ count }) => count > 0)
      .sort((a, b) => ((shares.get(a.fragment) ?? 0) + 1e-5) / a.count - ((shares.get(b.fragment) ?? 0) + 1e-5) / b.count).slice(0, TRIED);
    let best;
    for (const { fragment, count } of candidates) {
      for (const group of groups) {
        const cost = costOf([...group.fragments, fragment]);
        const price = (cost - group.cost + 1e-7) / count;
        if (!best || price < best.price) best = { price, fragment, group, cost };
      }
    }
    best.group.fragments.add(best.fragment);
    best.group.cost = best.cost;
    for (const key of served.get(best.fragment)) keys.delete(key);
  }
}

/** Does without a fragment where others serve its keys at less. */
function reconsider(group, fragment) {
  const before = groups.map(({ fragments, cost }) => ({ fragments: new Set(fragments), cost }));
  group.fragments.delete(fragment);
  group.cost = costOf([...group.fragments]);
  const others = groups.flatMap(({ fragments }) => [...fragments]);
  serve(new Set([...served.get(fragment)].filter((key) => !others.some((other) => served.get(other).has(key)))));
  if (total(groups) >= total(before)) for (const [index, old] of before.entries()) Object.assign(groups[index], old);
}

function total(all) {
  return all.reduce((sum, { cost }) => sum + cost, 0);
}

/** Share of the places in the logs at which a group of these would report a find. */
function costOf(fragments) {
  const low = [0, 0, 0, 0];
  const high = [0, 0, 0, 0];
  for (const fragment of fragments) {
    for (let at = 0; at < LENGTH; at++) {
      const byte = fragment.charCodeAt(at);
      low[at] |= 1 << (byte & 15);
      high[at] |= 1 << (byte >> 4);
    }
  }
  let sum = PRIOR * low.reduce((product, halves, at) => (product * ones(halves) * ones(high[at])) / 95, 1);
  for (const { bytes: [a, b, c, d], share } of counts) {
    if ((low[0] >> (a & 15)) & (high[0] >> (a >> 4)) & (low[1] >> (b & 15)) & (high[1] >> (b >> 4)) & (low[2] >> (c & 15)) & (high[2] >> (c >> 4)) & (low[3] >> (d & 15)) & (high[3] >> (d >> 4)) & 1) sum += share;
  }
  return sum;
}

function ones(bits) {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function fragmentsOf({ text }) {
  return Array.from({ length: text.length - LENGTH + 1 }, (_, at) => text.slice(at, at + LENGTH));
}

/** Every four bytes that follow each other, with their share: each boot log counts the same whatever its length, and the text of a long run, of which long logs are made, three times as much as all of them. */
function countFragments(boots, run) {
  const shares = new Map();
  const count = (text, weight) => {
    for (let at = 0; at + LENGTH <= text.length; at++) {
      const fragment = text.slice(at, at + LENGTH);
      if (!fragment.includes('\n')) shares.set(fragment, (shares.get(fragment) ?? 0) + weight / text.length);
    }
  };
  for (const boot of boots) count(boot, 0.25 / boots.length);
  count(run, 0.75);
  return [...shares].sort((a, b) => b[1] - a[1]).slice(0, MOST_COUNTED).map(([text, share]) => ({ text, share, bytes: [...text].map((char) => char.charCodeAt(0)) }));
}

function textsIn(directory) {
  return readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.log')).map((name) => readFileSync(join(directory, name), 'latin1'));
}

function quoted(fragment) {
  return `'${fragment.replace(/['\\]/g, '\\$&')}'`;
}

async function load() {
  const outfile = join(root, 'node_modules', '.cache', 'sieve', 'keys.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({ stdin: { contents: "export { LOG_KEYS } from './src/evidence/log/log-keys.ts';", resolveDir: root }, bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', outfile, logLevel: 'warning' });
  return import(pathToFileURL(outfile).href);
}
