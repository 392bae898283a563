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

/** Takes out ANSI sequences, NUL, CR and BOM, makes blanks of no-break spaces, and decodes `=XX` where `quotedPrintable`. */
export function cleanLine(raw: string, quotedPrintable: boolean): CleanLine {
  const decode = quotedPrintable && raw.includes('=');
  if (!decode && !UNCLEAN.test(raw)) return { text: raw };
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
    if (decode && char === '=' && HEX.test(raw.slice(i, i + 2))) {
      const code = Number.parseInt(raw.slice(i, i + 2), 16);
      i += 2;
      if (code < 0x20) continue;
      kept.push(code < 0x80 ? String.fromCharCode(code) : '\ufffd');
    } else {
      kept.push(char === '\u00a0' ? ' ' : char);
    }
    offsets.push(at);
  }
  offsets.push(raw.length);
  return { text: kept.join(''), offsets };
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
const ISO_DATE = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})? /y;
const CLOCK_KERNEL = /\d{2}:\d{2}:\d{2},\d{3} [A-Z]{3,9} kernel: ?/y;
const HOST_KERNEL = /(?:[^\s:[(]{1,64} )?kernel: ?/y;
const HOST_TAG = /[^\s:[(]{1,64} [^\s:]{1,64}: ?/y;
const STAMP = /\*{0,2}\[[ *+]{0,24}\d{1,8}[.,]\d{3,9}[ *]{0,4}\]\*{0,2}:? ?/y;
const DATE_STAMP = /\[(?:\p{L}{2,9}\.? )?(?:\p{L}{2,9}\.? {1,2}\d{1,2} |\d{4}-\d{2}-\d{2} )\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?: \d{4})?\] ?/uy;
const TASK = /\[ {0,8}[TC]\d{1,7}\] ?/y;
const ANDROID_TASK = / {0,2}\[\d{1,3}: {0,20}[^\]\s]{1,32}: {0,8}\d{1,7}\] ?/y;
// /dev/kmsg and netconsole's extended form, with the release before it where that is asked for.
const KMSG = /(?:\d{1,2}\.\d{1,3}[^\s,;]{0,64},)?\d{1,4},\d{1,12},\d{1,18},[-c+](?:,[^;\n]{0,120})?;/y;
// logcat -b kernel: no tag, or the kernel's.
const LOGCAT = /\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3,6} {1,8}(?:[a-z]{1,12} {1,8})?\d{1,7} {1,8}\d{1,7} [VDIWEF] (?:kernel)? {0,10}: ?/y;
// What vendors' kernels print between the stamp and the message: processor and task.
const VENDOR_TASK = /(?: {0,2}c\d{1,2} {1,8}\d{1,7} (?=\S)| {0,2}(?:<\d>\.)?\(\d{1,2}\)\[\d{1,7}:[^\]\n]{1,32}\] ?| {0,2}\(CPU:\d{1,3}-pid:\d{1,7}:[^)\n]{1,48}\) ?)/y;
const XEN = /\(XEN\) ?/y;
const GUEST = /\(d\d{1,5}(?:v\d{1,4})?\) ?/y;
const PROGRAM = /[A-Za-z][\w.@-]{0,48}\[\d{1,7}\]: /y;
const INDENT = /[ \t]{0,16}(?=[[<(*\p{L}\d])|/uy;
const BLANKS = /[ \t]*/y;

function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** Reads the prefix of a clean line, from `from` on. Prefixes nest in any order that has been seen, so they are taken off in rounds. */
export function frameLine(text: string, from = 0): Frame {
  // Mail and forums indent what they quote.
  let at = from === 0 ? behind(INDENT, text, 0) : from;
  let speaker: Speaker = 'bare';
  let certain = false;
  const linux = (sure: boolean): void => {
    if (speaker === 'bare') speaker = 'linux';
    certain ||= sure;
  };
  for (let next = behind(QUOTE, text, at); next >= 0; next = behind(QUOTE, text, at)) at = next;
  if (at > from) at = Math.max(at, behind(BLANKS, text, at));

  for (let round = 0; round < 10; round++) {
    const before = at;
    let next = behind(CONSOLE, text, at);
    if (next >= 0) at = next;
    if ((next = behind(LEVEL, text, at)) >= 0) {
      at = next;
      linux(false);
    }
    if (round < 2 && (next = behind(FACILITY, text, at)) >= 0) {
      speaker = text.startsWith('kern', at) ? 'linux' : 'daemon';
      certain = true;
      at = next;
    }
    if (round === 0 && ((next = behind(KMSG, text, at)) >= 0 || (next = behind(LOGCAT, text, at)) >= 0)) {
      at = next;
      linux(true);
    }
    if ((next = behind(CLOCK_KERNEL, text, at)) >= 0) {
      at = next;
      linux(true);
    }
    if (speaker === 'bare' && ((next = behind(DATE, text, at)) >= 0 || (next = behind(ISO_DATE, text, at)) >= 0)) {
      const kernel = behind(HOST_KERNEL, text, next);
      const tag = kernel >= 0 ? kernel : behind(HOST_TAG, text, next);
      if (tag >= 0) {
        speaker = kernel >= 0 ? 'linux' : 'daemon';
        certain = true;
        at = tag;
      }
    }
    if (text.charAt(at) === '[' || text.charAt(at) === '*') {
      next = behind(STAMP, text, at);
      const stamped = next >= 0;
      if (!stamped) next = behind(DATE_STAMP, text, at);
      if (next >= 0) {
        at = next;
        linux(stamped);
      }
    }
    if (speaker === 'linux') {
      if ((next = behind(TASK, text, at)) >= 0) at = next;
      if ((next = behind(ANDROID_TASK, text, at)) >= 0) at = next;
      if ((next = behind(VENDOR_TASK, text, at)) >= 0) at = next;
      if ((next = behind(HOST_KERNEL, text, at)) >= 0) at = next;
    }
    if ((next = behind(XEN, text, at)) >= 0) {
      at = next;
      speaker = 'xen';
      certain = true;
    }
    if (speaker === 'xen' && (next = behind(GUEST, text, at)) >= 0) {
      at = next;
      speaker = 'guest';
    }
    if (at === before) break;
  }
  const start = Math.max(at, behind(BLANKS, text, at));
  // Programs may write to /dev/kmsg; what they say is not the kernel's word.
  const told = speaker === 'linux' ? behind(PROGRAM, text, start) : -1;
  return told >= 0 ? { speaker: 'daemon', start: told, certain } : { speaker, start, certain };
}
