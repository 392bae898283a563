import { type BootStatement, assembleReading, stateBoot } from './assemble-reading.ts';
import { type CountedFailures, FailureCounter } from './counted-failures.ts';
import { cleanLine, frameLine } from './frame-line.ts';
import { KeptItems, MOST_ITEMS } from './kept-items.ts';
import { LineMemo } from './line-memo.ts';
import { FIRST_STATE, type LineState, LineReader } from './line-reader.ts';
import { SWIOTLB_WORD } from './log-keys.ts';
import { LOG_HEAD } from './log-reader.ts';
import { LONGEST_LINE, LOOK_AHEAD } from './messages.ts';
import { type SlicedText, lineFeedFrom } from './sliced-text.ts';
import { surveyText } from './survey.ts';
import type { LogItem } from './log-items.ts';
import type { LogReading } from './read-log.ts';
import type { Survey } from './survey.ts';

export interface EditableLogOptions {
  /** Characters of a chunk, which ends where a line does; 256 Ki where absent. */
  readonly chunk?: number;
  /** As of a LogReader. */
  readonly head?: number;
  readonly mostItems?: number;
}

/** Whole lines of the text, and what they say. */
interface Chunk {
  readonly length: number;
  /** Line feeds in it. */
  readonly lines: number;
  /** What the lines before decide. */
  readonly begin: LineState;
  /** What these and the lines before decide. */
  readonly end: LineState;
  /** `line` counts from the chunk's own first. */
  readonly said: { readonly items: readonly LogItem[] } | { readonly failures: CountedFailures };
  readonly wordSeen: boolean;
}

interface WaysToRead {
  readonly survey: Survey;
  readonly memo: LineMemo;
  /** For what is read for failures alone. */
  readonly failureMemo: LineMemo;
}

/** A chunk that has not been read as it stands now. */
type Piece = Chunk | { readonly length: number };

/** Items of a chunk at their place in the text, as long as nothing moves them. */
interface Placed {
  readonly first: number;
  readonly items: readonly LogItem[];
}

interface Stated {
  readonly items: readonly LogItem[];
  readonly silent: boolean;
  readonly statement: BootStatement;
}

/** Characters at the beginning and at the end of a text that are as they were when it was read last. */
export interface Untouched {
  readonly before: number;
  readonly behind: number;
}

const CHUNK = 1 << 18;
/** Lines of a chunk in which a framed one is looked for. */
const LINES_AHEAD = 16;

/**
 * A long log that is edited while it is looked at: read as a LogReader reads it in parts, and after an edit only from a little before
 * the first line that has changed to where what follows is decided as before.
 */
export class EditableLog {
  readonly #uri: string;
  readonly #chunk: number;
  readonly #head: number;
  readonly #mostItems: number;
  #text: SlicedText = '';
  #ways: WaysToRead | undefined;
  #chunks: readonly Chunk[] = [];
  readonly #placed = new WeakMap<Chunk, Placed>();
  /** What boots stated, by their first items. */
  readonly #stated = new WeakMap<LogItem, Stated>();

  constructor(uri: string, options: EditableLogOptions = {}) {
    this.#uri = uri;
    this.#chunk = options.chunk ?? CHUNK;
    this.#head = options.head ?? LOG_HEAD;
    this.#mostItems = options.mostItems ?? MOST_ITEMS;
  }

  /**
   * Takes the text as it is now. Stops between chunks, each of some milliseconds; what is not run to its end changes nothing.
   * @param untouched what need not be looked at; nothing is taken for granted where absent
   * @returns what the whole text says
   */
  *update(given: SlicedText, untouched: Untouched = { before: 0, behind: 0 }): Generator<void, LogReading> {
    const ended = lineFeedFrom(given, 0) >= 0 || !given.slice(0).includes('\r');
    const text = ended ? given : given.slice(0).replaceAll('\r', '\n');
    const before = this.#ways;
    const survey = before && ended && untouched.before >= this.#head ? before.survey : { ...surveyText(text.slice(0, this.#head)), folded: false };
    const same = before !== undefined && sameMakeUp(before.survey, survey);
    const known = same ? this.#chunks : [];
    const ways = same ? { ...before, survey } : { survey, memo: new LineMemo(), failureMemo: new LineMemo() };
    // A text whose line ends are replaced is another.
    const left = ended ? untouched : { before: 0, behind: 0 };
    const { pieces, changed } = this.#divide(text, known, left);
    const begin = pieces.slice(0, changed).reduce((sum, { length }) => sum + length, 0);
    const first = beginsApart(text, begin, left.before, survey) ? changed : readAgainFrom(pieces, changed);
    const { chunks, kept } = yield* this.#read(text, ways, pieces, { first, changed });
    this.#text = text;
    this.#ways = ways;
    this.#chunks = chunks;
    const wordSeen = chunks.some((chunk) => chunk.wordSeen);
    return assembleReading({ uri: this.#uri, survey, kept, wordSeen, short: '' }, (part, silent, uri) => this.#state(part, silent, uri));
  }

  /** The chunks of the text, as many as can be of those that are known, and the place of the first that is not. */
  #divide(text: SlicedText, known: readonly Chunk[], untouched: Untouched): { pieces: Piece[]; changed: number } {
    let begin = 0;
    let first = 0;
    for (let chunk = known[first]; chunk && this.#stands(text, begin, begin, chunk.length, untouched); chunk = known[++first]) begin += chunk.length;
    let end = text.length;
    let oldEnd = this.#text.length;
    let last = known.length;
    for (let chunk = known[last - 1]; chunk && last > first && end - chunk.length >= begin && this.#stands(text, end - chunk.length, oldEnd - chunk.length, chunk.length, untouched); chunk = known[--last - 1]) {
      end -= chunk.length;
      oldEnd -= chunk.length;
    }
    // What follows begins a line, and no chunk becomes small for good.
    for (let chunk = known[last]; chunk && end > begin && (!endsLine(text, end) || end - begin < this.#chunk / 2); chunk = known[++last]) end += chunk.length;
    return { pieces: [...known.slice(0, first), ...this.#cut(text, begin, end), ...known.slice(last)], changed: first };
  }

  /** Whether a chunk of the text before stands in this one, and ends where a line does. */
  #stands(text: SlicedText, at: number, before: number, length: number, untouched: Untouched): boolean {
    const end = at + length;
    if (end > text.length || (end < text.length && !endsLine(text, end))) return false;
    const known = (at === before && end <= untouched.before) || (text.length - at === this.#text.length - before && text.length - at <= untouched.behind);
    return known || text.slice(at, end) === this.#text.slice(before, before + length);
  }

  #cut(text: SlicedText, from: number, to: number): Piece[] {
    const pieces: Piece[] = [];
    for (let at = from; at < to; ) {
      const feed = at + this.#chunk < to ? lineFeedFrom(text, at + this.#chunk) : -1;
      const end = feed < 0 || feed >= to ? to : feed + 1;
      pieces.push({ length: end - at });
      at = end;
    }
    return pieces;
  }

  /** Reads what has changed, and what of the lines before and behind depends on it, and gathers what all say. */
  *#read(text: SlicedText, ways: WaysToRead, pieces: readonly Piece[], { first, changed }: { readonly first: number; readonly changed: number }): Generator<void, { chunks: Chunk[]; kept: KeptItems }> {
    const chunks: Chunk[] = [];
    const kept = new KeptItems(this.#mostItems);
    let [at, lines, state] = [0, 0, FIRST_STATE];
    for (const [index, piece] of pieces.entries()) {
      const onlyFailures = kept.onlyFailuresFrom !== undefined;
      const begin = onlyFailures ? { ...FIRST_STATE, taken: state.taken } : state;
      let chunk = isRead(piece) && (index < first || index >= changed) && 'failures' in piece.said === onlyFailures && sameState(piece.begin, begin) ? piece : undefined;
      if (!chunk) {
        yield;
        chunk = readChunk(text.slice(at, at + piece.length + LOOK_AHEAD), piece.length, ways, begin, onlyFailures);
      }
      chunks.push(chunk);
      if ('items' in chunk.said) for (const item of this.#placedItems(chunk, chunk.said.items, lines)) kept.add(item);
      else kept.addCounted(chunk.said.failures, lines);
      at += chunk.length;
      lines += chunk.lines;
      state = chunk.end;
    }
    return { chunks, kept };
  }

  /** What a boot states, from before where its items are the same. */
  #state(items: readonly LogItem[], silent: boolean, uri: string): BootStatement {
    const first = items[0];
    const before = first && this.#stated.get(first);
    if (before?.silent === silent && before.items.length === items.length && before.items.every((item, index) => item === items[index])) return before.statement;
    const statement = stateBoot(items, silent, uri);
    if (first) this.#stated.set(first, { items, silent, statement });
    return statement;
  }

  #placedItems(chunk: Chunk, items: readonly LogItem[], first: number): readonly LogItem[] {
    const before = this.#placed.get(chunk);
    if (before?.first === first) return before.items;
    const placed = items.map((item) => ({ ...item, line: first + item.line }));
    this.#placed.set(chunk, { first, items: placed });
    return placed;
  }
}

/** Whether a line that is whole in text[from, to) is framed, so that no message before it goes on behind it. */
function beginsApart(text: SlicedText, from: number, to: number, { quotedPrintable }: Survey): boolean {
  const lines = text.slice(from, Math.max(from, Math.min(to, from + LONGEST_LINE))).split('\n').slice(0, LINES_AHEAD + 1);
  return lines.slice(0, -1).some((line) => frameLine(cleanLine(line, quotedPrintable).text).speaker !== 'bare');
}

/** The first piece to be read where that at `changed` is the first that is new: a message may go on over lines of what is now another piece. */
function readAgainFrom(pieces: readonly Piece[], changed: number): number {
  let first = changed;
  for (let back = 0, piece = pieces[first - 1]; piece && back < LOOK_AHEAD; piece = pieces[first - 1]) {
    back += piece.length;
    first--;
  }
  return first;
}

function isRead(piece: Piece): piece is Chunk {
  return 'said' in piece;
}

/** Whether a line feed stands just before `end`. */
function endsLine(text: SlicedText, end: number): boolean {
  return text.slice(Math.max(0, end - 1), end) === '\n';
}

/** @param text the chunk and what follows it, as far as a message may reach */
function readChunk(text: string, length: number, { survey, memo, failureMemo }: WaysToRead, begin: LineState, onlyFailures: boolean): Chunk {
  const items: LogItem[] = [];
  const counter = new FailureCounter();
  const reader = new LineReader(survey, onlyFailures ? counter : (item): void => void items.push(item), { memo: onlyFailures ? failureMemo : memo, state: begin });
  reader.pass(text, reader.read(text, length, true), length);
  const lines = reader.line - 1;
  return { length, lines, begin, end: reader.state(length), said: onlyFailures ? { failures: counter.counted(lines) } : { items }, wordSeen: SWIOTLB_WORD.test(text.slice(0, length)) };
}

/** Whether lines are read in the same way. */
function sameMakeUp(a: Survey, b: Survey): boolean {
  return a.linuxFramed === b.linuxFramed && a.wrapped === b.wrapped && a.quotedPrintable === b.quotedPrintable && a.coloured === b.coloured && a.folded === b.folded;
}

function sameState(a: LineState, b: LineState): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
