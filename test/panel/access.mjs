import { check, equal } from './checks.mjs';
import { LOADS, runState } from './runs.mjs';
import { empty, guestOnly, platformOnly, scenario } from './states.mjs';
import { THEMES } from './themes.mjs';

const look = (view) => ({ version: 1, view, shade: 'size', zoom: 'rows', selection: { kind: 'slot', slot: 1030 } });
const SCENES = {
  empty: { state: empty },
  platform: { state: platformOnly },
  guest: { state: guestOnly },
  picture: { state: scenario, kept: look('picture') },
  table: { state: scenario, kept: look('table') },
  step: { state: scenario, kept: { version: 1, view: 'table', shade: 'size', zoom: 'rows', step: 3, scenario: 'file:///workspace/founding.dma.json', selection: { kind: 'step', index: 3 } } },
};
/** Few enough rows that axe has soon looked at each; opens at the mapping that is refused, with its search. */
const SHORT = { ...LOADS, steps: [{ ...LOADS.steps[0], ticks: 12, keep: true }, LOADS.steps[2]] };
const ERROR = { version: 1, kind: 'error', error: { title: 'The scenario ends early.', message: 'founding.dma.json:19:5: expected "op".', commands: ['refresh', 'showLog'] } };

/** The step that failed, under two other settings. */
const settingsOf = ({ recording, scenario: { steps } }) => ({
  version: 1, kind: 'settings', recording: recording.id, step: steps.find(({ ok }) => !ok).index,
  rows: [{ setting: 'as it is', kind: 'as-it-is', ok: false, refused: 1 }, { setting: 'swiotlb=8192,4,force', kind: 'swiotlb', claim: 'does-not', ok: false, refused: 1 }],
});

/** One test a theme and width: axe over every scene, and over an error. */
const tests = Object.keys(THEMES).flatMap((theme) => [1200, 420].map((width) => [`axe: no violation in ${theme} at ${width} px`, async ({ open }) => {
  for (const [name, scene] of Object.entries(SCENES)) {
    const panel = await open({ ...scene, theme, width });
    equal(await panel.axe(), [], name);
    await panel.shot(`${name}-${theme}-${width}`);
    if (name === 'picture') {
      await panel.send(ERROR);
      await panel.page.waitForSelector('[role=alert]');
      equal(await panel.axe(), [], 'error');
    }
  }
  const run = await runState(SHORT);
  for (const view of ['picture', 'table']) {
    const panel = await open({ ...run, theme, width, kept: { ...look(view), selection: undefined, shade: 'age' } });
    await panel.page.waitForSelector('[aria-label="The search behind the operation"]');
    await panel.send(settingsOf(run.state));
    await panel.page.waitForSelector('table[aria-label="The same steps under other settings"]');
    equal(await panel.axe(), [], `recording, ${view}`);
    await panel.shot(`recording-${view}-${theme}-${width}`);
  }
}]));

export const accessTests = {
  ...Object.fromEntries(tests),

  'axe: sees a violation where there is one': async ({ open }) => {
    const panel = await open({ state: platformOnly });
    await panel.page.evaluate(() => document.querySelector('.map canvas').removeAttribute('aria-label') ?? document.querySelector('main').append(document.createElement('button')));
    check((await panel.axe()).some((each) => each.startsWith('button-name')), 'a button without a name passes');
  },

  'forced colours: pictures take the system\'s colours, and axe is content': async ({ open }) => {
    const panel = await open({ state: scenario, theme: 'hc', forcedColors: 'active', kept: look('picture') });
    equal(await panel.axe(), [], 'axe');
    const colours = await panel.page.evaluate(() => {
      const canvas = document.querySelector('.map canvas');
      return new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
    });
    check(colours > 10, `${colours} colours`);
    await panel.shot('picture-forced-1200');
  },

  'live: one polite region, which says the step and nothing else': async ({ open }) => {
    const { page } = await open({ state: scenario });
    equal(await page.locator('[role=status], [aria-live]').count(), 1, 'regions');
    equal(await page.getByRole('status').textContent(), 'Step 1 failed. Map 512 KiB for the capture card: 256 slots are more than a segment of 128', 'text');
  },
};
