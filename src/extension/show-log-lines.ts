import * as vscode from 'vscode';

/** Shows lines of a log, counted from 1: the one there is, or all in a peek of the first, so that the arrow keys walk through them. */
export async function showLogLines(uriText: string, lines: readonly number[]): Promise<void> {
  const [first] = lines;
  if (first === undefined) return;
  const uri = vscode.Uri.parse(uriText, true);
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  if (!document) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The log was closed: open it again to see its lines.'));
    return;
  }
  const places = lines.map((line) => document.lineAt(Math.min(line, document.lineCount) - 1).range);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(places[0]?.start ?? new vscode.Position(0, 0), places[0]?.start ?? new vscode.Position(0, 0)) });
  if (places.length > 1) {
    await vscode.commands.executeCommand('editor.action.goToLocations', uri, new vscode.Position(first - 1, 0), places.map((range) => new vscode.Location(uri, range)), 'peek');
  }
}
