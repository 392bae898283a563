import * as vscode from 'vscode';
import { CONTEXT_KEYS, PACKAGE_SCHEME } from '../ids.ts';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import type { InitializationOptions } from '../protocol/initialization-options.ts';
import { clientOptions } from './client-options.ts';
import type { ExtensionApi } from './extension-api.ts';
import { answerFileRequests } from './file-requests.ts';
import { FindingsStore } from './findings-store.ts';
import { FindingsView } from './findings-view.ts';
import { PackageFiles } from './package-files.ts';
import { PanelHost } from './panel-host.ts';
import { PlatformState } from './platform-state.ts';
import { PlatformView } from './platform-view.ts';
import { registerCommands } from './register-commands.ts';
import { WorkspaceScanner } from './scan-workspace.ts';
import { ScenarioOutcomes } from './scenario-outcomes.ts';
import { ScenarioTests } from './scenario-tests.ts';
import { ScenariosView } from './scenarios-view.ts';
import { ServerClient } from './server-client.ts';
import { provideReports } from './show-report.ts';
import { StatusItems } from './status-items.ts';
import { provideUnpacked } from './unpacked-files.ts';

/** Makes the language client of the environment: a child process, or a web worker. */
export type ClientFactory = (options: LanguageClientOptions) => BaseLanguageClient;

/**
 * Everything that activation does, in Node and in a web worker alike. The server starts meanwhile: what is asked of it waits. One
 * that does not start is said in the status bar, in the views and in the log; the commands are there all the same, and say it too.
 */
export function startExtension(
  context: vscode.ExtensionContext,
  makeClient: ClientFactory,
  options: InitializationOptions = {},
): ExtensionApi {
  const log = vscode.window.createOutputChannel('DMA Aperture', { log: true });
  const platform = new PlatformState(context.workspaceState);
  const store = new FindingsStore();
  const client = makeClient(clientOptions(log, store, () => ({
    ...options, readsFiles: true, copiesText: true, packageUri: context.extensionUri.toString(), ...(platform.chosen === undefined ? {} : { platform: platform.chosen }),
  })));
  const server = new ServerClient(client, log);
  platform.follow(server);
  const panel = new PanelHost(context.extensionUri, server, log);
  const status = new StatusItems(server, platform);
  const findings = new FindingsView(store, context.workspaceState);
  const scanner = new WorkspaceScanner(server, findings);
  const outcomes = new ScenarioOutcomes();
  const tests = new ScenarioTests(server, outcomes);
  const platformView = new PlatformView(server, platform);
  const scenarios = new ScenariosView(server, outcomes);
  const stopped = (isStopped: boolean): void => void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.serverStopped, isStopped);
  context.subscriptions.push(
    log, server, platform, panel, status, store, findings, scanner, outcomes, tests, platformView, scenarios,
    vscode.workspace.registerFileSystemProvider(PACKAGE_SCHEME, new PackageFiles(context.extensionUri), { isReadonly: true, isCaseSensitive: true }),
    answerFileRequests(server),
    provideReports(),
    provideUnpacked(server),
    registerCommands({ extensionUri: context.extensionUri, server, platform, panel, platformView, findings, scenarios, outcomes, scanner, log }),
    server.onDidChangeRunning((running) => {
      stopped(!running);
      if (running) return;
      store.clear();
      findings.say(undefined);
    }),
  );
  server.start().catch((error: unknown) => {
    log.error(`The language server did not start: ${error instanceof Error ? error.message : String(error)}`);
    status.update();
    stopped(true);
  });
  return {
    version: 1,
    get platform() { return platform.active; },
    onDidChangePlatform: platform.onDidChange,
    get statusText() { return status.text; },
    onDidShowPanel: panel.onDidShow,
    get platformFacts() { return platformView.roots; },
    get findings() { return findings.roots; },
    get scenarios() { return scenarios.roots; },
    tests,
  };
}
