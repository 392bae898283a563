import * as vscode from 'vscode';
import { LANGUAGES } from '../ids.ts';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { ServerClient } from './server-client.ts';

/** Opens a scenario of what the log in the editor shows, unsaved, as a start to edit. @returns its text */
export async function scenarioFromLog(server: ServerClient, uri?: string): Promise<string | undefined> {
  const active = vscode.window.activeTextEditor?.document;
  const log = uri ?? (active?.languageId === LANGUAGES.kernelLog ? active.uri.toString() : undefined);
  if (log === undefined) {
    void vscode.window.showErrorMessage(vscode.l10n.t('Open a kernel log first: the scenario is made of its platform and failures.'));
    return undefined;
  }
  const draft = await server.request(SERVER_REQUESTS.scenarioFromLog, { uri: log });
  if (!draft.ok) {
    void vscode.window.showErrorMessage(draft.error);
    return undefined;
  }
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'jsonc', content: draft.value.text }));
  return draft.value.text;
}
