// Measures the core: `npm run bench`. A table, no assertions: what the figures should be stands beside them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { Bench } from 'tinybench';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache', 'bench');
const { Aperture, DmaSystem, buildPlatform, createDevice, readTrace, replayTraces } = await loadCore();

const START = 0x7d10_0000;
const DEVICE = { cpu: 0, minAlignMask: 0, boundaryMask: 0xffff_ffff };

/** The same numbers every time: a linear congruential generator. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Mixed sizes as drivers map them: packets, pages, some tens of KiB. Kept near half of the pool; ends with nothing mapped. */
function mixedProgram(slots, pairs) {
  const random = generator(7);
  const program = [];
  const live = [];
  let used = 0;
  for (let index = 0; index < pairs; index++) {
    const kind = random(10);
    const bytes = kind < 5 ? 64 + random(1450) : kind < 8 ? 4096 : 1 + random(32_768);
    program.push(index, bytes);
    live.push([index, Math.ceil(bytes / 2048)]);
    used += Math.ceil(bytes / 2048);
    while (used > slots / 2) {
      const [[gone, size]] = live.splice(random(live.length), 1);
      program.push(~gone);
      used -= size;
    }
  }
  for (const [gone] of live) program.push(~gone);
  return Int32Array.from([slots, ...program]);
}

function runProgram(aperture, program, held) {
  const request = { origAddress: 0, bytes: 0, ...DEVICE };
  for (let i = 1; i < program.length; i++) {
    const word = program[i];
    if (word < 0) {
      const address = held[~word];
      if (address >= 0) aperture.unmap(address);
    } else {
      request.origAddress = 0x1_0000_0000 + i * 4096;
      request.bytes = program[i + 1];
      const result = aperture.map(request);
      held[word] = result.ok ? result.address : -1;
      i++;
    }
  }
}

const PAIRS = 20_000;
const EXCHANGES = 10_000;
const SLOTS = 32_768;
const program = mixedProgram(SLOTS, PAIRS);
const held = new Float64Array(PAIRS);
const rows = [];
const bench = new Bench({ time: 1000, warmupTime: 500 });
for (const generation of ['A', 'B3', 'C', 'D', 'F']) {
  const aperture = new Aperture(generation, SLOTS, 1, START);
  bench.add(`mixed ${generation}`, () => runProgram(aperture, program, held));
}

/** The longest trace of the fixtures: some thousand operations, repeated to 20,000 by replaying its file. */
const traceText = gunzipSync(readFileSync(join(root, 'test/fixtures/traces/native-6.12.117-aligned.trace.csv.gz'))).toString();
const reading = readTrace(traceText, 'trace');
if (!reading.ok) throw new Error(reading.problem.expected);
const replayed = replayTraces('trace', reading.traces);
const ops = replayed.reduce((sum, trace) => sum + trace.ops, 0);
bench.add('read', () => readTrace(traceText, 'trace'));
bench.add('replay', () => replayTraces('trace', reading.traces));

const GIB_SLOTS = 2 ** 19;
const crowded = new Aperture('F', GIB_SLOTS, 1, START);
for (let i = 0; i < GIB_SLOTS; i++) crowded.map({ origAddress: 4096, bytes: 2048, ...DEVICE });
for (let slot = 0; slot < GIB_SLOTS; slot += 2) crowded.unmap(START + slot * 2048);
const full = new Aperture('A', GIB_SLOTS, 1, START);
for (let i = 0; i < GIB_SLOTS; i++) full.map({ origAddress: 4096, bytes: 2048, ...DEVICE });
bench.add('pass', () => {
  const { list } = crowded.pool;
  let longest = 0;
  for (let i = 0; i < list.length; i++) if (list[i] > longest) longest = list[i];
  return longest;
});
bench.add('fragmented', () => crowded.map({ origAddress: 4096, bytes: 4096, ...DEVICE }));
bench.add('full', () => full.map({ origAddress: 4096, bytes: 2048, ...DEVICE }));
await bench.run();

const milliseconds = (name) => bench.getTask(name).result.latency.p50;
/** Of a figure that is held against the twin's: the fastest run of each, which says most of code and least of what else runs. */
const fastest = (name) => bench.getTask(name).result.latency.min;
const twin = twinPairs();
for (const generation of ['A', 'B3', 'C', 'D', 'F']) {
  const rate = PAIRS / (fastest(`mixed ${generation}`) / 1000);
  rows.push([`map+unmap at half occupancy, generation ${generation}`, `${(rate / 1e6).toFixed(2)} million/s`, generation === 'F' && twin ? `${(rate / twin).toFixed(2)} of the C twin; at least 0.5` : 'about 2 million/s']);
}
rows.push(['the C twin of generation F, gcc -O2', twin ? `${(twin / 1e6).toFixed(2)} million/s` : 'no gcc here', '']);
rows.push([`replay of ${ops} operations`, `${milliseconds('replay').toFixed(1)} ms`, `20,000 in ${(milliseconds('replay') / ops * 20_000).toFixed(1)} ms; under 50 ms`]);
rows.push([`reading its text, ${(traceText.length / 1e6).toFixed(1)} MB`, `${milliseconds('read').toFixed(1)} ms`, '']);
rows.push(['one pass over the lists of 1 GiB', `${milliseconds('pass').toFixed(3)} ms`, '']);
rows.push(['failing search, 1 GiB half free in single slots', `${milliseconds('fragmented').toFixed(3)} ms`, 'no slower than the pass']);
rows.push(['failing search, 1 GiB full, without quick refusal', `${milliseconds('full').toFixed(3)} ms`, 'no slower than the pass']);
rows.push(...largeMachine());
for (const [what, figure, goal] of rows) console.log(`${what.padEnd(56)}${figure.padStart(18)}   ${goal}`);

/** A PV dom0 on a machine of 1 TiB, half of it its own: how long and how much memory boot, exchanges and their release take. */
function largeMachine() {
  const gib = 2 ** 30;
  const fact = (value) => ({ value, from: { kind: 'default', source: 'bench' } });
  const map = [[2 ** 20, 3 * gib], [4 * gib, 1025 * gib]].map(([start, end]) => ({ start, end, type: 'usable' }));
  const facts = {
    kernelRelease: fact('6.12.117'), xenVersion: fact('4.17.7'), domain: fact('pv-dom0'), machineE820: fact(map), possibleCpus: fact(8),
    dom0Memory: fact({ amount: { bytes: 512 * gib } }),
  };
  const device = createDevice({ name: 'card', maskBits: 38 });
  const found = [];
  for (const [size, bytes] of [['4 KiB', 4096], ['256 KiB', 2 ** 18], ['4 MiB', 2 ** 22]]) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const begin = performance.now();
    const dma = new DmaSystem(buildPlatform(facts, { id: 'large' }));
    const booted = performance.now();
    let exchanged = 0;
    for (let i = 0; i < EXCHANGES; i++) exchanged += dma.allocCoherent(device, `block ${i}`, bytes).by === 'exchange' ? 1 : 0;
    const done = performance.now();
    const heap = (process.memoryUsage().heapUsed - before) / 2 ** 20;
    for (let i = 0; i < EXCHANGES; i++) dma.freeCoherent(`block ${i}`);
    const back = performance.now();
    found.push([`1 TiB machine built and ${exchanged} exchanges of ${size}`, `${(done - begin).toFixed(0)} ms, ${heap.toFixed(0)} MiB`, `built in ${(booted - begin).toFixed(0)} ms; under 1000 ms and 200 MB`]);
    found.push([`and given back`, `${(back - done).toFixed(0)} ms`, '']);
  }
  return found;
}

/** The sum that the twin makes over the slots of its first run. */
function slotSum() {
  const aperture = new Aperture('F', SLOTS, 1, START);
  const places = new Float64Array(PAIRS);
  let sum = 0;
  for (let i = 1; i < program.length; i++) {
    const word = program[i];
    if (word < 0) {
      if (places[~word] >= 0) aperture.unmap(START + places[~word] * 2048);
    } else {
      const result = aperture.map({ origAddress: 0x1_0000_0000 + i * 4096, bytes: program[i + 1], ...DEVICE });
      places[word] = result.ok ? result.slot : -1;
      sum = (Math.imul(sum, 31) + places[word]) >>> 0;
      i++;
    }
  }
  return sum;
}

/** Builds and runs the twin where there is a C compiler. @returns pairs a second, or undefined */
function twinPairs() {
  const binary = join(cache, 'twin');
  const compiled = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-o', binary, join(root, 'bench', 'twin.c')], { encoding: 'utf8' });
  if (compiled.error || compiled.status !== 0) {
    if (compiled.stderr) console.error(compiled.stderr);
    return undefined;
  }
  const run = spawnSync(binary, { input: Buffer.from(program.buffer), encoding: 'utf8' });
  const [rate, left, sum] = run.stdout.trim().split(' ').map(Number);
  if (left !== 0) console.error(`the twin has ${left} slots left in use`);
  if (sum !== slotSum()) console.error('the twin takes other slots than the core: its figure compares nothing');
  return rate;
}

async function loadCore() {
  mkdirSync(cache, { recursive: true });
  const outfile = join(cache, 'core.mjs');
  await build({
    stdin: {
      contents: 'export { Aperture } from "./src/core/swiotlb/aperture.ts"; export { readTrace } from "./src/evidence/trace/read-trace.ts"; export { replayTraces } from "./src/replay/replay-trace.ts"; export { DmaSystem } from "./src/core/dma/dma-system.ts"; export { createDevice } from "./src/core/dma/device.ts"; export { buildPlatform } from "./src/core/platform/build-platform.ts";',
      resolveDir: root, loader: 'ts',
    },
    bundle: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], target: 'es2022', outfile, logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
