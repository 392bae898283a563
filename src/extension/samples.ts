import * as vscode from 'vscode';
import { useLog } from './open-log.ts';
import { packageFile } from './package-files.ts';
import type { PlatformState } from './platform-state.ts';
import type { ServerClient } from './server-client.ts';
import { textColumn } from './text-column.ts';

const LOG = 'media/sample/boot.dmesg';
const DRIVER = 'media/sample/capture-card.c';

/** The sample log, its facts the platform. */
export async function openSampleLog(server: ServerClient, state: PlatformState): Promise<string | undefined> {
  return useLog(server, state, packageFile(LOG));
}

/** The first mapping that failed in the sample log, with what the product says of it. */
export async function showSampleFailure(server: ServerClient, state: PlatformState): Promise<void> {
  await useLog(server, state, packageFile(LOG));
  await showWithHover(LOG, 'swiotlb buffer is full');
}

/** The largest request of the sample driver, held against the sample log's platform. */
export async function openSampleDriver(server: ServerClient, state: PlatformState): Promise<void> {
  await useLog(server, state, packageFile(LOG));
  await showWithHover(DRIVER, 'dma_alloc_coherent(card->dev, CAPTURE_RING_BYTES');
}

/** Shows the line where a text first stands, and the hover there. */
async function showWithHover(path: string, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(packageFile(path));
  const position = document.positionAt(Math.max(0, document.getText().indexOf(text)));
  const selection = new vscode.Range(position, position);
  const editor = await vscode.window.showTextDocument(document, { viewColumn: textColumn(), preview: false, selection });
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenter);
  await vscode.commands.executeCommand('editor.action.showHover');
}
