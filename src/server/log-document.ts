import type { Diagnostic, DocumentSymbol, Hover } from 'vscode-languageserver-types';
import { RECOGNISERS } from '../evidence/log/recogniser-table.ts';
import type { LogItem } from '../evidence/log/log-items.ts';
import type { LogReading } from '../evidence/log/read-log.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { failureHistoryText } from '../render/failure-history-text.ts';
import { lspRange } from '../render/lsp-diagnostic.ts';
import { escapeMarkdown, explainMarkdown, headlineText } from '../render/finding-text.ts';
import { logItemText, logItemTitle } from '../render/log-item-text.ts';
import { checkLog } from '../rules/check-log.ts';
import type { Finding } from '../rules/finding.ts';
import { boundedDiagnostics } from './bounded-diagnostics.ts';
import { itemsOfBoot } from '../evidence/log/items-of-boot.ts';

/** LSP's numbers for kinds of symbols. */
const SYMBOL = { namespace: 3, constant: 14, event: 24, array: 18, string: 15 } as const;

/** An outline of more entries a boot is no overview. */
const MOST_SYMBOLS = 2000;

/** One opened boot log: read once a version of its text, answered from then on. */
export class LogDocument {
  readonly uri: string;
  readonly reading: LogReading;
  readonly findings: readonly Finding[];

  constructor(uri: string, reading: LogReading) {
    this.uri = uri;
    this.reading = reading;
    this.findings = checkLog(this.reading);
  }

  diagnostics(): Diagnostic[] {
    return boundedDiagnostics(this.findings);
  }

  /** What the line under the pointer says, and what follows from it. */
  hover(line: number, character: number): Hover | undefined {
    const items = [...itemsOfBoot(this.reading, line + 1, line + 1)];
    const item = items.find((each) => character + 1 >= each.column && character + 1 <= each.endColumn) ?? items[0];
    if (!item) return undefined;
    const recogniser = RECOGNISERS.find(({ id }) => id === item.recogniser);
    const own = this.findings.find((each) => each.span.line === item.line && each.span.column === item.column);
    const finding = own ?? this.#findingLike(item);
    // The diagnostic of the line itself stands above: what it says is not said again.
    const parts = [`**${escapeMarkdown(logItemTitle(item))}**`, own && item.kind === 'failure' ? '' : escapeMarkdown(logItemText(item))];
    if (recogniser) parts.push(escapeMarkdown(recogniser.says));
    if (finding && !own) parts.push(escapeMarkdown(headlineText(finding.headline)));
    if (finding) parts.push(explainMarkdown(finding));
    parts.push(...this.#around(item).map(escapeMarkdown));
    if (recogniser) parts.push(`_${escapeMarkdown(recogniser.era)}_`);
    return {
      contents: { kind: 'markdown', value: parts.filter((part) => part !== '').join('\n\n') },
      range: lspRange({ line: item.line, column: item.column, endLine: item.line, endColumn: item.endColumn }),
    };
  }

  /** The facts of the log: one entry a boot, its lines under it. */
  symbols(): DocumentSymbol[] {
    return this.reading.boots.map((boot, index) => {
      const items = [...itemsOfBoot(this.reading, boot.firstLine, boot.lastLine)].filter(({ kind }) => kind !== 'e820-row').slice(0, MOST_SYMBOLS);
      const children = items.map((item): DocumentSymbol => {
        const range = lspRange({ line: item.line, column: item.column, endLine: item.line, endColumn: item.endColumn });
        return { name: logItemTitle(item), detail: logItemText(item), kind: symbolKind(item), range, selectionRange: range };
      });
      const from = { line: boot.firstLine - 1, character: 0 };
      const to = { line: boot.lastLine - 1, character: ([...itemsOfBoot(this.reading, boot.lastLine, boot.lastLine)].at(-1)?.endColumn ?? 1) - 1 };
      const detail = [boot.facts.xenVersion === null ? '' : `Xen ${boot.facts.xenVersion}`, boot.facts.kernelVersion === null ? '' : `Linux ${boot.facts.kernelVersion}`].filter(Boolean).join(' · ');
      return {
        name: this.reading.boots.length > 1 ? `Boot ${index + 1}` : 'Boot', detail, kind: SYMBOL.namespace,
        range: { start: from, end: to }, selectionRange: { start: from, end: from }, children,
      };
    });
  }

  /** What other lines say that a failure is to be read beside. */
  #around(item: LogItem): string[] {
    if (item.kind !== 'failure') return [];
    const history = item.device === null ? undefined : failureHistoryText(this.reading.facts.failures, item.device);
    const { apertureBytes } = this.reading.boots.find(({ firstLine, lastLine }) => firstLine <= item.line && item.line <= lastLine)?.platform ?? {};
    const from = apertureBytes?.from;
    const aperture = apertureBytes && from?.kind === 'log' && from.line !== item.line ? `The aperture: ${formatBytes(apertureBytes.value)}, line ${groupDigits(from.line)}` : undefined;
    return [history, aperture].filter((text) => text !== undefined);
  }

  #findingLike(item: LogItem): Finding | undefined {
    if (item.kind !== 'failure') return undefined;
    return this.findings.find(({ headline }) => 'device' in headline && headline.device === item.device && 'bytes' in headline && headline.bytes === item.bytes);
  }
}

function symbolKind(item: LogItem): DocumentSymbol['kind'] {
  if (item.kind === 'failure' || item.kind === 'order-failure' || item.kind === 'suppressed') return SYMBOL.event;
  if (item.kind === 'e820-heading') return SYMBOL.array;
  if (item.kind === 'linux-command-line' || item.kind === 'xen-command-line') return SYMBOL.string;
  return SYMBOL.constant;
}
