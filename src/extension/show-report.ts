import * as vscode from 'vscode';
import { REPORT_SCHEME } from '../ids.ts';
import type { Report } from '../protocol/server-requests.ts';

const FORMS = ['markdown', 'csv', 'json'] as const;
const ENDINGS: Readonly<Record<(typeof FORMS)[number], string>> = { markdown: 'md', csv: 'csv', json: 'json' };

/** Reports of a window that are kept for their documents; the oldest goes first. */
const MOST_REPORTS = 20;
const texts = new Map<string, string>();
let made = 0;

/** The documents of reports: read only, so that none asks to be saved when it is closed. */
export function provideReports(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, { provideTextDocumentContent: ({ path }) => texts.get(path) });
}

/**
 * Shows a report as rendered Markdown, and offers to save it in any of its forms.
 * @param name of the file that is suggested, without ending
 */
export async function showReport(report: Report, name: string): Promise<void> {
  const path = `/${name}-${++made}.md`;
  texts.set(path, report.markdown);
  for (const old of texts.keys()) if (texts.size > MOST_REPORTS) texts.delete(old);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: REPORT_SCHEME, path }));
  // An editor without the built-in preview shows the text, which reads as well.
  await vscode.commands.executeCommand('markdown.showPreview', document.uri).then(undefined, () => vscode.window.showTextDocument(document, { preview: true }));
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
