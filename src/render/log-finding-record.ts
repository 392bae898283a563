import type { Finding } from '../rules/finding.ts';
import { findingMessage } from './finding-text.ts';
import { knownCaseText } from './known-case-text.ts';
import { knobOf, reasonText } from './reason-text.ts';

/** A finding of a log as `dma-aperture log --json` gives it; places count from 1, sizes are bytes. */
export interface LogFindingRecord {
  readonly ruleId: string;
  readonly severity: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly confidence: string;
  readonly doubt?: string;
  readonly cause?: string;
  readonly count?: number;
  /** Failures of the same call that the rate limit left out. */
  readonly suppressed?: number;
  readonly lines?: readonly number[];
  readonly helps: readonly string[];
  readonly doesNotHelp: readonly string[];
  readonly knownCases?: readonly { readonly id: string; readonly title: string; readonly helped: readonly string[]; readonly didNotHelp: readonly string[]; readonly source: string }[];
  readonly suggestion?: { readonly commandLine: string; readonly option: string; readonly bytes: number };
}

export function logFindingRecord(finding: Finding): LogFindingRecord {
  const { ruleId, severity, span, confidence, doubt, cause, lines, cases, suggestion, headline, explain } = finding;
  const suppressed = cause?.notes.find((note) => note.key === 'suppressed');
  return {
    ruleId, severity, line: span.line, column: span.column, message: findingMessage(finding), confidence,
    ...(doubt === undefined ? {} : { doubt }),
    ...(cause === undefined ? {} : { cause: cause.key }),
    ...('count' in headline ? { count: headline.count } : {}),
    ...(suppressed?.key === 'suppressed' ? { suppressed: suppressed.count } : {}),
    ...(lines === undefined ? {} : { lines }),
    helps: explain.filter((step) => knobOf(step) === 'helps').map(reasonText),
    doesNotHelp: explain.filter((step) => knobOf(step) === 'does-not').map(reasonText),
    ...(cases === undefined ? {} : {
      knownCases: cases.map((id) => {
        const { title, helped, didNotHelp, source } = knownCaseText(id);
        return { id, title, helped, didNotHelp, source };
      }),
    }),
    ...(suggestion === undefined ? {} : { suggestion: { commandLine: suggestion.of, option: `${suggestion.option}=${suggestion.value}`, bytes: suggestion.bytes } }),
  };
}
