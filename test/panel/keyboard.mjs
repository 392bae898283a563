import { check, equal, eventually, text } from './checks.mjs';
import { scenario } from './states.mjs';

const focused = (page) => page.evaluate(() => {
  const { activeElement: it } = document;
  return it.dataset.name ?? it.getAttribute('aria-roledescription') ?? it.getAttribute('aria-label') ?? it.closest('label')?.textContent.split(/\s/)[0] ?? it.textContent;
});

export const keyboardTests = {
  'keyboard: tab stops, in the order of the page': async ({ open }) => {
    const { page } = await open({ state: scenario });
    const stops = [];
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press('Tab');
      const stop = await focused(page);
      if (stop === stops[0] || (await page.evaluate(() => document.activeElement === document.body))) break;
      stops.push(stop);
    }
    const links = ['founding.dma.json:7', 'founding.dma.json:7', 'boot.dmesg:41'];
    equal(stops, ['platform', 'Shade', 'Device', 'Zoom', 'aperture map', 'Steps', 'Limits', ...links, 'Device', 'address space', 'Reach of DMA masks'], 'stops');
  },

  'keyboard: every stop shows that it has the focus': async ({ open }) => {
    for (const theme of ['dark', 'hc']) {
      const { page } = await open({ state: scenario, theme });
      for (let step = 0; step < 12; step++) {
        await page.keyboard.press('Tab');
        const outline = await page.evaluate(() => {
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
          return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
        });
        check(outline, `${theme}: no outline on ${await focused(page)}`);
      }
    }
  },

  'keyboard: the toolbar is one stop that arrows move in': async ({ open }) => {
    const { page } = await open({ state: scenario });
    await page.keyboard.press('Tab');
    const seen = [];
    for (let step = 0; step < 10; step++) {
      seen.push(await focused(page));
      await page.keyboard.press('ArrowRight');
    }
    equal(seen, ['platform', 'choose', 'scenario', 'previous-failure', 'previous', 'next', 'next-failure', 'export', 'picture', 'table'], 'arrows');
    equal(await focused(page), 'platform', 'around');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('[aria-pressed=true]').textContent(), 'Table', 'pressed');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    equal(await focused(page), 'table', 'the toolbar remembers its place');
    equal(await page.locator('[role=toolbar] [tabindex="0"]').count(), 1, 'tab stops');
  },

  'keyboard: F and dots walk the steps, the status says them, the host is told': async ({ open }) => {
    const { page, posted } = await open({ state: scenario });
    const status = () => text(page, '[role=status]');
    const said = (start, what) => eventually(async () => (await status()).slice(0, start.length), start, what);
    equal(await status(), 'Step 1 failed. Map 512 KiB for the capture card: 256 slots are more than a segment of 128', 'the first failure');
    await page.keyboard.press('f');
    await said('Step 3 failed.', 'F');
    await page.keyboard.press('f');
    await said('Step 4 failed.', 'F again');
    await page.keyboard.press('f');
    await said('Step 4 failed.', 'F stays at the last');
    await page.keyboard.press('Shift+F');
    await said('Step 3 failed.', 'Shift+F');
    await page.keyboard.press(',');
    await said('Step 2.', 'Shift+F and comma');
    await page.keyboard.press('.');
    const told = async () => (await posted()).filter((each) => each.kind === 'selectStep').map((each) => each.index);
    await eventually(async () => (await told()).at(-1), 3, 'told where it rests');
    check((await told()).every((index, at, all) => index !== all[at - 1]), 'and not twice the same');
    await eventually(() => text(page, '.steps tr[aria-selected=true] td'), '3', 'row');
  },

  'keyboard: map, by slot, segment and run; Enter to why, Escape clears': async ({ open }) => {
    const { page } = await open({ state: scenario });
    const meta = () => text(page, '.why .meta');
    await page.locator('.map canvas').focus();
    const walk = [['ArrowRight', '0'], ['ArrowRight', '1'], ['ArrowDown', '129'], ['End', '255'], ['Home', '128'], ['PageDown', '1,152'], ['ArrowUp', '1,024'], ['ArrowLeft', '1,023'], ['Control+Home', '0'], ['ArrowLeft', '0'], ['Control+End', '4,095'], ['ArrowRight', '4,095']];
    for (const [key, slot] of walk) {
      await page.keyboard.press(key);
      await eventually(meta, `slot ${slot}`, key);
    }
    await page.keyboard.press('Control+Home');
    const { mappings } = scenario.aperture;
    await page.keyboard.press('Control+ArrowRight');
    await eventually(meta, `slot ${mappings[0].first}`, 'to the next run');
    await page.keyboard.press('Control+ArrowRight');
    await eventually(meta, `slot ${mappings[1].first}`, 'and the next');
    await page.keyboard.press('Control+ArrowLeft');
    await eventually(meta, `slot ${mappings[0].first}`, 'and back');
    await page.keyboard.press('Enter');
    equal(await focused(page), 'Why', 'Enter');
    await page.keyboard.press('Escape');
    await eventually(meta, 'step 1', 'Escape');
  },

  'keyboard: address space and tables': async ({ open }) => {
    const { page } = await open({ state: scenario });
    await page.locator('.machine [role=application]').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => text(page, '.why h3'), 'usable', 'first range');
    await page.keyboard.press('ArrowRight');
    await eventually(() => text(page, '.why h3'), 'reserved', 'second range');
    check((await page.locator('.machine [role=application]').getAttribute('aria-label')).startsWith('memory map: reserved, 0x00009f000 to 0x0000fffff, 388 KiB'), 'label');
    await page.getByRole('grid', { name: 'Steps' }).focus();
    for (const [key, step] of [['Home', 0], ['ArrowDown', 1], ['ArrowDown', 2]]) {
      await page.keyboard.press(key);
      await eventually(() => text(page, '.why .meta'), `step ${step}`, key);
    }
    await eventually(() => page.getByRole('grid', { name: 'Steps' }).getAttribute('aria-activedescendant'), 'step-2', 'active row');
    await page.keyboard.press('Enter');
    equal(await focused(page), 'Why', 'Enter');
    await page.keyboard.press('t');
    await page.getByRole('grid', { name: 'Segments of the aperture' }).focus();
    await page.keyboard.press('End');
    await eventually(() => text(page, '.why .meta'), 'slot 3,968', 'last segment');
  },

  'keyboard: letters in a field are the field\'s': async ({ open }) => {
    const { page } = await open({ state: scenario });
    await page.getByLabel('Zoom').focus();
    await page.keyboard.press('t');
    equal(await page.locator('[aria-pressed=true]').textContent(), 'Picture', 'view');
  },
};
