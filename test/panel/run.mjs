/**
 * The panel as it ships, in a real Chromium: node test/panel/run.mjs [WORD…]
 * Runs the tests whose name holds one of the words; all without. CHROMIUM_PATH names another browser; with SHOTS_DIR,
 * screenshots of every state, theme and width are left there.
 */
import { mkdirSync } from 'node:fs';
import { buildPanel, launch, openPanel, servePanel } from './panel-page.mjs';
import { accessTests } from './access.mjs';
import { exportTests } from './export.mjs';
import { keyboardTests } from './keyboard.mjs';
import { machineTests } from './machine.mjs';
import { traceTests } from './trace.mjs';
import { messageTests } from './messages.mjs';
import { numberTests } from './numbers.mjs';
import { pictureTests } from './pictures.mjs';
import { searchTests } from './search.mjs';
import { settingsTests } from './settings.mjs';
import { timeTests } from './time.mjs';

const words = process.argv.slice(2);
if (process.env.SHOTS_DIR) mkdirSync(process.env.SHOTS_DIR, { recursive: true });
let passed = 0;
let failed = 0;
let built;
let server;
let browser;
try {
  built = await buildPanel();
  server = await servePanel(built);
  browser = await launch();
} catch (error) {
  console.log(`panel: cannot start: ${error instanceof Error ? error.message : error}\nA Chromium is needed: install Debian's package chromium, or set CHROMIUM_PATH.`);
  console.log('panel: 0 passed, 1 failed');
  process.exit(1);
}

for (const [name, test] of Object.entries({ ...messageTests, ...numberTests, ...pictureTests, ...keyboardTests, ...timeTests, ...machineTests, ...traceTests, ...settingsTests, ...searchTests, ...exportTests, ...accessTests })) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  const panels = [];
  try {
    await test({
      built,
      open: async (options) => {
        const panel = await openPanel(browser, server.url, options);
        panels.push(panel);
        return panel;
      },
    });
    // Whatever a test looks at: nothing was thrown, nothing blocked by the policy, nothing fetched from elsewhere.
    for (const panel of panels) {
      const trouble = [...panel.errors, ...(await panel.violations())];
      if (trouble.length > 0 && !panel.expectTrouble) throw new Error(`the page complains: ${trouble.join('; ').slice(0, 600)}`);
    }
    passed++;
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n  ${error instanceof Error ? error.message.split('\n').slice(0, 4).join('\n  ') : error}`);
  }
  for (const panel of panels) await panel.close();
}
await browser.close();
await server.close();
if (passed + failed === 0) {
  console.log(`panel: no test is named ${words.join(' or ')}`);
  failed = 1;
}
console.log(`panel: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
