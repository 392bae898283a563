import { check, equal, eventually, group, rowsOf, text } from './checks.mjs';
import { LOADS, runState } from './runs.mjs';

let loads;
/** The page at a refused mapping of the last load, with the search that it made. */
async function opened(open, more = {}) {
  loads ??= await runState(LOADS);
  const { operations } = loads.state.recording;
  const panel = await open({ ...loads, kept: { version: 1, view: 'picture', shade: 'size', zoom: 'rows', position: operations - 700, scenario: loads.state.scenario.uri, ...more } });
  await panel.page.waitForSelector('[role=slider], .time table');
  await panel.page.keyboard.press('f');
  await panel.page.waitForSelector(more.view === 'table' ? '[aria-label="Areas that the search looked at"]' : '.search');
  const position = Number((await panel.page.locator('input.number').inputValue()).replaceAll(',', ''));
  return { ...panel, position, explained: await loads.explain(position - 1) };
}
const bar = (page) => page.locator('.search input');
const sentence = (page) => text(page, '.search span:last-child');
const picture = (page) => page.evaluate(() => document.querySelector('.map canvas').toDataURL());
const NAMES = { 0: 'in use', 1: 'too short', 2: 'unaligned' };

export const searchTests = {
  'search: the areas in their order, with hints, candidates by reason and the longest fit': async ({ open }) => {
    const { page, explained, posted, position } = await opened(open, { view: 'table' });
    const { search } = explained.detail;
    equal((await posted()).filter(({ kind }) => kind === 'operation').at(-1).operation, position - 1, 'asked for');
    let from = 0;
    const rows = search.areas.map((area, index) => {
      const own = explained.verdicts.slice(from, from += area.candidates);
      const reasons = Object.entries(NAMES).flatMap(([verdict, name]) => {
        const count = own.filter((each) => each === Number(verdict)).length;
        return count > 0 ? [`${group(count)} ${name}`] : [];
      });
      return [String(index + 1), String(area.area), group(area.hint), `${area.longest.slots} < ${search.need}`, `${group(area.candidates)} candidates: ${reasons.join(', ')}`];
    });
    check(rows.length === 4, 'all four areas');
    equal(await page.evaluate(() => [...document.querySelector('.aperture table[aria-label="Areas that the search looked at"]').tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent))), rows, 'areas');
    const lengths = await rowsOf(page, 'Free runs by length');
    const free = (await rowsOf(page, 'Areas of the aperture')).reduce((sum, row) => sum + Number(row[3]), 0);
    equal(lengths.reduce((sum, row) => sum + Number(row[2].replaceAll(',', '')), 0), free, 'slots in free runs are the free slots');
    check(lengths.every((row) => Number(row[0]) * Number(row[1]) === Number(row[2].replaceAll(',', ''))), 'length times runs');
  },

  'search: opens at the longest fit, walks slot by slot from the keyboard, and is drawn': async ({ open }) => {
    const { page, explained, shot } = await opened(open);
    const { need, areas } = explained.detail.search;
    const longest = Math.max(...areas.map((area) => area.longest.slots));
    check((await sentence(page)).includes(`free run of ${longest} < ${need}`), 'the longest fit');
    await shot('search-dark-1200');
    const before = await picture(page);
    await bar(page).focus();
    await page.keyboard.press('Home');
    await eventually(() => bar(page).inputValue(), '0', 'first');
    check((await sentence(page)).startsWith(`1 of ${group(explained.slots.length)} · area ${areas[0].area}, slot ${group(explained.slots[0])}: `), await sentence(page));
    equal(await bar(page).getAttribute('aria-valuetext'), await sentence(page), 'said as it is written');
    await eventually(async () => (await picture(page)) !== before, true, 'another picture');
    await page.keyboard.press('End');
    await eventually(() => bar(page).inputValue(), String(explained.slots.length - 1), 'last');
  },

  'search: why tells the operation\'s own chain, and goes with the position': async ({ open }) => {
    const { page, explained, position } = await opened(open);
    equal(await text(page, '.why .meta'), `operation ${group(position)}`, 'heading');
    await eventually(() => page.locator('.why .chain li').count(), explained.detail.explain.filter(({ knob }) => knob === undefined).length, 'chain');
    check(await page.locator('.why .chain li.bad').count() === 1, 'its last link failed');
    const first = explained.detail.explain[1].text;
    await eventually(() => page.locator('.why .chain li').allTextContents().then((all) => all.some((line) => line.includes(first))), true, 'with its own numbers');
    for (let at = position; at > position - 40; at--) {
      await page.keyboard.press(',');
      await eventually(() => page.locator('input.number').inputValue(), group(at - 1), 'back');
      if ((await text(page, '[role=status]')).includes('released')) break;
    }
    check((await text(page, '[role=status]')).includes('released'), 'an operation without a search');
    await eventually(() => page.locator('.search').count(), 0, 'no search to walk');
  },

  'search: a host that cannot tell is said, and the map stays': async ({ open }) => {
    loads ??= await runState(LOADS);
    const { page } = await open({ ...loads });
    await page.waitForSelector('[role=slider]');
    await eventually(() => page.locator('.why .meta').textContent(), 'step 3', 'settled');
    await page.evaluate(() => { window.testPanel.failing = 'The language server is not running.'; });
    await page.keyboard.press('f');
    await eventually(() => text(page, '[role=alert] p'), 'That did not work. The language server is not running.', 'banner');
    check(await page.locator('.map canvas').count() === 1, 'map');
  },
};
