import type { LogPlace } from '../evidence/log/log-items.ts';
import type { Span } from './finding.ts';

/** Where a recognised line of a log stands. */
export function logItemSpan({ line, column, endColumn }: LogPlace): Span {
  return { line, column, endLine: line, endColumn };
}
