import { Language, Parser } from 'web-tree-sitter';
import type { Tree } from 'web-tree-sitter';
import { blankAnnotations } from './blank-annotations.ts';
import { QuickFunctions } from './quick-functions.ts';
import type { SyntaxTree } from './syntax-node.ts';

/** The two WebAssembly modules, as bytes: the host reads or fetches them, this room does neither. */
export interface CParserModules {
  /** `web-tree-sitter.wasm` of the package web-tree-sitter. */
  readonly runtime: Uint8Array;
  /** `tree-sitter-c.wasm` of the package tree-sitter-c. */
  readonly grammar: Uint8Array;
}

/** A C parser. Offsets in its trees are UTF-16 offsets of the text as given. */
export interface CParser {
  /**
   * Parses C with the kernel's annotations blanked, hands the tree to `use` and frees it afterwards: nothing of the tree
   * may be kept. A text that is one function is mostly read without tree-sitter, and not again while it stays the same. A text that
   * costs far more than any of its length should has an empty tree.
   */
  withTree<T>(text: string, use: (tree: SyntaxTree) => T): T;
  /** Frees the parser. */
  dispose(): void;
}

/**
 * Characters of a text, a file or a function, that are worth a parse: whatever they are, it takes less than a second. The largest function
 * of the kernel's drivers has a tenth of it.
 */
export const MAX_PARSED = 256 * 1024;

/**
 * How often tree-sitter may report progress, which it does after so many steps and whatever the clock says. Source text takes less than a
 * fiftieth of a report a character; what nests for thousands of levels in broken code takes more than two.
 */
const REPORTS = { atLeast: 2000, perCharacter: 0.1 };

let runtimeReady: Promise<void> | undefined;

/** Enough for the functions of one file that hold calls. */
const KEPT = 64 * 1024;

/**
 * @param keptCharacters of functions that stay read
 * @throws Error if a module is not what its name says
 */
export async function createCParser(modules: CParserModules, keptCharacters = KEPT): Promise<CParser> {
  runtimeReady ??= Parser.init({ wasmBinary: modules.runtime });
  await runtimeReady;
  const language = await Language.load(modules.grammar);
  const parser = new Parser();
  parser.setLanguage(language);
  const functions = new QuickFunctions(keptCharacters);
  const parseWithin = (most: number, text: string): Tree | null => {
    let reports = 0;
    parser.reset();
    // A callback that gives true ends the parse, though the declared type has no result.
    const progressCallback = (): void => (++reports > most) as unknown as undefined;
    return parser.parse(text, null, { progressCallback });
  };
  return {
    withTree(text, use) {
      const quick = functions.parse(text);
      if (quick) return use({ rootNode: quick });
      const tree = parseWithin(REPORTS.atLeast + text.length * REPORTS.perCharacter, blankAnnotations(text)) ?? parseWithin(Infinity, '');
      if (!tree) throw new Error('the C parser gave no tree');
      try {
        return use(tree);
      } finally {
        tree.delete();
      }
    },
    dispose() {
      parser.delete();
    },
  };
}
