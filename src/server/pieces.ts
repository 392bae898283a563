import type { SlicedText } from '../evidence/log/sliced-text.ts';

/** Characters of a piece, of which all but the last end in a line feed. */
const PIECE = 1 << 16;
const LINE_BREAK = /\r\n|\n|\r/g;

/** A part of a long text. */
interface Piece {
  readonly text: string;
  /** Where lines begin behind its line breaks. */
  readonly starts: readonly number[];
}

/** A long text in pieces: an edit makes another that shares all of them but those that it touches. Immutable. */
export class Pieces implements SlicedText {
  readonly length: number;
  /** Line breaks of all pieces: `\n`, `\r\n` and `\r`, as editors count. */
  readonly lineBreaks: number;
  readonly #pieces: readonly Piece[];
  /** Where each piece begins, in characters and in line breaks. */
  readonly #offsets: readonly number[];
  readonly #lines: readonly number[];

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    const offsets: number[] = [];
    const lines: number[] = [];
    let length = 0;
    let breaks = 0;
    for (const { text, starts } of pieces) {
      offsets.push(length);
      lines.push(breaks);
      length += text.length;
      breaks += starts.length;
    }
    this.#offsets = offsets;
    this.#lines = lines;
    this.length = length;
    this.lineBreaks = breaks;
  }

  static of(text: string): Pieces {
    return new Pieces(cut(text));
  }

  slice(from: number, to = this.length): string {
    const parts: string[] = [];
    for (let index = lastAtMost(this.#offsets, from); index < this.#pieces.length; index++) {
      const begin = this.#offsets[index] ?? 0;
      if (begin >= to) break;
      parts.push((this.#pieces[index]?.text ?? '').slice(Math.max(0, from - begin), to - begin));
    }
    return parts.length === 1 ? (parts[0] ?? '') : parts.join('');
  }

  /** With [from, to) replaced. */
  replaced(from: number, to: number, text: string): Pieces {
    const first = lastAtMost(this.#offsets, from);
    let last = lastAtMost(this.#offsets, to);
    const begin = this.#offsets[first] ?? 0;
    let changed = `${(this.#pieces[first]?.text ?? '').slice(0, from - begin)}${text}${(this.#pieces[last]?.text ?? '').slice(to - (this.#offsets[last] ?? 0))}`;
    // Each piece but the last ends a line.
    while (changed !== '' && !changed.endsWith('\n') && last + 1 < this.#pieces.length) changed += this.#pieces[++last]?.text ?? '';
    return new Pieces([...this.#pieces.slice(0, first), ...cut(changed), ...this.#pieces.slice(last + 1)]);
  }

  /** Where a line begins, from 0; undefined behind the last. */
  lineStart(line: number): number | undefined {
    if (line === 0) return 0;
    if (line > this.lineBreaks) return undefined;
    // The piece in which the line break before it stands.
    const index = lastAtMost(this.#lines, line - 1);
    const start = this.#pieces[index]?.starts[line - 1 - (this.#lines[index] ?? 0)];
    return start === undefined ? undefined : (this.#offsets[index] ?? 0) + start;
  }

  /** The line of a place in the text, from 0. */
  lineAt(offset: number): number {
    const index = lastAtMost(this.#offsets, offset);
    const starts = this.#pieces[index]?.starts ?? [];
    return (this.#lines[index] ?? 0) + lastAtMost(starts, offset - (this.#offsets[index] ?? 0)) + (starts.length > 0 && (starts[0] ?? 0) <= offset - (this.#offsets[index] ?? 0) ? 1 : 0);
  }
}

/** Pieces of a text, each cut behind a line feed. */
function cut(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < text.length; ) {
    const feed = from + 2 * PIECE < text.length ? text.indexOf('\n', from + PIECE) : -1;
    const to = feed < 0 ? text.length : feed + 1;
    // A copy: what is cut out of a text would keep all of it.
    const piece = text.length > 2 * PIECE ? ` ${text.slice(from, to)}`.slice(1) : text.slice(from, to);
    pieces.push({ text: piece, starts: lineStarts(piece) });
    from = to;
  }
  return pieces;
}

function lineStarts(text: string): number[] {
  const starts: number[] = [];
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return starts;
  }
  for (const { 0: found, index } of text.matchAll(LINE_BREAK)) starts.push(index + found.length);
  return starts;
}

/** The last of rising numbers that is not above `wanted`; 0 where all are. Of equal ones the last. */
function lastAtMost(numbers: readonly number[], wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
