import { check, equal, eventually, pixel, text } from './checks.mjs';
import { platformOnly, scenario } from './states.mjs';
import { THEMES } from './themes.mjs';

const MAP = '.map canvas';
const MACHINE = '.machine [role=application]';

/** Middle of a slot in the rows picture, from the layout that the panel's design fixes. */
async function placeOf(page, slot) {
  const { width, narrow } = await page.evaluate((at) => {
    const { clientWidth } = document.querySelector(at);
    return { width: clientWidth, narrow: clientWidth < 560 };
  }, MAP);
  const left = narrow ? 34 : 104;
  const right = width - (narrow ? 62 : 92);
  const segment = Math.floor(slot / 128);
  const { areas } = scenario.aperture;
  const headings = areas.filter((area) => area.first <= segment * 128).length;
  return { x: left + ((slot % 128) + 0.5) * ((right - left) / 128), y: 16 + 18 * headings + segment * 10 + 1 };
}

const mappingOf = (test) => scenario.aperture.mappings.find(test);
const freeSlot = () => {
  const taken = new Set(scenario.aperture.mappings.flatMap((each) => Array.from({ length: each.slots }, (_, index) => each.first + index)));
  return Array.from({ length: 4096 }, (_, slot) => slot).find((slot) => slot % 128 > 20 && !taken.has(slot) && !taken.has(slot + 1) && !taken.has(slot - 1));
};

export const pictureTests = {
  'map: a bar stands where a slot is used, none where it is free': async ({ open }) => {
    for (const width of [1200, 420]) {
      const { page } = await open({ state: scenario, width });
      const at = async (slot) => {
        const { x, y } = await placeOf(page, slot);
        return pixel(page, MAP, x, y);
      };
      const free = await at(freeSlot());
      const classes = [(each) => each.slots === 1, (each) => each.slots > 15 && each.slots < 64, (each) => each.slots >= 64];
      for (const [index, test] of classes.entries()) {
        const mapping = mappingOf(test);
        const used = await at(mapping.first + Math.floor(mapping.slots / 2));
        check(Math.abs(used[0] - free[0]) > 60, `class ${index} at ${width} px: ${used} against free ${free}`);
      }
    }
  },

  'map: every slot drawn is the slot that a click selects': async ({ open }) => {
    const { page } = await open({ state: scenario });
    const box = await page.locator(MAP).boundingBox();
    for (const slot of [mappingOf((each) => each.slots > 30).first, freeSlot(), 1030, 3500]) {
      const { x, y } = await placeOf(page, slot);
      await page.mouse.click(box.x + x, box.y + y);
      await eventually(() => text(page, '.why .meta'), `slot ${slot.toLocaleString('en-US')}`, 'selected');
    }
    const label = await page.locator(MAP).getAttribute('aria-label');
    check(label.startsWith('Slot 3,500, segment 27'), `label: ${label}`);
    await page.mouse.click(box.x + 2, box.y + 200);
    await eventually(() => text(page, '.why .meta'), 'step 1', 'a click beside the map clears');
  },

  'map: a selection is drawn, and taken away': async ({ open }) => {
    const { page } = await open({ state: scenario });
    const shot = () => page.evaluate((at) => document.querySelector(at).toDataURL(), MAP);
    const before = await shot();
    await page.locator(MAP).focus();
    await page.keyboard.press('ArrowRight');
    await eventually(async () => (await shot()) !== before, true, 'something drawn for the selection');
    await page.keyboard.press('Escape');
    await eventually(async () => (await shot()) === before, true, 'the picture as before');
  },

  'overview: the same mapping under the same click': async ({ open }) => {
    const { page } = await open({ state: scenario, kept: { version: 1, view: 'picture', shade: 'size', zoom: 'overview' } });
    const box = await page.locator(MAP).boundingBox();
    await page.mouse.click(box.x + 3, box.y + 20);
    await eventually(() => text(page, '.why .meta').then((meta) => /^slot \d$/.test(meta)), true, 'a slot of segment 0');
    const colours = await page.evaluate((at) => {
      const canvas = document.querySelector(at);
      const { data } = canvas.getContext('2d').getImageData(0, 20, canvas.width, canvas.height - 20);
      return new Set(new Uint32Array(data.buffer)).size;
    }, MAP);
    check(colours >= 5, `${colours} colours`);
  },

  'shade: age and size are different pictures': async ({ open }) => {
    const { page } = await open({ state: scenario });
    const shot = () => page.evaluate((at) => document.querySelector(at).toDataURL(), MAP);
    const size = await shot();
    await page.getByLabel('Shade by').selectOption('age');
    await eventually(async () => (await shot()) !== size, true, 'another picture');
    check((await text(page, '.aperture .legend')).includes('< 64 steps'), 'legend');
  },

  'machine: tracks are drawn, and the lens moves with the mask': async ({ open }) => {
    const { page } = await open({ state: scenario });
    const shot = () => page.evaluate((at) => document.querySelector(at).toDataURL(), MACHINE);
    const wide = await shot();
    const bg = await pixel(page, MACHINE, 106, 50);
    const ram = await pixel(page, MACHINE, 106, 28);
    check(Math.abs(ram[0] - bg[0]) > 60, `RAM ${ram} against nothing ${bg}`);
    await page.locator('#mask-0').click();
    await eventually(async () => (await shot()) !== wide, true, 'another picture at 24 bits');
    check((await text(page, '.machine .meta')).startsWith('24 bits reach ~15.62 MiB of'), 'heading');
  },

  'machine: a click selects the range under it': async ({ open }) => {
    const { page } = await open({ state: scenario });
    await page.locator(MACHINE).click({ position: { x: 110, y: 28 } });
    await eventually(() => text(page, '.why h3'), 'usable', 'range');
    check((await text(page, '.why')).includes('0x000000000 … 0x00009efff, 636 KiB (651,264 B)'), 'its addresses');
    check((await text(page, '.why')).includes('A mask of 20 bits or more reaches all of it.'), 'its masks');
  },

  'theme: a change is drawn at once': async ({ open }) => {
    const { page } = await open({ state: platformOnly });
    const dark = await pixel(page, MAP, 300, 38);
    await page.evaluate((theme) => {
      for (const [name, value] of Object.entries(theme.colours)) document.documentElement.style.setProperty(`--vscode-${name}`, value);
      document.body.className = theme.classes.join(' ');
    }, THEMES.light);
    await eventually(async () => (await pixel(page, MAP, 300, 38))[0] > 200, true, 'light free slots');
    check(dark[0] < 80, `dark free slots ${dark}`);
  },

  'narrow: nothing is wider than 420 px, and every view is there': async ({ open }) => {
    for (const view of ['picture', 'table']) {
      const { page } = await open({ state: scenario, width: 420, kept: { version: 1, view, shade: 'size', zoom: 'rows' } });
      equal(await page.evaluate(() => document.documentElement.scrollWidth), 420, `width of the ${view}`);
      equal(await page.locator('h2').allTextContents(), ['Aperture', 'Steps', 'Limits', 'Why', 'Machine'], 'views');
    }
  },

  'resize: the picture follows the window': async ({ open }) => {
    const { page } = await open({ state: scenario });
    await page.setViewportSize({ width: 700, height: 800 });
    await eventually(() => page.evaluate((at) => {
      const canvas = document.querySelector(at);
      return canvas.width === Math.round(canvas.clientWidth * window.devicePixelRatio) && canvas.clientWidth < 700;
    }, MAP), true, 'canvas as wide as its frame');
  },
};
