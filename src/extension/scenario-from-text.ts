import * as vscode from 'vscode';
import { LANGUAGES } from '../ids.ts';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { ServerClient } from './server-client.ts';

/** Opens a scenario of what the log in the editor shows, unsaved, as a start to edit. @returns its text */
export function scenarioFromLog(server: ServerClient, uri?: string): Promise<string | undefined> {
  return openDraft(server, SERVER_REQUESTS.scenarioFromLog, uri ?? activeOf(LANGUAGES.kernelLog), vscode.l10n.t('Open a kernel log first: the scenario is made of its platform and failures.'));
}

/** The same of what the C file in the editor asks for, on the active platform. @returns its text */
export function scenarioFromDriver(server: ServerClient, uri?: string): Promise<string | undefined> {
  return openDraft(server, SERVER_REQUESTS.scenarioFromDriver, uri ?? activeOf(LANGUAGES.c), vscode.l10n.t('Open a driver’s C file first: the scenario is made of what it asks for.'));
}

function activeOf(languageId: string): string | undefined {
  const active = vscode.window.activeTextEditor?.document;
  return active?.languageId === languageId ? active.uri.toString() : undefined;
}

async function openDraft(server: ServerClient, request: typeof SERVER_REQUESTS.scenarioFromLog, uri: string | undefined, expected: string): Promise<string | undefined> {
  if (uri === undefined) {
    void vscode.window.showErrorMessage(expected);
    return undefined;
  }
  const draft = await server.request(request, { uri });
  if (!draft.ok) {
    void vscode.window.showErrorMessage(draft.error);
    return undefined;
  }
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'jsonc', content: draft.value.text }));
  return draft.value.text;
}
