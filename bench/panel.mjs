/**
 * Measures the panel in a real Chromium: `npm run bench:panel`. A table, no assertions.
 *
 * - scrub: time from a new position to the frame that shows it, over 240 positions of a 1 GiB aperture (524,288 slots), in each zoom
 * - open: from the state's arrival to the picture of a recording of a million operations, the page's memory after it, and what the
 *   engine took to run, record and pack it
 */
import { buildPanel, launch, openPanel, servePanel } from '../test/panel/panel-page.mjs';
import { LARGE, MILLION, runState } from '../test/panel/runs.mjs';

const rows = [];
const row = (what, value, wanted = '') => rows.push([what, value, wanted]);
const ms = (value) => `${value.toFixed(1)} ms`;

const built = await buildPanel();
const server = await servePanel(built);
const browser = await launch();
try {
  await scrubbing();
  await opening();
} finally {
  await browser.close();
  await server.close();
}
const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => cells[column].length)));
for (const cells of rows) console.log(cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '));

async function scrubbing() {
  const run = await runState(LARGE);
  const { operations } = run.state.recording;
  row('slots', run.state.aperture.slots.toLocaleString('en'));
  row('operations', operations.toLocaleString('en'));
  for (const [zoom, shade] of [['overview', 'size'], ['overview', 'age'], ['rows', 'size']]) {
    const panel = await openPanel(browser, server.url, { ...run, kept: { version: 1, view: 'picture', shade, zoom } });
    await panel.page.waitForSelector('[role=slider]');
    for (const [how, next] of [['steps of one', 'at + 1'], ['jumps', 'Math.floor((frame * 7919) % operations)']]) {
      const { work, frames } = await panel.page.evaluate(scrub, { next, operations });
      row(`scrub, ${zoom} by ${shade}, ${how}: work a frame, median`, ms(quantile(work, 0.5)), '16.7 ms');
      row(`scrub, ${zoom} by ${shade}, ${how}: work a frame, 95 of 100`, ms(quantile(work, 0.95)), '16.7 ms');
      row(`scrub, ${zoom} by ${shade}, ${how}: frames a second`, (1000 / (frames.reduce((sum, each) => sum + each, 0) / frames.length)).toFixed(1), '60');
    }
    await panel.close();
  }
}

/** In the page: moves the slider once a frame, as a hand that drags does, and times the work that each move makes and the frames between. */
async function scrub({ next, operations }) {
  const slider = document.querySelector('[role=slider]');
  const box = slider.getBoundingClientRect();
  const [left, right] = [box.x + 104, box.x + box.width - 92];
  const position = new Function('at', 'frame', 'operations', `return ${next}`);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const press = (key) => slider.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const drag = (to) => slider.dispatchEvent(new window.PointerEvent('pointermove', { buttons: 1, clientX: left + (to / operations) * (right - left), clientY: box.y + 40, bubbles: true }));
  const work = [];
  const frames = [];
  let at = Number(slider.getAttribute('aria-valuenow'));
  let last = await frame();
  for (let count = 0; count < 240; count++) {
    const before = performance.now();
    const wanted = position(at, count, operations);
    if (wanted === at + 1) press('ArrowRight');
    else drag(wanted);
    // The page draws in a microtask or two behind the event.
    while (Number(slider.getAttribute('aria-valuenow')) === at && performance.now() - before < 50) await Promise.resolve();
    work.push(performance.now() - before);
    at = Number(slider.getAttribute('aria-valuenow'));
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  return { work, frames };
}

async function opening() {
  const begun = performance.now();
  const run = await runState(MILLION);
  row('a million operations: run, record and pack', ms(performance.now() - begun));
  row('a million operations: packed', `${(run.state.recording.bytes / 2 ** 20).toFixed(1)} MiB`);
  const panel = await openPanel(browser, server.url, { recording: run.recording });
  const client = await panel.page.context().newCDPSession(panel.page);
  const opened = await panel.page.evaluate(async (state) => {
    const start = performance.now();
    window.testPanel.send({ version: 1, kind: 'state', state });
    while (!document.querySelector('[role=slider]')) await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - start;
  }, run.state);
  row(`${run.state.recording.operations.toLocaleString('en')} operations: open in the page`, ms(opened), '2,000 ms');
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await client.send('Runtime.getHeapUsage');
  row('memory of the page after it: objects and arrays', `${((usedSize + backingStorageSize) / 2 ** 20).toFixed(0)} MiB`, '300 MiB');
  await panel.close();
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
