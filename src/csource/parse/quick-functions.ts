import { BoundedMap } from '../preprocess/bounded-map.ts';
import { blankAnnotations } from './blank-annotations.ts';
import { parseQuickFunction } from './quick-function.ts';
import type { QuickNode } from './quick-node.ts';

/** Longer texts are whole files. */
const MAX_FUNCTION = 256 * 1024;

/** The quick function parser with the trees it made last: a function that an edit does not touch is not parsed again. */
export class QuickFunctions {
  readonly #kept: BoundedMap<string, QuickNode | undefined>;

  /** @param most characters of the functions that are kept; their trees take some fifty bytes for each */
  constructor(most: number) {
    this.#kept = new BoundedMap(most);
  }

  /** @returns the tree; undefined where the text is left to tree-sitter */
  parse(text: string): QuickNode | undefined {
    // A directive stands in most files, and in no function that could be read.
    if (text.length > MAX_FUNCTION || text.includes('\n#')) return undefined;
    if (this.#kept.has(text)) return this.#kept.get(text);
    const tree = parseQuickFunction(blankAnnotations(text));
    this.#kept.set(text, tree, text.length);
    return tree;
  }
}
