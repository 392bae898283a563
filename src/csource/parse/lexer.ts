/** A preprocessing token of C. `start` is its UTF-16 offset in the text it was read from. */
export interface Token {
  readonly kind: 'name' | 'number' | 'char' | 'string' | 'punct' | 'bad';
  readonly text: string;
  readonly start: number;
  /** Names of macros this token came out of, which it must not expand again (C17 6.10.3.4). */
  readonly hidden?: ReadonlySet<string>;
  /** A string that a macro made of its argument: the compiler's has other blanks. */
  readonly made?: true;
}

/** Stops a lexer on text that no source file has: a bound on work, not a limit of C. */
export const MAX_TOKENS = 400_000;

/**
 * Reads tokens from `from` up to `to`. Comments, white space and line continuations go; directives are not told apart.
 * A continuation inside a name or number gives a `bad` token: joining it would move offsets.
 */
export function lex(text: string, from: number, to: number): Token[] {
  const tokens: Token[] = [];
  scan(text, from, to, (token) => {
    tokens.push(token);
    return tokens.length < MAX_TOKENS;
  });
  return tokens;
}

/**
 * As {@link lex}, handing each token to `take` until that returns false; directives (lines that begin with `#`) are left
 * out, with their continuations.
 */
export function scanCode(text: string, from: number, to: number, take: (token: Token) => boolean): void {
  let at = from;
  while (at < to) {
    let resume = to;
    scan(text, at, to, (token) => {
      if (token.text === '#' && beginsLine(text, token.start)) {
        resume = directiveEnd(text, token.start);
        return false;
      }
      return take(token) || ((resume = to), false);
    });
    at = resume;
  }
}

function scan(text: string, from: number, to: number, take: (token: Token) => boolean): void {
  let at = from;
  while (at < to) {
    const behind = skipSpace(text, at);
    if (behind > at) {
      at = behind;
      continue;
    }
    const code = text.charCodeAt(at);
    let kind: Token['kind'];
    let end: number;
    if (code === 34 || code === 39) {
      kind = code === 34 ? 'string' : 'char';
      end = quoteEnd(text, at);
    } else if (isNameStart(code)) {
      kind = 'name';
      end = nameEnd(text, at + 1);
    } else if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) {
      kind = 'number';
      end = numberEnd(text, at + 1);
    } else {
      const length = punctLength(text, at, code);
      kind = length > 0 ? 'punct' : 'bad';
      end = at + Math.max(length, 1);
    }
    if ((kind === 'name' || kind === 'number') && joinsNextLine(text, end)) kind = 'bad';
    if (!take({ kind, text: text.slice(at, end), start: at })) return;
    at = end;
  }
}

function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function nameEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); isNameStart(code) || isDigit(code); code = text.charCodeAt(at)) at++;
  return at;
}

/** A preprocessing number (C17 6.4.8): `e+` and the like belong to it wherever they stand. */
function numberEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    const exponent = code === 101 || code === 69 || code === 112 || code === 80;
    const next = exponent ? text.charCodeAt(at + 1) : 0;
    if (next === 43 || next === 45) at += 2;
    else if (code !== 36 && (isNameStart(code) || isDigit(code) || code === 46)) at++;
    else return at;
  }
}

const SINGLE = new Set(Array.from('-+*/%<>=!&|^~?:;,.(){}[]#', (char) => char.charCodeAt(0)));

/** Length of the operator or bracket at an offset; 0 where there is none. */
function punctLength(text: string, at: number, code: number): number {
  if (!SINGLE.has(code)) return 0;
  const next = text.charCodeAt(at + 1);
  switch (code) {
    case 46: return next === 46 && text.charCodeAt(at + 2) === 46 ? 3 : 1;
    case 60: case 62: // < >
      if (next === code) return text.charCodeAt(at + 2) === 61 ? 3 : 2;
      return next === 61 ? 2 : 1;
    case 43: case 38: case 124: // + & |
      return next === code || next === 61 ? 2 : 1;
    case 45: // -
      return next === code || next === 61 || next === 62 ? 2 : 1;
    case 35: return next === code ? 2 : 1;
    case 61: case 33: case 42: case 47: case 37: case 94: // = ! * / % ^
      return next === 61 ? 2 : 1;
    default: return 1;
  }
}

const BLANKS = /[\s]+/y;

/** Behind the white space, line continuation or comment at an offset; the offset itself where there is none. */
function skipSpace(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === 47) return commentEnd(text, at) ?? at;
  if (code === 92) {
    if (text[at + 1] === '\n') return at + 2;
    return text[at + 1] === '\r' && text[at + 2] === '\n' ? at + 3 : at;
  }
  if (code > 32 && code < 128) return at;
  if (code === 32 || (code >= 9 && code <= 13)) {
    let end = at + 1;
    for (let next = text.charCodeAt(end); next === 32 || (next >= 9 && next <= 13); next = text.charCodeAt(end)) end++;
    return end;
  }
  BLANKS.lastIndex = at;
  return BLANKS.test(text) ? BLANKS.lastIndex : at;
}

/** Behind the comment that opens at a slash; undefined where none does. A comment that is not closed ends with the text. */
export function commentEnd(text: string, slash: number): number | undefined {
  if (text[slash + 1] === '*') {
    const close = text.indexOf('*/', slash + 2);
    return close < 0 ? text.length : close + 2;
  }
  if (text[slash + 1] !== '/') return undefined;
  let end = text.indexOf('\n', slash);
  while (end >= 0 && continued(text, end)) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

/** Behind the string or character constant that opens at a quote; one that is not closed ends with its line. */
export function quoteEnd(text: string, quote: number): number {
  const mark = text.charCodeAt(quote);
  for (let at = quote + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === mark) return at + 1;
    if (code === 10) return at;
    if (code === 92) at += text[at + 1] === '\r' ? 2 : 1;
  }
  return text.length;
}

function joinsNextLine(text: string, at: number): boolean {
  return text[at] === '\\' && /^\\\r?\n[\w$]/.test(text.slice(at, at + 4));
}

/** Whether only blanks stand before an offset in its line. */
export function beginsLine(text: string, offset: number): boolean {
  for (let at = offset - 1; at >= 0; at--) {
    const c = text[at];
    if (c === '\n') return !continued(text, at);
    if (c !== ' ' && c !== '\t') return c === '/' && endsCommentOnlyLine(text, at);
  }
  return true;
}

/** The text with comments, strings and character constants blanked: of the same length, with the same lines. */
export function codeOnly(text: string): string {
  const parts: string[] = [];
  let from = 0;
  const mark = /["'/]/g;
  for (let match = mark.exec(text); match; match = mark.exec(text)) {
    const at = match.index;
    const end = match[0] === '/' ? commentEnd(text, at) : quoteEnd(text, at);
    if (end === undefined) continue;
    parts.push(text.slice(from, at), blanked(text, at, end));
    mark.lastIndex = from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** Blanks for a range of a text, with its line feeds. */
function blanked(text: string, from: number, to: number): string {
  let feed = text.indexOf('\n', from);
  if (feed < 0 || feed >= to) return ' '.repeat(to - from);
  let blank = '';
  let at = from;
  for (; feed >= 0 && feed < to; feed = text.indexOf('\n', at)) {
    blank += `${' '.repeat(feed - at)}\n`;
    at = feed + 1;
  }
  return blank + ' '.repeat(to - at);
}

function continued(text: string, newline: number): boolean {
  return text[newline - 1] === '\\' || (text[newline - 1] === '\r' && text[newline - 2] === '\\');
}

// A directive may follow a comment that opens its line.
function endsCommentOnlyLine(text: string, slash: number): boolean {
  if (text[slash - 1] !== '*') return false;
  const from = Math.max(0, slash - 400);
  const open = text.slice(from, slash - 1).lastIndexOf('/*');
  if (open < 0) return false;
  const start = text.lastIndexOf('\n', from + open) + 1;
  return from + open - start < 200 && /^[ \t]*$/.test(text.slice(start, from + open));
}

/** Offset of the line end that closes the directive at `hash`: behind continuations and comments over several lines. */
export function directiveEnd(text: string, hash: number): number {
  let at = hash;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 10) return at;
    if (code === 92 && text[at + 1] === '\n') at += 2;
    else if (code === 92 && text[at + 1] === '\r' && text[at + 2] === '\n') at += 3;
    else if (code === 47) {
      const end = commentEnd(text, at);
      if (end !== undefined && text[at + 1] === '/') return end;
      at = end ?? at + 1;
    } else if (code === 34 || code === 39) at = quoteEnd(text, at);
    else at++;
  }
  return text.length;
}
