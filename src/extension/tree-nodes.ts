import * as vscode from 'vscode';

/** One row of a view in the side bar. Rows are made anew whenever their view is; a stable `id` keeps what was expanded. */
export interface TreeNode {
  readonly id: string;
  readonly parent?: TreeNode;
  readonly children?: () => readonly TreeNode[];
  /** Whether it is open before anybody touched it. */
  readonly expanded?: boolean;
  /** What is copied of it; absent where there is nothing to copy. */
  readonly copy?: string;
  /** The row itself, without id and arrow. */
  readonly row: () => vscode.TreeItem;
}

/** Whether a command was called on a row. */
export function isTreeNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'row' in value && typeof value.row === 'function';
}

/** The rows of a view: what `roots` says whenever the view is refreshed. For every view of the extension. */
export class NodeTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #roots: () => readonly TreeNode[];
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #shown: readonly TreeNode[] | undefined;

  constructor(roots: () => readonly TreeNode[]) {
    this.#roots = roots;
  }

  /** The rows of the first level, as they are shown. */
  get roots(): readonly TreeNode[] {
    this.#shown ??= this.#roots();
    return this.#shown;
  }

  refresh(): void {
    this.#shown = undefined;
    this.#changed.fire(undefined);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    return [...node ? node.children?.() ?? [] : this.roots];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const row = node.row();
    row.id = node.id;
    row.collapsibleState = !node.children ? vscode.TreeItemCollapsibleState.None
      : node.expanded === true ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
    return row;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
