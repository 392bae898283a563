import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Hover, Position } from 'vscode-languageserver-types';
import { escapeMarkdown } from '../render/finding-text.ts';
import { CONFIG_SYMBOLS } from './config-symbols.ts';

const LINE = /^(?:# )?(CONFIG_\w{1,120})(?:=(.{0,200})| is not set)/;

/** What the symbol of a line of a kernel configuration decides about DMA, and what it is set to. */
export function configHover(document: TextDocument, { line }: Position): Hover | null {
  const text = document.getText({ start: { line, character: 0 }, end: { line, character: 400 } });
  const match = LINE.exec(text);
  const symbol = match?.[1];
  const known = symbol === undefined ? undefined : CONFIG_SYMBOLS.get(symbol);
  if (!match || symbol === undefined || !known) return null;
  const value = match[2]?.trim();
  const start = match[0].indexOf(symbol);
  return {
    contents: {
      kind: 'markdown',
      value: [`**${escapeMarkdown(symbol)}** ${value === undefined ? 'is not set' : `= ${escapeMarkdown(value)}`}`, known.says, ...(known.era === '' ? [] : [`_${known.era}_`])].join('\n\n'),
    },
    range: { start: { line, character: start }, end: { line, character: start + symbol.length } },
  };
}
