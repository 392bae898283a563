import * as vscode from 'vscode';
import { VIEWS } from '../ids.ts';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { ScenarioChoice } from '../protocol/server-requests.ts';
import type { ScenarioOutcomes } from './scenario-outcomes.ts';
import { scenarioNodes } from './scenario-nodes.ts';
import type { ServerClient } from './server-client.ts';
import { NodeTree } from './tree-nodes.ts';
import type { TreeNode } from './tree-nodes.ts';

const SCENARIO_GLOB = '**/*.dma.json';

/** The view of scenarios: of the workspace and of the library, each with how it came out last. */
export class ScenariosView implements vscode.Disposable {
  readonly #server: ServerClient;
  readonly #tree: NodeTree;
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable[];
  #choices: readonly ScenarioChoice[] = [];
  /** Answers that are overtaken by a later question are dropped. */
  #asked = 0;

  constructor(server: ServerClient, outcomes: ScenarioOutcomes) {
    this.#server = server;
    this.#tree = new NodeTree(() => scenarioNodes(this.#choices, outcomes));
    this.#view = vscode.window.createTreeView(VIEWS.scenarios, { treeDataProvider: this.#tree, showCollapseAll: true });
    const watcher = vscode.workspace.createFileSystemWatcher(SCENARIO_GLOB);
    const again = (): void => void this.refresh();
    this.#subscriptions = [
      this.#tree, this.#view, watcher, watcher.onDidCreate(again), watcher.onDidDelete(again), watcher.onDidChange(again),
      outcomes.onDidChange(() => this.#tree.refresh()), server.onDidChangeRunning(again),
    ];
  }

  /** The rows of the first level, for a test. */
  get roots(): readonly TreeNode[] {
    return this.#tree.roots;
  }

  get selected(): TreeNode | undefined {
    return this.#view.selection[0];
  }

  /** Asks the server which scenarios there are. */
  async refresh(): Promise<void> {
    const question = ++this.#asked;
    const choices = this.#server.running ? await this.#server.request(SERVER_REQUESTS.scenarios, {}) : undefined;
    if (question !== this.#asked) return;
    this.#choices = choices?.ok ? choices.value : [];
    this.#tree.refresh();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}
