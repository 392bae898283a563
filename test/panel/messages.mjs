import { check, equal, eventually, rowsOf, text } from './checks.mjs';
import { empty, LOG, platformOnly, scenario } from './states.mjs';

const state = (value) => ({ version: 1, kind: 'state', state: value });
const banner = (page) => text(page, '[role=alert] p');
const bare = (messages) => messages.map(({ version: _, id: __, ...rest }) => rest);

export const messageTests = {
  'bundle: at most 160 KB of script, minified': ({ built }) => {
    check(built.script.length <= 160 * 1024, `${built.script.length} bytes`);
  },

  'policy: inline styles and scripts without the nonce are blocked': async ({ open }) => {
    const panel = await open({ state: platformOnly });
    panel.expectTrouble = true;
    const ran = await panel.page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'body { color: rgb(1, 2, 3) }';
      const script = document.createElement('script');
      script.textContent = 'window.intruder = true';
      document.head.append(style, script);
      return [getComputedStyle(document.body).color === 'rgb(1, 2, 3)', window.intruder === true];
    });
    equal(ran, [false, false], 'style applied, script run');
    check((await panel.violations()).length === 2, 'the policy reports both');
  },

  'ready: the page asks once and shows what comes': async ({ open }) => {
    const { page, posted } = await open({ state: platformOnly });
    equal(bare(await posted()), [{ kind: 'ready' }], 'posted');
    await eventually(() => text(page, '[role=status]'), 'Xen 3.0.4 · PV dom0 · Linux 2.6.16-xen · 32,768 slots · 0 used, 32,768 free', 'summary');
    equal(await page.evaluate(() => document.querySelectorAll('[role=progressbar]').length), 0, 'progress');
  },

  'empty: offers where to begin and draws no chart': async ({ open }) => {
    const { page, posted } = await open({ state: empty });
    equal(await page.evaluate(() => document.querySelectorAll('canvas, table, [role=toolbar]').length), 0, 'charts and tools');
    for (const name of ['Open Scenario…', 'Open Boot Log…', 'Choose Platform…', 'The founding case: Xen 3.0.4 and a capture card']) await page.getByRole('button', { name }).click();
    equal(bare(await posted()).slice(1), [
      { kind: 'command', command: 'openScenario' }, { kind: 'command', command: 'openLog' }, { kind: 'command', command: 'choosePlatform' }, { kind: 'runScenario', scenario: 'founding' },
    ], 'posted');
  },

  'timeout: a host that does not answer is said so, and asked again': async ({ open }) => {
    const { page, posted, send } = await open({ mute: true, clock: true });
    await page.clock.runFor(1000);
    await eventually(() => text(page, '[role=status]'), 'Waiting for the extension…', 'while waiting');
    await page.clock.runFor(15000);
    await eventually(() => banner(page), 'That did not work. The extension did not answer within 15 s.', 'banner');
    await page.getByRole('button', { name: 'Try Again' }).click();
    await eventually(async () => bare(await posted()), [{ kind: 'ready' }, { kind: 'command', command: 'refresh' }], 'posted');
    await send(state(platformOnly));
    await eventually(() => banner(page), null, 'banner after a state');
  },

  'evidence: a link asks for exactly its line': async ({ open }) => {
    const { page, posted } = await open({ state: platformOnly });
    await page.locator('.why .link', { hasText: 'boot.dmesg:41' }).click();
    equal(bare(await posted()).at(-1), { kind: 'openEvidence', uri: LOG, line: 41, column: 9 }, 'posted');
  },

  'reply: a request that fails is said, and dismissed': async ({ open }) => {
    const { page } = await open({ state: platformOnly });
    await page.evaluate(() => { window.testPanel.failing = 'boot.dmesg is not there any more.'; });
    await page.locator('.why .link').first().click();
    await eventually(() => banner(page), 'That did not work. boot.dmesg is not there any more.', 'banner');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await eventually(() => banner(page), null, 'banner');
  },

  'error: the host names place and way out; the picture stays': async ({ open }) => {
    const { page, posted, send, shot } = await open({ state: scenario });
    await send({ version: 1, kind: 'error', error: { title: 'The scenario ends early.', message: 'founding.dma.json:19:5: expected "op".', from: { label: 'x', uri: 'file:///f', line: 19, column: 5 }, commands: ['refresh', 'showLog'] } });
    await eventually(() => banner(page), 'The scenario ends early. founding.dma.json:19:5: expected "op".', 'banner');
    equal((await rowsOf(page, 'Steps')).length, 6, 'steps still there');
    for (const name of ['Open Line', 'Try Again', 'Show Log']) await page.getByRole('button', { name }).click();
    equal(bare(await posted()).slice(-3), [{ kind: 'openEvidence', uri: 'file:///f', line: 19, column: 5 }, { kind: 'command', command: 'refresh' }, { kind: 'command', command: 'showLog' }], 'posted');
    await shot('error-dark-1200');
    await send({ version: 1, kind: 'error', error: null });
    await eventually(() => banner(page), null, 'banner');
  },

  'malformed: messages that cannot be read are said, and break nothing': async ({ open }) => {
    const { page, send } = await open({ state: scenario });
    const cases = [
      [{ ...state(scenario), version: 2 }, 'version: expected version 1'],
      ['state', 'message: '],
      [{ version: 1, kind: 'evaluate' }, 'kind: '],
      [state({ ...scenario, aperture: { ...scenario.aperture, used: 1 } }), 'state.aperture.used: 1 does not agree with the mappings'],
      [state({ ...scenario, limits: [{ name: 1 }] }), 'state.limits.0.name: '],
      [null, 'message: '],
    ];
    for (const [message, error] of cases) {
      await send(message);
      await eventually(async () => (await banner(page))?.includes(error), true, `banner for ${error}`);
      check((await banner(page)).startsWith('A message from the extension could not be read.'), 'title');
      equal((await rowsOf(page, 'Steps')).length, 6, 'steps still there');
    }
    await send(state(platformOnly));
    await eventually(() => banner(page), null, 'banner after a good state');
    await eventually(() => rowsOf(page, 'Steps'), null, 'steps of the new state');
  },

  'busy: the picture stays, progress has a name, a state ends it': async ({ open }) => {
    const { page, send } = await open({ state: scenario });
    const busy = () => page.evaluate(() => [document.querySelector('[role=progressbar]')?.ariaLabel ?? null, document.querySelector('main').ariaBusy]);
    await send({ version: 1, kind: 'busy', busy: true, what: 'Running founding.dma.json' });
    await eventually(busy, ['Running founding.dma.json', 'true'], 'busy');
    equal((await rowsOf(page, 'Steps')).length, 6, 'steps still there');
    await send(state(platformOnly));
    await eventually(busy, [null, 'false'], 'after the state');
  },

  'text: what evidence says is text, never markup': async ({ open }) => {
    const nasty = '<img src=x onerror="window.intruder=true"><style>*{}</style>';
    const label = { label: nasty, uri: 'file:///a', line: 1, column: 1 };
    const { page } = await open({
      state: { ...scenario, title: nasty, platform: { label: nasty, facts: [{ name: nasty, value: nasty, from: label }] }, scenario: { name: nasty, steps: [{ index: 0, op: nasty, ok: false, summary: nasty, explain: [{ text: nasty, from: label }] }] } },
    });
    await page.locator('.bar button').first().click();
    equal(await page.evaluate(() => [document.querySelectorAll('#panel img, #panel style').length, window.intruder ?? null]), [0, null], 'elements made, script run');
    await eventually(async () => (await text(page, '.why h3')), nasty, 'shown as it stands');
  },

  'reload: view, lens, shade and selection come back; another version does not': async ({ open }) => {
    const panel = await open({ state: scenario });
    const { page } = panel;
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByLabel('Device mask').selectOption('30');
    await page.locator('#mapping-3').click();
    const look = async () => [await text(page, '.why h3'), await page.locator('[aria-pressed=true]').textContent(), await page.getByLabel('Device mask').inputValue(), await page.locator('tr[aria-selected=true][id^=mapping]').getAttribute('id')];
    await eventually(async () => (await look()).slice(1), ['Table', '30', 'mapping-3'], 'before the reload');
    const before = await look();
    await page.reload();
    await page.waitForSelector('main section');
    equal(await look(), before, 'after the reload');
    await panel.page.evaluate(() => window.sessionStorage.setItem('state', JSON.stringify({ version: 99, view: 'table' })));
    await page.reload();
    await page.waitForSelector('main section');
    equal(await page.locator('[aria-pressed=true]').textContent(), 'Picture', 'view of another version');
  },

  'state: the next of the same scenario keeps the step, another scenario starts at its first failure': async ({ open }) => {
    const { page, send } = await open({ state: scenario });
    await page.locator('#step-4').click();
    await eventually(() => text(page, '.why .meta'), 'step 4', 'selected');
    await send(state({ ...scenario, aperture: { ...scenario.aperture, atStep: 4 } }));
    await eventually(async () => (await text(page, '.aperture .meta')).endsWith('after step 4'), true, 'the aperture after that step');
    equal(await text(page, '.why .meta'), 'step 4', 'still selected');
    await send(state({ ...scenario, scenario: { name: 'Another', steps: scenario.scenario.steps } }));
    await eventually(() => text(page, '.why .meta'), 'step 1', 'first failure of the other');
  },

  'reload: a selection that the new state does not have is let go': async ({ open }) => {
    const { page } = await open({ state: scenario, kept: { version: 1, view: 'picture', shade: 'size', zoom: 'rows', selection: { kind: 'slot', slot: 999999 } } });
    equal(await text(page, '.why .meta'), 'step 1', 'shown instead');
  },
};
