// Writes docs/log-lines.md from the table of recognisers: `npm run docs:log-lines`; with --check says whether the file is current.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'docs', 'log-lines.md');
const outfile = join(root, 'node_modules', '.cache', 'docs', 'log-lines.mjs');
mkdirSync(dirname(outfile), { recursive: true });
await build({ stdin: { contents: "export { logLinesPage } from './src/render/log-lines-page.ts'; export { RECOGNISERS } from './src/evidence/log/recogniser-table.ts';", resolveDir: root }, bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', outfile, logLevel: 'warning' });
const { logLinesPage, RECOGNISERS } = await import(pathToFileURL(outfile).href);
const page = logLinesPage(RECOGNISERS);
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== page) {
    console.error('docs/log-lines.md is not what the table of recognisers gives: run `npm run docs:log-lines`');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, page);
  console.log('docs/log-lines.md written');
}
