import { CandidateLines } from './candidate-lines.ts';
import { cleanLine } from './frame-line.ts';
import { FAILURE_KEY_FINDER, KEY_FINDER, recognisersOf } from './log-keys.ts';
import { LONGEST_LINE, lastGlued, messagesOfLine, nextGlued } from './messages.ts';
import { RECOGNISERS } from './recogniser-table.ts';
import type { LogItem, LogStatement } from './log-items.ts';
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

/** Reads lines of a text one after the other and hands on what is recognised. */
export class LineReader {
  readonly #survey: Survey;
  readonly #keep: (item: LogItem) => void;
  #line: number;
  /** Characters of the line that were read before. */
  #column = 0;
  #longLine = false;
  /** Where in the text that is read lines begin that no message has taken in. */
  #skipTo: number;
  #seenOnce: Set<string>;
  readonly #lastLineOf = new Map<Kind, number>();
  #finder = KEY_FINDER;
  /** Lines left out of the text, rising; those before #gap are counted. */
  #gaps: Gap[] = [];
  #gap = 0;

  /** @param keep takes each recognised line, in order */
  constructor(survey: Survey, keep: (item: LogItem) => void, state = FIRST_STATE, line = 1) {
    this.#survey = survey;
    this.#keep = keep;
    this.#line = line;
    this.#skipTo = state.taken;
    this.#seenOnce = new Set(state.seenOnce);
    for (const [kind, lines] of state.behind) this.#lastLineOf.set(kind, line - lines);
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

  /** From the next line on. */
  readOnlyFailures(): void {
    this.#finder = FAILURE_KEY_FINDER;
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
    const survey = this.#survey;
    if (to - from > LONGEST_LINE || this.#longLine) {
      this.#readLongLine(text.slice(from, to));
      return;
    }
    if (survey.coloured && !survey.folded && this.#finder.find(cleanLine(text.slice(from, to), false).text, 0) < 0) return;
    // Blocks that a crash left unwritten, and the padding of archives: a line begins behind them.
    const begin = from + behindPadding(text.slice(from, to));
    for (const message of messagesOfLine(text, begin, to, survey)) {
      const item = this.#recognise(message, begin - from);
      if (item && needsNextLine(message, item.recogniser)) this.#skipTo = Math.max(this.#skipTo, message.joinedEnd);
    }
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
    for (const recogniser of recognisersOf(message.text)) {
      if (!this.#applies(recogniser, message)) continue;
      const statement = recogniser.parse(message);
      if (!statement) continue;
      if (recogniser.once) this.#seenOnce.add(recogniser.id);
      const item: LogItem = { ...statement, recogniser: recogniser.id, line: this.#line, column: column + message.offset + 1, endColumn: column + message.endOffset + 1, text: message.ownText };
      if (item.kind === 'linux-banner' || item.kind === 'xen-banner') this.#seenOnce = new Set();
      if (BLOCKS.has(item.kind)) this.#lastLineOf.set(item.kind, item.line);
      this.#keep(item);
      return item;
    }
    return undefined;
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
