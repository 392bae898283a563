import { MAX_PARSED } from '../parse/c-parser.ts';
import type { CParser } from '../parse/c-parser.ts';
import type { FunctionFinder } from '../parse/find-function.ts';
import type { Span } from '../parse/find-function.ts';
import { commentEnd, quoteEnd } from '../parse/lexer.ts';
import { declaredName, Scopes } from './find-locals.ts';
import type { LikelyDeclarations, ScopeBlocks } from './find-locals.ts';
import type { SyntaxNode } from '../parse/syntax-node.ts';

/** A call in the text, with what its surroundings declare. */
export interface LocatedCall {
  readonly name: string;
  readonly start: number;
  /** Name of the enclosing function; empty where it is not known. */
  readonly function: string;
  readonly blocks: ScopeBlocks;
  /** What the enclosing function, or the file where it is not known, seems to declare; undefined where it was parsed without errors. */
  readonly likely: LikelyDeclarations | undefined;
}

/** Nodes between a call and its function: no real function comes near. */
const MAX_NESTING = 500;
/** Characters of a text times the parents that are asked for in it: tree-sitter looks for each from the root on. A bound that no real file comes near. */
const MAX_LOOKS = 5e8;

interface Named {
  readonly name: string;
  readonly start: number;
}

/**
 * Tells calls from declarations, comments, strings and macro bodies. Parses the functions around the names where the text is
 * laid out as kernel code is, the whole file where it is not. Calls in what is longer than {@link MAX_PARSED} are not seen.
 */
export function locateCalls(parser: CParser, text: string, named: readonly Named[], finder: FunctionFinder): LocatedCall[] {
  const found = new Map<number, LocatedCall>();
  const left: Named[] = [];
  const looks = { made: 0 };
  const spans = new Map<number, { span: Span; names: Named[] }>();
  for (const name of named) {
    if (inDirective(text, name.start)) continue;
    const span = finder.around(name.start);
    if (!span || span.to - span.from > MAX_PARSED) left.push(name);
    else {
      const group = spans.get(span.from);
      if (group) group.names.push(name);
      else spans.set(span.from, { span, names: [name] });
    }
  }
  for (const { span, names } of spans.values()) {
    const part = text.slice(span.from, span.to);
    const done = parser.withTree(part, ({ rootNode }) => {
      const inside = rootNode.namedChildren.filter((node) => node.type !== 'comment');
      if (inside.length !== 1 || inside[0]?.type !== 'function_definition') return false;
      const scopes = new Scopes(span.from);
      for (const name of names) take(rootNode, name, span.from, text, scopes, found, looks);
      return !rootNode.hasError;
    });
    // Where the function has errors the rest of the file may tell what a name in it is.
    if (!done) left.push(...names.filter((name) => !found.has(name.start)));
  }
  const open = text.length <= MAX_PARSED ? outsideComments(text, left) : [];
  if (open.length > 0) {
    parser.withTree(text, ({ rootNode }) => {
      const scopes = new Scopes(0);
      for (const name of open) take(rootNode, name, 0, text, scopes, found, looks);
    });
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** Those of the names that stand neither in a comment nor in a string. */
function outsideComments(text: string, names: readonly Named[]): readonly Named[] {
  if (names.length === 0) return names;
  const last = Math.max(...names.map((name) => name.start));
  const inside: [number, number][] = [];
  const marks = /[/"']/g;
  for (let match = marks.exec(text); match && match.index < last; match = marks.exec(text)) {
    const { index } = match;
    const end = match[0] === '/' ? (commentEnd(text, index) ?? index + 1) : quoteEnd(text, index);
    marks.lastIndex = end;
    if (end > index + 1) inside.push([index, end]);
  }
  return names.filter((name) => !inside.some(([from, to]) => from < name.start && name.start < to));
}

/** Whether an offset stands in a preprocessor line or its continuations. */
function inDirective(text: string, offset: number): boolean {
  let start = text.lastIndexOf('\n', offset - 1) + 1;
  while (start > 1 && (text[start - 2] === '\\' || (text[start - 2] === '\r' && text[start - 3] === '\\'))) start = text.lastIndexOf('\n', start - 2) + 1;
  return /^[ \t]*#/.test(text.slice(start, start + 80));
}

function take(root: SyntaxNode, name: Named, base: number, text: string, scopes: Scopes, found: Map<number, LocatedCall>, looks: { made: number }): void {
  const at = name.start - base;
  const node = root.descendantForIndex(at, at + name.name.length - 1);
  if (node?.type !== 'identifier' || node.startIndex !== at) return;
  const call = node.parent;
  // tree-sitter names the callee's place; a declarator of the same name has another parent.
  if (call?.type !== 'call_expression' || call.childForFieldName('function')?.id !== node.id) return;
  let enclosing: SyntaxNode | null = call;
  for (let steps = 0; enclosing && enclosing.type !== 'function_definition'; steps++) {
    looks.made += root.endIndex;
    enclosing = steps < MAX_NESTING && looks.made < MAX_LOOKS ? enclosing.parent : null;
  }
  if (!enclosing) {
    found.set(name.start, { ...name, function: '', blocks: [], likely: scopes.likely(null, text) });
    return;
  }
  found.set(name.start, {
    ...name,
    function: declaredName(enclosing.childForFieldName('declarator')) ?? '',
    blocks: scopes.around(call, enclosing),
    likely: enclosing.hasError ? scopes.likely(enclosing, text) : undefined,
  });
}
