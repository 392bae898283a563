import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import { EXTENSION_ID, PACKAGE_SCHEME } from '../../../src/ids.ts';
import { eventually, findings } from './support.ts';

/** Measures what a person waits for, in an empty window where nothing has activated the extension; in milliseconds, to the file named. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<ExtensionApi>(EXTENSION_ID);
  if (!extension || extension.isActive) throw new Error(`${EXTENSION_ID} is ${extension ? 'active already' : 'not there'}`);
  const begun = performance.now();
  const since = (): number => performance.now() - begun;
  const api = await extension.activate();
  const activated = since();
  await eventually('the platform', () => api.platform, (platform) => platform !== undefined);
  const serverReady = since();
  const uri = vscode.Uri.from({ scheme: PACKAGE_SCHEME, path: '/media/sample/capture-card.c' });
  const opened = since();
  await vscode.workspace.openTextDocument(uri);
  await eventually('findings', () => findings(uri).length, (count) => count > 0);
  writeFileSync(process.env['DMA_APERTURE_ACTIVATION'] ?? '', JSON.stringify({ activated, serverReady, firstFinding: since() - opened }));
}
