import { Doubt } from '../evaluate/doubt.ts';
import { Cursor } from '../parse/cursor.ts';
import type { Token } from '../parse/lexer.ts';
import { pointerTo } from '../types/c-type.ts';
import type { CType } from '../types/c-type.ts';
import type { Locals, Names } from '../types/names.ts';
import { readDeclarator, readSpecifiers } from '../types/read-type.ts';
import type { SyntaxNode } from '../parse/syntax-node.ts';
import { lengthOf } from './initialiser.ts';

/** Where a variable in scope at a call is declared. */
export interface Declaration {
  readonly name: string;
  readonly parameter: boolean;
  readonly from: number;
  readonly to: number;
}

/** Declarations in scope at a call, innermost block first. */
export type ScopeBlocks = readonly (readonly Declaration[])[];

interface Sibling {
  readonly id: number;
  readonly start: number;
  readonly preprocessor: boolean;
  readonly declarations: readonly Declaration[];
}

/** Scopes of one parsed text. Each block is read once, however many calls stand in it. */
export class Scopes {
  readonly #base: number;
  readonly #blocks = new Map<number, readonly Sibling[]>();
  readonly #likely = new Map<number | null, LikelyDeclarations>();

  /** @param base added to all offsets */
  constructor(base: number) {
    this.#base = base;
  }

  /** What is declared before a node in the blocks around it, up to its function. */
  around(node: SyntaxNode, functionNode: SyntaxNode): ScopeBlocks {
    const blocks: Declaration[][] = [];
    let child: SyntaxNode = node;
    for (let parent = node.parent; parent; child = parent, parent = parent.parent) {
      const block: Declaration[] = [];
      for (const sibling of this.#siblings(parent)) {
        if (sibling.start > child.startIndex) break;
        // What an #if around the node declares is found on the way up through it.
        if (sibling.id !== child.id || !sibling.preprocessor) block.push(...sibling.declarations);
      }
      if (block.length > 0) blocks.push(block);
      if (parent.id === functionNode.id) break;
    }
    const parameters: Declaration[] = [];
    collectParameters(functionNode.childForFieldName('declarator'), this.#base, parameters);
    if (parameters.length > 0) blocks.push(parameters);
    return blocks;
  }

  /** What a function seems to declare; without one, what the whole file does. */
  likely(functionNode: SyntaxNode | null, text: string): LikelyDeclarations {
    const id = functionNode?.id ?? null;
    let known = this.#likely.get(id);
    if (!known) this.#likely.set(id, (known = new LikelyDeclarations(functionNode ? text.slice(functionNode.startIndex + this.#base, functionNode.endIndex + this.#base) : text)));
    return known;
  }

  #siblings(parent: SyntaxNode): readonly Sibling[] {
    const known = this.#blocks.get(parent.id);
    if (known) return known;
    const siblings: Sibling[] = [];
    for (const node of parent.namedChildren) {
      const preprocessor = node.type.startsWith('preproc_');
      if (node.type !== 'declaration' && !preprocessor) continue;
      const declarations: Declaration[] = [];
      collect(node, this.#base, declarations);
      if (declarations.length > 0) siblings.push({ id: node.id, start: node.startIndex, preprocessor, declarations });
    }
    this.#blocks.set(parent.id, siblings);
    return siblings;
  }
}

/** `#if`s in one another that are looked into. */
const MAX_NESTING = 100;

function collect(node: SyntaxNode, base: number, into: Declaration[], depth = 0): void {
  if (node.type === 'declaration') {
    // A declaration around the call declares its names before its initialisers (C17 6.2.1).
    for (const declarator of node.childrenForFieldName('declarator')) {
      const name = declaredName(declarator);
      if (name !== undefined) into.push({ name, parameter: false, from: node.startIndex + base, to: node.endIndex + base });
    }
  } else if (node.type.startsWith('preproc_') && depth < MAX_NESTING) {
    for (const child of node.namedChildren) collect(child, base, into, depth + 1);
  }
}

function collectParameters(declarator: SyntaxNode | null, base: number, into: Declaration[]): void {
  for (let node = declarator; node; node = node.childForFieldName('declarator')) {
    if (node.type !== 'function_declarator') continue;
    for (const parameter of node.childForFieldName('parameters')?.namedChildren ?? []) {
      const name = parameter.type === 'parameter_declaration' ? declaredName(parameter.childForFieldName('declarator')) : undefined;
      if (name !== undefined) into.push({ name, parameter: true, from: parameter.startIndex + base, to: parameter.endIndex + base });
    }
    return;
  }
}

/** The identifier that a declarator declares. */
export function declaredName(declarator: SyntaxNode | null): string | undefined {
  let node = declarator;
  for (let steps = 0; node && steps < 40; steps++) {
    if (node.type === 'identifier') return node.text;
    node = node.childForFieldName('declarator') ?? (node.type === 'parenthesized_declarator' || node.type === 'attributed_declarator' ? node.namedChild(0) : null);
  }
  return undefined;
}

/** The locals of a function at a call. `likely` is what the function seems to declare, where it was not parsed without errors. */
export function localsAt(blocks: ScopeBlocks, likely: LikelyDeclarations | undefined): Locals {
  const open = new Set<string>();
  return {
    typeOf(name, names) {
      let found: readonly Declaration[] = [];
      for (const block of blocks) {
        found = block.filter((declaration) => declaration.name === name);
        if (found.length > 0) break;
      }
      if (likely && likely.of(name) > found.length) throw new Doubt(`the declaration of ${name} could not be read with certainty`);
      const [declaration] = found;
      if (!declaration) return undefined;
      if (found.length > 1) throw new Doubt(`${name} is declared more than once`);
      if (open.has(name)) throw new Doubt(`the type of ${name} depends on itself`);
      open.add(name);
      try {
        return readDeclaration(declaration, names);
      } finally {
        open.delete(name);
      }
    },
  };
}

export function readDeclaration(declaration: Declaration, names: Names, instance = names.unit.main): CType {
  const cursor = new Cursor(names.tokens(instance, declaration.from, declaration.to));
  const specifiers = readSpecifiers(cursor, names);
  while (!cursor.ended) {
    const { name, type } = readDeclarator(cursor, specifiers.type, names);
    if (name === declaration.name) {
      if (type.kind !== 'array') return type;
      const tokens = initialiser(cursor);
      return declaration.parameter ? pointerTo(type.of) : withLength(type, () => tokens, names);
    }
    initialiser(cursor);
    if (!cursor.take(',')) break;
  }
  throw new Doubt(`the declaration of ${declaration.name} could not be read`);
}

/** The tokens of an initialiser, passed over; none where there is none. */
function initialiser(cursor: Cursor): readonly Token[] {
  const start = cursor.take('=') ? cursor.at : undefined;
  while (!cursor.ended && cursor.peek() !== ',' && cursor.peek() !== ';') {
    if (/^[([{]$/.test(cursor.peek())) cursor.skipBrackets();
    else cursor.at++;
  }
  return start === undefined ? [] : cursor.tokens.slice(start, cursor.at);
}

/** An array that is declared as `x[] = …`, with the length that its initialiser gives it, worked out when it is asked for. */
export function withLength(type: ArrayType, tokens: () => readonly Token[] | undefined, names: Names): CType {
  if (type.count !== undefined || type.why !== undefined) return type;
  const constant = (index: readonly Token[]): bigint | undefined => {
    const cursor = new Cursor(index);
    const { value } = names.constant(cursor);
    return cursor.ended ? value : undefined;
  };
  return {
    kind: 'array', of: type.of,
    get count() {
      return lengthOf(tokens() ?? [], type.of, constant);
    },
  };
}

type ArrayType = Extract<CType, { readonly kind: 'array' }>;

/** What looks like a declaration in a text that was not parsed with certainty. Read when a name is first asked for. */
export class LikelyDeclarations {
  readonly #text: string;
  #counts: ReadonlyMap<string, number> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** How often a name seems to be declared. */
  of(name: string): number {
    this.#counts ??= countLikely(this.#text);
    return this.#counts.get(name) ?? 0;
  }
}

function countLikely(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, before = '', name = ''] of text.matchAll(/\b(\w+)[\s*]+([A-Za-z_$][\w$]*)\s*(?=[=;,)[])/g)) {
    if (!/^(?:return|else|case|goto|sizeof|do)$/.test(before)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
