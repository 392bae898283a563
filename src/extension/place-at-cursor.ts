import * as vscode from 'vscode';
import type { PanelState } from '../protocol/panel-state.ts';
import { fileOf } from './unpacked-files.ts';

/** Where the page goes: to a step, or to a line of the text that its recording is of. */
type PlaceInText = { readonly kind: 'goTo'; readonly index: number } | { readonly kind: 'goToLine'; readonly line: number };

/**
 * What a person has put the cursor on: a step of the panel's scenario, or an operation of its trace; undefined in any other text, and where
 * the cursor was moved by a command: the panel's own links do that.
 */
export function placeAtCursor({ kind, textEditor, selections }: vscode.TextEditorSelectionChangeEvent, state: PanelState | undefined): PlaceInText | undefined {
  const [selection] = selections;
  if (!selection || (kind !== vscode.TextEditorSelectionChangeKind.Mouse && kind !== vscode.TextEditorSelectionChangeKind.Keyboard)) return undefined;
  const uri = fileOf(textEditor.document.uri).toString();
  const line = selection.active.line + 1;
  const source = state?.recording?.source;
  if (source) return sameUri(source.uri, uri) ? { kind: 'goToLine', line } : undefined;
  let found: number | undefined;
  for (const { index, from } of state?.scenario?.steps ?? []) if (from && from.line <= line && sameUri(from.uri, uri)) found = index;
  return found === undefined ? undefined : { kind: 'goTo', index: found };
}

/** Whether two texts name one document: servers and editors escape differently. */
function sameUri(one: string, other: string): boolean {
  return one === other || vscode.Uri.parse(one).toString() === other;
}
