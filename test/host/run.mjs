/**
 * The extension in a real VS Code, in a window with the sample workspace and in one without a folder.
 *
 *   node test/host/run.mjs [--install-only | --fault NAME]
 *
 * The window that it runs in is launch-host.mjs's; the report goes to DMA_APERTURE_TEST_REPORT.
 *
 * The runner is tested too: a suite that fails, and an extension host that dies amid the tests, have to end as failures.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installHost } from '../../tools/vscode-host/vscode-host.mjs';
import { bundleSuites, embedded, launchSuite } from './launch-host.mjs';

const root = resolve(import.meta.dirname, '../..');

if (process.argv[2] === '--fault') {
  process.exitCode = await launchSuite('faults', root, { DMA_APERTURE_FAULT: process.argv[3] }).then(() => 0, () => 1);
} else if (process.argv[2] === '--install-only') {
  try {
    if (embedded) installHost();
  } catch (error) {
    process.stderr.write(`vscode-host: ${error.message}\n`);
    process.exitCode = 1;
  }
} else {
  process.exitCode = await main();
}

async function main() {
  await bundleSuites(['index', 'empty-window', 'faults']);
  const scratch = mkdtempSync(join(tmpdir(), 'dma-aperture-host-'));
  try {
    const workspace = join(scratch, 'sample');
    cpSync(join(root, 'media/sample'), workspace, { recursive: true });
    const total = { passed: 0, failed: 0 };
    for (const [name, folder] of [['index', workspace], ['empty-window', undefined]]) {
      const { passed, failed } = await suite(scratch, name, folder);
      total.passed += passed;
      total.failed += failed;
    }
    // Asked for one at a time, the runner's own tests would double the time of a quick look.
    if (!process.env.DMA_APERTURE_TEST_GREP) {
      for (const fault of ['assertion', 'death']) {
        const problem = missed(scratch, fault);
        process.stdout.write(problem ? `    FAILED the runner: ${problem}\n` : `    ✔ the runner: ${fault} in the extension host is a failure\n`);
        total[problem ? 'failed' : 'passed']++;
      }
    }
    if (process.env.DMA_APERTURE_TEST_REPORT) writeFileSync(process.env.DMA_APERTURE_TEST_REPORT, JSON.stringify(total));
    process.stdout.write(`host: ${total.passed} passed, ${total.failed} failed\n`);
    return total.failed > 0 || total.passed === 0 ? 1 : 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * The tests proper. A run that ends without a report, or not as its report says, has failed.
 * @param workspace the folder of the window; undefined: a window without one
 */
async function suite(scratch, name, workspace) {
  const report = join(scratch, 'report.json');
  rmSync(report, { force: true });
  let error;
  try {
    await launchSuite(name, workspace, { DMA_APERTURE_SUITE_REPORT: report });
  } catch (caught) {
    error = caught;
  }
  let total;
  try {
    total = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    total = { passed: 0, failed: 0 };
    error ??= new Error('the suite wrote no report');
  }
  if (error && total.failed === 0) {
    process.stderr.write(`host: ${error.message ?? error}\n`);
    total.failed = 1;
  }
  return { passed: total.passed, failed: total.failed };
}

/**
 * Runs a suite with a fault in it, in a process of its own: its output is of no interest where all goes as it should.
 * @returns what is wrong with how it ended, or undefined
 */
function missed(scratch, fault) {
  const mark = join(scratch, `reached-${fault}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, '--fault', fault], {
    encoding: 'utf8', env: { ...process.env, DMA_APERTURE_FAULT_MARK: mark }, timeout: 300_000,
  });
  if (!existsSync(mark)) return `the suite with ${fault} in it did not come to it:\n${stdout}${stderr}`;
  if (status !== 1) return `${fault} in the extension host ended with status ${status}:\n${stdout}${stderr}`;
  return undefined;
}
