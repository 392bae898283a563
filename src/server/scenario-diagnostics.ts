import type { Diagnostic } from 'vscode-languageserver-types';
import { parseScenario } from '../core/scenario/parse-scenario.ts';
import { DIAGNOSTIC_SOURCE } from '../ids.ts';
import { LineIndex } from '../rules/line-index.ts';

/** Mistakes of a scenario file at their places. */
export function scenarioDiagnostics(text: string): Diagnostic[] {
  const parsed = parseScenario(text);
  if (parsed.ok) return [];
  const lines = new LineIndex(text);
  return parsed.problems.map(({ message, offset, length }) => {
    const span = lines.span(offset, offset + length);
    return {
      range: { start: { line: span.line - 1, character: span.column - 1 }, end: { line: span.endLine - 1, character: span.endColumn - 1 } },
      severity: 1, source: DIAGNOSTIC_SOURCE, message,
    };
  });
}
