import * as vscode from 'vscode';
import type { Report } from '../protocol/server-requests.ts';

const FORMS = ['markdown', 'csv', 'json'] as const;
const ENDINGS: Readonly<Record<(typeof FORMS)[number], string>> = { markdown: 'md', csv: 'csv', json: 'json' };

/**
 * Shows a report as rendered Markdown beside the editor, and offers to save it in any of its forms.
 * @param name of the file that is suggested, without ending
 */
export async function showReport(report: Report, name: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: report.markdown });
  await vscode.window.showTextDocument(document, { preview: true });
  // An editor without the built-in preview keeps the text, which reads as well.
  await vscode.commands.executeCommand('markdown.showPreview', document.uri).then(undefined, () => undefined);
  void offerToSave(report, name);
}

async function offerToSave(report: Report, name: string): Promise<void> {
  const save = vscode.l10n.t('Save…');
  if (await vscode.window.showInformationMessage(report.summary, save) !== save) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `${name}.md`) } : {}),
    filters: { Markdown: ['md'], CSV: ['csv'], JSON: ['json'] },
  });
  if (!target) return;
  const form = FORMS.find((each) => target.path.endsWith(`.${ENDINGS[each]}`)) ?? 'markdown';
  try {
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(report[form]));
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} could not be written: {1}', target.path, error instanceof Error ? error.message : String(error)));
  }
}
