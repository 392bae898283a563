/**
 * Builds everything that runs into dist/.
 *
 *   node scripts/build.mjs [--watch] [--minify] [--only NAME[,NAME]]
 *
 * Source maps are made unless minified. Each bundle is written whole or not at all.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { build, context } from 'esbuild';
import { readOptions } from './read-options.mjs';
import { scenarioJsonSchema } from './scenario-schema.mjs';
import { watForEsbuild } from './wat.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const VERSION = JSON.stringify(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);

const node = {
  platform: 'node', format: 'cjs', target: 'node20',
  // jsonc-parser's UMD build hides its parts from a bundler; its module build does not.
  mainFields: ['module', 'main'],
  // web-tree-sitter asks where it lies; a CommonJS bundle knows that by another name.
  define: { 'import.meta.url': 'importMetaUrl', DMA_APERTURE_VERSION: VERSION },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};
const worker = {
  platform: 'browser', target: 'es2022', define: { 'import.meta.url': 'self.location.href', DMA_APERTURE_VERSION: VERSION },
  // Reached only where web-tree-sitter finds itself in Node.
  external: ['fs/promises', 'module'],
};

/** @type {Record<string, import('esbuild').BuildOptions & { entry: string, outfile: string }>} */
const BUNDLES = {
  extension: { ...node, entry: 'src/extension/main.ts', outfile: 'dist/extension.cjs', external: ['vscode'] },
  'web-extension': { platform: 'browser', format: 'cjs', target: 'es2022', entry: 'src/extension/main-web.ts', outfile: 'dist/web/extension.js', external: ['vscode'] },
  server: { ...node, entry: 'src/server/node-main.ts', outfile: 'dist/server.cjs' },
  'web-server': { ...worker, format: 'iife', entry: 'src/server/worker-main.ts', outfile: 'dist/web/server.js' },
  cli: { ...node, entry: 'src/cli/main.ts', outfile: 'dist/cli.cjs' },
  'log-thread': { ...node, entry: 'src/cli/log-thread.ts', outfile: 'dist/log-thread.cjs' },
  panel: {
    platform: 'browser', format: 'iife', target: 'es2022', entry: 'src/panel/main.tsx', outfile: 'dist/panel.js',
    jsx: 'automatic', jsxImportSource: 'preact',
  },
  'panel-style': { platform: 'browser', entry: 'src/panel/panel.css', outfile: 'dist/panel.css' },
};

/** The parser's two WebAssembly files, which the server and the command line read beside themselves. */
const COPIES = {
  'dist/web-tree-sitter.wasm': 'web-tree-sitter/web-tree-sitter.wasm',
  'dist/tree-sitter-c.wasm': 'tree-sitter-c/tree-sitter-c.wasm',
};

/** Writes through a temporary name, so that a reader never sees half a bundle. */
const wholeFiles = {
  name: 'whole-files',
  setup(plugin) {
    plugin.onEnd((result) => {
      for (const file of result.outputFiles ?? []) {
        mkdirSync(dirname(file.path), { recursive: true });
        const partial = `${file.path}.${process.pid}.partial`;
        writeFileSync(partial, file.contents);
        renameSync(partial, file.path);
      }
    });
  },
};

const { values } = readOptions('node scripts/build.mjs [--watch] [--minify] [--only BUNDLE,…]', {
  options: { watch: { type: 'boolean' }, minify: { type: 'boolean' }, only: { type: 'string' } },
});
const names = values.only?.split(',') ?? Object.keys(BUNDLES);
for (const name of names) {
  if (!(name in BUNDLES)) {
    process.stderr.write(`build: no bundle ${name}: expected one of ${Object.keys(BUNDLES).join(', ')}\n`);
    process.exit(2);
  }
}

for (const [to, from] of Object.entries(COPIES)) {
  mkdirSync(join(ROOT, dirname(to)), { recursive: true });
  copyFileSync(require.resolve(from), join(ROOT, to));
}

let failed = false;
/** Folders of the packages that the bundles and the copies take in. */
const bundled = new Set(Object.values(COPIES).map((path) => `node_modules/${dirname(path)}`));
await Promise.all(names.map(async (name) => {
  const { entry, outfile, ...bundle } = BUNDLES[name];
  const options = {
    absWorkingDir: ROOT, entryPoints: [entry], outfile, bundle: true, write: false, metafile: true,
    minify: values.minify ?? false, sourcemap: !values.minify, legalComments: 'none', logLevel: 'warning',
    plugins: [wholeFiles, watForEsbuild], ...bundle,
  };
  if (values.watch) {
    await (await context(options)).watch();
    return;
  }
  try {
    const { metafile } = await build(options);
    for (const path of Object.keys(metafile.inputs)) {
      const name = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (name) bundled.add(name);
    }
  } catch {
    failed = true; // esbuild has said what and where
  }
}));
if (values.watch) process.stderr.write('build: watching\n');
if (failed) process.exitCode = 1;
else if (!values.only && !values.watch) {
  writeFileSync(join(ROOT, 'dist/scenario.schema.json'), `${JSON.stringify(await scenarioJsonSchema())}\n`);
  writeFileSync(join(ROOT, 'dist/THIRD-PARTY-NOTICES.txt'), notices());
  writeFileSync(join(ROOT, 'dist/.built'), '');
}

/** The licences of everything that is bundled, each once. */
function notices() {
  const texts = new Map();
  for (const folder of bundled) {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    texts.set(`${name} ${version}`, file ? readFileSync(join(ROOT, folder, file), 'utf8').trim() : `Licence: ${license}`);
  }
  const entries = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([title, text]) => `${title}\n${'-'.repeat(title.length)}\n\n${text}\n`);
  return `DMA Aperture contains the following packages.\n\n${entries.join('\n\n')}`;
}
