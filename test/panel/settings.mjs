import { check, equal, eventually, rowsOf, text } from './checks.mjs';
import { LOADS, runState } from './runs.mjs';

const ROWS = [
  { setting: 'as it is', kind: 'as-it-is', ok: false, refused: 12 },
  { setting: 'swiotlb=8192,4,force', kind: 'swiotlb', claim: 'helps', ok: false, refused: 3 },
  { setting: 'swiotlb=65536,4,force', kind: 'swiotlb', claim: 'helps', ok: true, refused: 0 },
  { setting: '64 bit mask for disk', kind: 'mask', claim: 'helps', ok: false, refused: 12 },
  { setting: 'cma=16M', kind: 'cma', claim: 'does-not', ok: false, refused: 12 },
  { setting: 'Linux 7.3', kind: 'linux', ok: true, refused: 0 },
];
let loads;

async function opened(open) {
  loads ??= await runState(LOADS);
  const panel = await open(loads);
  await panel.page.waitForSelector('.why .settings');
  const { id } = loads.state.recording;
  const tell = (told) => panel.send({ version: 1, kind: 'settings', recording: id, step: 3, ...told });
  return { ...panel, id, tell, asked: async (kind) => (await panel.posted()).filter((each) => each.kind === kind) };
}

export const settingsTests = {
  'settings: are asked for once, tell how far they are, and can be stopped': async ({ open }) => {
    const { page, id, tell, asked } = await opened(open);
    equal(await asked('trySettings'), [], 'nothing is run by itself');
    await page.getByRole('button', { name: 'Run Them' }).click();
    await eventually(async () => (await asked('trySettings')).map(({ recording, step }) => [recording, step]), [[id, 3]], 'asked');
    await tell({ progress: '4 of 11 settings' });
    await eventually(() => text(page, '.why .settings p'), '4 of 11 settings Cancel', 'how far');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await eventually(async () => (await asked('stopSettings')).length, 1, 'stopped');
    await tell({});
    await page.getByRole('button', { name: 'Run Them' }).waitFor();
    await tell({ error: 'That run is gone.' });
    await eventually(() => text(page, '.why .settings .fail'), 'That run is gone.', 'why not');
  },

  'settings: the outcome of each, beside what the reasons say': async ({ open }) => {
    const { page, tell } = await opened(open);
    await tell({ rows: ROWS });
    await page.waitForSelector('table[aria-label="The same steps under other settings"]');
    equal(await rowsOf(page, 'The same steps under other settings'), [
      ['as it is', 'failed', '12', ''], ['swiotlb=8192,4,force', 'failed', '3', 'not at this size'], ['swiotlb=65536,4,force', 'done', '0', 'confirmed'],
      ['64 bit mask for disk', 'failed', '12', 'refuted'], ['cma=16M', 'failed', '12', 'confirmed'], ['Linux 7.3', 'done', '0', ''],
    ], 'rows');
  },

  'settings: are of one step of one run': async ({ open }) => {
    const { page, tell, send } = await opened(open);
    await tell({ rows: ROWS });
    await page.waitForSelector('table[aria-label="The same steps under other settings"]');
    await page.locator('#step-0').click();
    await eventually(() => page.locator('.why .settings').count(), 0, 'none for a step that succeeded');
    await page.locator('#step-2').click();
    await eventually(() => page.locator('.why .settings table').count(), 1, 'still those of the step');
    await send({ version: 1, kind: 'settings', recording: 'another', step: 3, rows: [] });
    check((await rowsOf(page, 'The same steps under other settings')).length === ROWS.length, 'another run changes nothing');
  },
};
