import * as vscode from 'vscode';
import { COMMANDS, EXTENSION_ID, INTERNAL_COMMANDS, VIEWS, WALKTHROUGH } from '../ids.ts';
import { EXPORT_FORMATS } from '../protocol/panel-messages.ts';
import { logPlatformId, SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { PlanRequest } from '../protocol/server-requests.ts';
import { choosePlatform } from './choose-platform.ts';
import { explainCall } from './explain-call.ts';
import { findDriverCalls } from './find-driver-calls.ts';
import { isFindingNode, ruleOf } from './finding-nodes.ts';
import type { FindingsView } from './findings-view.ts';
import { openEvidence } from './open-evidence.ts';
import { openLog, useLog } from './open-log.ts';
import { openRule } from './open-rule.ts';
import { openScenario, openScenarioPage } from './open-scenario.ts';
import { openTrace } from './open-trace.ts';
import type { PanelHost } from './panel-host.ts';
import { planBuffer } from './plan-buffer.ts';
import { isPlatformNode } from './platform-nodes.ts';
import type { PlatformState } from './platform-state.ts';
import type { PlatformView } from './platform-view.ts';
import { readAsKernelLog } from './read-as-kernel-log.ts';
import { pickScenario, runScenario } from './run-scenario.ts';
import { openSampleDriver, openSampleLog, showSampleFailure } from './samples.ts';
import { isScenarioNode } from './scenario-nodes.ts';
import { scenarioFromDriver, scenarioFromLog } from './scenario-from-text.ts';
import type { ScenarioOutcomes } from './scenario-outcomes.ts';
import type { ScenariosView } from './scenarios-view.ts';
import { sizeAperture } from './size-aperture.ts';
import type { WorkspaceScanner } from './scan-workspace.ts';
import type { ServerClient } from './server-client.ts';
import { showLogLines } from './show-log-lines.ts';
import { isTreeNode } from './tree-nodes.ts';
import type { TreeNode } from './tree-nodes.ts';

interface Parts {
  readonly extensionUri: vscode.Uri;
  readonly server: ServerClient;
  readonly platform: PlatformState;
  readonly panel: PanelHost;
  readonly platformView: PlatformView;
  readonly findings: FindingsView;
  readonly scenarios: ScenariosView;
  readonly outcomes: ScenarioOutcomes;
  readonly scanner: WorkspaceScanner;
  readonly log: vscode.LogOutputChannel;
}

/** A command's arguments come from anywhere: keybindings, other extensions, links. */
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : value instanceof vscode.Uri ? value.toString() : undefined);
const place = (value: unknown): number => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 1);

/** The answers of a plan that a caller gives; anything else is asked for. */
function parsedPlan(given: unknown): Partial<PlanRequest> {
  const parsed = SERVER_REQUESTS.planBuffer.params(given);
  return parsed.ok ? parsed.value : {};
}

/** Every command of the extension. */
export function registerCommands(parts: Parts): vscode.Disposable {
  const { extensionUri, server, platform, panel, findings, outcomes, scanner, log } = parts;
  const row = (given: unknown): TreeNode | undefined => rowOf(parts, given);
  const scenario = (given: unknown): string | undefined => {
    const node = row(given);
    return isScenarioNode(node) ? node.scenario.id : Object.values<unknown>(VIEWS).includes(given) ? undefined : text(given);
  };
  const handlers = {
    [COMMANDS.openPanel]: () => panel.open(),
    [COMMANDS.refreshPanel]: () => panel.refresh(),
    [COMMANDS.exportPanel]: (format: unknown) => panel.exportAs(EXPORT_FORMATS.find((each) => each === format)),
    [COMMANDS.choosePlatform]: (id: unknown) => choosePlatform(server, platform, text(id)),
    [COMMANDS.runScenario]: (id: unknown) => runScenario(server, panel, outcomes, scenario(id)),
    [COMMANDS.planBuffer]: (given: unknown) => planBuffer(server, parsedPlan(given)),
    [COMMANDS.sizeAperture]: (id: unknown) => sizeAperture(server, scenario(id)),
    [COMMANDS.scenarioFromLog]: (uri: unknown) => scenarioFromLog(server, text(uri)),
    [COMMANDS.scenarioFromDriver]: (uri: unknown) => scenarioFromDriver(server, text(uri)),
    [COMMANDS.readAsKernelLog]: () => readAsKernelLog(),
    [COMMANDS.showLog]: () => log.show(),
    [COMMANDS.restartServer]: () => restart(server),
    [COMMANDS.scanWorkspace]: () => scanner.scan(),
    [COMMANDS.stopScan]: () => scanner.stop(),
    [COMMANDS.clearFindings]: () => scanner.clear(),
    [COMMANDS.groupFindingsByFile]: () => findings.groupByRule(false),
    [COMMANDS.groupFindingsByRule]: () => findings.groupByRule(true),
    [COMMANDS.openLog]: () => openLog(server, platform),
    [COMMANDS.openTrace]: (target: unknown, plan: unknown) => openTrace(server, panel, target instanceof vscode.Uri ? target : typeof target === 'string' ? vscode.Uri.parse(target) : undefined, typeof plan === 'number' ? plan : undefined),
    [COMMANDS.useAsPlatform]: (target: unknown) => useAsPlatform(parts, target),
    [COMMANDS.copyValue]: (target: unknown) => copyText(row(target)?.copy),
    [COMMANDS.openRulePage]: (target: unknown) => {
      const node = row(target);
      return isFindingNode(node) ? openRule(extensionUri, ruleOf(node.diagnostic)) : undefined;
    },
    [COMMANDS.openScenario]: async (target: unknown) => {
      const id = scenario(target) ?? await pickScenario(server, vscode.l10n.t('Open Scenario'));
      if (id !== undefined) await openScenario(id);
    },
    [COMMANDS.openScenarioPage]: async (target: unknown) => {
      const id = scenario(target);
      if (id !== undefined) await openScenarioPage(extensionUri, id);
    },
    [COMMANDS.getStarted]: () => vscode.commands.executeCommand('workbench.action.openWalkthrough', `${EXTENSION_ID}#${WALKTHROUGH}`, false),
    [COMMANDS.openSampleLog]: () => openSampleLog(server, platform),
    [COMMANDS.showSampleFailure]: () => showSampleFailure(server, platform),
    [COMMANDS.openSampleDriver]: () => openSampleDriver(server, platform),
    [INTERNAL_COMMANDS.openEvidence]: async (uri: unknown, line: unknown, column: unknown) => {
      const problem = await openEvidence(text(uri) ?? '', place(line), place(column));
      if (problem !== undefined) void vscode.window.showErrorMessage(problem);
    },
    [INTERNAL_COMMANDS.openPanelForLog]: async (uri: unknown) => {
      const log = text(uri);
      if (log !== undefined) await choosePlatform(server, platform, logPlatformId(log));
      panel.open();
    },
    [INTERNAL_COMMANDS.findDriverCalls]: (uri: unknown, line: unknown, column: unknown) => findDriverCalls(text(uri) ?? '', place(line), place(column)),
    [COMMANDS.explainCall]: (target: unknown, line: unknown, column: unknown) => explainCall(panel, target, line, column),
    [INTERNAL_COMMANDS.showLogLines]: (uri: unknown, lines: unknown) => showLogLines(text(uri) ?? '', Array.isArray(lines) ? lines.map(place) : []),
    [INTERNAL_COMMANDS.openRule]: (id: unknown) => openRule(extensionUri, text(id) ?? ''),
    [INTERNAL_COMMANDS.copyText]: (value: unknown) => copyText(text(value)),
  } satisfies Record<string, (...args: unknown[]) => unknown>;
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([command, handler]) => vscode.commands.registerCommand(command, handler)),
  );
}

/** The row that a command was called on: given by a menu, or selected in the view whose keybinding names it. */
function rowOf({ platformView, findings, scenarios }: Parts, given: unknown): TreeNode | undefined {
  if (isTreeNode(given)) return given;
  switch (given) {
    case VIEWS.platform: return platformView.selected;
    case VIEWS.findings: return findings.selected;
    case VIEWS.scenarios: return scenarios.selected;
    default: return undefined;
  }
}

/** A platform's row or id, a log's file, or the log in the active editor. */
function useAsPlatform({ server, platform }: Parts, target: unknown): Promise<string | undefined> {
  if (isPlatformNode(target)) return choosePlatform(server, platform, target.platformId);
  if (typeof target === 'string') return choosePlatform(server, platform, target);
  return useLog(server, platform, target instanceof vscode.Uri ? target : undefined);
}

async function copyText(value: string | undefined): Promise<void> {
  if (value === undefined) return;
  await vscode.env.clipboard.writeText(value);
  const [first] = value.split('\n');
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: {0}', first ?? ''), 4000);
}

async function restart(server: ServerClient): Promise<void> {
  try {
    await server.restart();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t('The language server did not start: {0}', reason));
  }
}
