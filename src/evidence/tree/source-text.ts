import type { Evidence } from '../../core/platform/fact.ts';

/** A text of a kernel tree. */
export interface TreeText {
  readonly uri: string;
  readonly text: string;
}

/** A piece of code: where it stands in its file, and its text without comments. */
export interface CodePiece {
  readonly offset: number;
  readonly text: string;
}

/** A C file of a kernel tree, looked at for names and literals: comments are blanked, so that what they mention is not found. */
export class SourceText {
  readonly #uri: string;
  readonly #text: string;
  readonly #code: string;

  constructor({ uri, text }: TreeText) {
    this.#uri = uri;
    this.#text = text;
    this.#code = withoutComments(text);
  }

  /** The whole file. */
  get code(): CodePiece {
    return { offset: 0, text: this.#code };
  }

  /** The first place of a word or literal in a piece of code, by default in the file; undefined where it does not occur. */
  find(wanted: string, within: CodePiece = this.code): Evidence | undefined {
    for (let at = within.text.indexOf(wanted); at >= 0; at = within.text.indexOf(wanted, at + 1)) {
      if (isWhole(within.text, at, wanted)) return this.#place(within.offset + at, wanted.length);
    }
    return undefined;
  }

  /** The body of the first function of that name that is defined here, braces included. */
  body(name: string): CodePiece | undefined {
    const call = `${name}(`;
    for (let at = this.#code.indexOf(call); at >= 0; at = this.#code.indexOf(call, at + 1)) {
      if (!isWhole(this.#code, at, name)) continue;
      const open = this.#code.indexOf('{', at);
      const end = this.#code.indexOf(';', at);
      if (open < 0) return undefined;
      if (end >= 0 && end < open) continue;
      // The kernel's style: a function ends with a brace that stands first on its line.
      const close = this.#code.indexOf('\n}', open);
      return { offset: open, text: this.#code.slice(open, close < 0 ? this.#code.length : close + 2) };
    }
    return undefined;
  }

  #place(offset: number, length: number): Evidence {
    const start = this.#text.lastIndexOf('\n', offset - 1) + 1;
    let line = 1;
    for (let at = this.#text.indexOf('\n'); at >= 0 && at < offset; at = this.#text.indexOf('\n', at + 1)) line++;
    const column = offset - start + 1;
    return { kind: 'tree', uri: this.#uri, line, column, endColumn: column + length, text: this.#text.slice(offset, offset + length) };
  }
}

function isWhole(text: string, at: number, wanted: string): boolean {
  const before = text.charAt(at - 1);
  const after = text.charAt(at + wanted.length);
  return !(/^\w/.test(wanted) && /\w/.test(before)) && !(/\w$/.test(wanted) && /\w/.test(after));
}

/** The text with blanks where its comments stood; line ends stay where they are. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const block = text.indexOf('/*', from);
    const line = text.indexOf('//', from);
    const begin = block < 0 ? line : line < 0 ? block : Math.min(block, line);
    if (begin < 0) break;
    const close = begin === block ? text.indexOf('*/', begin + 2) : text.indexOf('\n', begin);
    const end = close < 0 ? text.length : begin === block ? close + 2 : close;
    parts.push(text.slice(from, begin), text.slice(begin, end).replace(/[^\n]/g, ' '));
    from = end;
  }
  return parts.join('') + text.slice(from);
}
