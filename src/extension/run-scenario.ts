import * as vscode from 'vscode';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { ScenarioChoice, ScenarioSummary } from '../protocol/server-requests.ts';
import { scenarioUri } from './open-scenario.ts';
import type { PanelHost } from './panel-host.ts';
import type { ScenarioOutcomes } from './scenario-outcomes.ts';
import type { ServerClient } from './server-client.ts';

interface Item extends vscode.QuickPickItem {
  readonly choice?: ScenarioChoice;
}

/**
 * Runs the scenario of an id, or one that the person picks, and shows it in the panel.
 * @returns the summary, undefined where nothing was picked or it could not be run
 */
export async function runScenario(server: ServerClient, panel: PanelHost, outcomes: ScenarioOutcomes, id?: string): Promise<ScenarioSummary | undefined> {
  const wanted = id ?? (await pickScenario(server, vscode.l10n.t('Run Scenario')));
  if (wanted === undefined) return undefined;
  const run = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Running scenario'), cancellable: true },
    async (_progress, token) => {
      // By its file, also where it ships: a step leads to its line.
      const answer = await server.request(SERVER_REQUESTS.runScenario, { id: scenarioUri(wanted).toString() }, token);
      return token.isCancellationRequested ? undefined : answer;
    },
  );
  if (!run) return undefined;
  if (!run.ok) {
    outcomes.set(wanted, { ok: false, text: run.error });
    void vscode.window.showErrorMessage(run.error);
    return undefined;
  }
  const platform = run.value.state.platform?.label;
  outcomes.set(wanted, { ...run.value.summary, ...(platform === undefined ? {} : { platform }) });
  panel.open(run.value.state);
  const { ok, text } = run.value.summary;
  if (!ok) void vscode.window.showWarningMessage(text);
  return run.value.summary;
}

/** Lets a person pick a scenario. @returns its id */
export async function pickScenario(server: ServerClient, title: string): Promise<string | undefined> {
  const choices = await server.request(SERVER_REQUESTS.scenarios, {});
  if (!choices.ok) {
    void vscode.window.showErrorMessage(choices.error);
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(items(choices.value), {
    title,
    placeHolder: vscode.l10n.t('Scenarios that come with the extension, and the workspace’s *.dma.json files'),
    matchOnDetail: true,
  });
  return picked?.choice?.id;
}

function items(choices: readonly ScenarioChoice[]): Item[] {
  const groups = [
    ['workspace', vscode.l10n.t('This workspace')],
    ['built-in', vscode.l10n.t('Built in')],
  ] as const;
  return groups.flatMap(([source, label]): Item[] => {
    const members = choices.filter((choice) => choice.source === source);
    return members.length === 0 ? [] : [
      { label, kind: vscode.QuickPickItemKind.Separator },
      ...members.map((choice): Item => ({ label: choice.label, detail: choice.detail, choice })),
    ];
  });
}
