import { QuickNode } from './quick-node.ts';
import type { QuickText } from './quick-node.ts';
import { END, NAME, WORD } from './quick-tokens.ts';
import type { QuickTokens } from './quick-tokens.ts';

/** Thrown, always the same, where the text is left to tree-sitter. */
export const NOT_READ = new Error('not read');
const MAX_NESTING = 150;

/** The tokens of a function from one to the next, and the nodes made of them. */
export class QuickReader {
  protected readonly source: QuickText;
  readonly #kinds: Uint32Array;
  protected readonly starts: Uint32Array;
  protected readonly ends: Uint32Array;
  readonly #words: readonly string[];
  protected at = 0;
  #nesting = 0;

  constructor(text: string, tokens: QuickTokens) {
    this.source = { text, nodes: 0 };
    this.#kinds = tokens.kinds;
    this.starts = tokens.starts;
    this.ends = tokens.ends;
    this.#words = tokens.words;
  }

  protected kind(ahead = 0): number {
    return this.#kinds[this.at + ahead] ?? END;
  }

  protected word(ahead = 0): string {
    return this.kind(ahead) === WORD ? (this.#words[this.at + ahead] ?? '') : '';
  }

  protected open(type: string): QuickNode {
    return new QuickNode(this.source, type, this.starts[this.at] ?? 0, 0);
  }

  /** Around what begins with a node that was read already. */
  protected around(type: string, first: QuickNode, field: string): QuickNode {
    return new QuickNode(this.source, type, first.startIndex, 0).add(first, field);
  }

  /** Ends a node with the token before the present one. */
  protected close(node: QuickNode): QuickNode {
    node.endIndex = this.ends[this.at - 1] ?? 0;
    return node;
  }

  /** A node of one token. */
  protected leaf(type: string): QuickNode {
    const node = this.open(type);
    this.at++;
    return this.close(node);
  }

  protected expect(kind: number): void {
    if (this.kind() !== kind) throw NOT_READ;
    this.at++;
  }

  protected name(type: string): QuickNode {
    if (this.kind() !== NAME) throw NOT_READ;
    return this.leaf(type);
  }

  protected nested<T>(read: () => T): T {
    if (++this.#nesting > MAX_NESTING) throw NOT_READ;
    const result = read();
    this.#nesting--;
    return result;
  }

  /** Sets a node's operator to the token here. */
  protected operator(node: QuickNode): void {
    node.operator(this.starts[this.at] ?? 0, this.ends[this.at] ?? 0);
    this.at++;
  }
}
