import { bootFacts, splitBoots } from './boots.ts';
import { FailureTally } from './failure-facts.ts';
import { cleanLine } from './frame-line.ts';
import { CandidateLines } from './candidate-lines.ts';
import { NO_LOG_FACTS } from './log-facts.ts';
import { KEY_FINDER, SWIOTLB_WORD, recognisersOf } from './log-keys.ts';
import { LONGEST_LINE, lastGlued, messagesOfLine, nextGlued } from './messages.ts';
import { platformOfBoot } from './platform-of-boot.ts';
import { RECOGNISERS } from './recogniser-table.ts';
import { counterOf } from './recognise/memory-state.ts';
import { surveyText } from './survey.ts';
import type { LogItem, LogStatement } from './log-items.ts';
import type { PlacedMessage } from './messages.ts';
import type { LogReading } from './read-log.ts';
import type { Recogniser } from './recogniser.ts';
import type { Gap } from './sieve/text-sifter.ts';
import type { Survey } from './survey.ts';

/** From so many lines on, a boot log that has no word of the swiotlb says that there is none. */
const WHOLE_BOOT_LINES = 250;
/** How many characters are looked at before the make-up of a text is held to be known. */
const HEAD = 4 << 20;
/** A message reaches at most over the twelve lines behind its own, and none of these is read that is longer than LONGEST_LINE. */
const LOOK_AHEAD = 14 * LONGEST_LINE;
/** Items that are kept of a text that comes in parts; failures are counted beyond. */
const MOST_ITEMS = 100_000;

export interface LogReaderOptions {
  /** Characters after which the make-up of the text is settled; 4 Mi where absent. */
  readonly head?: number;
  readonly mostItems?: number;
}

/**
 * Reads a log that comes in parts, in one pass and bounded memory: `push` each part, then `end` once. A text that is pushed
 * whole is read as a whole. Of a text in parts the first 4 Mi characters settle how its lines are framed, and from 100,000
 * recognised lines on only failures are counted.
 */
export class LogReader {
  readonly #uri: string;
  readonly #head: number;
  readonly #mostItems: number;
  readonly #items: LogItem[] = [];
  readonly #failures = new FailureTally();
  readonly #lastLineOf = new Map<LogStatement['kind'], number>();
  #seenOnce = new Set<string>();
  #survey: Survey | undefined;
  /** What has not been read yet, from the beginning of a line or of a part of one. */
  #text = '';
  #parts: string[] = [];
  #waiting = 0;
  /** Lines left out of #text and of what waits, rising; those before #gap are counted. */
  #gaps: Gap[] = [];
  #gap = 0;
  /** The number of the line that #text begins with, and what of it was read before. */
  #line = 1;
  #column = 0;
  #skipTo = 0;
  #inParts = false;
  #pushed = 0;
  #wordSeen = false;
  #dropped = 0;
  #longLine = false;
  /** A text of a line at most. */
  #short = '';

  constructor(uri: string, options: LogReaderOptions = {}) {
    this.#uri = uri;
    this.#head = options.head ?? HEAD;
    this.#mostItems = options.mostItems ?? MOST_ITEMS;
  }

  /**
   * Takes the next part, cut anywhere.
   * @param gaps lines that a sieve left out of it, `at` in characters
   */
  push(part: string, gaps: readonly Gap[] = []): void {
    // A text in one part is seen whole: reading begins when a second part shows that it is not.
    if (this.#pushed > 0) this.#inParts = true;
    this.#pushed += part.length;
    const before = this.#text.length + this.#waiting;
    for (const { at, lines } of gaps) this.#gaps.push({ at: before + at, lines });
    this.#parts.push(part);
    this.#waiting += part.length;
    if (!this.#inParts || this.#waiting < (this.#survey ? 1 << 20 : this.#head)) return;
    this.#gather();
    this.#read(false);
  }

  /** Settles the make-up of a long text from what was pushed so far. Before that no lines may be left out. */
  settle(): void {
    if (this.#survey) return;
    this.#inParts = true;
    this.#gather();
    // No mail, of which a line may end within a key, is so long.
    this.#survey = { ...surveyText(this.#text), folded: false };
  }

  end(): LogReading {
    this.#gather();
    this.#survey ??= surveyText(this.#text);
    if (!this.#inParts && this.#text.length <= 32) this.#short = this.#text;
    this.#read(true);
    const survey = this.#survey;
    const items = this.#items;
    if (!isKernelLog(survey, items)) {
      const counter = this.#counter();
      if (!counter) return { uri: this.#uri, isKernelLog: false, items: [], boots: [], facts: NO_LOG_FACTS, platform: {} };
      items.push(counter);
    }
    const silent = survey.lines >= WHOLE_BOOT_LINES && !this.#wordSeen;
    const boots = splitBoots(items).map((part, index) => ({
      index,
      firstLine: part[0]?.line ?? 1,
      lastLine: part.at(-1)?.line ?? 1,
      facts: bootFacts(part, silent),
      platform: platformOfBoot(part, this.#uri),
    }));
    const facts = { ...(boots[0]?.facts ?? bootFacts([], false)), failures: this.#failures.facts() };
    return { uri: this.#uri, isKernelLog: true, items, boots, facts, platform: boots[0]?.platform ?? {}, ...(this.#dropped > 0 ? { itemsNotKept: this.#dropped } : {}) };
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
    this.#wordSeen ||= SWIOTLB_WORD.test(text);
    const limit = last ? text.length : text.length - LOOK_AHEAD;
    const candidates = new CandidateLines(text, this.#survey.coloured);
    let from = 0;
    while (from < limit) {
      // Line breaks may stand within a key: such a text is looked at line by line.
      const found = this.#survey.folded ? from : candidates.next(from);
      const start = found < 0 || found >= limit ? -1 : found === from ? from : Math.max(from, text.lastIndexOf('\n', found - 1) + 1);
      if (start < 0) break;
      this.#passLines(text, from, start);
      const newline = text.indexOf('\n', start);
      // The rest of a line without an end waits for it.
      if (newline < 0 && !last) {
        from = start;
        break;
      }
      const to = newline < 0 ? text.length : newline;
      if (start >= this.#skipTo) this.#readLine(text, start, to);
      this.#passLines(text, start, to + 1);
      from = to + 1;
    }
    this.#forget(last ? text.length : Math.max(from, text.lastIndexOf('\n', limit - 1) + 1), from);
  }

  /** Lets go of what is read, and of an open line that has grown too long to wait for its end, which is read as it stands. */
  #forget(end: number, from: number): void {
    const text = this.#text;
    this.#passLines(text, from, Math.min(end, text.length));
    let kept = Math.min(end, text.length);
    if (text.length - kept > 4 * LOOK_AHEAD && text.indexOf('\n', kept) < 0) {
      this.#readLongLine(text.slice(kept), this.#survey);
      this.#column += text.length - kept;
      this.#longLine = true;
      kept = text.length;
    }
    this.#skipTo = Math.max(0, this.#skipTo - kept);
    this.#gaps = this.#gaps.slice(this.#gap).map(({ at, lines }) => ({ at: at - kept, lines }));
    this.#gap = 0;
    this.#text = text.slice(kept);
  }

  /** Counts the lines that end in `text[from, to)`, and those that were left out up to there. */
  #passLines(text: string, from: number, to: number): void {
    for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
      this.#line++;
      this.#column = 0;
      this.#longLine = false;
    }
    for (let gap = this.#gaps[this.#gap]; gap && gap.at <= to; gap = this.#gaps[++this.#gap]) this.#line += gap.lines;
  }

  #readLine(text: string, from: number, to: number): void {
    const survey = this.#survey;
    if (!survey) return;
    if (to - from > LONGEST_LINE || this.#longLine) {
      this.#readLongLine(text.slice(from, to), survey);
      return;
    }
    if (survey.coloured && !survey.folded && KEY_FINDER.find(cleanLine(text.slice(from, to), false).text, 0) < 0) return;
    for (const message of messagesOfLine(text, from, to, survey)) {
      const item = this.#recognise(message, 0);
      if (item && needsNextLine(message, item.recogniser)) this.#skipTo = Math.max(this.#skipTo, message.joinedEnd);
    }
  }

  /** A line that is longer than any that a kernel prints: the messages that were glued together in it, piece by piece. */
  #readLongLine(line: string, survey: Survey | undefined): void {
    if (!survey) return;
    for (let from = 0; from < line.length; ) {
      let to = Math.min(line.length, from + LONGEST_LINE);
      if (to < line.length) {
        const glued = lastGlued(line.slice(from, to));
        if (glued > 0) to = from + glued;
      }
      const piece = line.slice(from, to);
      if (KEY_FINDER.find(piece, 0) >= 0) for (const message of messagesOfLine(piece, 0, piece.length, survey)) this.#recognise(message, this.#column + from);
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
      this.#keep(item);
      return item;
    }
    return undefined;
  }

  #keep(item: LogItem): void {
    if (item.kind === 'linux-banner' || item.kind === 'xen-banner') this.#seenOnce = new Set();
    this.#lastLineOf.set(item.kind, item.line);
    if (item.kind === 'failure') this.#failures.add(this.#inParts ? copy(item) : item);
    if (this.#inParts && this.#items.length >= this.#mostItems) this.#dropped++;
    else this.#items.push(this.#inParts ? copy(item) : item);
  }

  #applies({ id, speaker, after, once, unframed }: Recogniser, message: PlacedMessage): boolean {
    if (message.pasted && unframed !== true) return false;
    if (speaker !== 'either' && message.speaker !== 'bare' && message.speaker !== speaker) return false;
    if (once && this.#seenOnce.has(id)) return false;
    if (after) {
      const opened = this.#lastLineOf.get(after.kind);
      if (opened === undefined || this.#line - opened > after.lines) return false;
    }
    return true;
  }

  /** A file of /sys/kernel/debug/swiotlb holds a number alone: its name says which. */
  #counter(): LogItem | undefined {
    const of = counterOf(/(?:^|[/\\])io_tlb_(nslabs|used|used_hiwater|transient_nslabs)$/.exec(this.#uri)?.[1]);
    const digits = /^(\d{1,12})\s{0,4}$/.exec(this.#short)?.[1];
    if (of === undefined || digits === undefined) return undefined;
    return { kind: 'pool-counter', of, slots: Number(digits), recogniser: 'swiotlb-debugfs', line: 1, column: 1, endColumn: digits.length + 1, text: digits };
  }
}

/** A copy whose strings do not hold the part of the text that they were cut from. */
function copy<T>(item: T): T {
  return JSON.parse(JSON.stringify(item)) as T;
}

/** Whether a message that was put together is none without the lines that were joined, so that these are spoken for. */
function needsNextLine(message: PlacedMessage, id: string): boolean {
  if (message.text === message.ownText) return false;
  return RECOGNISERS.find((recogniser) => recogniser.id === id)?.parse({ ...message, text: message.ownText, joined: false }) === undefined;
}

/**
 * A text is a log where its lines are framed as the kernel's are; without frames (old kernels, early consoles) where it
 * has a banner or little else than messages. Prose and source code that quote a message or two are neither.
 */
function isKernelLog(survey: Survey, items: readonly LogItem[]): boolean {
  const { sampled, certain, framed } = survey;
  if (sampled === 0) return items.length > 0;
  if (certain > 0 && certain * 4 >= sampled) return items.length > 0 || (certain >= 3 && certain * 2 >= sampled);
  if (items.length === 0) return false;
  if (framed * 4 >= sampled) return true;
  if (items.some((item) => (item.kind === 'linux-banner' || item.kind === 'xen-banner') && item.rest.includes('@'))) return true;
  const lines = new Set(items.map(({ line }) => line)).size;
  if (items.some(({ kind }) => kind === 'iomem-row') && lines * 4 >= sampled) return true;
  return lines * 2 >= sampled;
}
