// Writes docs/scenarios from media/scenarios and what the model answers: `npm run docs:scenarios`.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'docs', 'scenarios');
const outfile = join(root, 'node_modules', '.cache', 'docs', 'scenario-pages.mjs');
mkdirSync(dirname(outfile), { recursive: true });
await build({ stdin: { contents: "export { builtInScenarioPages } from './src/server/built-in-scenario-pages.ts';", resolveDir: root }, bundle: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'], target: 'es2022', outfile, logLevel: 'warning' });
const { builtInScenarioPages } = await import(pathToFileURL(outfile).href);
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) rmSync(join(folder, name));
const pages = builtInScenarioPages();
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
console.log(`docs/scenarios: ${pages.size} pages written`);
