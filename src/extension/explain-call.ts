import * as vscode from 'vscode';
import { LANGUAGES } from '../ids.ts';
import type { CallPlace } from '../protocol/server-requests.ts';
import { isFindingNode } from './finding-nodes.ts';
import type { PanelHost } from './panel-host.ts';

/**
 * Opens the panel at the explanation of a DMA call: of a row of the findings, of a place (uri, line and column from 1), or of
 * the cursor's in the active editor.
 */
export async function explainCall(panel: PanelHost, target: unknown, line: unknown, column: unknown): Promise<void> {
  const place = placeOf(target, line, column) ?? cursor();
  if (!place) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Put the cursor on a DMA call of a C file first.'));
    return;
  }
  const problem = await panel.explain(place);
  if (problem !== undefined) void vscode.window.showInformationMessage(problem);
}

function placeOf(target: unknown, line: unknown, column: unknown): CallPlace | undefined {
  if (isFindingNode(target)) {
    const { start } = target.diagnostic.range;
    return { uri: target.uri.toString(), line: start.line + 1, column: start.character + 1 };
  }
  const whole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;
  return typeof target === 'string' && target !== '' && whole(line) ? { uri: target, line, column: whole(column) ? column : 1 } : undefined;
}

function cursor(): CallPlace | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== LANGUAGES.c) return undefined;
  const { line, character } = editor.selection.active;
  return { uri: editor.document.uri.toString(), line: line + 1, column: character + 1 };
}
