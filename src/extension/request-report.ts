import * as vscode from 'vscode';
import type { Report, RequestSpec } from '../protocol/server-requests.ts';
import type { ServerClient } from './server-client.ts';

let asked = 0;

/**
 * Asks the server for a report, with progress and a way to stop.
 * @returns undefined where it was stopped, or failed, which is said
 */
export async function requestReport<P extends object>(server: ServerClient, title: string, spec: RequestSpec<P & { workDoneToken?: string | undefined }, Report>, params: P): Promise<Report | undefined> {
  const workDoneToken = `report-${++asked}`;
  const report = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
    let reached = 0;
    const listening = server.followProgress(workDoneToken, (message, percentage) => {
      progress.report({ message, increment: Math.max(0, percentage - reached) });
      reached = Math.max(reached, percentage);
    });
    try {
      const answer = await server.request(spec, { ...params, workDoneToken }, token);
      return token.isCancellationRequested ? undefined : answer;
    } finally {
      listening.dispose();
    }
  });
  if (!report) return undefined;
  if (report.ok) return report.value;
  void vscode.window.showErrorMessage(report.error);
  return undefined;
}
