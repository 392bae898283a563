/** What a person does in the workbench, and what a picture waits for. */

/** Again until the hover is there: a layout that changes under the pointer takes it away. */
export async function hover(page, target, position) {
  for (let attempt = 0; attempt < 10; attempt++) {
    await page.mouse.move(1000, 800);
    await page.waitForTimeout(200);
    await target.hover(position ? { position } : {});
    const seen = await page.locator('.monaco-hover:visible').first().waitFor({ timeout: 5000 }).then(() => true, () => false);
    await page.waitForTimeout(700);
    if (seen && await page.locator('.monaco-hover:visible').count() > 0) return;
  }
  throw new Error('no hover');
}

export async function openFile(page, file) {
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).dblclick();
  await page.locator('.tab.active', { hasText: file }).waitFor();
}

/** Again until the editor is there: one that is just opening still moves its cursor itself. */
export async function goToLine(page, line) {
  for (let attempt = 0; attempt < 10; attempt++) {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').fill(`:${line}`);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(300);
    if (await page.locator('.statusbar', { hasText: `Ln ${line},` }).count() > 0) return;
  }
  throw new Error(`the editor does not go to line ${line}`);
}

export async function runCommand(page, title) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
}
