import * as vscode from 'vscode';
import { CONTEXT_KEYS, VIEWS } from '../ids.ts';
import type { ScanSummary } from '../protocol/server-requests.ts';
import { nodesByFile, nodesByRule } from './finding-nodes.ts';
import type { FindingsStore } from './findings-store.ts';
import { NodeTree } from './tree-nodes.ts';
import type { TreeNode } from './tree-nodes.ts';

/** Key in the workspace's state. */
const BY_RULE = 'findings.byRule';

/** The view of what was found, by file or by rule; it follows every scan and every edit. */
export class FindingsView implements vscode.Disposable {
  readonly #store: FindingsStore;
  readonly #memento: vscode.Memento;
  readonly #tree: NodeTree;
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable[];

  constructor(store: FindingsStore, memento: vscode.Memento) {
    this.#store = store;
    this.#memento = memento;
    this.#tree = new NodeTree(() => (this.byRule ? nodesByRule(store) : nodesByFile(store)));
    this.#view = vscode.window.createTreeView(VIEWS.findings, { treeDataProvider: this.#tree, showCollapseAll: true });
    this.#subscriptions = [this.#tree, this.#view, store.onDidChange(() => this.#update())];
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.findingsByRule, this.byRule);
    this.#update();
  }

  get byRule(): boolean {
    return this.#memento.get(BY_RULE, false);
  }

  /** The rows of the first level, for a test. */
  get roots(): readonly TreeNode[] {
    return this.#tree.roots;
  }

  get selected(): TreeNode | undefined {
    return this.#view.selection[0];
  }

  async groupByRule(byRule: boolean): Promise<void> {
    await this.#memento.update(BY_RULE, byRule);
    await vscode.commands.executeCommand('setContext', CONTEXT_KEYS.findingsByRule, byRule);
    this.#tree.refresh();
  }

  /** Says over the rows what the last scan read; undefined: nothing was scanned. */
  say(summary: ScanSummary | undefined): void {
    this.#view.message = summary ? summaryText(summary) : '';
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #update(): void {
    const grave = this.#store.files.flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning).length;
    this.#view.badge = grave === 0 ? undefined : { value: grave, tooltip: grave === 1 ? vscode.l10n.t('1 DMA problem') : vscode.l10n.t('{0} DMA problems', grave) };
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.hasFindings, this.#store.size > 0);
    this.#tree.refresh();
  }
}

/** What a scan read, in a sentence or two. */
function summaryText({ files, filesWithCalls, calls, findings, unread, limited, cancelled }: ScanSummary): string {
  const parts = [
    cancelled ? vscode.l10n.t('Stopped after {0} files.', files) : vscode.l10n.t('{0} files scanned.', files),
    vscode.l10n.t('{0} DMA requests in {1} of them, {2} findings.', calls, filesWithCalls, findings),
  ];
  if (unread > 0) parts.push(vscode.l10n.t('{0} could not be read.', unread));
  if (limited) parts.push(vscode.l10n.t('There are more: the setting of the largest number of files, or the memory of the browser, ended the scan.'));
  return parts.join(' ');
}
