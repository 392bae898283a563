/**
 * `npm run shots [-- THEME…]`: pictures of the extension in the real workbench, to be looked at.
 *
 * Written to SHOTS_DIR (default: out/shots), for each of the themes light, dark, hc and hcl: the sample driver with its
 * problems, its hints and a hover, a scan's findings by file and by rule, a call explained in the panel, the sample log with its hover, its quick
 * fixes and its outline, the panel for that log, the founding scenario in the panel, the wizard and the table of a plan, the Test Explorer with a
 * scenario that is not as it expects, the views of the platform and of scenarios, in a window
 * without a folder their welcome and every step of the walkthrough, and `tour`: the panel by itself over runs of different kinds, 420 px
 * narrow beside its scenario, and beside the Test Explorer.
 *
 * SHOTS_ONLY=views,walkthrough takes those parts alone.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openWorkbench } from '../../tools/vscode-host/workbench.mjs';
import { ensureBuild, ensureChromium } from '../../scripts/setup.mjs';
import { shootTour } from './shoot-tour.mjs';
import { goToLine, hover, openFile, runCommand } from './workbench-actions.mjs';

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

/** A driver's author who expects too much of an aperture. */
const WRONG = `{
  "name": "A capture card, whole frames",
  "platform": "xen-4.17-linux-6.1",
  "devices": { "card": { "mask": 32 } },
  "steps": [
    { "op": "dma_map_single", "device": "card", "size": "64K", "expect": { "ok": true } },
    { "op": "dma_map_single", "device": "card", "size": "1M", "note": "A frame.", "expect": { "ok": true } }
  ]
}
`;

mkdirSync(shots, { recursive: true });
process.env.CHROMIUM_PATH = ensureChromium();
ensureBuild();
const only = process.env.SHOTS_ONLY?.split(',');
const wants = (...parts) => !only || parts.some((part) => only.includes(part));
for (const [name, theme] of themes) {
  if (wants('log', 'driver', 'findings', 'panel', 'plan', 'tests', 'views', 'tour')) await shoot(name, theme);
  if (wants('walkthrough')) await shootEmptyWindow(name, theme);
}
process.stdout.write(`${shots}\n`);

async function shoot(name, theme) {
  const scratch = mkdtempSync(join(tmpdir(), 'dma-aperture-shots-'));
  const workspace = join(scratch, 'sample');
  cpSync(join(root, 'media/sample'), workspace, { recursive: true });
  // More than one driver, so that there is something to list.
  for (const [folder, name, bytes] of [['drivers/net', 'uplink.c', '9 * (256 << 10)'], ['drivers/net', 'quiet.c', '4096'], ['drivers/scsi', 'array.c', '(4 << 20)']]) {
    mkdirSync(join(workspace, folder), { recursive: true });
    writeFileSync(join(workspace, folder, name), driver(name.replace('.c', ''), bytes));
  }
  writeFileSync(join(workspace, 'wrong.dma.json'), WRONG);
  try {
    await inWorkbench(name, theme, workspace, async (page, shot) => {
      if (wants('log')) await shootLog(page, shot);
      if (wants('driver')) await shootDriver(page, shot);
      if (wants('findings')) await shootFindings(page, shot);
      if (wants('panel')) await shootPanel(page, shot);
      if (wants('plan')) await shootPlan(page, shot);
      if (wants('tests')) await shootTests(page, shot);
      if (wants('views')) await shootViews(page, shot);
      if (wants('tour')) await shootTour(page, shot);
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A window without a folder: what the views say there, and the walkthrough. */
async function shootEmptyWindow(name, theme) {
  await inWorkbench(name, theme, undefined, async (page, shot) => {
    await page.locator('.activitybar [aria-label^="DMA Aperture"]').first().click();
    await page.locator('.welcome-view-content:visible').first().waitFor();
    await page.mouse.move(900, 300);
    await page.waitForTimeout(3000);
    await shot('welcome');
    await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
    await runCommand(page, 'DMA Aperture: Get Started');
    const steps = page.locator('.getting-started-step');
    await steps.first().waitFor();
    for (let step = 0; step < await steps.count(); step++) {
      if (step > 0) await steps.nth(step).locator('.step-title').click();
      await page.waitForTimeout(1200);
      await shot(`walkthrough-${step + 1}`);
    }
    await steps.first().locator('.step-title').click();
    await page.locator('.getting-started-step.expanded .monaco-button').first().click();
    await page.locator('.tab.active', { hasText: 'boot.dmesg' }).waitFor();
    await page.waitForTimeout(1500);
    await shot('walkthrough-log');
  });
}

async function inWorkbench(name, theme, workspace, take) {
  const workbench = await openWorkbench({
    workspace, install: [root], verbose: Boolean(process.env.VSCODE_HOST_VERBOSE), viewport: { width: 1440, height: 900 },
    settings: { 'workbench.colorTheme': theme, 'window.autoDetectColorScheme': false, 'window.autoDetectHighContrast': false },
  });
  const { page } = workbench;
  page.setDefaultTimeout(60_000);
  const shot = (what) => page.screenshot({ path: join(shots, `${what}-${name}.png`) });
  try {
    await page.locator('.monaco-workbench .part.statusbar').waitFor();
    await page.locator('.activitybar [aria-label^="DMA Aperture"]').first().waitFor();
    await take(page, shot);
  } catch (error) {
    await shot('failed');
    throw error;
  } finally {
    await workbench.close();
  }
}

/** The log: its problems, a hover, quick fixes, outline. */
async function shootLog(page, shot) {
  await openFile(page, 'boot.dmesg');
  await goToLine(page, 183);
  await page.locator('.squiggly-error').first().waitFor();
  await page.locator('.codelens-decoration a:visible').first().waitFor();
  await shot('log');
  const failure = page.locator('.view-line', { hasText: 'swiotlb buffer is full' }).first();
  await hover(page, failure, { x: 420, y: 8 });
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
}

/** The driver: hints, problems, a hover. */
async function shootDriver(page, shot) {
  await runCommand(page, 'File: Focus on Files Explorer');
  await openFile(page, 'capture-card.c');
  await goToLine(page, 30);
  await page.locator('.squiggly-error').first().waitFor();
  await runCommand(page, 'View: Toggle Problems');
  await page.waitForTimeout(800);
  await shot('driver');
  await runCommand(page, 'View: Toggle Problems');
  await goToLine(page, 30);
  const call = page.locator('.view-line', { hasText: '&card->ring_dma' }).first();
  await hover(page, call, { x: 200, y: 8 });
  await shot('hover');
  await page.mouse.move(5, 5);
}

/** A scan and its view; a call explained in the panel. */
async function shootFindings(page, shot) {
  await runCommand(page, 'DMA Aperture: Scan Workspace');
  await runCommand(page, 'DMA Aperture: Focus on Findings View');
  const rows = page.locator('.tree-explorer-viewlet-tree-view .monaco-list-row');
  await rows.filter({ hasText: 'array.c' }).waitFor();
  await page.waitForTimeout(800);
  await shot('findings');
  await runCommand(page, 'DMA Aperture: Group Findings by Rule');
  const finding = rows.filter({ hasText: 'uplink.c' }).first();
  await finding.waitFor();
  await hover(page, finding);
  await shot('findings-rules');
  await finding.click();
  await page.locator('.tab.active', { hasText: 'uplink.c' }).waitFor();
  await page.locator('.codelens-decoration a:visible, .squiggly-error, .squiggly-warning').first().waitFor();
  await runCommand(page, 'DMA Aperture: Explain DMA Call');
  await page.frameLocator('iframe.webview').frameLocator('iframe#active-frame').locator('.why h3', { hasText: 'dma_' }).waitFor();
  await page.waitForTimeout(800);
  await shot('explain');
  await runCommand(page, 'DMA Aperture: Group Findings by File');
  await runCommand(page, 'File: Focus on Files Explorer');
}

/** The panel for the log, platforms to choose from, a scenario. */
async function shootPanel(page, shot) {
  await runCommand(page, 'File: Focus on Files Explorer');
  await openFile(page, 'boot.dmesg');
  await goToLine(page, 1);
  await page.locator('.codelens-decoration a:visible').first().click();
  const panel = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  await panel.locator('canvas').first().waitFor();
  await page.waitForTimeout(1000);
  await shot('panel-log');
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
}

/** The wizard of a plan, and its table. */
async function shootPlan(page, shot) {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'DMA Aperture: Plan a Buffer…');
  const question = page.locator('.quick-input-widget:visible');
  await question.getByText('(1 of 5)').waitFor();
  await page.waitForTimeout(400);
  await page.keyboard.press('Enter');
  await question.getByText('(2 of 5)').waitFor();
  await page.waitForTimeout(600);
  await shot('plan-wizard');
  await page.keyboard.press('Enter');
  await question.getByText('(3 of 5)').waitFor();
  await page.waitForTimeout(400);
  await page.keyboard.press('Enter');
  await question.getByText('(4 of 5)').waitFor();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'No copy to a guest' }).click();
  await page.frameLocator('iframe.webview').frameLocator('iframe#active-frame').locator('table').first().waitFor({ timeout: 240_000 });
  await page.waitForTimeout(1500);
  await shot('plan');
  await runCommand(page, 'Notifications: Clear All Notifications');
}

/** A test that is red: its message, at the step. */
async function shootTests(page, shot) {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'File: Focus on Files Explorer');
  await openFile(page, 'wrong.dma.json');
  await page.locator('.activitybar [aria-label^="Testing"]').first().click();
  const rows = page.locator('.test-explorer .monaco-list-row');
  await rows.filter({ hasText: 'This workspace' }).waitFor();
  await runCommand(page, 'Test: Run All Tests');
  await page.locator('.test-explorer .codicon-testing-failed-icon').first().waitFor();
  await page.locator('.test-explorer .codicon-testing-passed-icon').first().waitFor();
  await page.waitForTimeout(2500);
  await shot('tests');
}

/** The platform's facts and the scenarios, beside the log and the scenario that they lead to. */
async function shootViews(page, shot) {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'File: Focus on Files Explorer');
  await openFile(page, 'boot.dmesg');
  await page.locator('.codelens-decoration a:visible').first().waitFor();
  await runCommand(page, 'DMA Aperture: Use as Platform');
  await page.locator('.codelens-decoration', { hasText: 'In use as platform' }).first().waitFor();
  await page.waitForTimeout(500);
  await runCommand(page, 'DMA Aperture: Focus on Platform View');
  const rows = page.locator('.tree-explorer-viewlet-tree-view .monaco-list-row');
  const fact = rows.filter({ hasText: 'boot.dmesg:176' }).first();
  await fact.waitFor();
  await widenSideBar(page, 560);
  await fact.click();
  await hover(page, fact);
  await shot('platform');
  await page.mouse.move(900, 500);
  await runCommand(page, 'DMA Aperture: Focus on Scenarios View');
  const founding = rows.filter({ hasText: 'Founding case' }).first();
  await founding.click();
  await page.locator('.tab.active', { hasText: 'founding-case' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await runCommand(page, 'DMA Aperture: Focus on Scenarios View');
  await page.keyboard.press('Control+Enter');
  await rows.filter({ hasText: 'refused' }).first().waitFor();
  await page.frameLocator('iframe.webview').frameLocator('iframe#active-frame').locator('canvas').first().waitFor();
  await hover(page, founding);
  await shot('scenarios');
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
  await page.mouse.move(400, 870);
  await page.waitForTimeout(2000);
  await shot('scenario-panel');
}

/** Drags the border of the side bar to a place. */
async function widenSideBar(page, to) {
  const { x, width } = await page.locator('.part.sidebar').boundingBox();
  await page.mouse.move(x + width, 500);
  await page.mouse.down();
  await page.mouse.move(to, 500, { steps: 8 });
  await page.mouse.up();
}

function driver(name, bytes) {
  return `#include <linux/dma-mapping.h>

#define RING_BYTES	${bytes}

static int ${name}_start(struct device *dev, void *packet)
{
	dma_addr_t bus;
	void *ring = dma_alloc_coherent(dev, RING_BYTES, &bus, GFP_KERNEL);

	if (!ring)
		return -ENOMEM;
	bus = dma_map_single(dev, packet, RING_BYTES / 2, DMA_TO_DEVICE);
	return dma_mapping_error(dev, bus) ? -EIO : 0;
}
`;
}
