import { assembleReading } from './assemble-reading.ts';
import type { CountedFailures } from './counted-failures.ts';
import { canBeReadApart } from './count-failures.ts';
import { KeptItems, MOST_ITEMS } from './kept-items.ts';
import { LineMemo } from './line-memo.ts';
import { LineReader } from './line-reader.ts';
import { SWIOTLB_WORD } from './log-keys.ts';
import { LOOK_AHEAD } from './messages.ts';
import { surveyText } from './survey.ts';
import type { LogItem } from './log-items.ts';
import type { LogReading } from './read-log.ts';
import type { Gap } from './sieve/text-sifter.ts';
import type { Survey } from './survey.ts';

/** How many characters are looked at before the make-up of a text is held to be known. */
export const LOG_HEAD = 4 << 20;

export interface LogReaderOptions {
  /** Characters after which the make-up of the text is settled; 4 Mi where absent. */
  readonly head?: number;
  readonly mostItems?: number;
}

/**
 * Reads a log that comes in parts, in one pass and bounded memory: `push` each part, then `end` once. A text that is pushed
 * whole is read as a whole. Of a text in parts the first 4 Mi characters settle how its lines are framed, and from 100,000
 * recognised lines on, or from the first boot behind 10,000, only failures are counted.
 */
export class LogReader {
  readonly #uri: string;
  readonly #head: number;
  readonly #mostItems: number;
  #kept = new KeptItems(Infinity, Infinity);
  #survey: Survey | undefined;
  #lines: LineReader | undefined;
  /** What has not been read yet, from the beginning of a line or of a part of one. */
  #text = '';
  #parts: string[] = [];
  #waiting = 0;
  /** Lines left out of what waits. */
  #gaps: Gap[] = [];
  #inParts = false;
  #pushed = 0;
  #wordSeen = false;

  constructor(uri: string, options: LogReaderOptions = {}) {
    this.#uri = uri;
    this.#head = options.head ?? LOG_HEAD;
    this.#mostItems = options.mostItems ?? MOST_ITEMS;
  }

  /**
   * Takes the next part, cut anywhere.
   * @param gaps lines that a sieve left out of it, `at` in characters
   * @param apart whether the part ends where a line does, and a framed line or none of those before it goes on behind it
   */
  push(part: string, gaps: readonly Gap[] = [], apart = false): void {
    // A text in one part is seen whole: reading begins when a second part shows that it is not.
    if (this.#pushed > 0) this.#inParts = true;
    this.#pushed += part.length;
    const before = this.#text.length + this.#waiting;
    for (const { at, lines } of gaps) this.#gaps.push({ at: before + at, lines });
    this.#parts.push(part);
    this.#waiting += part.length;
    const ended = apart && this.#survey !== undefined && canBeReadApart(this.#survey);
    if (!ended && (!this.#inParts || this.#waiting < (this.#survey ? 1 << 20 : this.#head))) return;
    this.#gather();
    this.#read(ended);
  }

  /**
   * Settles the make-up of a long text from what was pushed so far. Before that no lines may be left out.
   * @param apart as of `push`
   */
  settle(apart = false): void {
    if (this.#survey) return;
    this.#inParts = true;
    this.#gather();
    // No mail, of which a line may end within a key, is so long.
    this.#survey = { ...surveyText(this.#text), folded: false };
    if (apart && canBeReadApart(this.#survey)) this.#read(true);
  }

  /**
   * The make-up by which the failures of the rest can be counted apart, in parts that no line goes on into: from where nothing but
   * failures is read on. Undefined before, and for a log whose lines may go on anywhere.
   */
  get countApart(): Survey | undefined {
    return this.#onlyFailures && this.#survey && canBeReadApart(this.#survey) ? this.#survey : undefined;
  }

  /** Takes what was counted in the next part, where all parts are apart. */
  pushCounted(failures: CountedFailures): void {
    if (this.#lines) this.#kept.addCounted(failures, this.#lines.skip(failures.lines));
  }

  /** Whether nothing but failures is read from here on. */
  get #onlyFailures(): boolean {
    return this.#kept.onlyFailuresFrom !== undefined;
  }

  end(): LogReading {
    this.#gather();
    const short = !this.#inParts && this.#text.length <= 32 ? this.#text : '';
    this.#read(true);
    return assembleReading({ uri: this.#uri, survey: this.#survey ?? surveyText(''), kept: this.#kept, wordSeen: this.#wordSeen, short });
  }

  #gather(): void {
    if (this.#parts.length > 0) this.#text += this.#parts.join('');
    this.#parts = [];
    this.#waiting = 0;
    // A text that knows no line feed ends its lines in carriage returns.
    if (!this.#text.includes('\n') && this.#text.includes('\r')) this.#text = this.#text.replaceAll('\r', '\n');
  }

  /** Reads the lines of #text that hold a key; those at the end wait for what follows, unless nothing does. */
  #read(last: boolean): void {
    const text = this.#text;
    this.#survey ??= surveyText(text);
    if (!this.#lines && this.#inParts) this.#kept = new KeptItems(this.#mostItems);
    this.#lines ??= new LineReader(this.#survey, (item) => this.#keep(item), this.#inParts ? { memo: new LineMemo() } : {});
    for (const gap of this.#gaps) this.#lines.leftOut(gap);
    this.#gaps = [];
    this.#wordSeen ||= SWIOTLB_WORD.test(text);
    const limit = last ? text.length : text.length - LOOK_AHEAD;
    const from = this.#lines.read(text, limit, last);
    this.#forget(this.#lines, last ? text.length : Math.max(from, text.lastIndexOf('\n', limit - 1) + 1), from);
  }

  /** Lets go of what is read, and of an open line that has grown too long to wait for its end, which is read as it stands. */
  #forget(lines: LineReader, end: number, from: number): void {
    const text = this.#text;
    let kept = Math.min(end, text.length);
    lines.pass(text, from, kept);
    if (text.length - kept > 4 * LOOK_AHEAD && text.indexOf('\n', kept) < 0) {
      lines.readOpenLine(text.slice(kept));
      kept = text.length;
    }
    lines.forget(kept);
    this.#text = text.slice(kept);
  }

  #keep(item: LogItem): void {
    this.#kept.add(item);
    if (this.#onlyFailures) this.#lines?.readOnlyFailures();
  }
}
