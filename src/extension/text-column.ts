import * as vscode from 'vscode';

/** Where a text is shown beside the panel or a walkthrough: where text is shown already, never over them. */
export function textColumn(): vscode.ViewColumn {
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.viewColumn !== undefined)?.viewColumn;
  if (shown !== undefined) return shown;
  const { activeTab, viewColumn } = vscode.window.tabGroups.activeTabGroup;
  return activeTab && viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
}
