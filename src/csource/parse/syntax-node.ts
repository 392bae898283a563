/**
 * A node of a syntax tree, by the node types and fields of tree-sitter's C grammar: what tree-sitter's own nodes and those of
 * the quick function parser have in common. Offsets are UTF-16 offsets of the parsed text.
 */
export interface SyntaxNode {
  /** Tells the nodes of one tree apart. */
  readonly id: number;
  readonly type: string;
  readonly startIndex: number;
  readonly endIndex: number;
  /** As it was parsed, with annotations blanked. */
  readonly text: string;
  readonly parent: SyntaxNode | null;
  readonly hasError: boolean;
  /** Children that are no mere punctuation. Comments may be among them, or left out. */
  readonly namedChildren: SyntaxNode[];
  readonly namedChildCount: number;
  namedChild(index: number): SyntaxNode | null;
  childForFieldName(name: string): SyntaxNode | null;
  childrenForFieldName(name: string): SyntaxNode[];
  /** The smallest node around a range. */
  descendantForIndex(start: number, end: number): SyntaxNode | null;
}

/** The tree of a text. */
export interface SyntaxTree {
  readonly rootNode: SyntaxNode;
}
