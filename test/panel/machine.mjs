import { check, equal, eventually, pixel, rowsOf, text } from './checks.mjs';
import { runState } from './runs.mjs';

/** A guest comes and goes, a buffer is exchanged, dom0 gives memory back: each moves frames. */
const MEMORY = {
  name: 'Guests and a buffer', platform: { xen: '4.17', linux: '6.1.192', domain: 'dom0', memory: '4G', domainMemory: '1G', swiotlb: '4096,1,force', cpus: 1 }, devices: { card: { mask: 32 } },
  steps: [
    { op: 'xen_create_domain', id: 'guest', size: '512M' },
    { op: 'dma_alloc_coherent', id: 'ring', device: 'card', size: '2M' },
    { op: 'dma_map_single', id: 'frame', device: 'card', size: '64K' },
    { op: 'xen_destroy_domain', id: 'guest' },
    { op: 'balloon_inflate', size: '64M' },
    { op: 'dma_free_coherent', id: 'ring' },
  ],
};
const NATIVE = { name: 'Native', platform: { linux: '6.12.117', domain: 'native', memory: '4G', swiotlb: '4096,1,force', cpus: 1 }, devices: { card: { mask: 32 } }, steps: [
  { op: 'dma_alloc_coherent', id: 'ring', device: 'card', size: '1M' },
  { op: 'repeat', times: 3, steps: [{ op: 'dma_map_single', id: 'frame', device: 'card', size: '64K' }] },
  { op: 'boot', swiotlb: '8192,1,force' },
  { op: 'repeat', times: 3, steps: [{ op: 'dma_map_single', device: 'card', size: '64K' }] },
] };
const GROWING = {
  name: 'Growing', platform: { linux: '6.12.117', domain: 'native', memory: '8G', swiotlb: '1024,1,force', cpus: 2, config: { CONFIG_SWIOTLB_DYNAMIC: 'y' } }, devices: { nic: { mask: 64 } },
  steps: [{ op: 'workload', device: 'nic', sizes: [{ from: '4K', to: '200K' }], perTick: 3, lifetime: [5, 40], ticks: 60, cpus: 2, keep: true }],
};
const MACHINE = '.machine [role=application]';
const runs = new Map();

async function opened(open, scenario, more = {}) {
  if (!runs.has(scenario)) runs.set(scenario, await runState(scenario));
  const panel = await open({ ...runs.get(scenario), ...more });
  await panel.page.waitForSelector('[role=slider], [aria-label="Parts of the recording"]');
  const seek = async (position) => {
    await panel.page.getByRole('textbox', { name: 'Operation' }).fill(String(position));
    await panel.page.keyboard.press('Enter');
    await eventually(async () => (await text(panel.page, '.machine .meta'))?.endsWith(position === 0 ? 'after boot' : `after operation ${position}`), true, `the machine at ${position}`);
  };
  return { ...panel, seek };
}

const table = { kept: { version: 1, view: 'table', shade: 'size', zoom: 'rows' } };

export const machineTests = {
  'machine: stands at an operation as a run up to there leaves it': async ({ open }) => {
    const { page, seek } = await opened(open, MEMORY, table);
    for (const done of [6, 2, 4, 0, 5, 1, 3]) {
      await seek(done);
      const { state } = done === 0 ? await runState({ ...MEMORY, steps: [{ op: 'remove_device', device: 'card' }] }) : await runState({ ...MEMORY, steps: MEMORY.steps.slice(0, done) });
      const expected = state.machine.regions.map(({ start, end, kind }) => `${kind} ${Number(start)} ${Number(end)}`).sort();
      const kinds = { aperture: 'aperture', contiguous: 'contiguous', domains: 'domain', free: 'free' };
      const shown = (await rowsOf(page, 'Regions of memory')).map(([start, end, what]) => `${kinds[what.split(':')[0]]} ${Number(start)} ${Number(end) + 1}`).sort();
      equal(shown, expected, `regions after ${done}`);
      const blocks = await rowsOf(page, 'Free blocks of Xen by zone and order');
      equal(blocks.map((row) => [row[0], ...row.slice(4).map((count) => Number(count.replaceAll(',', '')))]).map(([zone, ...orders]) => `${zone}: ${orders.slice(0, orders.findLastIndex((each) => each > 0) + 1)}`),
        state.machine.freeBlocks.zones.map(({ name, orders }) => `${name}: ${orders}`), `free blocks after ${done}`);
    }
  },

  'machine: says what an operation moved, and whose it is': async ({ open }) => {
    const { page, seek } = await opened(open, MEMORY);
    const said = () => text(page, '.machine');
    await seek(1);
    check((await said()).includes('Operation 1: guest was given 512 MiB, 512 MiB less free in Xen.'), 'a guest');
    await seek(2);
    check((await said()).includes('Operation 2: dom0 was given 2 MiB and gave 2 MiB back.'), 'an exchange');
    await seek(3);
    check(!(await said()).includes('Operation 3:'), 'a mapping moves nothing');
    await seek(5);
    check((await said()).includes('Operation 5: dom0 gave 64 MiB back, 64 MiB more free in Xen.'), 'a balloon');
  },

  'machine: coherent memory leads to the operation that made it': async ({ open }) => {
    const { page, seek } = await opened(open, MEMORY, table);
    await seek(5);
    await page.locator('.machine tr', { hasText: 'contiguous: #2' }).click();
    await page.getByRole('button', { name: 'Since operation 2' }).click();
    await eventually(() => page.getByRole('textbox', { name: 'Operation' }).inputValue(), '2', 'there');
    await eventually(() => text(page, '.why h3'), 'contiguous: #2', 'still selected');
    await seek(1);
    await eventually(() => page.locator('.machine tr', { hasText: 'contiguous' }).count(), 0, 'not there yet');
  },

  'machine: the segment of the selected slot is marked, and a click in the aperture leads back to it': async ({ open }) => {
    const { page, seek } = await opened(open, MEMORY);
    await seek(3);
    const shot = () => page.evaluate((at) => document.querySelector(at).toDataURL(), MACHINE);
    const before = await shot();
    await page.locator('.map canvas').focus();
    await page.keyboard.press('ArrowRight');
    await eventually(async () => (await shot()) !== before, true, 'a mark');
    await page.keyboard.press('Escape');
    await eventually(async () => (await shot()) === before, true, 'no mark');
    const segments = runs.get(MEMORY).state.aperture.segmentMachine.map(Number);
    // Some place of the aperture's track, the last, is dark: the aperture lies there.
    const { width, height } = await page.locator(MACHINE).boundingBox();
    let hit;
    const ground = await pixel(page, MACHINE, 106, Math.round(height) - 18);
    for (let x = 106; x < width && hit === undefined; x++) {
      const colour = await pixel(page, MACHINE, x, Math.round(height) - 18);
      if (Math.abs(colour[0] - ground[0]) > 60) hit = x;
    }
    check(hit !== undefined, 'the aperture is drawn');
    await page.locator(MACHINE).click({ position: { x: hit + 1, y: Math.round(height) - 18 } });
    await eventually(async () => /^slot [\d,]+$/.test(await text(page, '.why .meta')), true, 'a slot');
    const address = /Machine address (0x[0-9a-f]+)/.exec(await text(page, '.why'))[1];
    check(segments.includes(Number(address)), `${address} begins a segment`);
  },

  'pools: that came while the kernel ran are shown with what is in use of them': async ({ open }) => {
    const { page, seek } = await opened(open, GROWING, table);
    const { recording } = runs.get(GROWING).state;
    await seek(0);
    equal(await page.locator('.pools').count(), 0, 'none at boot');
    await seek(recording.operations);
    const rows = await rowsOf(page, 'Pools that came while the kernel ran');
    const grown = rows.filter(([kind]) => kind === 'grown');
    check(grown.length > 1 && grown.every((row) => Number(row[3].replaceAll(',', '')) <= Number(row[2].replaceAll(',', ''))), JSON.stringify(rows));
    check((await text(page, '.pools p')).startsWith(`${grown.length} grown pools of `), 'said');
    const since = Number(grown[0][4].replaceAll(',', ''));
    await page.locator('#pool-0').click();
    await eventually(() => page.getByRole('textbox', { name: 'Operation' }).inputValue(), String(since), 'where it came');
    await eventually(() => page.locator('.pools tbody tr', { hasText: 'grown' }).count(), 1, 'the first of them');
    await page.keyboard.press('t');
    await page.waitForSelector('.pools canvas[role=img]');
  },

  'machine: natively what the page allocator has is counted, and said where it is older': async ({ open }) => {
    const { page, seek } = await opened(open, NATIVE);
    await seek(8);
    check(!(await text(page, '.machine .blocks')).includes('counted after'), 'counted there');
    await seek(7);
    check((await text(page, '.machine .blocks')).includes('; counted after operation 5'), 'counted before');
    await page.getByRole('textbox', { name: 'Operation' }).fill('2');
    await page.keyboard.press('Enter');
    await eventually(async () => (await text(page, '.machine')).includes('booted anew later'), true, 'the machine before');
    equal(await page.locator(MACHINE).count(), 0, 'no picture of it');
  },
};
