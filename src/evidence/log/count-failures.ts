import { type CountedFailures, FailureCounter } from './counted-failures.ts';
import { LineReader } from './line-reader.ts';
import type { LineMemo } from './line-memo.ts';
import type { Gap } from './sieve/text-sifter.ts';
import type { Survey } from './survey.ts';

/** Whole lines of a log. */
export interface LogLinesText {
  readonly text: string;
  /** Lines left out of `text`, `at` in characters. */
  readonly gaps: readonly Gap[];
}

/**
 * Whether a part of a log that ends before a framed line says by itself what it says within the whole: where a message goes on only in
 * lines without a frame, and in few of them.
 */
export function canBeReadApart({ linuxFramed, quotedPrintable, folded }: Survey): boolean {
  return linuxFramed && !quotedPrintable && !folded;
}

/**
 * Counts the failures of a part of a log: no line before the text may go on in it, and none of its own behind it.
 * @param survey the whole log's make-up, which `canBeReadApart`
 * @param memo for texts of this make-up that are read for failures alone
 */
export function countFailures({ text, gaps }: LogLinesText, survey: Survey, memo: LineMemo): CountedFailures {
  const counter = new FailureCounter();
  const reader = new LineReader(survey, counter, { memo });
  for (const gap of gaps) reader.leftOut(gap);
  reader.pass(text, reader.read(text, text.length, true), text.length);
  return counter.counted(reader.line - 1);
}
