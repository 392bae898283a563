/** A preprocessing token of C. `start` is its UTF-16 offset in the text it was read from. */
export interface Token {
  readonly kind: 'name' | 'number' | 'char' | 'string' | 'punct' | 'bad';
  readonly text: string;
  readonly start: number;
  /** Names of macros this token came out of, which it must not expand again (C17 6.10.3.4). */
  readonly hidden?: ReadonlySet<string>;
}

/** Stops a lexer on text that no source file has: a bound on work, not a limit of C. */
export const MAX_TOKENS = 400_000;

const TOKEN =
  /(\s+|\\\r?\n|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|\/\/(?:[^\n\\]|\\\r?\n|\\)*)|((?:u8|[LuU])?"(?:[^"\\\n]|\\[\s\S])*"?)|((?:u8|[LuU])?'(?:[^'\\\n]|\\[\s\S])*'?)|([A-Za-z_$][\w$]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|(\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|[-+*/%<>=!&|^~?:;,.(){}[\]#])|([\s\S])/gy;

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
  const pattern = new RegExp(TOKEN.source, 'y');
  pattern.lastIndex = from;
  while (pattern.lastIndex < to) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) return;
    if (match[1] !== undefined) continue;
    const whole = match[0];
    let kind: Token['kind'] = 'bad';
    if (match[4] !== undefined) kind = 'name';
    else if (match[6] !== undefined) kind = 'punct';
    else if (match[5] !== undefined) kind = 'number';
    else if (match[2] !== undefined) kind = 'string';
    else if (match[3] !== undefined) kind = 'char';
    if ((kind === 'name' || kind === 'number') && joinsNextLine(text, pattern.lastIndex)) kind = 'bad';
    if (!take({ kind, text: whole, start })) return;
  }
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

function continued(text: string, newline: number): boolean {
  return text[newline - 1] === '\\' || (text[newline - 1] === '\r' && text[newline - 2] === '\\');
}

// A directive may follow a comment that opens its line.
function endsCommentOnlyLine(text: string, slash: number): boolean {
  if (text[slash - 1] !== '*') return false;
  const open = text.lastIndexOf('/*', slash - 2);
  return open >= 0 && beginsLine(text, open);
}

/** Offset of the line end that closes the directive at `hash`: behind continuations and comments over several lines. */
export function directiveEnd(text: string, hash: number): number {
  let at = hash;
  while (at < text.length) {
    const c = text[at];
    if (c === '\n') return at;
    if (c === '\\' && text[at + 1] === '\n') at += 2;
    else if (c === '\\' && text[at + 1] === '\r' && text[at + 2] === '\n') at += 3;
    else if (c === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2);
      if (close < 0) return text.length;
      at = close + 2;
    } else if (c === '/' && text[at + 1] === '/') {
      while (at < text.length && (text[at] !== '\n' || continued(text, at))) at++;
      return at;
    } else if (c === '"' || c === "'") {
      const quote = c;
      at++;
      while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
      if (text[at] === quote) at++;
    } else at++;
  }
  return text.length;
}
