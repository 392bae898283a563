#!/usr/bin/env node
/** `dma-aperture`: runs dist/cli.cjs. In a clone that has not been built yet, installs and builds it first. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url));

if (!existsSync(cli)) {
  process.stderr.write('dma-aperture: first run in this clone: installing what is missing, and building\n');
  try {
    const { ensureBuild, ensureDependencies } = await import('../scripts/setup.mjs');
    ensureDependencies();
    ensureBuild();
    if (!existsSync(cli)) throw new Error('the build made no dist/cli.cjs');
  } catch (error) {
    process.stderr.write(`dma-aperture: ${error.message}\n`);
    process.exit(2);
  }
}
createRequire(import.meta.url)(cli);
