import { check, equal, eventually, text } from './checks.mjs';
import { LOADS, runState } from './runs.mjs';
import { scenario } from './states.mjs';

/** Asks for an export as the extension does. @returns its bytes as text, or as they are for a picture */
async function exported({ page, send }, format) {
  await page.evaluate(() => { window.testPanel.posted.length = 0; });
  await send({ version: 1, kind: 'exportAs', format });
  const found = () => page.evaluate(() => window.testPanel.posted.some(({ kind }) => kind === 'export'));
  await eventually(found, true, format, 20_000);
  return Buffer.from(await page.evaluate(() => {
    const { bytes } = window.testPanel.posted.find(({ kind }) => kind === 'export');
    let binary = '';
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return window.btoa(binary);
  }), 'base64');
}

let loads;
async function opened(open) {
  loads ??= await runState(LOADS);
  const panel = await open({ ...loads });
  await panel.page.waitForSelector('[role=slider]');
  return { ...panel, run: loads };
}

export const exportTests = {
  'export: CSV has a line for every operation, with the recording\'s own numbers': async ({ open }) => {
    const panel = await opened(open);
    const lines = (await exported(panel, 'csv')).toString('utf8').split('\r\n');
    equal(lines[0], 'operation,step,name,device,cpu,bytes,result,used_slots,copied_bytes', 'heading');
    equal([lines.length, lines.at(-1)], [panel.run.state.recording.operations + 2, ''], 'lines');
    const rows = lines.slice(1, -1).map((line) => line.split(','));
    check(rows.every((row, at) => row.length === 9 && Number(row[0]) === at + 1), 'numbered');
    equal(String(rows.filter((row) => row[6] === 'refused').length), /· (\S+) refused/.exec(await text(panel.page, '.time .meta'))[1], 'refused');
    equal(Math.max(...rows.map((row) => Number(row[7]))), panel.run.state.aperture.highWater, 'high water');
  },

  'export: CSV of a state without a recording has its segments': async ({ open }) => {
    const panel = await open({ state: scenario });
    const rows = (await exported(panel, 'csv')).toString('utf8').trim().split('\r\n').map((line) => line.split(','));
    equal(rows.length, 33, 'segments');
    equal(rows.slice(1).reduce((sum, row) => sum + Number(row[4]), 0), scenario.aperture.used, 'used');
    equal(rows[2][3], scenario.aperture.segmentMachine[1], 'machine address');
  },

  'export: JSON has the state, and the aperture at the position': async ({ open }) => {
    const panel = await opened(open);
    await panel.page.locator('input.number').fill('1000');
    await panel.page.keyboard.press('Enter');
    await eventually(() => panel.page.locator('[role=slider]').getAttribute('aria-valuenow'), '1000', 'position');
    const data = JSON.parse((await exported(panel, 'json')).toString('utf8'));
    equal([data.operationsDone, data.scenario.name, data.aperture.slots, data.aperture.segments.length], [1000, LOADS.name, 4096, 32], 'what it is of');
    const used = data.aperture.mappings.reduce((sum, each) => sum + each.slots, 0);
    equal([used, 4096 - data.aperture.segments.reduce((sum, each) => sum + each.free, 0)], [data.aperture.used, data.aperture.used], 'used');
  },

  'export: SVG is well formed, has no script, and shows what the page does': async ({ open }) => {
    const panel = await opened(open);
    await panel.page.keyboard.press('f');
    await panel.page.waitForSelector('.search');
    const svg = (await exported(panel, 'svg')).toString('utf8');
    const found = await panel.page.evaluate((source) => {
      const parsed = new window.DOMParser().parseFromString(source, 'image/svg+xml');
      return { broken: parsed.querySelector('parsererror') !== null, texts: [...parsed.querySelectorAll('text')].map((each) => each.textContent), scripts: parsed.querySelectorAll('script').length, rects: parsed.querySelectorAll('rect').length };
    }, svg);
    equal([found.broken, found.scripts], [false, 0], 'form');
    for (const wanted of ['Time', 'Aperture', 'Machine', 'Area 0', 'Area 3']) check(found.texts.includes(wanted), wanted);
    check(found.texts.some((line) => line.startsWith('longest fit')), 'the search');
    check(found.rects > 100, `${found.rects} boxes`);
    check(!/NaN|undefined|Infinity/.test(svg), 'numbers');
  },

  'export: PNG is a picture of the whole page': async ({ open }) => {
    const panel = await opened(open);
    const png = await exported(panel, 'png');
    equal([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'signature');
    equal(png.readUInt32BE(16), 2400, 'width');
    check(png.readUInt32BE(20) > 1200, 'height');
  },

  'export: the menu works from the keyboard, and axe is content with it': async ({ open }) => {
    const { page, posted, axe, shot } = await open({ state: scenario });
    const button = page.getByRole('button', { name: 'Export…' });
    await button.focus();
    await page.keyboard.press('Enter');
    await eventually(() => page.evaluate(() => document.activeElement.textContent), 'Picture (PNG)', 'first');
    equal(await axe(), [], 'axe');
    await shot('export-dark-1200');
    await page.keyboard.press('ArrowUp');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Numbers (JSON)', 'around');
    await page.keyboard.press('Escape');
    await eventually(() => button.getAttribute('aria-expanded'), 'false', 'closed');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Export…', 'focus');
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await eventually(async () => (await posted()).filter(({ kind }) => kind === 'export').map(({ format }) => format), ['json'], 'exported');
    await eventually(() => button.getAttribute('aria-expanded'), 'false', 'closed again');
  },
};
