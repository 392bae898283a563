import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic, Hover, Position } from 'vscode-languageserver-types';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import { readKconfig } from '../evidence/kconfig/read-kconfig.ts';
import { escapeMarkdown } from '../render/finding-text.ts';
import { lspDiagnostic } from '../render/lsp-diagnostic.ts';
import { checkConfig } from '../rules/check-config.ts';
import { CONFIG_SYMBOLS } from './config-symbols.ts';

const LINE = /^(?:# )?(CONFIG_\w{1,120})(?:=(.{0,200})| is not set)/;

/**
 * What is without effect in a kernel's configuration, and what a boot of that very kernel contradicts.
 * @param boots facts of the logs that are open
 */
export function configDiagnostics(uri: string, text: string, boots: readonly PlatformFacts[]): Diagnostic[] {
  const { facts } = readKconfig(text, uri);
  // A distribution names the file after the release; else the header states it.
  const named = /\/config-([^/]{1,80})$/.exec(decodeURIComponent(uri))?.[1] ?? facts.kernelRelease?.value;
  const boot = named === undefined ? undefined : boots.find(({ kernelRelease }) => kernelRelease?.value === named);
  return checkConfig(facts, boot).map(lspDiagnostic);
}

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
