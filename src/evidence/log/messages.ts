import { cleanLine, frameLine } from './frame-line.ts';
import { LONGEST_WRAPPED_LINE, SHORTEST_WRAPPED_LINE } from './survey.ts';
import type { CleanLine, Frame } from './frame-line.ts';
import type { LogMessage } from './recogniser.ts';
import type { Survey } from './survey.ts';

/** A message and where it stands; offsets count in the raw line. */
export interface PlacedMessage extends LogMessage {
  readonly offset: number;
  readonly endOffset: number;
  /** Offset in the whole text behind the last line that was joined; the line's own end where none was. */
  readonly joinedEnd: number;
}

/** A longer line is read in pieces, each from where a message begins: a text that has lost its line ends. */
export const LONGEST_LINE = 16384;
const MOST_JOINED = 3;
/** No message reaches over more lines behind its own. */
export const MOST_SOFT_JOINED = 12;
/** How far reading a message may look at most, in characters: no line is joined to one that is longer than LONGEST_LINE. */
export const LOOK_AHEAD = (MOST_SOFT_JOINED + 2) * LONGEST_LINE;
// A message that begins in the middle of a line: consoles glue the output of two writers together. Behind a quotation
// mark it is a text about a log, not a log.
const GLUED = /(?<=[^"'`\\])(?:<\d{1,2}>)?(?:\(XEN\) |\[ {0,8}\d{1,6}\.\d{6}\] )/g;

/** The messages of the line `text[from, to)`, wrapped ones put together with the lines that follow. */
export function messagesOfLine(text: string, from: number, to: number, survey: Survey): PlacedMessage[] {
  if (to - from > LONGEST_LINE) return [];
  const raw = text.slice(from, to);
  const clean = cleanLine(raw, survey.quotedPrintable);
  const first = frameLine(clean.text);
  if (first.speaker === 'daemon' || first.speaker === 'guest') return [];

  const begins: { at: number; frame: Frame }[] = [{ at: 0, frame: first }];
  if (!/^\s*[{"]/.test(clean.text)) {
    for (const match of clean.text.slice(first.start).matchAll(GLUED)) {
      const at = first.start + match.index;
      begins.push({ at, frame: frameLine(clean.text, at) });
    }
  }
  return begins.flatMap(({ frame }, index) => {
    const { speaker } = frame;
    if (speaker === 'daemon' || speaker === 'guest') return [];
    // `(XEN)` lines say nothing of how Linux's are framed; a bare line among stamped ones is prose or a program's output.
    const pasted = speaker === 'bare' && survey.linuxFramed;
    const next = begins[index + 1];
    const end = next?.at ?? clean.text.length;
    const ownText = clean.text.slice(frame.start, end).trimEnd();
    const rest = next === undefined && !pasted ? continuation(text, to, raw, clean, frame, survey) : undefined;
    return [
      {
        text: rest === undefined ? ownText : (rest.soft ? ownText.slice(0, -1) : ownText) + rest.text,
        joined: rest !== undefined && !rest.softOnly,
        cut: next === undefined && speaker !== 'bare' && survey.linuxFramed && isBareText(text, rest?.end ?? to, survey),
        speaker,
        pasted,
        offset: rawOffset(clean, frame.start),
        endOffset: rawOffset(clean, frame.start + ownText.length),
        ownText,
        joinedEnd: rest?.end ?? to,
      },
    ];
  });
}

/** Where the last message but the first begins within a part of a line; -1 where there is none. */
export function lastGlued(part: string): number {
  let at = -1;
  for (const match of part.matchAll(GLUED)) if (match.index > 0) at = match.index;
  return at;
}

/** Where the first message that is glued behind other text begins, from `from` on; -1 where there is none. */
export function nextGlued(text: string, from: number): number {
  const pattern = new RegExp(GLUED);
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

function rawOffset(clean: CleanLine, at: number): number {
  return clean.offsets?.[at] ?? at;
}

/** Whether the line behind the one that ends at `lineEnd` has text and no frame. */
function isBareText(text: string, lineEnd: number, survey: Survey): boolean {
  const newline = text.indexOf('\n', lineEnd + 1);
  const next = cleanLine(text.slice(lineEnd + 1, Math.min(newline < 0 ? text.length : newline, lineEnd + 601)), survey.quotedPrintable).text;
  const frame = frameLine(next);
  return frame.speaker === 'bare' && frame.start < next.length && !ELISION.test(next.slice(frame.start));
}

const QUOTED = /^[ \t]{0,8}[>|]/;
const WORD_HYPHEN = /\S-$/;
/** What people write where they leave lines out. */
const ELISION = /^[[(<{]?(?:\.{2,8}|\u2026|-{2,80}|snip|cut)[\])>}]?\s{0,80}$/i;

interface Continuation {
  readonly text: string;
  readonly end: number;
  /** Whether the first line ended in a soft break. */
  readonly soft: boolean;
  /** Put together at soft line breaks alone, which lose nothing. */
  readonly softOnly: boolean;
}

/** The lines behind a line that a mail program wrapped, each with what stood between, or undefined where it was not wrapped. */
function continuation(text: string, lineEnd: number, raw: string, clean: CleanLine, frame: Frame, survey: Survey): Continuation | undefined {
  let firstSoft = false;
  let softOnly = true;
  let joined = '';
  let end = lineEnd;
  let line = clean.text.trimEnd();
  let rawLine = raw.trimEnd();
  for (let count = 0; count < MOST_SOFT_JOINED && end < text.length; count++) {
    const nextFrom = end + 1;
    const newline = text.indexOf('\n', nextFrom);
    const nextEnd = newline < 0 ? text.length : newline;
    if (nextEnd - nextFrom > LONGEST_LINE) break;
    const nextRaw = text.slice(nextFrom, nextEnd);
    const next = cleanLine(nextRaw, survey.quotedPrintable);
    const nextFrame = frameLine(next.text);
    const nextText = next.text.slice(nextFrame.start).trimEnd();
    if (nextFrame.speaker !== 'bare' || nextText === '') break;
    const soft = survey.quotedPrintable && rawLine.endsWith('=') && !rawLine.endsWith('=0A=');
    if (!soft && (count >= MOST_JOINED || !mayBeWrapped(line, nextText, frame, survey))) break;
    if (!soft) softOnly = false;
    if (count === 0) firstSoft = soft;
    // A soft break ends in `=`, which is no part of the text; mail breaks at a blank, or behind a word's hyphen.
    if (soft && joined !== '') joined = joined.replace(/=$/, '');
    // A blank behind a soft break is the text's own, unless the line is quoted.
    if (soft) joined += QUOTED.test(next.text) ? nextText : next.text.trimEnd();
    else joined += (WORD_HYPHEN.test(line) ? '' : ' ') + nextText;
    end = nextEnd;
    // Behind a soft break the line that the writer saw goes on.
    line = soft ? line.slice(0, -1) + nextText : next.text.trimEnd();
    rawLine = nextRaw.trimEnd();
  }
  if (joined === '') return undefined;
  return { text: joined, end, soft: firstSoft, softOnly };
}

/** Whether the next line's first word would have made this line too long. */
function mayBeWrapped(line: string, nextText: string, frame: Frame, survey: Survey): boolean {
  if (line.length > LONGEST_WRAPPED_LINE) return false;
  if (frame.speaker === 'bare' && !survey.wrapped) return false;
  const word = /^\S{0,80}/.exec(nextText)?.[0].length ?? 0;
  return line.length + 1 + word > (frame.speaker === 'bare' ? 68 : SHORTEST_WRAPPED_LINE);
}
