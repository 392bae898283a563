/**
 * `npm run package`: builds minified, checks what goes in, and writes dma-aperture-VERSION.vsix to the clone.
 *
 *   npm run package [-- --out FILE]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readOptions } from './read-options.mjs';
import { die, ensureDependencies, ROOT, say, SetupError } from './setup.mjs';

/** The README of the package. */
const README = 'dist/README.md';

/** Minified; the client and server of the protocol make up most of the first two, what recognises a failure in a log most of the log thread. */
const KIB_AT_MOST = {
  'dist/extension.cjs': 560, 'dist/web/extension.js': 540, 'dist/server.cjs': 1000, 'dist/web/server.js': 1000, 'dist/cli.cjs': 760, 'dist/log-thread.cjs': 90,
  'dist/panel.js': 160, 'dist/panel.css': 40,
};

try {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { values } = readOptions('npm run package -- [--out FILE]', { options: { out: { type: 'string' } } });
  const out = values.out ? resolve(values.out) : join(ROOT, `dma-aperture-${version}.vsix`);
  ensureDependencies();
  run('the build', process.execPath, ['scripts/build.mjs', '--minify']);
  try {
    checkSizes();
    writeFileSync(join(ROOT, README), withoutPictures(readFileSync(join(ROOT, 'README.md'), 'utf8')));
    // --no-dependencies: everything that runs is in the bundles. Links of the README are to the repository, not into the package.
    run('vsce', join(ROOT, 'node_modules/.bin/vsce'), [
      'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--readme-path', README, '--out', out,
    ]);
  } finally {
    rmSync(join(ROOT, 'dist/.built'), { force: true }); // minified bundles are not what a checkout runs
  }
  process.stdout.write(`${out} (${Math.round(statSync(out).size / 1024)} KiB)\n`);
} catch (error) {
  die(error);
}

/** VS Code's page of an extension shows no pictures of the package: there the text stands alone. */
function withoutPictures(/** @type {string} */ readme) {
  return readme.replace(/^!\[[^\]]*\]\([^)]*\)\n\n/gm, '');
}

/** Says how large each bundle is, and refuses one that has outgrown its bound: most likely it took in what it should not. */
function checkSizes() {
  const tooLarge = Object.entries(KIB_AT_MOST).filter(([path, limit]) => {
    const size = Math.ceil(statSync(join(ROOT, path)).size / 1024);
    say(`${path}: ${size} KiB (at most ${limit})`);
    return size > limit;
  });
  if (tooLarge.length > 0) throw new SetupError(`too large: ${tooLarge.map(([path]) => path).join(', ')}`);
}

function run(what, program, args) {
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new SetupError(`${what} failed; see the messages above.`);
}
