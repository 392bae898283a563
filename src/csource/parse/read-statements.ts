import type { Token } from './lexer.ts';

/** Indexes into the tokens of a function, `to` exclusive. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** A statement of C as its brackets and keywords show it; expressions are left as tokens. */
export type Statement =
  | { readonly kind: 'block'; readonly range: TokenRange; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly range: TokenRange; readonly head: TokenRange; readonly then: Statement; readonly otherwise: Statement | undefined }
  /** `for`, `while`, `do`, and macros that stand for them. */
  | { readonly kind: 'loop'; readonly range: TokenRange; readonly head: TokenRange; readonly body: Statement }
  | { readonly kind: 'switch'; readonly range: TokenRange; readonly head: TokenRange; readonly body: Statement }
  | { readonly kind: 'return'; readonly range: TokenRange; readonly value: TokenRange }
  | { readonly kind: 'goto'; readonly range: TokenRange; readonly label: string }
  | { readonly kind: 'leave'; readonly range: TokenRange; readonly word: 'break' | 'continue' }
  /** A label, `case` or `default`. */
  | { readonly kind: 'label'; readonly range: TokenRange; readonly name: string }
  /** An expression or a declaration, without its semicolon. */
  | { readonly kind: 'plain'; readonly range: TokenRange };

const MAX_DEPTH = 120;

/** The text is not laid out as statements: unfinished, or made of macros. */
class NotStatements extends Error {}

/**
 * Reads the block that opens at a token. Cheap, as nothing below statements is looked at. @returns undefined where the tokens do
 * not read as statements
 */
export function readStatements(tokens: readonly Token[], open: number): Statement | undefined {
  try {
    return new StatementReader(tokens, open).statement(0);
  } catch (error) {
    if (error instanceof NotStatements) return undefined;
    throw error;
  }
}

/** Index behind the bracket that closes the one at an index; undefined where none does. */
export function behindBracket(tokens: readonly Token[], open: number, end = tokens.length): number | undefined {
  let depth = 0;
  for (let at = open; at < end; at++) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== 'punct') continue;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if ((text === ')' || text === ']' || text === '}') && --depth === 0) return at + 1;
  }
  return undefined;
}

class StatementReader {
  readonly #tokens: readonly Token[];
  #at: number;

  constructor(tokens: readonly Token[], at: number) {
    this.#tokens = tokens;
    this.#at = at;
  }

  statement(depth: number): Statement {
    if (depth > MAX_DEPTH) throw new NotStatements();
    const from = this.#at;
    switch (this.#peek()) {
      case '{': {
        const body: Statement[] = [];
        this.#at++;
        while (this.#peek() !== '}') body.push(this.statement(depth + 1));
        this.#at++;
        return { kind: 'block', range: this.#since(from), body };
      }
      case 'if': return this.#branch(from, depth);
      case 'for': case 'while': {
        this.#at++;
        const head = this.#bracketed();
        return { kind: 'loop', head, body: this.statement(depth + 1), range: this.#since(from) };
      }
      case 'do': return this.#doLoop(from, depth);
      case 'switch': {
        this.#at++;
        const head = this.#bracketed();
        return { kind: 'switch', head, body: this.statement(depth + 1), range: this.#since(from) };
      }
      case 'case': case 'default': return this.#caseLabel(from);
      case 'return': {
        this.#at++;
        const value = this.#expression();
        return { kind: 'return', value, range: this.#since(from) };
      }
      case 'goto': {
        const label = this.#peek(1);
        this.#at++;
        this.#expression();
        return { kind: 'goto', label, range: this.#since(from) };
      }
      case 'break': case 'continue': {
        const word = this.#peek() === 'break' ? 'break' : 'continue';
        this.#at++;
        this.#expression();
        return { kind: 'leave', word, range: this.#since(from) };
      }
      case 'else': throw new NotStatements();
      default: return this.#plain(from, depth);
    }
  }

  #branch(from: number, depth: number): Statement {
    this.#at++;
    const head = this.#bracketed();
    const then = this.statement(depth + 1);
    let otherwise: Statement | undefined;
    if (this.#tokens[this.#at]?.text === 'else') {
      this.#at++;
      otherwise = this.statement(depth + 1);
    }
    return { kind: 'if', head, then, otherwise, range: this.#since(from) };
  }

  #doLoop(from: number, depth: number): Statement {
    this.#at++;
    const body = this.statement(depth + 1);
    if (this.#peek() !== 'while') throw new NotStatements();
    this.#at++;
    const head = this.#bracketed();
    // A macro's body ends without the semicolon.
    if (this.#tokens[this.#at]?.text === ';') this.#at++;
    return { kind: 'loop', head, body, range: this.#since(from) };
  }

  #caseLabel(from: number): Statement {
    while (this.#peek() !== ':') {
      if (/^[;{}]$/.test(this.#peek())) throw new NotStatements();
      this.#at++;
    }
    this.#at++;
    return { kind: 'label', name: this.#tokens[from]?.text ?? '', range: this.#since(from) };
  }

  #plain(from: number, depth: number): Statement {
    const first = this.#tokens[from];
    if (first?.kind === 'name' && this.#peek(1) === ':') {
      this.#at += 2;
      return { kind: 'label', name: first.text, range: this.#since(from) };
    }
    if (first?.kind === 'name' && this.#peek(1) === '(') {
      const behind = behindBracket(this.#tokens, from + 1);
      const next = behind === undefined ? '' : this.#tokens[behind]?.text ?? '';
      if (behind !== undefined && (next === '{' || (first.text.includes('for_each') && next !== ';'))) {
        this.#at = behind;
        const body = this.statement(depth + 1);
        return { kind: 'loop', head: { from: from + 2, to: behind - 1 }, body, range: this.#since(from) };
      }
    }
    const range = this.#expression();
    return { kind: 'plain', range };
  }

  /** What stands in the brackets at the next token; the cursor goes behind them. */
  #bracketed(): TokenRange {
    if (this.#peek() !== '(') throw new NotStatements();
    const from = this.#at + 1;
    const behind = behindBracket(this.#tokens, this.#at);
    if (behind === undefined) throw new NotStatements();
    this.#at = behind;
    return { from, to: behind - 1 };
  }

  /** Up to the semicolon, which is passed over. */
  #expression(): TokenRange {
    const from = this.#at;
    while (this.#peek() !== ';') {
      const text = this.#peek();
      if (text === '(' || text === '[' || text === '{') {
        const behind = behindBracket(this.#tokens, this.#at);
        if (behind === undefined) throw new NotStatements();
        this.#at = behind;
      } else {
        if (text === '}' || text === ')' || text === ']') throw new NotStatements();
        this.#at++;
      }
    }
    return { from, to: this.#at++ };
  }

  #peek(ahead = 0): string {
    const token = this.#tokens[this.#at + ahead];
    if (!token) throw new NotStatements();
    return token.text;
  }

  #since(from: number): TokenRange {
    return { from, to: this.#at };
  }
}
