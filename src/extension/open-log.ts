import * as vscode from 'vscode';
import { LANGUAGES } from '../ids.ts';
import { logPlatformId } from '../protocol/server-requests.ts';
import { choosePlatform } from './choose-platform.ts';
import { textColumn } from './text-column.ts';
import type { PlatformState } from './platform-state.ts';
import type { ServerClient } from './server-client.ts';

/** Asks for a boot log, opens it as one whatever its name, and makes its facts the platform. @returns the platform's id */
export async function openLog(server: ServerClient, state: PlatformState): Promise<string | undefined> {
  const [uri] = (await vscode.window.showOpenDialog({ canSelectMany: false, title: vscode.l10n.t('Open a Boot Log'), openLabel: vscode.l10n.t('Open as Kernel Log') })) ?? [];
  return uri && useLog(server, state, uri);
}

/** Makes the facts of a log the platform: of a file, or of the active editor's document. @returns the platform's id */
export async function useLog(server: ServerClient, state: PlatformState, uri = vscode.window.activeTextEditor?.document.uri): Promise<string | undefined> {
  if (!uri) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open the log first, then choose this command again.'));
    return undefined;
  }
  try {
    const opened = await vscode.workspace.openTextDocument(uri);
    const document = opened.languageId === LANGUAGES.kernelLog ? opened : await vscode.languages.setTextDocumentLanguage(opened, LANGUAGES.kernelLog);
    await vscode.window.showTextDocument(document, { viewColumn: textColumn(), preview: false });
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} could not be opened: {1}', uri.toString(true), error instanceof Error ? error.message : String(error)));
    return undefined;
  }
  return choosePlatform(server, state, logPlatformId(uri.toString()));
}
