/**
 * What stands before a message on its way from the ring buffer to a file: console levels, timestamps, the prefixes of
 * syslog and of the journal, `(XEN)`, colours, carriage returns and the quotation marks of mail.
 * Modelled: kernel/printk/printk.c (print_prefix), Xen's drivers/char/console.c, util-linux dmesg, rsyslog, journalctl.
 */

/** Who wrote a line. `guest`: a domain's console that Xen repeats; `daemon`: a program's line in a syslog; `bare`: no prefix says. */
export type Speaker = 'linux' | 'xen' | 'guest' | 'daemon' | 'bare';

/** A line without the characters that only steer a terminal or a mail transport. */
export interface CleanLine {
  readonly text: string;
  /** Offset in the raw line of each character of `text`, and of its end; absent where they are the same. */
  readonly offsets?: readonly number[];
}

export interface Frame {
  readonly speaker: Speaker;
  /** Where the message begins in the clean text. */
  readonly start: number;
  /** Whether the prefix is one that only kernels' lines have, rather than a date in brackets. */
  readonly certain: boolean;
}

// Control characters that terminals, serial consoles and mail add; \u00a0 comes from web pages.
const UNCLEAN = /[\u0000\r\u001b\ufeff\u00a0]/;
const HEX = /^[0-9A-F]{2}$/;
/** A line's own end, encoded, with the soft break behind it. */
const ENCODED_END = /(?:=0D)?=0A=\r?$/;
/** Stands for 0xc2 of a text that is decoded byte by byte. */
const FIRST_OF_TWO = '\uffff';

/** Takes out ANSI sequences, NUL, CR and BOM, makes blanks of no-break spaces, and decodes `=XX` where `quotedPrintable`. */
export function cleanLine(line: string, quotedPrintable: boolean): CleanLine {
  const decode = quotedPrintable && line.includes('=');
  const raw = decode ? line.replace(ENCODED_END, '') : line;
  if (!decode) {
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    return UNCLEAN.test(text) ? withoutControls(raw) : { text };
  }
  const kept: string[] = [];
  const offsets: number[] = [];
  for (let i = 0; i < raw.length; ) {
    const char = raw.charAt(i);
    const at = i++;
    if (char === '\u001b') {
      i = skipEscape(raw, i);
      continue;
    }
    if (char === '\u0000' || char === '\r' || char === '\ufeff') continue;
    if (char === '=' && HEX.test(raw.slice(i, i + 2))) {
      const code = Number.parseInt(raw.slice(i, i + 2), 16);
      i += 2;
      if (code < 0x20) continue;
      // A no-break blank, in Latin-1 or behind the first byte that UTF-8 has for it.
      if (code === 0xa0) {
        if (kept.at(-1) === FIRST_OF_TWO) {
          kept.pop();
          offsets.pop();
        }
        kept.push(' ');
      } else kept.push(code < 0x80 ? String.fromCharCode(code) : code === 0xc2 ? FIRST_OF_TWO : '\ufffd');
    } else {
      kept.push(char === '\u00a0' ? ' ' : char);
    }
    offsets.push(at);
  }
  offsets.push(raw.length);
  return { text: kept.join(''), offsets };
}

function withoutControls(raw: string): CleanLine {
  const offsets: number[] = [];
  let text = '';
  for (let from = 0; from < raw.length; ) {
    const length = raw.slice(from).search(UNCLEAN);
    const at = length < 0 ? raw.length : from + length;
    text += raw.slice(from, at);
    for (let kept = from; kept < at; kept++) offsets.push(kept);
    from = at + 1;
    const char = raw.charAt(at);
    if (char === '\u001b') from = skipEscape(raw, from);
    else if (char === '\u00a0') {
      text += ' ';
      offsets.push(at);
    }
  }
  offsets.push(raw.length);
  return { text, offsets };
}

/** The index behind a CSI sequence whose ESC stood before `from`; a lone ESC is skipped alone. */
function skipEscape(raw: string, from: number): number {
  if (raw.charAt(from) !== '[') return from;
  for (let i = from + 1; i < raw.length && i < from + 24; i++) {
    const code = raw.charCodeAt(i);
    if (code >= 0x40 && code <= 0x7e) return i + 1;
    if (code < 0x20 || code > 0x3f) break;
  }
  return from + 1;
}

// All sticky and bounded: each is tried at one place and looks at a few dozen characters at most.
const QUOTE = /[ \t]{0,8}[>|<](?!\d)/y;
const CONSOLE = /\(qemu\) |[\w.-]{1,32}@[\w.-]{1,48}(?::[^\s#$]{0,48})?[#$] (?=[[<(])/y;
const LEVEL = /<\d{1,3}>/y;
const FACILITY = /(kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local\d) {0,4}: {0,2}[a-z]{3,7} {0,4}: ?/y;
const DATE = /\p{L}{2,9}\.? {1,3}\d{1,2} \d{2}:\d{2}:\d{2}(?:\.\d{1,9})? /uy;
const ISO_DATE = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})? {1,2}/y;
// journalctl -o short-full and -o short-unix.
const FULL_DATE = /\p{L}{2,9}\.? \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,9})? [A-Z+\-\d]{2,6} /uy;
// journalctl's lines of a day, the date cut off.
const CLOCK = /\d{2}:\d{2}:\d{2}(?:\.\d{1,6})? (?=\S{1,64} kernel: )/y;
const EPOCH = /\d{9,10}\.\d{3,9} /y;
// dmesg --time-format iso: no host stands behind it.
const DMESG_ISO = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2},\d{6}[+-]\d{2}:?\d{2} /y;
// What terminal programs, containers and boards' test farms put before whole lines of a console.
const CAPTURE = /(?:[\w.-]{1,64} {1,8}\| |\[\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?\] {1,2}|\[\d{1,8}\.\d{3,6} \d{1,8}\.\d{3,6}\] |\d{2}:\d{2}:\d{2}(?:\.\d{1,6})? {1,2})(?=\[[ \d]|<\d|\(XEN\) )/y;
const CLOCK_KERNEL = /\d{2}:\d{2}:\d{2},\d{3} [A-Z]{3,9} kernel: ?/y;
const KERNEL_TAG = /kernel: ?/y;
// journalctl's lines with the date cut off.
const HOST_KERNEL_TAG = /[a-z][\w.-]{0,62} kernel: /y;
/** How a line of a console begins that another program has dated. */
const CONSOLE_LINE = /^(?:\[[ \d]|<\d|\(XEN\) )/;
const HOST_KERNEL = /(?:[^\s:[(]{1,64} )?kernel: ?/y;
const HOST_TAG = /[^\s:[(]{1,64} [^\s:]{1,64}: ?/y;
// `dmesg -d` adds the time since the line before; vendors' kernels the processor, a unit or the date.
const STAMP = /\*{0,2}\[[ *+]{0,24}\d{1,8}[.,]\d{3,9}(?:@\d{1,2}|s| \/ \d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}| {1,2}<[ +]{0,12}\d{1,8}\.\d{3,9}>)?[ *]{0,4}\]\*{0,2}:? ?/y;
const DATE_STAMP =
  /\[(?:\p{L}{2,9}\.? )?(?:\p{L}{2,9}\.? {1,2}\d{1,2} |\d{4}-\d{2}-\d{2} )\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?: \d{4})?(?: {1,2}<[ +]{0,12}\d{1,8}\.\d{3,9}>)?\] ?/uy;
// console_timestamps=raw: the cycle counter.
const XEN_CYCLES = /\[[0-9a-f]{16}\] ?/y;
const TASK = /\[ {0,8}[TC]\d{1,7}\] ?/y;
const ANDROID_TASK = / {0,2}\[\d{1,3}: {0,20}[^\]\s]{1,32}: {0,8}\d{1,7}\] ?/y;
// /dev/kmsg and netconsole's extended form, with the release before it where that is asked for.
const KMSG = /(?:\d{1,2}\.\d{1,3}[^\s,;]{0,64},)?\d{1,4},\d{1,12},\d{1,18},[-c+](?:,[^;\n]{0,120})?;/y;
// logcat -b kernel: no tag, or the kernel's.
const LOGCAT = /\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3,6} {1,8}(?:[a-z]{1,12} {1,8})?\d{1,7} {1,8}\d{1,7} [VDIWEF] (?:(?:kernel)? {0,10}: ?|(?=\[[ \d]))/y;
// What vendors' kernels print between the stamp and the message: processor and task.
const VENDOR_TASK =
  /(?: {0,2}c\d{1,2} {1,8}\d{1,7} (?=\S)| {0,2}(?:<\d>)?[-.]?\(\d{1,2}\)\[\d{1,7}:[^\]\n]{1,32}\] ?| {0,2}\(CPU:\d{1,3}-pid:\d{1,7}:[^)\n]{1,48}\) ?|\[pid:\d{1,7},cpu\d{1,3},[^\]\n]{1,32}\] ?|\[\d{1,2}\] (?=\S)|@\d{1,2} )/y;
const XEN = /\(XEN\) ?/y;
const GUEST = /\(d\d{1,5}(?:v\d{1,4})?\) ?/y;
const PROGRAM = /[A-Za-z][\w.@-]{0,48}\[\d{1,7}\]: /y;
const INDENT = /[ \t]{0,16}(?=[[<(*\p{L}\d])|/uy;
const BLANKS = /[ \t]*/y;

function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** How far a line's prefix has been read, and what it has said. */
interface Prefix {
  readonly text: string;
  at: number;
  speaker: Speaker;
  certain: boolean;
}

/** Reads the prefix of a clean line, from `from` on. Prefixes nest in any order that has been seen, so they are taken off in rounds. */
export function frameLine(text: string, from = 0): Frame {
  // Mail and forums indent what they quote.
  const indented = from === 0 ? behind(INDENT, text, 0) : from;
  const prefix: Prefix = { text, at: indented, speaker: 'bare', certain: false };
  while (take(prefix, QUOTE));
  if (prefix.at > from) prefix.at = Math.max(prefix.at, behind(BLANKS, text, prefix.at));

  for (let round = 0; round < 10; round++) {
    const before = prefix.at;
    // What a program says is its own word, whatever it repeats.
    if (prefix.speaker === 'daemon') break;
    const first = text.charCodeAt(before);
    if (isDigit(first)) takeBehindDigit(prefix, round);
    else if (first === 0x5b || first === 0x2a) takeBehindBracket(prefix);
    else if (first === 0x3c) takeAs(prefix, LEVEL, 'linux', false);
    else if (first === 0x28) takeBehindParenthesis(prefix);
    else takeBehindWord(prefix, round);
    if (prefix.speaker === 'linux') {
      take(prefix, TASK);
      take(prefix, ANDROID_TASK);
      take(prefix, VENDOR_TASK);
      take(prefix, HOST_KERNEL);
    }
    if (prefix.at === before) break;
  }
  const { at, speaker, certain } = prefix;
  const start = Math.max(at, behind(BLANKS, text, at));
  // Programs may write to /dev/kmsg; what they say is not the kernel's word.
  const told = speaker === 'linux' ? behind(PROGRAM, text, start) : -1;
  return told >= 0 ? { speaker: 'daemon', start: told, certain } : { speaker, start, certain };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function take(prefix: Prefix, pattern: RegExp): boolean {
  const next = behind(pattern, prefix.text, prefix.at);
  if (next >= 0) prefix.at = next;
  return next >= 0;
}

/** Takes what only that speaker's lines begin with. The first prefix that names a speaker decides; Xen's overrides Linux's. */
function takeAs(prefix: Prefix, pattern: RegExp, speaker: 'linux' | 'xen', certain: boolean): boolean {
  if (!take(prefix, pattern)) return false;
  if (prefix.speaker === 'bare' || speaker === 'xen') prefix.speaker = speaker;
  prefix.certain ||= certain;
  return true;
}

function takeBehindDigit(prefix: Prefix, round: number): void {
  if (round === 0 && (takeAs(prefix, KMSG, 'linux', true) || takeAs(prefix, LOGCAT, 'linux', true))) return;
  if (takeAs(prefix, CLOCK_KERNEL, 'linux', true) || take(prefix, CAPTURE)) return;
  if (prefix.speaker !== 'bare' || takeAs(prefix, DMESG_ISO, 'linux', true)) return;
  takeDate(prefix, [ISO_DATE, EPOCH, CLOCK]);
}

function takeBehindBracket(prefix: Prefix): void {
  if (take(prefix, CAPTURE) || takeAs(prefix, STAMP, 'linux', true) || takeAs(prefix, DATE_STAMP, 'linux', false)) return;
  if (prefix.speaker === 'xen') take(prefix, XEN_CYCLES);
}

function takeBehindParenthesis(prefix: Prefix): void {
  if (take(prefix, CONSOLE)) return;
  if (takeAs(prefix, XEN, 'xen', true) || prefix.speaker === 'linux') return;
  // With or without Xen's own mark before it.
  if (take(prefix, GUEST)) prefix.speaker = 'guest';
}

function takeBehindWord(prefix: Prefix, round: number): void {
  if (take(prefix, CONSOLE)) return;
  const { at } = prefix;
  if (round < 2 && take(prefix, FACILITY)) {
    prefix.speaker = prefix.text.startsWith('kern', at) ? 'linux' : 'daemon';
    prefix.certain = true;
    return;
  }
  if (prefix.speaker !== 'bare' || take(prefix, CAPTURE)) return;
  // The tag alone: what syslogd sends to every terminal, and what is left where the date was cut off.
  if (!takeDate(prefix, [DATE, FULL_DATE]) && round === 0 && !takeAs(prefix, KERNEL_TAG, 'linux', false)) takeAs(prefix, HOST_KERNEL_TAG, 'linux', false);
}

/** A date of syslog or of the journal, with the host and the tag behind it; or of a program that dates the lines of a console. */
function takeDate(prefix: Prefix, dates: readonly RegExp[]): boolean {
  const { text, at } = prefix;
  const next = dates.map((date) => behind(date, text, at)).find((end) => end >= 0);
  if (next === undefined) return false;
  if (CONSOLE_LINE.test(text.slice(next, next + 6))) {
    prefix.at = next;
    return true;
  }
  const kernel = behind(HOST_KERNEL, text, next);
  const tag = kernel >= 0 ? kernel : behind(HOST_TAG, text, next);
  if (tag < 0) return false;
  prefix.at = tag;
  prefix.speaker = kernel >= 0 ? 'linux' : 'daemon';
  prefix.certain = true;
  return true;
}
