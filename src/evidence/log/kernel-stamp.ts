const LONGEST_BLANKS = 8;
const LONGEST_SECONDS = 8;
const FRACTION = 6;

/** The place behind the stamp that printk puts before a line (`[%5lu.%06lu] `, kernel/printk/printk.c: print_time), or -1 where none stands at `at`. */
export function behindStamp(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x5b) return -1;
  let next = at + 1;
  while (text.charCodeAt(next) === 0x20 && next - at <= LONGEST_BLANKS) next++;
  const seconds = digitsFrom(text, next, LONGEST_SECONDS);
  if (seconds === 0) return -1;
  next += seconds;
  if (text.charCodeAt(next) !== 0x2e || digitsFrom(text, next + 1, FRACTION) !== FRACTION) return -1;
  next += 1 + FRACTION;
  return text.charCodeAt(next) === 0x5d && text.charCodeAt(next + 1) === 0x20 ? next + 2 : -1;
}

function digitsFrom(text: string, at: number, most: number): number {
  let count = 0;
  while (count < most && isDigit(text.charCodeAt(at + count))) count++;
  return count;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
