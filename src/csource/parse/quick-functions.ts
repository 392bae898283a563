import { blankAnnotations } from './blank-annotations.ts';
import { parseQuickFunction } from './quick-function.ts';
import type { QuickNode } from './quick-node.ts';

/** Longer texts are whole files. */
const MAX_FUNCTION = 256 * 1024;
/** Characters of the functions whose trees are kept: a tree takes some ten bytes a character. */
const MAX_KEPT = 512 * 1024;

/** The quick function parser with the trees it made last: a function that an edit does not touch is not parsed again. */
export class QuickFunctions {
  readonly #kept = new Map<string, QuickNode | undefined>();
  #characters = 0;

  /** @returns the tree; undefined where the text is left to tree-sitter */
  parse(text: string): QuickNode | undefined {
    // A directive stands in most files, and in no function that could be read.
    if (text.length > MAX_FUNCTION || text.includes('\n#')) return undefined;
    if (this.#kept.has(text)) return this.#kept.get(text);
    const tree = parseQuickFunction(blankAnnotations(text));
    this.#kept.set(text, tree);
    this.#characters += text.length;
    // The oldest go first.
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= MAX_KEPT) break;
      this.#kept.delete(oldest);
      this.#characters -= oldest.length;
    }
    return tree;
  }
}
