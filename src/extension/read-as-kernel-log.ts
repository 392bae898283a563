import * as vscode from 'vscode';
import { LANGUAGES } from '../ids.ts';

/** Makes the active editor's document a kernel log, whatever its name. */
export async function readAsKernelLog(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open the log first, then choose this command again.'));
    return;
  }
  await vscode.languages.setTextDocumentLanguage(editor.document, LANGUAGES.kernelLog);
}
