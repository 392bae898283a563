import type { Diagnostic, DiagnosticRelatedInformation, Range } from 'vscode-languageserver-types';
import { type Fact, evidenceOf } from '../core/platform/fact.ts';
import { DIAGNOSTIC_SOURCE } from '../ids.ts';
import type { Finding, Severity, Span } from '../rules/finding.ts';
import { findingMessage } from './finding-text.ts';
import { provenanceText } from './provenance-text.ts';

/** LSP's numbers for severities. */
export const DIAGNOSTIC_SEVERITIES: Readonly<Record<Severity, 1 | 2 | 3>> = { error: 1, warning: 2, information: 3 };

/** LSP counts lines and characters from 0; a span counts from 1. */
export function lspRange(span: Span): Range {
  return {
    start: { line: span.line - 1, character: span.column - 1 },
    end: { line: span.endLine - 1, character: span.endColumn - 1 },
  };
}

/** A finding as an LSP diagnostic; related information leads to the lines that its facts were read from. */
export function lspDiagnostic(finding: Finding): Diagnostic {
  const related = relatedInformation(finding.evidence);
  return {
    range: lspRange(finding.span), severity: DIAGNOSTIC_SEVERITIES[finding.severity], source: DIAGNOSTIC_SOURCE, code: finding.ruleId,
    message: findingMessage(finding), ...(related.length > 0 ? { relatedInformation: related } : {}),
  };
}

function relatedInformation(facts: readonly Fact<unknown>[]): DiagnosticRelatedInformation[] {
  const found = new Map<string, DiagnosticRelatedInformation>();
  for (const fact of facts) {
    for (const { kind, uri, line, column, endColumn, text } of evidenceOf(fact)) {
      if (kind === 'built-in' || kind === 'setting') continue;
      const start = { line: Math.max(0, line - 1), character: Math.max(0, column - 1) };
      const end = { line: start.line, character: endColumn === undefined ? start.character : Math.max(start.character, endColumn - 1) };
      found.set(`${uri}:${line}:${column}`, { location: { uri, range: { start, end } }, message: text ?? provenanceText(fact) });
    }
  }
  return [...found.values()];
}
