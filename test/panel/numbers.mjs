import { check, equal, eventually, group, rowsOf, text } from './checks.mjs';
import { countOnly, guestOnly, large, manySteps, platformOnly, scenario } from './states.mjs';

const kept = { version: 1, view: 'table', shade: 'size', zoom: 'rows' };

/** Counted slot by slot from the mappings, in another way than the page does. */
function segmentsOf({ slots, mappings }) {
  const map = new Array(slots).fill('.');
  for (const each of mappings) for (let slot = each.first; slot < each.first + each.slots; slot++) map[slot] = 'x';
  const rows = [];
  for (let first = 0; first < slots; first += 128) {
    const row = map.slice(first, first + 128).join('');
    const free = [...row].filter((each) => each === '.').length;
    rows.push({ first, last: first + row.length - 1, used: row.length - free, free, longest: Math.max(...row.split('x').map((run) => run.length)), begins: mappings.filter((each) => each.first >= first && each.first < first + 128).length });
  }
  return rows;
}

export const numberTests = {
  'table: limits as the state has them, unknown as unknown': async ({ open }) => {
    const { page } = await open({ state: platformOnly });
    equal(await rowsOf(page, 'Limits'), platformOnly.limits.map(({ name, text: meaning }, index) => [name, ['256 KiB', '2 MiB', 'unlimited', 'unknown'][index], meaning]), 'limits');
    await page.locator('#limit-1').click();
    await eventually(() => text(page, '.why h3'), 'Coherent buffer: 2 MiB (2,097,152 B)', 'why');
    equal(await page.locator('.why h4, .why .knobs li').allTextContents(), ['Would change it', 'a larger MAX_CONTIG_ORDER'], 'knobs');
  },

  'table: segments, areas and mappings equal the state': async ({ open }) => {
    const { page } = await open({ state: scenario, kept });
    const { aperture } = scenario;
    equal(
      await rowsOf(page, 'Segments of the aperture'),
      segmentsOf(aperture).map((each, segment) => [
        String(segment), String(Math.floor(segment / 8)), `${group(each.first)}–${group(each.last)}`, `0x${(0x800000 + each.first * 2048).toString(16)}`,
        aperture.segmentMachine[segment], String(each.used), String(each.free), String(each.longest), String(each.begins),
      ]),
      'segments',
    );
    equal(await rowsOf(page, 'Areas of the aperture'), aperture.areas.map((area, index) => [String(index), `${group(area.first)}–${group(area.first + 1023)}`, group(area.used), group(1024 - area.used), String(area.hint)]), 'areas');
    equal(
      await rowsOf(page, 'Mappings in the aperture'),
      aperture.mappings.map((each) => [each.id, each.device, group(each.bytes), String(each.slots), group(each.first), group(each.first + each.slots - 1), String(each.step)]),
      'mappings',
    );
    equal(await text(page, '.aperture .meta'), `4,096 slots · 8 MiB · 4 areas · ${group(aperture.used)} used, ${group(4096 - aperture.used)} free · high water 3,000 · after step 5`, 'totals');
  },

  'table: memory map, regions and masks equal the state': async ({ open }) => {
    const { page, shot } = await open({ state: scenario, kept: { ...kept, mask: 31 } });
    const hex = (address) => `0x${address.toString(16).padStart(9, '0')}`;
    const { machine } = scenario;
    const map = await rowsOf(page, 'Memory map');
    equal(map.map((row) => [row[0], row[1], row[2], row[4], row[5]]), machine.ranges.map((range) => [
      hex(Number(range.start)), hex(Number(range.end) - 1), range.type, Number(range.end) <= 2 ** 31 ? 'yes' : 'no', range.from.label,
    ]), 'ranges');
    const regions = await rowsOf(page, 'Regions of memory');
    equal(regions.map((row) => row.slice(0, 2)), machine.regions.map((range) => [hex(Number(range.start)), hex(Number(range.end) - 1)]), 'regions');
    equal(regions.map((row) => row[3]), ['8 MiB', '32 MiB', '256 MiB', '2 MiB', '256 MiB of 768 MiB'], 'sizes of regions');
    equal(await rowsOf(page, 'Reach of DMA masks').then((rows) => rows.map((row) => [row[0], row[3], row[4]])), machine.masks.map((mask) => [String(mask.bits), group(mask.reachBytes), mask.apertureReachable ? 'yes' : 'no']), 'masks');
    await shot('table-dark-1200');
  },

  'masks: a width the state does not count is counted from its map': async ({ open }) => {
    const { page } = await open({ state: scenario });
    await page.getByLabel('Device mask').selectOption('33');
    await eventually(async () => (await rowsOf(page, 'Reach of DMA masks')).find((each) => each[0] === '33'), ['33', '0x1ffffffff', '~4 GiB', group(0x9f000 + 0x7ff00000 + 0x80000000), 'yes'], 'row');
    equal((await text(page, '.machine .meta')).startsWith('33 bits reach ~4 GiB of ~4 GiB RAM'), true, 'heading');
  },

  'masks: where the state counts otherwise than its map says, only its own are offered': async ({ open }) => {
    const masks = scenario.machine.masks.map((mask) => ({ ...mask, reachBytes: mask.reachBytes - 4096 }));
    const { page } = await open({ state: { ...scenario, machine: { ...scenario.machine, masks } } });
    equal(await page.locator('select option').evaluateAll((all) => all.map((each) => each.value).filter((value) => Number(value))), ['24', '30', '31', '32'], 'offered');
  },

  'free blocks: by zone and order, and the largest that a mask reaches': async ({ open }) => {
    const { page } = await open({ state: scenario, kept: { ...kept, mask: 31 } });
    const rows = await rowsOf(page, 'Free blocks of Xen by zone and order');
    const { zones } = scenario.machine.freeBlocks;
    equal(rows.map((row) => row.slice(4)), zones.map(({ orders }) => Array.from({ length: 12 }, (_, order) => String(orders[order] ?? 0))), 'blocks');
    equal(rows.map((row) => row[3]), ['308 KiB', '22 MiB'], 'free');
    const sentence = () => text(page, '.blocks p');
    equal(await sentence(), 'Free blocks of Xen: in zones that 31 bits reach whole, the largest is of order 11, 8 MiB; ~22.3 MiB free in all', 'all in reach');
    await page.getByLabel('Device mask').selectOption('30');
    await eventually(sentence, 'Free blocks of Xen: in zones that 30 bits reach whole, the largest is of order 5, 128 KiB; 308 KiB free in all', 'one in reach');
    await page.getByLabel('Device mask').selectOption('23');
    await eventually(sentence, 'Free blocks of Xen: none in a zone that 23 bits reach whole', 'none in reach');
  },

  'guest-physical: no mask, no lens, and said why': async ({ open }) => {
    const { page } = await open({ state: guestOnly });
    equal(await rowsOf(page, 'Reach of DMA masks'), null, 'masks');
    check((await text(page, '.machine .meta')).includes('guest-physical addresses'), 'heading');
    check((await text(page, '.aperture')).includes('Nothing says how large the aperture is.'), 'aperture');
  },

  'count without places: no map and no table of segments': async ({ open }) => {
    const { page } = await open({ state: countOnly });
    equal(await page.locator('.aperture canvas').count(), 0, 'map');
    equal(await text(page, '.aperture .body p'), '2,445 of 4,096 slots are used. Nothing says which, so there is no map to draw.', 'sentence');
    await page.keyboard.press('t');
    await eventually(() => page.locator('[aria-pressed=true]').textContent(), 'Table', 'view');
    equal(await page.locator('.aperture table').count(), 0, 'tables');
  },

  'steps: 10,000 are there, those in view are drawn': async ({ open }) => {
    const { page } = await open({ state: manySteps });
    equal(await text(page, '.steps .meta'), 'Ten thousand steps · 10,000 steps · 10 failed', 'heading');
    const grid = page.getByRole('grid', { name: 'Steps' });
    equal(await grid.getAttribute('aria-rowcount'), '10001', 'row count');
    check((await page.locator('.steps tr').count()) < 100, 'rows drawn');
    await grid.focus();
    await page.keyboard.press('End');
    await eventually(() => text(page, '.steps tr[aria-selected=true] .text'), 'Step of 9999 bytes', 'last row');
    const hidden = await page.evaluate(() => {
      const row = document.querySelector('.steps tr[aria-selected=true]').getBoundingClientRect();
      const view = document.querySelector('.steps .scroll').getBoundingClientRect();
      return { above: Math.max(0, view.top - row.top), below: Math.max(0, Math.floor(row.bottom - view.bottom)) };
    });
    equal(hidden, { above: 0, below: 0 }, 'pixels of the selected row out of view');
  },

  '1 GiB of aperture: 524,288 slots in picture and table': async ({ open }) => {
    const { page, shot } = await open({ state: large });
    const map = page.getByRole('application', { name: /Aperture map, 4,096 segments/ });
    await map.focus();
    await page.keyboard.press('Control+End');
    await eventually(() => text(page, '.why .meta'), 'slot 524,287', 'last slot');
    await page.getByLabel('Zoom').selectOption('overview');
    await eventually(() => page.locator('.map').evaluate((view) => view.clientHeight > 430 && view.clientHeight < 900), true, 'the overview fits a window');
    await shot('large-dark-1200');
    await page.keyboard.press('t');
    await page.waitForSelector('.aperture table');
    check((await page.locator('.aperture tr').count()) < 300, 'rows drawn');
    const expected = segmentsOf(large.aperture).at(-1);
    await eventually(async () => (await rowsOf(page, 'Segments of the aperture')).at(-1), ['4,095', '7', '524,160–524,287', '0x407c0000', String(expected.used), String(expected.free), String(expected.longest), String(expected.begins)], 'last segment');
  },
};
