/**
 * `npm run shots [-- THEME…]`: pictures of the extension in the real workbench, to be looked at.
 *
 * Written to SHOTS_DIR (default: out/shots), for each of the themes light, dark, hc and hcl: the sample driver with its
 * problems and a hover, the sample log with its hover, its quick fixes and its outline, the panel for that log, and the founding scenario in the panel.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openWorkbench } from '../../tools/vscode-host/workbench.mjs';
import { ensureBuild, ensureChromium } from '../../scripts/setup.mjs';

const THEMES = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  hc: 'Default High Contrast',
  hcl: 'Default High Contrast Light',
};

const root = resolve(import.meta.dirname, '../..');
const shots = resolve(process.env.SHOTS_DIR ?? join(root, 'out/shots'));
const asked = process.argv.slice(2);
const themes = Object.entries(THEMES).filter(([name]) => asked.length === 0 || asked.includes(name));

mkdirSync(shots, { recursive: true });
process.env.CHROMIUM_PATH = ensureChromium();
ensureBuild();
for (const [name, theme] of themes) await shoot(name, theme);
process.stdout.write(`${shots}\n`);

async function shoot(name, theme) {
  const scratch = mkdtempSync(join(tmpdir(), 'dma-aperture-shots-'));
  const workspace = join(scratch, 'sample');
  cpSync(join(root, 'media/sample'), workspace, { recursive: true });
  const workbench = await openWorkbench({
    workspace, install: [root], verbose: Boolean(process.env.VSCODE_HOST_VERBOSE), viewport: { width: 1440, height: 900 },
    settings: { 'workbench.colorTheme': theme, 'window.autoDetectColorScheme': false, 'window.autoDetectHighContrast': false },
  });
  const { page } = workbench;
  page.setDefaultTimeout(60_000);
  const shot = (what) => page.screenshot({ path: join(shots, `${what}-${name}.png`) });
  try {
    await page.locator('.monaco-workbench .part.statusbar').waitFor();
    await openFile(page, 'boot.dmesg');
    await goToLine(page, 183);
    await page.locator('.squiggly-error').first().waitFor();
    await page.locator('.codelens-decoration a').first().waitFor();
    await shot('log');
    const failure = page.locator('.view-line', { hasText: 'swiotlb buffer is full' }).first();
    await failure.hover({ position: { x: 420, y: 8 } });
    await page.locator('.monaco-hover-content').first().waitFor();
    await page.waitForTimeout(700);
    await shot('log-hover');
    await page.mouse.move(5, 5);
    await page.keyboard.press('Escape');
    await failure.click({ position: { x: 420, y: 8 } });
    await runCommand(page, 'Quick Fix...');
    await page.locator('.action-widget').first().waitFor();
    await page.waitForTimeout(800);
    await shot('log-fixes');
    await page.keyboard.press('Escape');
    await goToLine(page, 1);
    await runCommand(page, 'Explorer: Focus on Outline View');
    await page.locator('.outline-tree .monaco-list-row').first().waitFor();
    await page.waitForTimeout(400);
    await shot('log-outline');
    await runCommand(page, 'File: Focus on Files Explorer');
    await page.locator('.codelens-decoration a').first().click();
    const panel = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
    await panel.locator('canvas').first().waitFor();
    await page.waitForTimeout(1000);
    await shot('panel-log');
    await openFile(page, 'capture-card.c');
    await goToLine(page, 30);
    await page.locator('.squiggly-error').first().waitFor();
    await runCommand(page, 'View: Toggle Problems');
    await page.waitForTimeout(800);
    await shot('driver');
    await runCommand(page, 'View: Toggle Problems');
    await goToLine(page, 30);
    const call = page.locator('.view-line', { hasText: 'CAPTURE_RING_BYTES, &card' }).first();
    await call.hover({ position: { x: 200, y: 8 } });
    await page.locator('.monaco-hover-content').first().waitFor();
    await page.waitForTimeout(700);
    await shot('hover');
    await page.mouse.move(5, 5);
    await runCommand(page, 'DMA Aperture: Choose Platform…');
    await page.waitForTimeout(800);
    await shot('platforms');
    await page.keyboard.press('Escape');
    await runCommand(page, 'DMA Aperture: Run Scenario…');
    await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await page.waitForTimeout(500);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(2500);
    await shot('scenario');
  } catch (error) {
    await shot('failed');
    throw error;
  } finally {
    await workbench.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function openFile(page, file) {
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).dblclick();
  await page.locator('.tab.active', { hasText: file }).waitFor();
}

/** Again until the editor is there: one that is just opening still moves its cursor itself. */
async function goToLine(page, line) {
  for (let attempt = 0; attempt < 10; attempt++) {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').fill(`:${line}`);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(300);
    if (await page.locator('.statusbar', { hasText: `Ln ${line},` }).count() > 0) return;
  }
  throw new Error(`the editor does not go to line ${line}`);
}

async function runCommand(page, title) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
}
