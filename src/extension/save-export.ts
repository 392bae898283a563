import * as vscode from 'vscode';
import type { ExportFormat } from '../protocol/panel-messages.ts';

const FILTERS: Readonly<Record<ExportFormat, string>> = {
  png: vscode.l10n.t('PNG Pictures'), svg: vscode.l10n.t('SVG Pictures'), csv: vscode.l10n.t('CSV Tables'), json: vscode.l10n.t('JSON Files'),
};

/** Asks where a file of the panel goes, and writes it there. Failures are said. @param name of the file, without its ending */
export async function saveExport(format: ExportFormat, name: string, bytes: Uint8Array): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'panel'}.${format}`;
  const target = await vscode.window.showSaveDialog({
    filters: { [FILTERS[format]]: [format] }, title: vscode.l10n.t('Export Panel'), ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, file) } : {}),
  });
  if (!target) return undefined;
  try {
    await vscode.workspace.fs.writeFile(target, bytes);
    return target;
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} could not be written: {1}', target.toString(true), error instanceof Error ? error.message : String(error)));
    return undefined;
  }
}

/** Asks in which form the panel is kept. */
export async function pickExportFormat(): Promise<ExportFormat | undefined> {
  const items: (vscode.QuickPickItem & { readonly format: ExportFormat })[] = [
    { label: vscode.l10n.t('Picture (PNG)'), format: 'png' }, { label: vscode.l10n.t('Picture (SVG)'), format: 'svg' },
    { label: vscode.l10n.t('Numbers (CSV)'), description: vscode.l10n.t('operations, or segments'), format: 'csv' },
    { label: vscode.l10n.t('Numbers (JSON)'), description: vscode.l10n.t('all that is shown'), format: 'json' },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export Panel') }))?.format;
}
