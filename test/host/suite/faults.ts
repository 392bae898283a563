import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** A suite with a fault in it, to show that the runner notices: DMA_APERTURE_FAULT says which. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', reporter: 'min' });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  it('goes well', () => assert.ok(true));
  it('does not', () => {
    writeFileSync(process.env['DMA_APERTURE_FAULT_MARK'] ?? '', '');
    if (process.env['DMA_APERTURE_FAULT'] === 'death') process.kill(process.pid, 'SIGKILL');
    assert.equal(process.env['DMA_APERTURE_FAULT'], 'none');
  });
  const failures = await new Promise<number>((done) => mocha.run(done));
  if (failures > 0) throw new Error(`${failures} failed`);
}
