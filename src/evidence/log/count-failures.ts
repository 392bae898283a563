import { failureKey } from './failure-facts.ts';
import { LineReader } from './line-reader.ts';
import type { LineMemo } from './line-memo.ts';
import type { FailureStatement } from './log-items.ts';
import type { Gap } from './sieve/text-sifter.ts';
import type { Survey } from './survey.ts';

/** The failures that lines of a log tell of, in order. It is small, and what another thread can send. */
export interface CountedFailures {
  /** Line feeds in the text, those of the lines that were left out with them. */
  readonly lines: number;
  readonly statements: readonly FailureStatement[];
  /** By turns the place of a statement in `statements` and the line, from 1, that makes it. */
  readonly events: Uint32Array;
}

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
  const places = new Map<string, number>();
  const statements: FailureStatement[] = [];
  const events: number[] = [];
  const reader = new LineReader(survey, (item) => {
    if (item.kind !== 'failure') return;
    const key = `${failureKey(item)}\0${String(item.driver)}`;
    let place = places.get(key);
    if (place === undefined) {
      place = statements.length;
      const { kind, failure, bytes, device, driver, totalSlots, usedSlots } = item;
      statements.push({ kind, failure, bytes, device, driver, totalSlots, usedSlots });
      places.set(key, place);
    }
    events.push(place, item.line);
  }, { memo, onlyFailures: true });
  for (const gap of gaps) reader.leftOut(gap);
  reader.pass(text, reader.read(text, text.length, true), text.length);
  return { lines: reader.line - 1, statements, events: Uint32Array.from(events) };
}
