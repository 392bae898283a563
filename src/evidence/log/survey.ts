import { cleanLine, frameLine } from './frame-line.ts';
import type { Speaker } from './frame-line.ts';

/** What a look over a text says of its make-up before any message is read. */
export interface Survey {
  readonly lines: number;
  /** Sampled lines that are not blank and not a daemon's. */
  readonly sampled: number;
  /** Sampled lines with a prefix that only a kernel's lines have. */
  readonly certain: number;
  /** Sampled lines with any prefix of a kernel's line. */
  readonly framed: number;
  /** Whether Linux's own lines carry a prefix here, so that a line without one is none of its messages. */
  readonly linuxFramed: boolean;
  /** Whether a mail program has wrapped a text whose lines carry no prefix. */
  readonly wrapped: boolean;
  readonly quotedPrintable: boolean;
  /** Whether terminal sequences stand in the text. */
  readonly coloured: boolean;
  /** Whether the text holds a patch. */
  readonly patch: boolean;
  /** Whether a line may end within the literal text of a message, so that the words to look for may not stand in any one line. */
  readonly folded: boolean;
  /** Whether the text is known to be of another kind, though lines of it look like a kernel's: the X server's log, a history of git, source code. */
  readonly foreign: boolean;
}

const FIRST_LINES = 400;
const STRIDE = 16;
/** Mail programs wrap at 72 to 80 characters; quotation marks and long words make a line longer. */
export const LONGEST_WRAPPED_LINE = 100;
// RFC 2045: a line of quoted-printable text has 76 characters at most, the soft break's `=` included.
const SOFT_BREAK = /^.{60,77}=\r?$/m;
const LONGER_THAN_ENCODED = /^.{81}/m;
const DECLARED = /^Content-Transfer-Encoding:[ \t]{1,8}quoted-printable/im;
/** How a mail begins that was saved with its headers, and where they end. */
const HEADER = /^(?:From |[A-Z][\w-]{1,40}: )/;
const HEADER_END = /\n\r?\n/;
/** How much of a text is looked at for soft breaks: where mail has any, it has many. */
const SOFT_BREAK_HEAD = 1 << 18;

/** No mail is longer; what ends a line there is a program, not a margin. */
const LONGEST_MAIL = 1 << 20;
/** A framed line that was wrapped is at least so long with the word that went to the next. */
export const SHORTEST_WRAPPED_LINE = 58;
const X_SERVER = /^[>| ]{0,8}\[ {0,8}\d{1,7}\.\d{3}\] (?:\((?:II|==|\*\*|--|\+\+|WW|EE|NI|!!|\?\?)\) |X Protocol Version )/;
const GIT_HISTORY = /^[>| ]{0,8}commit [0-9a-f]{7,64}\b[^\n]{0,200}\n(?:[>| ]{0,8}Merge: [^\n]{1,200}\n)?[>| ]{0,8}Author: /m;
const SOURCE_CODE = /^[>| ]{0,8}(?:#[ \t]{0,4}include[ \t]{1,4}[<"]|#!\/|import [\w{*]|package \w)/m;
const PATCH = /^[>| ]{0,8}(?:diff --git a\/|@@ -\d{1,7}(?:,\d{1,7})? \+\d)/m;
const FIRST_WORD = /^\S{1,80}/;

/** The words are found far faster than the lines in which they count. */
function isPatch(head: string): boolean {
  return (head.includes('diff --git a/') || head.includes('@@ -')) && PATCH.test(head);
}

/** Looks at the first lines of a text and at every sixteenth of the rest. */
export function surveyText(text: string): Survey {
  let lines = 0;
  let sampled = 0;
  let certain = 0;
  let framed = 0;
  let linux = 0;
  let longest = 0;
  const head = text.slice(0, SOFT_BREAK_HEAD);
  const body = bodyOf(head);
  const quotedPrintable = (SOFT_BREAK.test(body) || DECLARED.test(head)) && !LONGER_THAN_ENCODED.test(body);
  let wraps = 0;
  let xServer = 0;
  let before = 0;
  const speakers: Record<Speaker, number> = { linux: 0, xen: 0, guest: 0, daemon: 0, bare: 0 };
  for (let from = 0; from < text.length; lines++) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    if (lines < FIRST_LINES || lines % STRIDE === 0) {
      // No prefix is longer than this, so a line of megabytes costs no more than a short one.
      const line = cleanLine(text.slice(from, Math.min(to, from + 600)), quotedPrintable).text;
      longest = Math.max(longest, line.length);
      const frame = frameLine(line);
      if (X_SERVER.test(line)) xServer++;
      if (before > 0 && frame.speaker === 'bare') {
        const word = FIRST_WORD.exec(line.slice(frame.start))?.[0].length ?? 0;
        if (word > 0 && before + 1 + word > SHORTEST_WRAPPED_LINE) wraps++;
      }
      before = frame.speaker !== 'bare' && line.length <= LONGEST_WRAPPED_LINE ? line.trimEnd().length : 0;
      if (frame.start < line.length && frame.speaker !== 'daemon') {
        sampled++;
        speakers[frame.speaker]++;
        if (frame.speaker !== 'bare') framed++;
        if (frame.certain) certain++;
        if (frame.speaker === 'linux') linux++;
      }
    }
    from = to + 1;
  }
  const wrapped = framed === 0 && sampled >= 20 && longest <= LONGEST_WRAPPED_LINE;
  return {
    lines,
    sampled,
    certain,
    framed,
    linuxFramed: linux > 0 && linux * 4 >= speakers.linux + speakers.bare,
    wrapped,
    quotedPrintable,
    coloured: text.includes('\u001b'),
    patch: isPatch(text.slice(0, LONGEST_MAIL)),
    foreign: xServer * 2 > certain || (certain * 2 < sampled && (GIT_HISTORY.test(text.slice(0, 4096)) || SOURCE_CODE.test(text.slice(0, 4096)))),
    folded: text.length <= LONGEST_MAIL && (quotedPrintable || wraps > 0 || wrapped),
  };
}

/** A text without the headers of a mail. */
function bodyOf(head: string): string {
  const end = HEADER.test(head) ? HEADER_END.exec(head)?.index : undefined;
  return end === undefined ? head : head.slice(end);
}
