import * as vscode from 'vscode';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { Report } from '../protocol/server-requests.ts';
import { requestReport } from './request-report.ts';
import { pickScenario } from './run-scenario.ts';
import type { ServerClient } from './server-client.ts';
import { showReport } from './show-report.ts';

/** Searches the smallest aperture for a scenario, one that is picked where none is given, with progress and a way to stop. */
export async function sizeAperture(server: ServerClient, id?: string): Promise<Report | undefined> {
  const scenario = id ?? await pickScenario(server, vscode.l10n.t('Size the Aperture'));
  if (scenario === undefined) return undefined;
  const report = await requestReport(server, vscode.l10n.t('DMA Aperture: searching the smallest aperture'), SERVER_REQUESTS.sizeAperture, { id: scenario });
  if (report) await showReport(report, 'dma-aperture-size');
  return report;
}
