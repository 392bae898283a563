import * as vscode from 'vscode';
import { CONTEXT_KEYS, VIEWS } from '../ids.ts';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { ScanSummary } from '../protocol/server-requests.ts';
import type { FindingsView } from './findings-view.ts';
import type { ServerClient } from './server-client.ts';

/** Starts and stops the scan of the workspace; there is one at a time. */
export class WorkspaceScanner implements vscode.Disposable {
  readonly #server: ServerClient;
  readonly #view: FindingsView;
  #underWay: vscode.CancellationTokenSource | undefined;
  #scans = 0;

  constructor(server: ServerClient, view: FindingsView) {
    this.#server = server;
    this.#view = view;
  }

  /** @returns what was read, undefined where that could not be done */
  async scan(): Promise<ScanSummary | undefined> {
    if (this.#underWay) return undefined;
    const source = new vscode.CancellationTokenSource();
    this.#underWay = source;
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.scanning, true);
    try {
      return await vscode.window.withProgress({ location: { viewId: VIEWS.findings } }, () => Promise.resolve(vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('DMA Aperture: scanning the workspace'), cancellable: true },
        (progress, token) => {
          token.onCancellationRequested(() => source.cancel());
          return this.#run(progress, source.token);
        },
      )));
    } finally {
      this.#underWay = undefined;
      source.dispose();
      void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.scanning, false);
    }
  }

  /** Ends the scan that is under way; what it found stays. */
  stop(): void {
    this.#underWay?.cancel();
  }

  /** Takes back what scans have found; the findings of open documents stay. */
  async clear(): Promise<void> {
    this.stop();
    const cleared = await this.#server.request(SERVER_REQUESTS.clearScan, {});
    if (cleared.ok) this.#view.say(undefined);
    else void vscode.window.showErrorMessage(cleared.error);
  }

  dispose(): void {
    this.stop();
  }

  async #run(progress: vscode.Progress<{ message?: string; increment?: number }>, token: vscode.CancellationToken): Promise<ScanSummary | undefined> {
    const workDoneToken = `scan-${++this.#scans}`;
    let reached = 0;
    const listening = this.#server.followProgress(workDoneToken, (message, percentage) => {
      progress.report({ message, increment: Math.max(0, percentage - reached) });
      reached = Math.max(reached, percentage);
    });
    try {
      const summary = await this.#server.request(SERVER_REQUESTS.scanWorkspace, { workDoneToken }, token);
      if (!summary.ok) {
        void vscode.window.showErrorMessage(summary.error);
        return undefined;
      }
      this.#view.say(summary.value);
      return summary.value;
    } finally {
      listening.dispose();
    }
  }
}
