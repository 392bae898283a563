/** `npm run typecheck`: tsc over every project, two at a time; exit status 1 if any has an error. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { PROJECTS } from './projects.mjs';

const root = resolve(import.meta.dirname, '..');
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const queue = [...PROJECTS];
let failed = 0;

const worker = async () => {
  for (let project = queue.shift(); project !== undefined; project = queue.shift()) {
    // What was checked before and has not changed is not checked again.
    const known = join(root, 'node_modules/.cache/dma-aperture', `${project.replace(/\W+/g, '-')}.tsbuildinfo`);
    const child = spawn(process.execPath, [tsc, '--pretty', 'false', '--incremental', '--tsBuildInfoFile', known, '-p', project], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
    const code = await new Promise((done) => child.once('close', done));
    if (code !== 0) {
      failed++;
      process.stdout.write(`${project}:\n${text}`);
    }
  }
};
await Promise.all([worker(), worker()]);
if (failed > 0) process.exitCode = 1;
