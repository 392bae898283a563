/** The prefixes that most logs have on all their lines, each found faster than `frameLine` takes any prefix off. */

/** `stamp`: printk's own, perhaps indented. `dated`: of syslog or the journal. `both`: the one behind the other. */
export type PrefixKind = 'stamp' | 'dated' | 'both';

export interface CommonPrefix {
  readonly kind: PrefixKind;
  /** Behind the prefix. */
  readonly end: number;
}

const DATED = /(?:[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})) [\w.-]{1,64} kernel: /y;
const MOST_INDENT = 16;
const MOST_BLANKS = 8;
const MOST_SECONDS = 8;
const FRACTION = 6;
const BLANK = 0x20;

/** The prefix of the line that begins at `at`, where it is a common one: a kernel's message stands behind it, and the prefix has no other say in it. */
export function commonPrefix(text: string, at: number): CommonPrefix | undefined {
  const begin = behindBlanks(text, at, MOST_INDENT);
  if (text.charCodeAt(begin) === 0x5b) {
    const end = behindStamp(text, begin);
    return end < 0 ? undefined : { kind: 'stamp', end };
  }
  if (begin > at) return undefined;
  DATED.lastIndex = at;
  if (!DATED.test(text)) return undefined;
  const dated = DATED.lastIndex;
  const end = behindStamp(text, dated);
  return end < 0 ? { kind: 'dated', end: dated } : { kind: 'both', end };
}

/** The place behind the stamp that printk puts before a line (`[%5lu.%06lu] `, kernel/printk/printk.c: print_time), or -1 where none stands at `at`. */
function behindStamp(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x5b) return -1;
  const begin = behindBlanks(text, at + 1, MOST_BLANKS);
  const seconds = digitsFrom(text, begin, MOST_SECONDS);
  const point = begin + seconds;
  if (seconds === 0 || text.charCodeAt(point) !== 0x2e || digitsFrom(text, point + 1, FRACTION) !== FRACTION) return -1;
  const end = point + 1 + FRACTION;
  return text.charCodeAt(end) === 0x5d && text.charCodeAt(end + 1) === BLANK ? end + 2 : -1;
}

function behindBlanks(text: string, at: number, most: number): number {
  let end = at;
  while (end < at + most && text.charCodeAt(end) === BLANK) end++;
  return end;
}

function digitsFrom(text: string, at: number, most: number): number {
  let count = 0;
  while (count < most && isDigit(text.charCodeAt(at + count))) count++;
  return count;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
