import * as vscode from 'vscode';
import { RULES, type RuleId, rulePage } from '../ids.ts';

/** Shows the page of a rule that comes with the extension; nothing for what is no rule. */
export async function openRule(extensionUri: vscode.Uri, id: string): Promise<void> {
  if (!isRule(id)) return;
  const page = vscode.Uri.joinPath(extensionUri, rulePage(id));
  try {
    await vscode.workspace.fs.stat(page);
  } catch {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no page for {0} yet.', id));
    return;
  }
  await vscode.commands.executeCommand('markdown.showPreview', page);
}

function isRule(id: string): id is RuleId {
  return (Object.values(RULES) as string[]).includes(id);
}
