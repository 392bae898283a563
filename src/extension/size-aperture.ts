import * as vscode from 'vscode';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { Report } from '../protocol/server-requests.ts';
import { pickScenario } from './run-scenario.ts';
import type { ServerClient } from './server-client.ts';
import { showReport } from './show-report.ts';

let searches = 0;

/** Searches the smallest aperture for a scenario, one that is picked where none is given, with progress and a way to stop. */
export async function sizeAperture(server: ServerClient, id?: string): Promise<Report | undefined> {
  const scenario = id ?? await pickScenario(server, vscode.l10n.t('Size the Aperture'));
  if (scenario === undefined) return undefined;
  const workDoneToken = `size-${++searches}`;
  const report = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('DMA Aperture: searching the smallest aperture'), cancellable: true },
    async (progress, token) => {
      let reached = 0;
      const listening = server.followProgress(workDoneToken, (message, percentage) => {
        progress.report({ message, increment: Math.max(0, percentage - reached) });
        reached = Math.max(reached, percentage);
      });
      try {
        const answer = await server.request(SERVER_REQUESTS.sizeAperture, { id: scenario, workDoneToken }, token);
        return token.isCancellationRequested ? undefined : answer;
      } finally {
        listening.dispose();
      }
    },
  );
  if (!report) return undefined;
  if (!report.ok) {
    void vscode.window.showErrorMessage(report.error);
    return undefined;
  }
  await showReport(report.value, 'dma-aperture-size');
  return report.value;
}
