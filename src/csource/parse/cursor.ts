import { Doubt } from '../evaluate/doubt.ts';
import type { Token } from './lexer.ts';

const MAX_NESTING = 200;

/** Reads tokens one by one. */
export class Cursor {
  readonly tokens: readonly Token[];
  at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** The token `ahead` of the next one, as text; empty at the end. */
  peek(ahead = 0): string {
    return this.tokens[this.at + ahead]?.text ?? '';
  }

  get token(): Token | undefined {
    return this.tokens[this.at];
  }

  get ended(): boolean {
    return this.at >= this.tokens.length;
  }

  take(text: string): boolean {
    if (this.peek() !== text || this.ended) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw new Doubt(`"${text}" was expected ${this.ended ? 'at the end' : `before "${this.peek().slice(0, 30)}"`}`);
  }

  /** Skips a bracketed range that opens at the next token; leaves the cursor behind the closing bracket. */
  skipBrackets(): void {
    let depth = 0;
    while (!this.ended) {
      const text = this.peek();
      this.at++;
      if (text === '(' || text === '[' || text === '{') depth++;
      else if (text === ')' || text === ']' || text === '}') {
        depth--;
        if (depth === 0) return;
      }
    }
    throw new Doubt('a bracket is not closed');
  }

  /** Runs `read` one level deeper. @throws Doubt where text nests beyond what any source does */
  nested<T>(read: () => T): T {
    if (++this.#nesting > MAX_NESTING) throw new Doubt('it nests too deeply');
    try {
      return read();
    } finally {
      this.#nesting--;
    }
  }
}
