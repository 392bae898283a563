import * as vscode from 'vscode';
import { TEST_CONTROLLER } from '../ids.ts';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { ScenarioTest } from '../protocol/server-requests.ts';
import { ReportedRun, type ReportedTest } from './reported-run.ts';
import type { ScenarioOutcomes } from './scenario-outcomes.ts';
import type { ServerClient } from './server-client.ts';

const SCENARIO_GLOB = '**/*.dma.json';

/** What a test item stands for; kept by id, as items carry nothing of ours. */
interface Target {
  readonly scenario: string;
  /** Absent: the scenario as a whole. */
  readonly step?: number;
}

/** Scenarios in the Test Explorer: each is a test, and each of its steps that expects something is one in it. */
export class ScenarioTests implements vscode.Disposable {
  readonly #server: ServerClient;
  readonly #outcomes: ScenarioOutcomes;
  readonly #controller: vscode.TestController;
  readonly #targets = new Map<string, Target>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(server: ServerClient, outcomes: ScenarioOutcomes) {
    this.#server = server;
    this.#outcomes = outcomes;
    const controller = vscode.tests.createTestController(TEST_CONTROLLER, vscode.l10n.t('DMA scenarios'));
    this.#controller = controller;
    controller.refreshHandler = () => this.refresh();
    controller.resolveHandler = (item) => (item ? undefined : this.refresh());
    controller.createRunProfile(vscode.l10n.t('Run'), vscode.TestRunProfileKind.Run, async (request, token) => {
      await this.run(request, token);
    }, true);
    const watcher = vscode.workspace.createFileSystemWatcher(SCENARIO_GLOB);
    const again = (): void => void this.refresh();
    this.#subscriptions = [
      controller, watcher, watcher.onDidCreate(again), watcher.onDidDelete(again), watcher.onDidChange(again),
      server.onDidChangeRunning((running) => {
        if (running) again();
      }),
    ];
  }

  /** The tests as they are known, for a test of ours. */
  get items(): vscode.TestItemCollection {
    return this.#controller.items;
  }

  /** Asks the server which scenarios there are. */
  async refresh(): Promise<void> {
    if (!this.#server.running) return;
    const tests = await this.#server.request(SERVER_REQUESTS.scenarioTests, {});
    if (!tests.ok) return;
    this.#targets.clear();
    const groups = [
      this.#group('workspace', vscode.l10n.t('This workspace'), tests.value.filter(({ source }) => source === 'workspace')),
      this.#group('built-in', vscode.l10n.t('Built in'), tests.value.filter(({ source }) => source === 'built-in')),
    ];
    this.#controller.items.replace(groups.filter((group) => group.children.size > 0));
  }

  /** Runs what is asked for, all where nothing is; one scenario after the other, so that a cancellation is heard at once. */
  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<readonly ReportedTest[]> {
    const run = new ReportedRun(this.#controller.createTestRun(request));
    const left = new Set(request.exclude?.map(({ id }) => id));
    const asked: vscode.TestItem[] = [];
    const collect = (item: vscode.TestItem): void => {
      if (left.has(item.id)) return;
      const target = this.#targets.get(item.id);
      if (target) asked.push(item);
      else item.children.forEach(collect);
    };
    if (request.include) request.include.forEach(collect);
    else this.#controller.items.forEach(collect);
    for (const item of asked) run.enqueued(item);
    for (const item of asked) {
      if (token.isCancellationRequested) {
        run.skipped(item);
        continue;
      }
      await this.#runOne(run, item, left, token);
    }
    run.end();
    return run.reported;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  async #runOne(run: ReportedRun, item: vscode.TestItem, left: ReadonlySet<string>, token: vscode.CancellationToken): Promise<void> {
    const target = this.#targets.get(item.id);
    if (!target) return;
    run.started(item);
    const started = Date.now();
    const result = await this.#server.request(SERVER_REQUESTS.runScenarioTest, { id: target.scenario }, token);
    if (token.isCancellationRequested) {
      run.skipped(item);
      return;
    }
    if (!result.ok) {
      run.errored(item, this.#message(result.error, item));
      return;
    }
    const took = Date.now() - started;
    const verdicts = new Map(result.value.steps.map((step) => [step.index, step]));
    if (target.step !== undefined) {
      const verdict = verdicts.get(target.step);
      if (verdict?.ok === true) run.passed(item, took);
      else run.failed(item, this.#message(verdict?.message ?? vscode.l10n.t('The step is not there any more.'), item), took);
      return;
    }
    const failed = result.value.steps.filter(({ ok }) => !ok);
    this.#outcomes.set(target.scenario, {
      ok: failed.length === 0,
      text: failed[0] ? vscode.l10n.t('{0} of {1} steps not as expected', failed.length, result.value.steps.length) : vscode.l10n.t('{0} steps as expected', result.value.steps.length),
    });
    item.children.forEach((child) => {
      if (left.has(child.id)) return;
      const verdict = verdicts.get(this.#targets.get(child.id)?.step ?? -1);
      if (verdict?.ok === true) run.passed(child);
      else run.failed(child, this.#message(verdict?.message ?? '', child));
    });
    if (failed.length === 0) run.passed(item, took);
    else run.failed(item, failed.map(({ index, message, line }) => this.#message(vscode.l10n.t('Step {0}: {1}', index + 1, message), item, line)), took);
  }

  /** @param line of the step that it is about, from 1 */
  #message(text: string, item: vscode.TestItem, line?: number): vscode.TestMessage {
    const message = new vscode.TestMessage(text);
    const range = line === undefined ? item.range : new vscode.Range(line - 1, 0, line - 1, 0);
    if (item.uri && range) message.location = new vscode.Location(item.uri, range);
    return message;
  }

  #group(id: string, label: string, tests: readonly ScenarioTest[]): vscode.TestItem {
    const group = this.#controller.createTestItem(id, label);
    group.children.replace(tests.map((test) => this.#scenario(test)));
    return group;
  }

  #scenario({ id, label, source, steps, problem }: ScenarioTest): vscode.TestItem {
    const uri = source === 'workspace' ? vscode.Uri.parse(id) : undefined;
    const item = this.#controller.createTestItem(id, label, uri);
    if (uri) item.range = new vscode.Range(0, 0, 0, 0);
    if (problem !== undefined) item.error = problem;
    this.#targets.set(id, { scenario: id });
    item.children.replace(steps.map(({ index, title, line }) => {
      const child = this.#controller.createTestItem(`${id}#${index}`, `${index + 1}. ${title}`, uri);
      child.sortText = String(index).padStart(6, '0');
      if (line !== undefined) child.range = new vscode.Range(line - 1, 0, line - 1, 0);
      this.#targets.set(child.id, { scenario: id, step: index });
      return child;
    }));
    return item;
  }
}
