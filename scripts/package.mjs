/**
 * `npm run package`: builds minified, checks what goes in, and writes dma-aperture-VERSION.vsix to the clone.
 *
 *   npm run package [-- --out FILE]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { die, ensureDependencies, ROOT, SetupError } from './setup.mjs';

try {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const out = values.out ? resolve(values.out) : join(ROOT, `dma-aperture-${version}.vsix`);
  ensureDependencies();
  run('the build', process.execPath, ['scripts/build.mjs', '--minify']);
  try {
    // --no-dependencies: everything that runs is in the bundles.
    run('vsce', join(ROOT, 'node_modules/.bin/vsce'), ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', out]);
  } finally {
    rmSync(join(ROOT, 'dist/.built'), { force: true }); // minified bundles are not what a checkout runs
  }
  process.stdout.write(`${out} (${Math.round(statSync(out).size / 1024)} KiB)\n`);
} catch (error) {
  die(error);
}

function run(what, program, args) {
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new SetupError(`${what} failed; see the messages above.`);
}
