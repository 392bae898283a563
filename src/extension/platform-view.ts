import * as vscode from 'vscode';
import { VIEWS } from '../ids.ts';
import type { PlatformSheet } from '../protocol/platform-sheet.ts';
import { SERVER_NOTIFICATIONS, SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { PlatformChoice } from '../protocol/server-requests.ts';
import { platformNodes } from './platform-nodes.ts';
import type { PlatformState } from './platform-state.ts';
import type { ServerClient } from './server-client.ts';
import { NodeTree } from './tree-nodes.ts';
import type { TreeNode } from './tree-nodes.ts';

/** The view of the active platform, fact by fact. While none is chosen it is empty: its welcome says how to come by one. */
export class PlatformView implements vscode.Disposable {
  readonly #server: ServerClient;
  readonly #platform: PlatformState;
  readonly #tree = new NodeTree(() => (this.#sheet && !this.#sheet.assumed ? platformNodes(this.#sheet, this.#choices) : []));
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable[];
  #sheet: PlatformSheet | undefined;
  #choices: readonly PlatformChoice[] = [];
  /** Answers that are overtaken by a later question are dropped. */
  #asked = 0;

  constructor(server: ServerClient, platform: PlatformState) {
    this.#server = server;
    this.#platform = platform;
    this.#view = vscode.window.createTreeView(VIEWS.platform, { treeDataProvider: this.#tree, showCollapseAll: true });
    this.#subscriptions = [
      this.#tree, this.#view,
      platform.onDidChange(() => void this.#ask()),
      server.listen(SERVER_NOTIFICATIONS.platformsChanged, () => void this.#ask()),
    ];
  }

  /** The rows of the first level, for a test. */
  get roots(): readonly TreeNode[] {
    return this.#tree.roots;
  }

  get selected(): TreeNode | undefined {
    return this.#view.selection[0];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  async #ask(): Promise<void> {
    const question = ++this.#asked;
    const [sheet, choices] = this.#server.running
      ? await Promise.all([this.#server.request(SERVER_REQUESTS.platformSheet, {}), this.#server.request(SERVER_REQUESTS.platforms, {})])
      : [];
    if (question !== this.#asked) return;
    this.#sheet = sheet?.ok ? sheet.value : undefined;
    this.#choices = choices?.ok ? choices.value : [];
    this.#show();
  }

  #show(): void {
    const sheet = this.#sheet?.assumed === false ? this.#sheet : undefined;
    this.#view.description = sheet?.label ?? '';
    this.#view.message = sheet ? this.#platform.active?.problem ?? '' : '';
    const count = sheet ? sheet.contradictions.length + sheet.rooms.flatMap(({ rows }) => rows).filter(({ contradiction }) => contradiction !== undefined).length : 0;
    this.#view.badge = count === 0 ? undefined : {
      value: count, tooltip: count === 1 ? vscode.l10n.t('1 contradiction in the platform’s evidence') : vscode.l10n.t('{0} contradictions in the platform’s evidence', count),
    };
    this.#tree.refresh();
  }
}
