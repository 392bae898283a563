import type { InlayHint, Range } from 'vscode-languageserver-types';
import { formatBytes } from '../core/units/bytes.ts';
import { orderFor } from '../core/units/pages.ts';
import type { DmaCall } from '../csource/scan-source.ts';
import { lspRange } from '../render/lsp-diagnostic.ts';
import type { LineIndex } from '../rules/line-index.ts';
import { stepsMarkdown } from './call-markdown.ts';
import type { EditorLinks } from './editor-links.ts';

/**
 * Hints behind the size arguments of a document: `= 2.25 MiB, order 10`, or the bound where only that is known. What is not
 * established, and what says it itself, has none.
 */
export function sizeHints(calls: readonly DmaCall[], lines: LineIndex, range: Range, links: EditorLinks): InlayHint[] {
  return calls.flatMap((call): InlayHint[] => {
    const position = lspRange(lines.span(call.sizeEnd, call.sizeEnd)).start;
    if (position.line < range.start.line || position.line > range.end.line) return [];
    const text = hintText(call);
    if (text === undefined) return [];
    const steps = stepsMarkdown(call.size, links);
    const at = call.size.steps.find((step) => step.at)?.at;
    const place = at && { line: at.line - 1, character: at.column - 1 };
    return [{
      position, paddingLeft: true,
      label: [{
        value: text,
        tooltip: { kind: 'markdown', value: steps === '' ? call.size.why : steps },
        ...(at && place && /^[a-z][\w+.-]+:/i.test(at.path) ? { location: { uri: at.path, range: { start: place, end: place } } } : {}),
      }],
    }];
  });
}

function hintText({ family, unit, size, sizeText }: DmaCall): string | undefined {
  // A mask, an order and a count say themselves what they are.
  if (unit !== 'bytes') return undefined;
  const order = (bytes: number): string => (family === 'coherent' && bytes > 0 && orderFor(bytes) > 0 ? `, order ${orderFor(bytes)}` : '');
  if (size.kind === 'exact') {
    // A number of bytes below a KiB is as plain as the hint would be.
    if (size.bytes < 1024 && /^\s*\d+[uUlL]*\s*$/.test(sizeText)) return undefined;
    return `= ${formatBytes(size.bytes)}${order(size.bytes)}`;
  }
  // The width of a type tells a reader nothing.
  if (size.kind === 'bounded' && size.max !== undefined && size.byType !== true) return `<= ${formatBytes(size.max)}${order(size.max)}`;
  return undefined;
}
