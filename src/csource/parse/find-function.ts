/** Range of a function in a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const HEADER_LINES = 30;

/**
 * Finds the functions of a text by the kernel's coding style: a body opens and closes with a brace in the first column. A
 * guess, to save parsing the file: the caller parses the span and takes it only if it is one function without errors.
 */
export class FunctionFinder {
  readonly #text: string;
  readonly #opens: readonly number[];
  readonly #closes: readonly number[];
  #inLine: ReturnType<typeof openedInLine> | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#opens = offsetsOf(text, '\n{');
    this.#closes = offsetsOf(text, '\n}');
  }

  /** The function around an offset, or undefined where the text is not laid out so. */
  around(offset: number): Span | undefined {
    const open = this.#opens[countUpTo(this.#opens, offset) - 1];
    const next = countUpTo(this.#closes, offset);
    const previous = this.#closes[next - 1];
    const close = this.#closes[next];
    if (close === undefined) return undefined;
    if (open === undefined || (previous !== undefined && previous > open)) return this.#openedInLine(previous === undefined ? 0 : previous + 2, offset, close);
    let from = open;
    for (let lines = 0; lines < HEADER_LINES; lines++) {
      const start = this.#text.lastIndexOf('\n', from - 1) + 1;
      // No part of a function's head is as long.
      if (from - start > 400) return { from: from + 1, to: close + 2 };
      const line = this.#text.slice(start, from).trimEnd();
      // An empty line may stand between the brackets and the body.
      if (line === '' && lines === 0) {
        from = start - 1;
        continue;
      }
      if (line === '' || /[;}]$|\*\/$|^#|\\$|:$/.test(line)) return { from: from + 1, to: close + 2 };
      if (start === 0) return { from: 0, to: close + 2 };
      from = start - 1;
    }
    return undefined;
  }

  /** A function whose body opens at the end of its head's last line: `int f(void) {`. */
  #openedInLine(from: number, offset: number, close: number): Span | undefined {
    this.#inLine ??= openedInLine(this.#text);
    // The first behind the end of the function before.
    const { starts, opens } = this.#inLine;
    const at = countUpTo(starts, from - 1);
    const [start, open] = [starts[at], opens[at]];
    return start === undefined || open === undefined || open > offset || open > close ? undefined : { from: start, to: close + 2 };
  }
}

/** Where functions begin whose body opens at the end of a line, and where that is; both ascending. */
function openedInLine(text: string): { readonly starts: readonly number[]; readonly opens: readonly number[] } {
  const starts: number[] = [];
  const opens: number[] = [];
  let head: number | undefined;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + 400)).trimEnd();
    if (head === undefined && /^[A-Za-z_]/.test(line) && !line.endsWith(':')) head = start;
    if (head !== undefined && /\)\s?\{$/.test(line)) {
      if (end - head <= MAX_HEAD) {
        starts.push(head);
        opens.push(end);
      }
      head = undefined;
    } else if (line === '' || /[;{}]$|\*\/$|^#|\\$/.test(line)) head = undefined;
    start = end + 1;
  }
  return { starts, opens };
}

/** Characters of a function's head. */
const MAX_HEAD = 4000;

function offsetsOf(text: string, wanted: string): number[] {
  const offsets: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) offsets.push(at);
  return offsets;
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
