import * as vscode from 'vscode';
import { PACKAGE_SCHEME } from '../ids.ts';
import { documentUri } from './unpacked-files.ts';
import { textColumn } from './text-column.ts';

/** Schemes that are documents of a person's own; a link from a text that was analysed may name no other. */
function isOpenable(uri: vscode.Uri): boolean {
  return ['file', 'untitled', 'vscode-remote', 'vscode-vfs', PACKAGE_SCHEME].includes(uri.scheme)
    || vscode.workspace.getWorkspaceFolder(uri) !== undefined
    || vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
}

/**
 * Shows the line that a fact or a finding rests on. Line and column count from 1.
 * @returns a sentence where it cannot be shown
 */
export async function openEvidence(uriText: string, line: number, column: number): Promise<string | undefined> {
  try {
    const uri = vscode.Uri.parse(uriText, true);
    if (!isOpenable(uri)) return vscode.l10n.t('{0} is not a document that can be opened from here.', uriText);
    const document = await vscode.workspace.openTextDocument(documentUri(uri));
    const position = document.validatePosition(new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1)));
    await vscode.window.showTextDocument(document, { viewColumn: textColumn(), selection: new vscode.Range(position, position) });
    return undefined;
  } catch (error) {
    return vscode.l10n.t('{0} could not be opened: {1}', uriText, error instanceof Error ? error.message : String(error));
  }
}
