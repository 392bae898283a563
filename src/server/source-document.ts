import type { Diagnostic, Hover } from 'vscode-languageserver-types';
import { formatBytesExact } from '../core/units/bytes.ts';
import { orderFor, orderBytes } from '../core/units/pages.ts';
import { formatBytes } from '../core/units/bytes.ts';
import type { HeaderText } from '../csource/preprocess/collect-includes.ts';
import type { SourceScan } from '../csource/scan-source.ts';
import { lspDiagnostic } from '../render/lsp-diagnostic.ts';
import { escapeMarkdown, explainMarkdown, headlineText } from '../render/finding-text.ts';
import { reasonText } from '../render/reason-text.ts';
import type { PlatformLimits } from '../rules/check-call.ts';
import { type CheckedCall, checkSource } from '../rules/check-source.ts';
import { LineIndex } from '../rules/line-index.ts';

/** One scanned C document: sizes once a version of its text, checks once a platform. */
export class SourceDocument {
  readonly #scan: SourceScan;
  readonly #text: string;
  readonly #lines: LineIndex;
  /** Headers that its sizes rest on, by path. */
  readonly headers: ReadonlyMap<string, HeaderText>;
  #checked: { readonly limits: PlatformLimits; readonly calls: readonly CheckedCall[] } | undefined;

  constructor(text: string, scan: SourceScan, headers: ReadonlyMap<string, HeaderText>) {
    this.#text = text;
    this.#scan = scan;
    this.#lines = new LineIndex(text);
    this.headers = headers;
  }

  diagnostics(limits: PlatformLimits): Diagnostic[] {
    return this.#calls(limits).flatMap(({ findings }) => findings.map(lspDiagnostic));
  }

  /** The arithmetic of the call at an offset, and how it compares with the platform. */
  hover(offset: number, limits: PlatformLimits): Hover | undefined {
    const checked = this.#calls(limits).find(({ call }) => (offset >= call.start && offset <= call.start + call.api.length) || (offset >= call.sizeStart && offset <= call.sizeEnd));
    if (!checked) return undefined;
    const { call } = checked;
    const overName = offset <= call.start + call.api.length;
    const span = overName ? this.#lines.span(call.start, call.start + call.api.length) : this.#lines.span(call.sizeStart, call.sizeEnd);
    return {
      contents: { kind: 'markdown', value: hoverMarkdown(checked, limits) },
      range: { start: { line: span.line - 1, character: span.column - 1 }, end: { line: span.endLine - 1, character: span.endColumn - 1 } },
    };
  }

  #calls(limits: PlatformLimits): readonly CheckedCall[] {
    if (this.#checked?.limits !== limits) this.#checked = { limits, calls: checkSource(this.#scan, this.#text, limits) };
    return this.#checked.calls;
  }
}

function hoverMarkdown({ call, findings }: CheckedCall, limits: PlatformLimits): string {
  const { size } = call;
  const parts: string[] = [];
  const shown = call.sizeText.replace(/\s+/g, ' ').trim();
  if (size.kind === 'exact') {
    const order = size.bytes > 0 && call.family === 'coherent' ? `, order ${orderFor(size.bytes)} (${formatBytes(orderBytes(orderFor(size.bytes)))})` : '';
    parts.push(`**${escapeMarkdown(shown)} = ${formatBytesExact(size.bytes)}**${order}`);
  } else if (size.kind === 'bounded') {
    parts.push(`**${escapeMarkdown(shown)}: ${size.min === undefined ? '' : `at least ${formatBytesExact(size.min)}`}${size.min !== undefined && size.max !== undefined ? ', ' : ''}${size.max === undefined ? '' : `at most ${formatBytesExact(size.max)}`}**`);
  } else parts.push(`**${escapeMarkdown(shown)}: size not established**`);
  parts.push(escapeMarkdown(size.why));
  if (size.steps.length > 0) {
    parts.push(size.steps.map((step) => {
      const where = step.at ? ` — ${escapeMarkdown(`${step.at.path.split('/').at(-1) ?? ''}:${step.at.line}`)}` : '';
      return `- \`${step.text.replaceAll('`', '\'').replace(/\s+/g, ' ')}\`${step.value === undefined || step.text.endsWith(`= ${step.value}`) ? '' : ` = ${step.value}`}${where}`;
    }).join('\n'));
  }
  for (const finding of findings) parts.push(escapeMarkdown(headlineText(finding.headline)), explainMarkdown(finding));
  if (findings.length === 0 && (call.family === 'coherent' || call.family === 'streaming')) {
    const limit = call.family === 'coherent' ? limits.coherent : limits.streaming;
    if (limit.binding) parts.push(`${limit.applies === 'when-bounced' ? 'Where it must bounce: ' : ''}${escapeMarkdown(reasonText(limit.binding.because))}`);
  }
  parts.push(`_${escapeMarkdown(limits.platform.label)}_`);
  return parts.join('\n\n');
}
