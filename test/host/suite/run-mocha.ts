import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Runs the tests that `load` imports, and writes how many there were. @throws Error where one failed */
export async function runMocha(load: () => Promise<unknown>): Promise<void> {
  const mocha = new Mocha({
    ui: 'bdd', timeout: 90_000, color: false, reporter: 'spec',
    ...(process.env['DMA_APERTURE_TEST_GREP'] ? { grep: process.env['DMA_APERTURE_TEST_GREP'] } : {}),
  });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  await load();
  let passed = 0;
  const failures = await new Promise<number>((done) => {
    mocha.run(done).on('pass', () => { passed++; });
  });
  const report = process.env['DMA_APERTURE_SUITE_REPORT'];
  if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed: failures }));
  if (failures > 0) throw new Error(`${failures} failed`);
}
