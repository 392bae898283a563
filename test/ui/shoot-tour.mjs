/** The panel by itself, over runs of different kinds: wide, narrow beside its scenario, and beside the Test Explorer. */
import { openFile, runCommand } from './workbench-actions.mjs';

/** Scenarios by what their panel has to show: scattered frames and an exchange, 524,288 slots, thousands of operations, free slots without a run. */
const RUNS = [
  ['xen', 'Founding case'], ['large', 'TDX'], ['load', 'rtl8192ee'], ['fragmented', 's390-like'],
];

const panelOf = (page) => page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');

export async function shootTour(page, shot) {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'View: Close Primary Side Bar');
  for (const [name, title] of RUNS) {
    await run(page, title);
    await everyView(page, (view) => shot(`tour-${name}-${view}`));
  }
  await otherSettings(page, shot);
  await besideTests(page, shot);
  await runCommand(page, 'View: Close All Editors');
  await narrow(page, shot);
}

/** Runs a built-in scenario by its name; its recording is there, or nothing is. */
async function run(page, title) {
  await runCommand(page, 'DMA Aperture: Run Scenario…');
  const input = page.locator('.quick-input-widget input').first();
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await input.fill(title);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
  await panelOf(page).locator('.steps .meta', { hasText: title }).waitFor({ timeout: 120_000 });
  await panelOf(page).locator('[role=slider]').waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await page.waitForTimeout(1200);
}

/** The page from its head to its foot, a window's height at a time. */
async function everyView(page, shot) {
  const main = panelOf(page).locator('main');
  await main.evaluate(() => document.scrollingElement.scrollTo(0, 0));
  await page.waitForTimeout(300);
  await shot('top');
  for (const view of ['aperture', 'steps', 'machine']) {
    const section = panelOf(page).locator(`section.${view}`);
    if (await section.count() === 0) continue;
    await section.evaluate((element) => window.scrollTo(0, window.scrollY + element.getBoundingClientRect().top));
    await page.waitForTimeout(400);
    await shot(view);
  }
  await panelOf(page).locator('[data-name=table]').click();
  await main.evaluate(() => document.scrollingElement.scrollTo(0, 0));
  await page.waitForTimeout(400);
  await shot('table');
  await panelOf(page).locator('[data-name=picture]').click();
}

/** The failed step of what is shown, under other settings. */
async function otherSettings(page, shot) {
  const panel = panelOf(page);
  await panel.locator('main').evaluate(() => window.scrollTo(0, 0));
  await panel.getByRole('button', { name: 'Run Them' }).click();
  await panel.locator('.settings table').waitFor({ timeout: 120_000 });
  await page.mouse.move(700, 870);
  await page.waitForTimeout(500);
  await shot('tour-settings');
}

async function besideTests(page, shot) {
  await page.locator('.activitybar [aria-label^="Testing"]').first().click();
  await page.locator('.test-explorer .monaco-list-row').first().waitFor();
  await page.waitForTimeout(1500);
  await shot('tour-tests');
  await runCommand(page, 'View: Close Primary Side Bar');
}

/** 420 px beside the scenario that it shows. */
async function narrow(page, shot) {
  await runCommand(page, 'File: Focus on Files Explorer');
  await openFile(page, 'wrong.dma.json');
  await runCommand(page, 'View: Close Primary Side Bar');
  await page.locator('.codelens-decoration a:visible', { hasText: 'Run' }).first().click();
  await panelOf(page).locator('[role=slider]').waitFor();
  // The border between the two editors is where the panel's begins.
  const { x, y, height } = await page.locator('.editor-group-container').last().boundingBox();
  await page.mouse.move(x, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(1440 - 420, y + height / 2, { steps: 8 });
  await page.mouse.up();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await page.waitForTimeout(1000);
  await everyView(page, (view) => shot(`tour-narrow-${view}`));
}
