import type { Diagnostic, Hover, InlayHint, Range } from 'vscode-languageserver-types';
import type { HeaderText } from '../csource/preprocess/collect-includes.ts';
import { type SourceScan, nameAt } from '../csource/scan-source.ts';
import { lspDiagnostic, lspRange } from '../render/lsp-diagnostic.ts';
import type { PlatformLimits } from '../rules/platform-limits.ts';
import { type CheckedCall, type CheckedSource, checkSource } from '../rules/check-source.ts';
import { LineIndex } from '../rules/line-index.ts';
import { callMarkdown } from './call-markdown.ts';
import type { EditorLinks } from './editor-links.ts';
import type { ActionableFinding } from './finding-actions.ts';
import { sizeHints } from './size-hints.ts';

/** One scanned C document: sizes once a version of its text, checks once a platform. */
export class SourceDocument {
  readonly scan: SourceScan;
  readonly #text: string;
  readonly #lines: LineIndex;
  /** Headers that its sizes rest on, by path. */
  readonly headers: ReadonlyMap<string, HeaderText>;
  #checked: { readonly limits: PlatformLimits; readonly source: CheckedSource } | undefined;

  constructor(text: string, scan: SourceScan, headers: ReadonlyMap<string, HeaderText>) {
    this.#text = text;
    this.scan = scan;
    this.#lines = new LineIndex(text);
    this.headers = headers;
  }

  diagnostics(limits: PlatformLimits): Diagnostic[] {
    const { calls, others } = this.#source(limits);
    return [...calls.flatMap(({ findings }) => findings), ...others].filter(({ suppressed }) => !suppressed).map(lspDiagnostic);
  }

  /** The arithmetic of the call at an offset, and how it compares with the platform. */
  hover(offset: number, limits: PlatformLimits, links: EditorLinks): Hover | undefined {
    const checked = this.#source(limits).calls.find(({ call }) => (offset >= call.start && offset <= call.start + nameAt(call).length) || (offset >= call.sizeStart && offset <= call.sizeEnd));
    if (!checked) return undefined;
    const { call } = checked;
    const overName = offset <= call.start + nameAt(call).length;
    const span = overName ? this.#lines.span(call.start, call.start + nameAt(call).length) : this.#lines.span(call.sizeStart, call.sizeEnd);
    return { contents: { kind: 'markdown', value: callMarkdown(checked, limits, links) }, range: lspRange(span) };
  }

  /** Sizes behind the arguments of the calls in a range. */
  hints(range: Range, links: EditorLinks): InlayHint[] {
    return sizeHints(this.scan.calls, this.#lines, range, links);
  }

  /** The call around an offset, with what the rules say of it; beside every call, the first of the line. */
  callAt(offset: number, limits: PlatformLimits): CheckedCall | undefined {
    const { calls } = this.#source(limits);
    const { line } = this.#lines.at(offset);
    return calls.findLast(({ call }) => offset >= call.start && offset <= call.end) ?? calls.find(({ call }) => call.line <= line && line <= this.#lines.at(call.end).line);
  }

  /** The calls that a range touches. */
  callsIn(start: number, end: number, limits: PlatformLimits): readonly CheckedCall[] {
    return this.#source(limits).calls.filter(({ call }) => call.start <= end && call.end >= start);
  }

  /** The findings of calls that a range touches, and those that stand in it beside calls. */
  findingsIn(start: number, end: number, limits: PlatformLimits): ActionableFinding[] {
    const [from, to] = [this.#lines.at(start).line, this.#lines.at(end).line];
    const { others } = this.#source(limits);
    return [
      ...this.callsIn(start, end, limits).flatMap(({ call, findings }) => findings.map((finding) => ({ finding, firstLine: call.line }))),
      ...others.filter(({ span }) => span.line <= to && span.endLine >= from).map((finding) => ({ finding, firstLine: finding.span.line })),
    ].filter(({ finding }) => !finding.suppressed);
  }

  #source(limits: PlatformLimits): CheckedSource {
    if (this.#checked?.limits !== limits) this.#checked = { limits, source: checkSource(this.scan, this.#text, limits) };
    return this.#checked.source;
  }
}
