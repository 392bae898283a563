// What a person waits for when the extension wakes, in a real VS Code with an empty window: `npm run bench:activation [-- --runs N]`.
// `activate()` with the loading of its bundle; from there until the language server has told the platform; from the opening of the sample
// driver to its first finding. Each run is a fresh window. Prints milliseconds of every run and the best; the bundles are as the last build made them.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleSuites, launchSuite } from '../test/host/launch-host.mjs';
import { readOptions, wholeNumber } from '../scripts/read-options.mjs';
import { ensureBuild, ensureChromium } from '../scripts/setup.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const USAGE = 'npm run bench:activation -- [--runs N]';
const { values } = readOptions(USAGE, { options: { runs: { type: 'string', default: '3' } } });
const runs = wholeNumber(USAGE, '--runs', values.runs, 1);
process.env.CHROMIUM_PATH = ensureChromium();
ensureBuild();
await bundleSuites(['activation']);
const directory = mkdtempSync(join(tmpdir(), 'dma-aperture-bench-'));
const results = [];
try {
  for (let run = 0; run < runs; run++) {
    const file = join(directory, `${run}.json`);
    await launchSuite('activation', undefined, { DMA_APERTURE_ACTIVATION: file });
    results.push(JSON.parse(readFileSync(file, 'utf8')));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
console.log(`dist/extension.cjs ${Math.round(statSync(join(ROOT, 'dist/extension.cjs')).size / 1024)} KiB, dist/server.cjs ${Math.round(statSync(join(ROOT, 'dist/server.cjs')).size / 1024)} KiB`);
for (const [key, title] of [['activated', 'activate()'], ['serverReady', 'language server ready'], ['firstFinding', 'driver opened to first finding']]) {
  const times = results.map((result) => Math.round(result[key]));
  console.log(`${title.padEnd(32)}${String(Math.min(...times)).padStart(6)} ms   (${times.join(', ')})`);
}
