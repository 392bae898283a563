import * as vscode from 'vscode';

/**
 * Shows where the driver that a log's line names asks for DMA: what "Go to Definition" on that line finds. Line and column
 * count from 1.
 */
export async function findDriverCalls(uriText: string, line: number, column: number): Promise<void> {
  const uri = vscode.Uri.parse(uriText);
  const position = new vscode.Position(line - 1, column - 1);
  const found = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking for the driver') },
    () => Promise.resolve(vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>('vscode.executeDefinitionProvider', uri, position)),
  );
  const places = found.map((each) => ('targetUri' in each ? new vscode.Location(each.targetUri, each.targetRange) : each));
  if (places.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No file of this workspace registers that driver.'));
    return;
  }
  await vscode.commands.executeCommand('editor.action.goToLocations', uri, position, places, 'peek');
}
