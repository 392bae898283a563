// Scans the C of a tree and has `rg` and Coccinelle's `spatch` look for the same calls; then edits a long driver in the language
// server: `npm run bench:c -- TREE [--config FILE] [--jobs N] [--edits N] [--limit SECONDS]`. TREE is a kernel tree or any folder of C; without
// one only the editor is measured. Prints tables; what is not installed is left out, and said. No program gets more than the limit of the
// clock: spatch takes a quarter of a second and more for a file that names one of the functions. The seconds of the processors are given beside
// those of the clock, which count what other programs take as well.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readOptions, usageError, wholeNumber } from '../scripts/read-options.mjs';
import { cpuSecondsOf, runProgram } from './run-program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const USAGE = 'npm run bench:c -- [TREE] [--config FILE] [--jobs N] [--edits N] [--limit SECONDS]';
const { values, positionals } = readOptions(USAGE, {
  allowPositionals: true,
  options: { config: { type: 'string' }, jobs: { type: 'string', default: '2' }, edits: { type: 'string', default: '100' }, limit: { type: 'string', default: '300' } },
});
const number = (option) => wholeNumber(USAGE, `--${option}`, values[option], 1);
const [jobs, edits, limit] = [number('jobs'), number('edits'), number('limit')];
const cli = join(root, 'dist', 'cli.cjs');
if (!existsSync(cli)) {
  console.error('bench:c: dist/cli.cjs is missing: run `npm run build` first');
  process.exit(2);
}
const [tree] = positionals;
if (positionals.length > 1 || (tree !== undefined && !existsSync(tree))) usageError(USAGE, 'expected one folder of C at most');
const config = values.config === undefined ? undefined : resolve(values.config);
if (config !== undefined && !existsSync(config)) usageError(USAGE, `--config ${values.config}: no such file`);
const directory = mkdtempSync(join(tmpdir(), 'dma-aperture-bench-'));
try {
  if (tree !== undefined) await compareScans(resolve(existsSync(join(tree, 'drivers')) ? join(tree, 'drivers') : tree));
  await measureEditor();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function compareScans(folder) {
  // The names that the scan itself looks for, as the table in the source lists them.
  const names = [...readFileSync(join(root, 'src/csource/calls/dma-apis.ts'), 'utf8').matchAll(/^add\('\w+', '(\w+)\(/gm)].map((match) => match[1]);
  const query = join(directory, 'calls.cocci');
  // spatch does not make it, and prints nothing without it.
  const scratch = join(directory, 'spatch');
  mkdirSync(scratch);
  writeFileSync(query, `@@ identifier called = {${names.join(', ')}}; @@\n* called(...)\n`);
  const search = ['-w', '-c', '-g', '*.[ch]', names.join('|'), folder];
  const scan = [cli, 'scan', '--ndjson', '--fail-on', 'never', '--jobs', String(jobs)];
  // All find the files in the page cache.
  await runHere('rg', search);
  const rows = [
    { name: 'rg -w', ...(await runHere('rg', search)) },
    { name: 'scan', ...(await runHere(process.execPath, [...scan, folder])) },
    ...(config === undefined ? [] : [{ name: 'scan --config', ...(await runHere(process.execPath, [...scan, '--config', config, folder])) }]),
    { name: `spatch -j${jobs}`, ...(await runHere('spatch', ['-j', String(jobs), '--temp-files', scratch, '--very-quiet', '--no-includes', '--sp-file', query, '--dir', folder])) },
  ];
  const base = rows[0].seconds;
  console.log(`${folder}, ${names.length} names, ${jobs} threads`);
  for (const { name, code, seconds, cpuSeconds, peakKib } of rows) {
    const figures = `${seconds.toFixed(2).padStart(8)} s  ${(seconds / base).toFixed(1).padStart(6)} x rg  processors ${cpuSeconds.toFixed(2).padStart(7)} s  peak ${(peakKib / 1024).toFixed(0).padStart(5)} MiB`;
    console.log(`  ${name.padEnd(16)} ${code === 'not found' ? 'not installed' : code === 0 ? figures : `${figures}  (${code === 'limit' ? 'not finished by then' : `ended with ${code}`})`}`);
  }
}

/** Opens a generated driver in the language server, and edits it line by line; each time until its diagnostics are there. */
async function measureEditor() {
  const { text, places } = driver(10_000);
  const uri = pathToFileURL(join(directory, 'long.c')).href;
  const begun = performance.now();
  const client = lsp();
  await client.request('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  client.notify('initialized', {});
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
  await client.published(uri, 1);
  const opened = performance.now() - begun;
  const openedCpu = cpuSecondsOf(client.pid);
  const took = [];
  for (let version = 2; version < 2 + edits; version++) {
    const line = places[version % places.length];
    const at = performance.now();
    client.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ range: { start: { line, character: 0 }, end: { line, character: 0 } }, text: `\tx += ${version};\n` }] });
    await client.published(uri, version);
    took.push(performance.now() - at);
  }
  const editedCpu = cpuSecondsOf(client.pid) - openedCpu;
  await client.stop();
  took.sort((a, b) => a - b);
  const at = (part) => took[Math.min(took.length - 1, Math.floor(part * took.length))] ?? 0;
  console.log(`Editor, a driver of ${text.split('\n').length - 1} lines`);
  console.log(`  opened by a cold server ${opened.toFixed(0).padStart(5)} ms, of processors ${(openedCpu * 1000).toFixed(0)} ms`);
  console.log(`  an edit, p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms of ${took.length}; of processors ${((editedCpu * 1000) / took.length).toFixed(1)} ms each`);
}

/** A driver of so many lines: structs, registers, and a call for DMA in every tenth function. */
function driver(lines) {
  const out = ['#include <linux/dma-mapping.h>', '', '#define RING_ENTRIES 256', '', 'struct ring_entry { u64 address; u32 length; u32 flags; };', ''];
  const places = [];
  for (let number = 0; out.length < lines; number++) {
    out.push(`#define REG_${number} 0x${(number * 4).toString(16)}`, `struct unit_${number} {`, '\tu32 head;', '\tu32 tail;', `\tstruct ring_entry entries[${8 + (number % 56)}];`, '};', '');
    out.push(`static int unit_${number}_start(struct device *dev, struct unit_${number} *unit)`, '{', '\tu32 x = 0;', '\tint i;', '');
    places.push(out.length);
    out.push('\tfor (i = 0; i < RING_ENTRIES; i++) {', '\t\tif (unit->head == i)', '\t\t\tcontinue;', `\t\tx |= readl(unit_base + REG_${number}) & BIT(i % 32);`, '\t}');
    if (number % 10 === 0) out.push(`\tunit_ring = dma_alloc_coherent(dev, sizeof(struct unit_${number}) * RING_ENTRIES, &unit_bus, GFP_KERNEL);`, '\tif (!unit_ring)', '\t\treturn -ENOMEM;');
    out.push('\twritel(x, unit_base);', '\treturn 0;', '}', '');
  }
  return { text: `${out.join('\n')}\n`, places };
}

/** A language client of few words. */
function lsp() {
  const child = spawn(process.execPath, [cli, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let input = Buffer.alloc(0);
  let last = 0;
  const answers = new Map();
  const published = new Map();
  let wake = () => undefined;
  const send = (message) => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    child.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  };
  child.stdout.on('data', (bytes) => {
    input = Buffer.concat([input, bytes]);
    for (;;) {
      const head = input.indexOf('\r\n\r\n');
      const length = head < 0 ? Number.NaN : Number(/Content-Length: (\d+)/i.exec(input.toString('latin1', 0, head))?.[1]);
      if (!(input.length >= head + 4 + length)) return;
      const message = JSON.parse(input.toString('utf8', head + 4, head + 4 + length));
      input = input.subarray(head + 4 + length);
      if (message.method === 'textDocument/publishDiagnostics') published.set(message.params.uri, message.params.version);
      else if (message.method !== undefined && message.id !== undefined) send({ id: message.id, result: null });
      else if (message.id !== undefined) answers.get(message.id)?.();
      wake();
    }
  });
  return {
    pid: child.pid,
    request: (method, params) => new Promise((resolve) => {
      answers.set(++last, resolve);
      send({ id: last, method, params });
    }),
    notify: (method, params) => send({ method, params }),
    published: (uri, version) => new Promise((resolve) => {
      wake = () => {
        if (published.get(uri) === version) resolve();
      };
      wake();
    }),
    async stop() {
      await this.request('shutdown', null);
      this.notify('exit', null);
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

/** What a program leaves in its folder for temporary files goes with the bench's. */
function runHere(command, args) {
  return runProgram(command, args, { limit, directory });
}
