import { check, equal, eventually, group, rowsOf, text } from './checks.mjs';
import { LOADS, runState } from './runs.mjs';

const TIMELINE = '[role=slider]';
let loads;
/** The page with the recording of three loads, once it is there. */
async function opened(open, more = {}) {
  loads ??= await runState(LOADS);
  const panel = await open({ ...loads, ...more });
  await panel.page.waitForSelector(TIMELINE);
  const slider = panel.page.locator(TIMELINE);
  const now = async () => Number(await slider.getAttribute('aria-valuenow'));
  return { ...panel, slider, now, run: loads };
}
const status = (page) => text(page, '[role=status]');
const usedIn = (page) => page.evaluate(() => / (\S+) used,/.exec(document.querySelector('.aperture .meta').textContent)[1]);

const panelAsked = async (page) => (await page.evaluate(() => window.testPanel.posted)).some(({ kind }) => kind === 'selectStep');
async function eventuallyRows(page, label) {
  await page.waitForSelector(`table[aria-label="${label}"]`);
  return rowsOf(page, label);
}
async function headed(open, more) {
  loads ??= await runState(LOADS);
  const panel = await open({ ...loads, ...more });
  await panel.page.waitForSelector('.time .meta');
  return panel;
}

export const timeTests = {
  'time: the recording is fetched once and opens at the first failure': async ({ open }) => {
    const { page, posted, run, now } = await opened(open);
    const { operations } = run.state.recording;
    equal((await posted()).filter(({ kind }) => kind === 'recordingPart').map(({ offset }) => offset), [0], 'parts asked for');
    check((await text(page, '.time .meta')).startsWith(`${group(operations)} operations · `), 'heading');
    await eventually(() => status(page).then((said) => said.slice(0, 14)), 'Step 3 failed.', 'first failure');
    const at = await now();
    await page.locator('.aperture .meta').waitFor();
    check((await text(page, '.aperture .meta')).endsWith(`after operation ${group(at)}`), 'the aperture of that operation');
  },

  'time: keys move by one, by 256 and to the ends; the value is a sentence': async ({ open }) => {
    const { page, slider, now, run } = await opened(open);
    const { operations } = run.state.recording;
    await slider.focus();
    for (const [key, position] of [['Home', 0], ['ArrowLeft', 0], ['ArrowRight', 1], ['ArrowUp', 2], ['PageUp', 258], ['ArrowLeft', 257], ['ArrowDown', 256], ['PageDown', 0], ['End', operations], ['ArrowRight', operations]]) {
      await page.keyboard.press(key);
      await eventually(now, position, key);
    }
    equal(await slider.getAttribute('aria-valuemax'), String(operations), 'last');
    await page.keyboard.press('Home');
    await eventually(() => slider.getAttribute('aria-valuetext'), 'Before the first operation.', 'start');
    equal(await usedIn(page), '0', 'nothing used');
    await page.keyboard.press('ArrowRight');
    await eventually(async () => /^Step 1, operation 1\. dma_map_single for nic, [\d,]+ B on CPU 0: bounce$/.test(await slider.getAttribute('aria-valuetext')), true, 'first');
    check(Number(await usedIn(page)) > 0, 'slots used');
    await page.keyboard.press('Enter');
    equal(await page.evaluate(() => document.activeElement.id), 'why-head', 'Enter goes to Why');
  },

  'time: the aperture at an operation is what a run up to there leaves': async ({ open }) => {
    const half = { ...LOADS, steps: [LOADS.steps[0], { ...LOADS.steps[1], ticks: 40, keep: true }] };
    const whole = { ...half, steps: [...half.steps, { op: 'workload', device: 'nic', shape: 'nic', ticks: 50, seed: 3, cpus: 4 }] };
    const [end, run] = [await runState(half), await runState(whole)];
    const { page } = await open({ ...run, kept: { version: 1, view: 'table', shade: 'size', zoom: 'rows', position: end.state.recording.operations, scenario: run.state.scenario.uri } });
    await page.waitForSelector('[aria-label="Parts of the recording"]');
    const { mappings, areas, used } = end.state.aperture;
    check(mappings.length > 20, `${mappings.length} mappings are something to compare`);
    equal(await usedIn(page), group(used), 'used');
    const rows = await rowsOf(page, 'Mappings in the aperture');
    const of = (list) => list.map((row) => row.join(' ')).sort();
    equal(of(rows.map((row) => row.slice(1, 7))), of(mappings.map((each) => [each.device, group(each.bytes), each.slots, group(each.first), group(each.first + each.slots - 1), each.step ?? 2])), 'mappings');
    equal((await rowsOf(page, 'Areas of the aperture')).map((row) => [row[2], row[4]]), areas.map((area) => [group(area.used), group(area.hint)]), 'areas');
  },

  'time: F and Shift+F walk the refused operations, dots one operation': async ({ open }) => {
    const { page, now, slider } = await opened(open);
    await slider.focus();
    await page.keyboard.press('Home');
    const places = [];
    for (let count = 0; count < 4; count++) {
      const before = await now();
      await page.keyboard.press('f');
      await eventually(async () => (await now()) > before, true, 'on');
      check((await slider.getAttribute('aria-valuetext')).endsWith('refused'), 'a refusal');
      places.push(await now());
    }
    await page.keyboard.press('Shift+F');
    await eventually(now, places[2], 'back');
    await page.keyboard.press('.');
    await eventually(now, places[2] + 1, 'dot');
    await page.keyboard.press(',');
    await page.keyboard.press(',');
    await eventually(now, places[2] - 1, 'commas');
  },

  'time: a drag scrubs, the field takes a number, a step leads to its operations': async ({ open }) => {
    const { page, now, slider, run } = await opened(open);
    const { operations } = run.state.recording;
    const box = await slider.boundingBox();
    const [left, right] = [104, box.width - 92];
    await page.mouse.move(box.x + left + (right - left) / 4, box.y + 40);
    await page.mouse.down();
    await eventually(async () => Math.abs((await now()) - operations / 4) < operations / 100, true, 'pressed');
    await page.mouse.move(box.x + (left + right) / 2, box.y + 40, { steps: 5 });
    await eventually(async () => Math.abs((await now()) - operations / 2) < operations / 100, true, 'dragged');
    await page.mouse.up();
    await page.mouse.move(box.x + left, box.y + 40);
    check((await now()) > operations / 3, 'nothing moves without a button');
    await page.getByLabel('Operation').fill('1,000');
    await page.keyboard.press('Enter');
    await eventually(now, 1000, 'field');
    await page.locator('#step-1').click();
    await eventually(() => page.locator('.steps tr[aria-selected=true] td').first().textContent(), '2', 'step chosen');
    await eventually(async () => (await slider.getAttribute('aria-valuetext')).slice(0, 7), 'Step 2,', 'its last operation');
    check(!(await panelAsked(page)), 'the host is not asked for a state');
  },

  'time: plays to the end, and pauses': async ({ open }) => {
    const { page, now, slider, run } = await opened(open);
    const { operations } = run.state.recording;
    await slider.focus();
    await page.keyboard.press('Home');
    await eventually(now, 0, 'start');
    await page.keyboard.press('Space');
    await eventually(async () => (await now()) > 3, true, 'plays');
    equal(await page.getByRole('status').getAttribute('aria-live'), 'off', 'and is silent');
    await page.keyboard.press('Space');
    await eventually(() => page.getByRole('button', { name: 'Play (Space)' }).count(), 1, 'paused');
    await page.getByLabel('Operation').fill(String(operations - 3));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Play (Space)' }).click();
    await eventually(now, operations, 'the end');
    await eventually(() => page.getByRole('button', { name: 'Play (Space)' }).count(), 1, 'stops there');
  },

  'time: a reload comes back to the operation': async ({ open }) => {
    const { page, now, slider } = await opened(open);
    await page.getByLabel('Operation').fill('777');
    await page.keyboard.press('Enter');
    await eventually(now, 777, 'chosen');
    await eventually(() => page.evaluate(() => JSON.parse(window.sessionStorage.getItem('state')).position), 777, 'kept');
    await page.reload();
    await page.waitForSelector(TIMELINE);
    await eventually(now, 777, 'after the reload');
    check((await slider.getAttribute('aria-valuetext')).startsWith('Step 1, operation 777.'), 'sentence');
  },

  'time: the cursor in the scenario\'s text leads to its step': async ({ open }) => {
    const { page, send, slider } = await opened(open);
    await send({ version: 1, kind: 'goTo', index: 4 });
    await eventually(async () => /^Step 4, operation [\d,]+ refused\./.test(await slider.getAttribute('aria-valuetext')), true, 'first refusal of the step');
    await send({ version: 1, kind: 'goTo', index: 99 });
    await eventually(() => status(page).then((said) => said.startsWith('Step 4')), true, 'an unknown step changes nothing');
  },

  'time: tables have the same numbers': async ({ open }) => {
    const { page, run } = await opened(open);
    await page.keyboard.press('t');
    const parts = await eventuallyRows(page, 'Parts of the recording');
    equal(parts.map((row) => row[1]), LOADS.steps.map(({ op }) => op), 'parts');
    const refused = await rowsOf(page, 'Refused operations');
    equal(parts.reduce((sum, row) => sum + Number(row[3]), 0), refused.length, 'refused');
    equal(parts.at(-1)[2].split('–')[1], group(run.state.recording.operations), 'last operation');
    await page.locator('#refusal-1').click();
    await eventually(() => page.locator('input.number').inputValue(), refused[1][0], 'a refusal is gone to');
  },

  'time: a recording that breaks off is said, and the operations before it are shown': async ({ open }) => {
    loads ??= await runState(LOADS);
    const { page } = await open({ ...loads, recording: Buffer.from(Buffer.from(loads.recording, 'base64').subarray(0, 5000)).toString('base64') });
    await eventually(async () => /recording: 5000 bytes, expected \d+/.test(await text(page, '.time')), true, 'said in its place');
    equal(await page.locator('.steps tbody tr').count(), 4, 'the steps are there all the same');
  },

  'time: nothing is wider than 420 px': async ({ open }) => {
    for (const view of ['picture', 'table']) {
      const { page } = await headed(open, { width: 420, kept: { version: 1, view, shade: 'size', zoom: 'rows' } });
      equal(await page.evaluate(() => document.documentElement.scrollWidth), 420, view);
    }
  },
};
