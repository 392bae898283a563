// Scores the C side against what a compiler said of the same call sites.
//   npm run oracle -- DIR TREE [CONFIG] [--only PREFIX] [--unresolved [--runtime]] [--hard] [--no-config] [--no-tree] [--no-structs]
// DIR holds oracle.jsonl and perhaps hard-cases.jsonl, TREE is the kernel tree it was made from, CONFIG its .config (default: config-*.gz in DIR).
// Exit status 1 if any size is wrong.
import { build } from 'esbuild';
import { readFileSync, readdirSync, existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readOptions, usageError } from './read-options.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const USAGE = 'npm run oracle -- DIR TREE [CONFIG] [--only PREFIX] [--unresolved [--runtime]] [--hard] [--no-config] [--no-tree] [--no-structs]';
const flags = Object.fromEntries(['unresolved', 'runtime', 'hard', 'no-config', 'no-tree', 'no-structs'].map((name) => [name, { type: 'boolean' }]));
const { values: options, positionals } = readOptions(USAGE, { allowPositionals: true, options: { only: { type: 'string', default: '' }, ...flags } });
const prefix = options.only;
const [dir, tree, configFile] = positionals;
if (!dir || !tree || positionals.length > 3) usageError(USAGE, 'expected a folder with oracle.jsonl, a kernel tree and perhaps its .config');

/** The room as a module, bundled: Node 20 reads no TypeScript. */
async function loadRoom() {
  const outfile = join(root, 'node_modules/.cache/dma-aperture/csource.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    stdin: {
      contents: `export * from './src/csource/scan-source.ts'; export * from './src/csource/parse/c-parser.ts';
        export * from './src/csource/preprocess/collect-includes.ts'; export * from './src/csource/preprocess/index-cache.ts'; export * from './src/csource/preprocess/kernel-tree.ts'; export * from './src/csource/sizeof-type.ts'; export * from './src/csource/calls/dma-apis.ts';`,
      resolveDir: root,
    },
    bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', outfile, logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

function readConfig(path) {
  const bytes = readFileSync(path);
  const symbols = new Map();
  for (const line of (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n')) {
    const match = /^(CONFIG_\w+)=(.*)$/.exec(line);
    if (match) symbols.set(match[1], match[2].replace(/^"(.*)"$/, '$1'));
  }
  return symbols;
}

/** One row's verdict, as the oracle's README defines it. */
function judge(row, size) {
  if (row.kind === 'not-built') return 'skipped';
  if (!size) return 'missing';
  const holds = (value) => (size.min === undefined || value >= size.min) && (size.max === undefined || value <= size.max);
  if (row.kind === 'runtime') {
    const some = row.someValues ?? [];
    if (size.kind === 'exact') return some.some((value) => value !== size.bytes) ? 'wrong' : 'right';
    if (size.kind === 'bounded' && size.max !== undefined) return some.every((value) => value <= size.max) ? 'right' : 'wrong';
    return 'unresolved';
  }
  const values = row.kind === 'folded' && row.values?.length > 1 ? row.values : [row.bytes];
  if (values.length === 1) {
    if (size.kind === 'exact') return size.bytes === values[0] ? 'right' : 'wrong';
    return size.kind === 'bounded' && !holds(values[0]) ? 'wrong' : 'unresolved';
  }
  if (size.kind === 'exact') return 'wrong';
  if (size.kind !== 'bounded') return 'unresolved';
  if (!values.every(holds)) return 'wrong';
  return size.max === Math.max(...values) ? 'right' : 'unresolved';
}

/**
 * One hard case, read by eye: whether the answer is the bound that a careful reader establishes, a wider one, none, or one that
 * the reader's exceeds.
 */
function judgeHard(row, size) {
  if (!size) return 'missing';
  if (size.kind === 'unknown' || size.byType) return row.maxBytes === null || row.maxBytes === 2 ** 32 - 1 ? 'same' : 'unknown';
  const max = size.kind === 'exact' ? size.bytes : size.max;
  if (row.maxBytes === null) return 'narrower';
  return max === row.maxBytes ? 'same' : max > row.maxBytes ? 'wider' : 'narrower';
}

const room = await loadRoom();
const require = createRequire(join(root, 'package.json'));
const parser = await room.createCParser({
  runtime: readFileSync(join(dirname(require.resolve('web-tree-sitter')), 'web-tree-sitter.wasm')),
  grammar: readFileSync(join(dirname(require.resolve('tree-sitter-c/package.json')), 'tree-sitter-c.wasm')),
});
const rows = readFileSync(join(dir, 'oracle.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
  .filter((row) => row.file.startsWith(prefix) && room.DMA_APIS.has(row.api));
const defaultConfig = readdirSync(dir).find((name) => /^config-.*\.gz$/.test(name));
const config = options['no-config'] ? undefined : configFile ? readConfig(configFile) : defaultConfig ? readConfig(join(dir, defaultConfig)) : undefined;

const cache = new room.IndexCache();
const read = async (path) => {
  const full = join(tree, path);
  return existsSync(full) ? readFile(full, 'utf8') : undefined;
};
const readNow = (path) => {
  try {
    return readFileSync(join(tree, path), 'utf8');
  } catch {
    return undefined;
  }
};
const kernelTree = options['no-tree'] ? undefined : new room.KernelTree('', readNow, (folder) => readdirSync(join(tree, folder), { withFileTypes: true }).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)));
const byFile = Map.groupBy ? Map.groupBy(rows, (row) => row.file) : rows.reduce((map, row) => map.set(row.file, [...(map.get(row.file) ?? []), row]), new Map());
const hardFile = join(dir, 'hard-cases.jsonl');
const hardCases = existsSync(hardFile) ? readFileSync(hardFile, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
const hard = {};
const hardLines = [];
const table = new Map();
/** Runtime rows of which nothing but a 32 bit type sets the bound. */
let byType = 0;
const wrong = [];
const unresolved = [];
let sites = 0;
const began = Date.now();
for (const [file, fileRows] of byFile) {
  const text = await read(file);
  if (text === undefined) continue;
  const headers = await room.loadHeaders(file, text, read, cache);
  const { calls } = room.scanSource(parser, { path: file, text, headers, ...(config ? { config } : {}), ...(kernelTree ? { tree: kernelTree } : {}), cache });
  sites += calls.length;
  for (const row of hardCases.filter((each) => each.file === file)) {
    const call = calls.find((c) => c.line === row.line && c.api === row.api);
    const verdict = judgeHard(row, call?.size);
    hard[verdict] = (hard[verdict] ?? 0) + 1;
    const said = !call ? 'no site' : call.size.kind === 'exact' ? call.size.bytes : call.size.kind === 'bounded' ? `${call.size.min}..${call.size.max}` : '?';
    hardLines.push(`${verdict.padEnd(9)}${file}:${row.line} ${row.argText}: a reader ${row.maxBytes ?? 'none'}, here ${said}: ${call?.size.why ?? ''}`);
  }
  // Two rows of one line and api are two calls: matched in order.
  const taken = new Set();
  for (const row of fileRows) {
    const call = calls.find((c) => c.line === row.line && c.api === row.api && !taken.has(c) && (row.col === undefined || fileRows.filter((r) => r.line === row.line && r.api === row.api).length === 1 || c.sizeText.replace(/\s+/g, ' ') === row.argText.replace(/\s+/g, ' ')));
    if (call) taken.add(call);
    const verdict = judge(row, call?.size);
    for (const key of [file.split('/').slice(0, 2).join('/'), 'TOTAL']) {
      const kinds = table.get(key) ?? {};
      const cell = (kinds[row.kind] ??= { right: 0, wrong: 0, unresolved: 0, missing: 0, skipped: 0 });
      cell[verdict]++;
      table.set(key, kinds);
    }
    if (row.kind === 'runtime' && verdict === 'right' && call.size.byType) byType++;
    const said = call ? (call.size.kind === 'exact' ? call.size.bytes : call.size.kind === 'bounded' ? `${call.size.min}..${call.size.max}` : '?') : 'no site';
    const line = `${file}:${row.line} ${row.api} ${row.argText.replace(/\s+/g, ' ').slice(0, 80)}: compiler ${row.values ?? row.someValues ?? row.bytes} (${row.kind}), here ${said}: ${call?.size.why ?? ''}`;
    if (verdict === 'wrong') wrong.push(line);
    else if ((verdict === 'unresolved' || verdict === 'missing') && (row.kind !== 'runtime' || options.runtime)) unresolved.push(line);
  }
}
parser.dispose();

// Types: as `dma-aperture sizeof` answers.
const structs = { right: 0, wrong: 0, open: 0 };
const structFile = join(dir, 'structs.jsonl');
if (existsSync(structFile) && !options['no-structs']) {
  const texts = new Map();
  const access = {
    read: (path) => {
      if (!texts.has(path)) texts.set(path, readNow(path));
      return texts.get(path);
    },
    sources: (folder) => {
      try {
        return readdirSync(join(tree, folder)).filter((name) => /\.[ch]$/.test(name)).sort();
      } catch {
        return [];
      }
    },
    cache, ...(config ? { config } : {}), ...(kernelTree ? { tree: kernelTree } : {}),
  };
  const files = new Map();
  for (const row of readFileSync(structFile, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))) {
    if (row.file.startsWith(prefix)) files.set(row.file, [...(files.get(row.file) ?? []), row]);
  }
  for (const [file, fileRows] of files) {
    const sizes = await room.sizeofTypes(file, fileRows.map((row) => row.name), access);
    fileRows.forEach((row, at) => {
      const size = sizes[at];
      const verdict = !('bytes' in size) ? 'open' : size.bytes === row.bytes && size.align === row.align ? 'right' : 'wrong';
      structs[verdict]++;
      if (verdict === 'wrong') wrong.push(`${file}:${row.line} ${row.tag} ${row.name}: compiler ${row.bytes}/${row.align}, here ${size.bytes}/${size.align}`);
      else if (verdict === 'open') unresolved.push(`${file}:${row.line} ${row.tag} ${row.name} (struct): ${size.why}`);
    });
  }
}

const order = [...table].sort(([a], [b]) => (a === 'TOTAL' ? 1 : b === 'TOTAL' ? -1 : a < b ? -1 : 1));
console.log('directory'.padEnd(22) + ['constant', 'folded', 'runtime'].map((kind) => `${kind} right/wrong/open/missing`.padEnd(36)).join(''));
for (const [name, kinds] of order) {
  const cells = ['constant', 'folded', 'runtime'].map((kind) => {
    const c = kinds[kind];
    return (c ? `${c.right}/${c.wrong}/${c.unresolved}/${c.missing}` : '-').padEnd(36);
  });
  console.log(name.padEnd(22) + cells.join(''));
}
console.log(`${rows.length} rows, ${byFile.size} files, ${sites} call sites, ${((Date.now() - began) / 1000).toFixed(1)} s, configuration ${config ? 'given' : 'not given'}`);
console.log(`runtime: ${byType} of those that are right have the bound of a 32 bit type and no other`);
if (hardCases.length > 0) console.log(`hard cases: ${Object.entries(hard).map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`);
if (options.hard) for (const line of hardLines) console.log(`  ${line}`);
console.log(`structs: ${structs.right} right, ${structs.wrong} wrong, ${structs.open} open`);
console.log(`wrong: ${wrong.length}`);
for (const line of wrong) console.log(`  WRONG ${line}`);
if (options.unresolved) for (const line of unresolved) console.log(`  open ${line}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
