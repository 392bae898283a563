import { CandidateLines } from './candidate-lines.ts';
import { type CommonPrefix, commonPrefix } from './common-prefix.ts';
import { copyOf } from './copy-of.ts';
import { cleanLine } from './frame-line.ts';
import { FAILURE_KEY_FINDER, KEY_FINDER, recognisersOf } from './log-keys.ts';
import { LONGEST_LINE, lastGlued, messagesOfLine, nextGlued } from './messages.ts';
import { RECOGNISERS } from './recogniser-table.ts';
import type { KnownMessage, LineMemo } from './line-memo.ts';
import type { FailureStatement, LogItem, LogStatement } from './log-items.ts';
import type { PlacedMessage } from './messages.ts';
import type { Recogniser } from './recogniser.ts';
import type { Gap } from './sieve/text-sifter.ts';
import type { Survey } from './survey.ts';

type Kind = LogStatement['kind'];

/** What the lines before decide of those that follow. */
export interface LineState {
  /** Recognisers that read one line a boot and have read it, in order of their names. */
  readonly seenOnce: readonly string[];
  /** How many lines ago a line of a kind stood that others are read behind. */
  readonly behind: readonly (readonly [Kind, number])[];
  /** Characters at the beginning that a message before has taken in. */
  readonly taken: number;
}

export const FIRST_STATE: LineState = { seenOnce: [], behind: [], taken: 0 };

/** Kinds of lines that open a block, and how many lines it has at most. */
const BLOCKS = new Map<Kind, number>();
for (const { after } of RECOGNISERS) if (after) BLOCKS.set(after.kind, Math.max(after.lines, BLOCKS.get(after.kind) ?? 0));

export interface LineReaderOptions {
  /** What was recognised before in texts of this make-up, read for the same. With one, items do not hold the text that they were cut from. */
  readonly memo?: LineMemo;
  /** What lines before decide. */
  readonly state?: LineState;
}

/** Takes each recognised line, in order; or, where nothing else is read, each failure and its line. */
export type LineTaker = ((item: LogItem) => void) | { add(failure: FailureStatement, line: number): void };

/** Reads lines of a text one after the other and hands on what is recognised. */
export class LineReader {
  readonly #survey: Survey;
  readonly #taker: LineTaker;
  #line = 1;
  /** Characters of the line that were read before. */
  #column = 0;
  #longLine = false;
  /** Where in the text that is read lines begin that no message has taken in. */
  #skipTo: number;
  #seenOnce: Set<string>;
  readonly #lastLineOf = new Map<Kind, number>();
  readonly #memo: LineMemo | undefined;
  /** How many messages said what they would not have said anywhere. */
  #placeBound = 0;
  #finder = KEY_FINDER;
  /** Lines left out of the text, rising; those before #gap are counted. */
  #gaps: Gap[] = [];
  #gap = 0;

  constructor(survey: Survey, taker: LineTaker, { memo, state = FIRST_STATE }: LineReaderOptions = {}) {
    this.#survey = survey;
    this.#taker = taker;
    this.#memo = memo;
    if (typeof taker === 'object') this.#finder = FAILURE_KEY_FINDER;
    this.#skipTo = state.taken;
    this.#seenOnce = new Set(state.seenOnce);
    for (const [kind, lines] of state.behind) this.#lastLineOf.set(kind, this.#line - lines);
  }

  /** The number of the line that is read next. */
  get line(): number {
    return this.#line;
  }

  /** What the lines up to `end` of the text decide of the following ones. */
  state(end: number): LineState {
    const behind = [...this.#lastLineOf].map(([kind, line]) => [kind, this.#line - line] as const).filter(([kind, lines]) => lines <= (BLOCKS.get(kind) ?? 0));
    return { seenOnce: [...this.#seenOnce].sort(), behind: behind.sort(([a], [b]) => (a < b ? -1 : 1)), taken: Math.max(0, this.#skipTo - end) };
  }

  /**
   * Reads the lines that begin before `limit` and hold a key, which may go on behind it.
   * @param last whether the text ends here; else the rest of a line without an end waits for it
   * @returns where reading goes on: lines before it have been counted
   */
  read(text: string, limit: number, last: boolean): number {
    const candidates = new CandidateLines(this.#finder, text.slice(0, limit), this.#survey.coloured);
    let from = 0;
    while (from < limit) {
      // Line breaks may stand within a key: such a text is looked at line by line.
      const found = this.#survey.folded ? from : candidates.next(from);
      const start = found < 0 ? -1 : found === from ? from : Math.max(from, text.lastIndexOf('\n', found - 1) + 1);
      if (start < 0) break;
      this.pass(text, from, start);
      const newline = text.indexOf('\n', start);
      if (newline < 0 && !last) return start;
      const to = newline < 0 ? text.length : newline;
      if (start >= this.#skipTo) this.#readLine(text, start, to);
      this.pass(text, start, to + 1);
      from = to + 1;
    }
    return from;
  }

  /** Counts the lines that end in `text[from, to)`, and those that were left out up to there. */
  pass(text: string, from: number, to: number): void {
    for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
      this.#line++;
      this.#column = 0;
      this.#longLine = false;
    }
    for (let gap = this.#gaps[this.#gap]; gap && gap.at <= to; gap = this.#gaps[++this.#gap]) this.#line += gap.lines;
  }

  /** Counts lines that others have read. @returns how many lines stand before them */
  skip(lines: number): number {
    const passed = this.#line - 1;
    this.#line += lines;
    return passed;
  }

  /** From the next line on. */
  readOnlyFailures(): void {
    if (this.#finder === FAILURE_KEY_FINDER) return;
    this.#finder = FAILURE_KEY_FINDER;
    this.#memo?.clear();
  }

  /** Lines left out of the text, `at` in it. */
  leftOut(gap: Gap): void {
    this.#gaps.push(gap);
  }

  /** Lets go of the first characters of the text. */
  forget(count: number): void {
    this.#skipTo = Math.max(0, this.#skipTo - count);
    this.#gaps = this.#gaps.slice(this.#gap).map(({ at, lines }) => ({ at: at - count, lines }));
    this.#gap = 0;
  }

  /** Reads the beginning of a line that is too long to wait for its end. */
  readOpenLine(line: string): void {
    this.#readLongLine(line);
    this.#column += line.length;
    this.#longLine = true;
  }

  #readLine(text: string, from: number, to: number): void {
    if (to - from > LONGEST_LINE || this.#longLine) {
      this.#readLongLine(text.slice(from, to));
      return;
    }
    const prefix = this.#memo && commonPrefix(text, from);
    if (this.#memo && prefix && endsBehind(text, to)) this.#readAlone(this.#memo, prefix, text, { from, to });
    else this.#readMessages(text, from, to);
  }

  /** A line on which nothing but the text behind its prefix bears. */
  #readAlone(memo: LineMemo, { kind, end }: CommonPrefix, text: string, { from, to }: { readonly from: number; readonly to: number }): void {
    const said = text.slice(end, to);
    const known = memo.line(kind, said);
    const before = end - from;
    if (known) {
      for (const item of known) this.#sayAgain(item, before);
      return;
    }
    const placeBound = this.#placeBound;
    const items = this.#readMessages(text, from, to);
    if (this.#placeBound === placeBound) memo.keepLine(kind, said, items.map((item) => ({ ...item, column: item.column - before, endColumn: item.endColumn - before })));
  }

  #readMessages(text: string, from: number, to: number): LogItem[] {
    const survey = this.#survey;
    const line = text.slice(from, to);
    // What steers a terminal may have led here, or stand within a key.
    if (survey.coloured && !survey.folded && this.#finder.find(line, 0) < 0 && this.#finder.find(cleanLine(line, false).text, 0) < 0) return [];
    // Blocks that a crash left unwritten, and the padding of archives: a line begins behind them.
    const begin = from + (line.includes('\0') ? behindPadding(line) : 0);
    const items: LogItem[] = [];
    for (const message of messagesOfLine(text, begin, to, survey)) {
      const item = this.#recognise(message, begin - from);
      if (!item) continue;
      items.push(item);
      if (needsNextLine(message, item.recogniser)) this.#skipTo = Math.max(this.#skipTo, message.joinedEnd);
    }
    return items;
  }

  /** A line that is longer than any that a kernel prints: the messages that were glued together in it, piece by piece. */
  #readLongLine(line: string): void {
    for (let from = 0; from < line.length; ) {
      let to = Math.min(line.length, from + LONGEST_LINE);
      if (to < line.length) {
        const glued = lastGlued(line.slice(from, to));
        if (glued > 0) to = from + glued;
      }
      const piece = line.slice(from, to);
      if (this.#finder.find(piece, 0) >= 0) for (const message of messagesOfLine(piece, 0, piece.length, this.#survey)) this.#recognise(message, this.#column + from);
      if (to === line.length) return;
      // Where a piece was cut anywhere, the next begins where a message does.
      const next = to - from === LONGEST_LINE ? nextGlued(line, to) : to;
      if (next < 0) return;
      from = next;
    }
  }

  #recognise(message: PlacedMessage, column: number): LogItem | undefined {
    const known = this.#statementOf(message);
    if (!known) return undefined;
    const { recogniser, statement, text } = known;
    if (typeof this.#taker === 'object' && statement.kind === 'failure') this.#taker.add(statement, this.#line);
    const item: LogItem = { ...statement, recogniser, line: this.#line, column: column + message.offset + 1, endColumn: column + message.endOffset + 1, text };
    this.#say(item);
    return item;
  }

  /** @param before where the text stands in which the item's columns count */
  #sayAgain(item: LogItem, before: number): void {
    if (typeof this.#taker === 'function') this.#say({ ...item, line: this.#line, column: before + item.column, endColumn: before + item.endColumn });
    else if (item.kind === 'failure') this.#taker.add(item, this.#line);
  }

  #say(item: LogItem): void {
    if (typeof this.#taker === 'object') return;
    if (item.kind === 'linux-banner' || item.kind === 'xen-banner') this.#seenOnce = new Set();
    if (BLOCKS.has(item.kind)) this.#lastLineOf.set(item.kind, item.line);
    this.#taker(item);
  }

  #statementOf(message: PlacedMessage): KnownMessage | null {
    const memo = this.#memo;
    if (!memo) return this.#parse(message).known;
    // What was put together of several lines is rare.
    if (message.text !== message.ownText) return this.#keepable(this.#parse(message).known);
    const key = `${message.speaker}${message.pasted ? '>' : message.cut ? '<' : ':'}${message.text}`;
    const before = memo.message(key);
    if (before !== undefined) return before;
    const { known, lasting } = this.#parse(message);
    if (lasting) memo.keepMessage(key, known);
    else this.#placeBound++;
    return this.#keepable(known);
  }

  /** Items do not hold the text that they were cut from; what is only counted is let go of at once. */
  #keepable(known: KnownMessage | null): KnownMessage | null {
    return typeof this.#taker === 'function' ? copyOf(known) : known;
  }

  /** @returns what the message says, and whether it would say so wherever it stood */
  #parse(message: PlacedMessage): { readonly known: KnownMessage | null; readonly lasting: boolean } {
    let lasting = true;
    for (const recogniser of recognisersOf(message.text)) {
      if (recogniser.once || recogniser.after) lasting = false;
      if (!this.#applies(recogniser, message)) continue;
      const statement = recogniser.parse(message);
      if (!statement) continue;
      if (recogniser.once) this.#seenOnce.add(recogniser.id);
      return { known: { recogniser: recogniser.id, statement, text: message.ownText }, lasting };
    }
    return { known: null, lasting };
  }

  #applies({ id, family, speaker, after, once, unframed }: Recogniser, message: PlacedMessage): boolean {
    if (this.#finder === FAILURE_KEY_FINDER && family !== 'failure') return false;
    if (message.pasted && unframed !== true) return false;
    if (speaker !== 'either' && message.speaker !== 'bare' && message.speaker !== speaker) return false;
    if (once && this.#seenOnce.has(id)) return false;
    if (after) {
      const opened = this.#lastLineOf.get(after.kind);
      if (opened === undefined || this.#line - opened > after.lines) return false;
    }
    return true;
  }
}

/** Whether no message that begins before the line feed at `to` goes on behind it: another begins there, or nothing stands there. */
function endsBehind(text: string, to: number): boolean {
  return to + 1 >= text.length || text.charCodeAt(to + 1) === 10 || commonPrefix(text, to + 1) !== undefined;
}

const PADDING = '\0'.repeat(8);

/** Where a line goes on behind the last run of NUL bytes; 0 where it has none. */
function behindPadding(line: string): number {
  const at = line.lastIndexOf(PADDING);
  return at < 0 ? 0 : at + PADDING.length;
}

/** Whether a message that was put together is none without the lines that were joined, so that these are spoken for. */
function needsNextLine(message: PlacedMessage, id: string): boolean {
  if (message.text === message.ownText) return false;
  return RECOGNISERS.find((recogniser) => recogniser.id === id)?.parse({ ...message, text: message.ownText, joined: false }) === undefined;
}
