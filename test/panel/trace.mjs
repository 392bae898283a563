import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { check, equal, eventually, rowsOf, text } from './checks.mjs';
import { traceState } from './runs.mjs';

const TRACE = gunzipSync(readFileSync(new URL('../fixtures/traces/native-6.1.192-areas.trace.csv.gz', import.meta.url))).toString();
const LINES = TRACE.split('\n');
const URI = 'file:///workspace/areas.trace.csv';
const look = (view) => ({ version: 1, view, shade: 'size', zoom: 'rows' });
let run;

async function opened(open, more = {}) {
  run ??= await traceState(TRACE, URI);
  const panel = await open({ ...run, kept: look('picture'), ...more });
  await panel.page.waitForSelector('[role=slider], [aria-label="Parts of the recording"]');
  const field = panel.page.getByRole('textbox', { name: 'Operation' });
  return { ...panel, position: async () => Number((await field.inputValue()).replaceAll(',', '')) };
}

export const traceTests = {
  'trace: opens at the first refused mapping, with its line, its search and the same plan as a part': async ({ open }) => {
    const { page, posted } = await opened(open);
    await page.waitForSelector('.why table[aria-label="The search behind the operation"]');
    const [link] = await page.locator('.why a, .why button.link').allTextContents();
    const line = Number(/^areas\.trace\.csv:(\d+)$/.exec(link)[1]);
    check(/^m,.*,FAIL,/.test(LINES[line - 1]), `line ${line}: ${LINES[line - 1]}`);
    check((await text(page, '.why')).includes('FAIL, '), 'what the trace states');
    await page.getByText(link).first().click();
    await eventually(async () => (await posted()).filter(({ kind }) => kind === 'openEvidence').map(({ uri, line: at }) => [uri, at]).at(-1), [URI, line], 'the line is opened');
    equal((await text(page, '.steps .meta')).startsWith('areas.trace.csv · 1 step'), true, 'one plan');
  },

  'trace: the cursor in its text leads to the operation, and nothing else does': async ({ open }) => {
    const { send, position } = await opened(open);
    const at = LINES.findIndex((each, index) => index > 700 && each.startsWith('u,'));
    await send({ version: 1, kind: 'goToLine', line: at + 1 });
    const before = LINES.slice(0, at + 1).filter((each) => /^[muk],/.test(each)).length - LINES.slice(0, LINES.findIndex((each) => each.startsWith('#trace'))).filter((each) => /^[muk],/.test(each)).length;
    await eventually(position, before, 'the operation of the line');
    await send({ version: 1, kind: 'goToLine', line: 1 });
    await send({ version: 1, kind: 'goToLine', line: 9_999_999 });
    await eventually(async () => (await position()) > before, true, 'the last of all');
  },

  'trace: the aperture after a line has the counters that the line states': async ({ open }) => {
    const { page, send } = await opened(open, { kept: look('table') });
    for (const wanted of [60, 900, 2500]) {
      const at = LINES.findIndex((each, index) => index > wanted && each.startsWith('m,'));
      await send({ version: 1, kind: 'goToLine', line: at + 1 });
      const fields = LINES[at].split(',');
      const used = Number(fields.at(-2));
      await eventually(async () => / (\S+) used,/.exec(await text(page, '.aperture .meta'))[1].replaceAll(',', ''), String(used), `used after line ${at + 1}`);
      const [area, areaUsed, hint] = fields.at(-1).split(';')[0].split(':').map(Number);
      const row = (await rowsOf(page, 'Areas of the aperture'))[area];
      equal([row[2], row[4]].map((each) => Number(each.replaceAll(',', ''))), [areaUsed, hint], `area ${area} after line ${at + 1}`);
    }
  },

  'trace: one that the model does not answer ends before that line, and says so': async ({ open }) => {
    const at = LINES.findIndex((each, index) => index > 200 && /^m,.*,BOUNCE,/.test(each));
    const fields = LINES[at].split(',');
    fields[9] = String(Number(fields[9]) + 1);
    const altered = await traceState([...LINES.slice(0, at), fields.join(','), ...LINES.slice(at + 1)].join('\n'), URI);
    const { page, posted } = await opened(open, altered);
    await page.waitForSelector('[role=alert]');
    check((await text(page, '[role=alert]')).includes(`does not answer line ${at + 1} as the kernel did`), 'said');
    await page.locator('[role=alert] button').first().click();
    await eventually(async () => (await posted()).find(({ kind }) => kind === 'openEvidence')?.line, at + 1, 'its line');
  },
};
