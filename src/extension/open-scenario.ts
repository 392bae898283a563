import * as vscode from 'vscode';
import { packageFile } from './package-files.ts';

/** Where a scenario's text is: its own file, or the shipped one's, read only. @param id a file's URI, or a shipped scenario's name */
export function scenarioUri(id: string): vscode.Uri {
  return isShipped(id) ? packageFile(`media/scenarios/${id}.dma.json`) : vscode.Uri.parse(id);
}

export async function openScenario(id: string): Promise<void> {
  try {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(scenarioUri(id)), { preview: true });
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} could not be opened: {1}', id, error instanceof Error ? error.message : String(error)));
  }
}

/** Shows the page of a shipped scenario: the question, the runs and what they show. */
export async function openScenarioPage(extensionUri: vscode.Uri, id: string): Promise<void> {
  if (isShipped(id)) await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(extensionUri, `docs/scenarios/${id}.md`));
}

function isShipped(id: string): boolean {
  return /^[a-z\d-]+$/.test(id);
}
