import * as vscode from 'vscode';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { TraceChoice } from '../protocol/server-requests.ts';
import type { PanelHost } from './panel-host.ts';
import type { ServerClient } from './server-client.ts';
import { fileOf } from './unpacked-files.ts';

/**
 * Replays a trace of a kernel and shows it in the panel: a file that is given, the one in the active editor, or one that the person picks.
 * @param plan of the file, from 0; asked for where there are several and none is given
 * @returns the number of the step that the plan is, undefined where nothing was shown
 */
export async function openTrace(server: ServerClient, panel: PanelHost, given?: vscode.Uri, plan?: number): Promise<number | undefined> {
  const file = given ?? activeTrace() ?? await pickFile();
  if (!file) return undefined;
  const uri = fileOf(file).toString();
  const wanted = plan ?? await pickPlan(server, uri);
  if (wanted === undefined) return undefined;
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Replaying the trace'), cancellable: true },
    async (_progress, token) => {
      const replayed = await server.request(SERVER_REQUESTS.openTrace, { uri, plan: wanted }, token);
      return token.isCancellationRequested ? undefined : replayed;
    },
  );
  if (!answer) return undefined;
  if (!answer.ok) {
    void vscode.window.showErrorMessage(answer.error);
    return undefined;
  }
  const { state, step } = answer.value;
  panel.open(state, step);
  return step;
}

/** The trace that a person looks at, by its name. */
function activeTrace(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri && /\.trace\.csv$/.test(uri.path) ? uri : undefined;
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const [uri] = (await vscode.window.showOpenDialog({
    canSelectMany: false, title: vscode.l10n.t('Open a Trace'), filters: { [vscode.l10n.t('Traces')]: ['csv', 'gz'] },
  })) ?? [];
  return uri;
}

async function pickPlan(server: ServerClient, uri: string): Promise<number | undefined> {
  const answer = await server.request(SERVER_REQUESTS.traces, { uri });
  if (!answer.ok) {
    void vscode.window.showErrorMessage(answer.error);
    return undefined;
  }
  const [first, ...others] = answer.value;
  if (first && others.length === 0) return first.plan;
  const picked = await vscode.window.showQuickPick(answer.value.map((choice): vscode.QuickPickItem & { choice: TraceChoice } => ({ label: choice.name, detail: choice.detail, choice })), {
    title: vscode.l10n.t('Open a Trace'), placeHolder: vscode.l10n.t('A plan of this file; those that follow it are shown with it'),
  });
  return picked?.choice.plan;
}
