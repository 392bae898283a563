// Edits a long log in the language server: `node bench/log-edit.mjs [--mib N] [--edits N] [--logs DIR]`. Prints how long opening takes, how long
// after an edit a hover is answered, and how long after an edit, beyond the pause that the server waits for more, diagnostics are told.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, wholeNumber } from '../scripts/read-options.mjs';
import { longLog } from './long-log.mjs';
import { cpuSecondsOf } from './run-program.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { StreamMessageReader, StreamMessageWriter, createMessageConnection } = createRequire(import.meta.url)('vscode-languageserver-protocol/node');
const USAGE = 'node bench/log-edit.mjs [--mib N] [--edits N] [--logs DIR]';
const { values } = readOptions(USAGE, { options: { mib: { type: 'string', default: '50' }, edits: { type: 'string', default: '40' }, logs: { type: 'string' } } });
const [size, edits] = [wholeNumber(USAGE, '--mib', values.mib, 1) * 2 ** 20, wholeNumber(USAGE, '--edits', values.edits, 1)];
const cli = join(root, 'dist', 'cli.cjs');
if (!existsSync(cli)) {
  console.error('bench:log-edit: dist/cli.cjs is missing: run `npm run build` first');
  process.exit(2);
}
const URI = 'file:///bench/long.dmesg';
const folder = values.logs ?? join(root, 'test', 'fixtures', 'logs');
const logs = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.log')).map((name) => readFileSync(join(folder, name), 'latin1'));

await bench('a long run', grown(logs[0], longLog(1)));
await bench('boot logs', grown('', () => `${logs.join('\n')}\n`));

function grown(begin, next) {
  let text = begin;
  while (text.length < size) text += next();
  return text;
}

async function bench(name, text) {
  const child = spawn(process.execPath, [cli, 'lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  let told = () => undefined;
  connection.onNotification('textDocument/publishDiagnostics', ({ version }) => told(version));
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {}, workspaceFolders: null });
  await connection.sendNotification('initialized', {});
  const diagnostics = (wanted) => new Promise((resolve) => { told = (version) => version === wanted && resolve(performance.now()); });
  const begin = performance.now();
  const opened = diagnostics(1);
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri: URI, languageId: 'kernel-log', version: 1, text } });
  const open = (await opened) - begin;
  const openCpu = cpuSecondsOf(child.pid);
  const lines = text.split('\n').length;
  const hovers = [];
  const checks = [];
  for (let version = 2; version < 2 + edits; version++) {
    const line = (version * 7919) % lines;
    const at = { line, character: 0 };
    const checked = diagnostics(version);
    const asked = performance.now();
    await connection.sendNotification('textDocument/didChange', { textDocument: { uri: URI, version }, contentChanges: [{ range: { start: at, end: at }, text: version % 4 === 0 ? 'a new line\n' : 'x' }] });
    await connection.sendRequest('textDocument/hover', { textDocument: { uri: URI }, position: { line, character: 3 } });
    hovers.push(performance.now() - asked);
    checks.push((await checked) - asked);
  }
  const editCpu = cpuSecondsOf(child.pid) - openCpu;
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  connection.dispose();
  console.log(`${name}, ${(text.length / 2 ** 20).toFixed(0)} MiB, ${lines} lines: opened in ${(open / 1000).toFixed(2)} s, of processors ${openCpu.toFixed(2)} s; ${edits} edits, of processors ${((1000 * editCpu) / edits).toFixed(0)} ms each`);
  for (const [what, times] of [['hover right after an edit', hovers], ['diagnostics after an edit', checks]]) {
    const sorted = times.sort((a, b) => a - b);
    const at = (share) => `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0).padStart(5)} ms`;
    console.log(`  ${what.padEnd(28)} p50 ${at(0.5)}  p95 ${at(0.95)}`);
  }
}
