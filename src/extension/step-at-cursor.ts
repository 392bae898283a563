import * as vscode from 'vscode';
import type { PanelState } from '../protocol/panel-state.ts';

/**
 * The step of the panel's scenario that a person has put the cursor on; undefined in any other text, and where the cursor was moved by
 * a command: the panel's own links do that.
 * @returns the step's `index`
 */
export function stepAtCursor({ kind, textEditor, selections }: vscode.TextEditorSelectionChangeEvent, state: PanelState | undefined): number | undefined {
  const [selection] = selections;
  if (!selection || (kind !== vscode.TextEditorSelectionChangeKind.Mouse && kind !== vscode.TextEditorSelectionChangeKind.Keyboard)) return undefined;
  const uri = textEditor.document.uri.toString();
  const line = selection.active.line + 1;
  let found: number | undefined;
  for (const { index, from } of state?.scenario?.steps ?? []) if (from && from.line <= line && sameUri(from.uri, uri)) found = index;
  return found;
}

/** Whether two texts name one document: servers and editors escape differently. */
function sameUri(one: string, other: string): boolean {
  return one === other || vscode.Uri.parse(one).toString() === other;
}
