import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** The entry that VS Code calls in its extension host. */
export async function run(): Promise<void> {
  const mocha = new Mocha({
    ui: 'bdd', timeout: 30_000, color: false, reporter: 'spec',
    ...(process.env['DMA_APERTURE_TEST_GREP'] ? { grep: process.env['DMA_APERTURE_TEST_GREP'] } : {}),
  });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  await import('./extension.test.ts');
  await import('./driver.test.ts');
  await import('./findings.test.ts');
  await import('./log.test.ts');
  await import('./platform.test.ts');
  await import('./panel.test.ts');
  await import('./scenario.test.ts');
  await import('./scenario-tests.test.ts');
  let passed = 0;
  const failures = await new Promise<number>((done) => {
    mocha.run(done).on('pass', () => { passed++; });
  });
  const report = process.env['DMA_APERTURE_SUITE_REPORT'];
  if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed: failures }));
  if (failures > 0) throw new Error(`${failures} failed`);
}
