import { entering, guardOf } from './branches.ts';
import type { Around, Guard, Stretch } from './branches.ts';
import { declaredName } from './find-locals.ts';
import type { Declaration } from './find-locals.ts';
import type { SyntaxNode } from '../parse/syntax-node.ts';

/** A point of a function, with what is around it, outermost first. */
export interface Point {
  readonly offset: number;
  readonly around: readonly Around[];
}

/** A place that gives a variable or a member of one (`x`, `x.size`, `p->size`) a value. Offsets are those of the file. */
export interface Write extends Point {
  /** `=` for initialisers too, `++` and `--`; `other` for what is not followed. */
  readonly operator: string;
  /** The assigned expression; empty for `++` and `--`. */
  readonly from: number;
  readonly to: number;
  /** The part of `around` in which the write is always carried out once it is entered; undefined where a condition may skip it. */
  readonly block: number | undefined;
  /** Where what holds the path is assigned: the way from there to it (`.size`). */
  readonly rest?: string;
}

/** What a function does with its variables, as its text shows. */
export interface FunctionFacts {
  readonly name: string;
  readonly isStatic: boolean;
  /** Where its body begins. */
  readonly start: number;
  /** Parameters in order. */
  readonly parameters: readonly string[];
  /** Every variable declared anywhere in it. */
  readonly declarations: ReadonlyMap<string, readonly Declaration[]>;
  /** By path: a name, or names joined by `.` and `->`. */
  readonly writes: ReadonlyMap<string, readonly Write[]>;
  /** Assignments to members, whatever holds them: where the member is written out, and what it is given. */
  readonly stores: readonly (Write & { readonly target: Stretch })[];
  /** Members whose address is taken, or that are counted up or down, as they are written out. */
  readonly members: readonly Stretch[];
  /** Names whose address is taken, with the offset and the called function that it is handed to. */
  readonly addresses: ReadonlyMap<string, readonly { readonly offset: number; readonly callee: string }[]>;
  /** Names that stand as arguments of calls: a macro may change them. */
  readonly passed: ReadonlyMap<string, readonly { readonly callee: string; readonly from: number; readonly to: number }[]>;
  /** Names that a macro standing for a loop mentions. */
  readonly looped: ReadonlySet<string>;
  readonly labels: readonly number[];
  /** Offsets of `goto`s. */
  readonly jumps: readonly number[];
  /** Checks behind which a condition is known. */
  readonly guards: readonly Guard[];
  /** What it returns, in the order of the text. */
  readonly returns: readonly (Point & Stretch)[];
  /** Calls in it, in the order of the text. */
  readonly calls: readonly (Point & { readonly callee: string; readonly to: number; readonly arguments: readonly { readonly from: number; readonly to: number }[] })[];
}

/** Reads the facts of a function. `text` is what was given to the parser, before annotations were blanked; `base` is added to offsets. */
export function functionFacts(functionNode: SyntaxNode, text: string, base: number): FunctionFacts {
  const declarations = new Map<string, Declaration[]>();
  const writes = new Map<string, Write[]>();
  const addresses = new Map<string, { offset: number; callee: string }[]>();
  const passed = new Map<string, { callee: string; from: number; to: number }[]>();
  const stores: (Write & { target: Stretch })[] = [];
  const members: Stretch[] = [];
  const looped = new Set<string>();
  const labels: number[] = [];
  const jumps: number[] = [];
  const guards: Guard[] = [];
  const returns: (Point & Stretch)[] = [];
  const calls: FunctionFacts['calls'][number][] = [];

  const declare = (name: string, declaration: Declaration): void => push(declarations, name, declaration);
  const written = (operator: string, node: SyntaxNode, value: SyntaxNode | null, around: readonly Around[]): Write => ({
    offset: node.startIndex + base, around, operator, from: (value?.startIndex ?? 0) + base, to: (value?.endIndex ?? 0) + base, block: dominatedBlock(node),
  });
  const write = (path: string, operator: string, node: SyntaxNode, value: SyntaxNode | null, around: readonly Around[]): void => {
    push(writes, path, written(operator, node, value, around));
  };

  const walk = (node: SyntaxNode, around: readonly Around[], callee: string, depth: number): void => {
    if (depth > 150) return;
    switch (node.type) {
      case 'declaration':
        for (const declarator of node.childrenForFieldName('declarator')) {
          const name = declaredName(declarator);
          if (name === undefined) continue;
          declare(name, { name, parameter: false, from: node.startIndex + base, to: node.endIndex + base });
          if (declarator.type !== 'init_declarator') continue;
          const value = declarator.childForFieldName('value');
          if (value?.type === 'initializer_list') write(name, 'other', declarator, null, around);
          else write(name, '=', declarator, value, around);
          const head = node.text.slice(0, 60);
          // A static one keeps its value from call to call, unless it is a constant.
          if (/^\s*(?:\w+\s+)*static\b/.test(head) && (!/^[^=*]*\bconst\b[^=*]*=/.test(head))) write(name, 'other', declarator, null, around);
        }
        break;
      case 'assignment_expression': {
        const left = node.childForFieldName('left');
        const path = left && pathOf(left);
        const operator = node.childForFieldName('operator')?.text ?? 'other';
        const right = node.childForFieldName('right');
        if (path !== undefined && path !== null) write(path, operator, node, right, around);
        if (left?.type === 'field_expression') stores.push({ ...written(operator, node, right, around), target: { from: left.startIndex + base, to: left.endIndex + base } });
        break;
      }
      case 'update_expression': {
        const argument = node.childForFieldName('argument');
        if (argument?.type === 'field_expression') members.push({ from: argument.startIndex + base, to: argument.endIndex + base });
        const path = argument && pathOf(argument);
        if (path !== undefined && path !== null) write(path, node.childForFieldName('operator')?.text ?? 'other', node, null, around);
        break;
      }
      case 'return_statement': {
        const value = node.namedChildren.find((child) => child.type !== 'comment');
        if (value) returns.push({ offset: node.startIndex + base, around, from: value.startIndex + base, to: value.endIndex + base });
        break;
      }
      case 'pointer_expression': {
        const argument = node.childForFieldName('argument');
        if (node.childForFieldName('operator')?.text === '&' && argument) {
          if (argument.type === 'field_expression') members.push({ from: argument.startIndex + base, to: argument.endIndex + base });
          const path = pathOf(argument) ?? rootName(argument);
          if (path !== undefined) push(addresses, path, { offset: node.startIndex + base, callee });
        }
        break;
      }
      case 'asm_statement':
      case 'gnu_asm_expression':
        for (const name of node.text.match(/[A-Za-z_]\w*/g) ?? []) push(addresses, name, { offset: node.startIndex + base, callee: '' });
        break;
      case 'labeled_statement':
        labels.push(node.startIndex + base);
        break;
      case 'goto_statement':
        jumps.push(node.startIndex + base);
        break;
      case 'while_statement':
        // A macro that stands for a loop was made `while` for the parser.
        if (!text.startsWith('while', node.startIndex)) for (const name of node.childForFieldName('condition')?.text.match(/[A-Za-z_]\w*/g) ?? []) looped.add(name);
        break;
      case 'call_expression': {
        const called = node.childForFieldName('function');
        const name = called?.type === 'identifier' ? called.text : '';
        const given = (node.childForFieldName('arguments')?.namedChildren ?? []).filter((argument) => argument.type !== 'comment');
        calls.push({ offset: node.startIndex + base, to: node.endIndex + base, around, callee: name, arguments: given.map((argument) => ({ from: argument.startIndex + base, to: argument.endIndex + base })) });
        for (const argument of given) {
          for (const used of argument.text.match(/[A-Za-z_]\w*/g) ?? []) push(passed, used, { callee: name, from: node.startIndex + base, to: node.endIndex + base });
        }
        for (const child of node.namedChildren) walk(child, around, name, depth + 1);
        return;
      }
      default:
    }
    for (const child of node.namedChildren) {
      const entered = entering(node, child, base, node.type !== 'while_statement' || text.startsWith('while', node.startIndex));
      const guard = node.type === 'compound_statement' || node.type === 'case_statement' ? guardOf(child, node.id, base) : undefined;
      if (guard) guards.push(guard);
      walk(child, entered.length > 0 ? [...around, ...entered] : around, child.type === 'compound_statement' ? '' : callee, depth + 1);
    }
  };

  const body = functionNode.childForFieldName('body');
  const parameters: string[] = [];
  let declarator = functionNode.childForFieldName('declarator');
  while (declarator && declarator.type !== 'function_declarator') declarator = declarator.childForFieldName('declarator');
  for (const parameter of declarator?.childForFieldName('parameters')?.namedChildren ?? []) {
    if (parameter.type === 'comment') continue;
    const name = parameter.type === 'parameter_declaration' ? declaredName(parameter.childForFieldName('declarator')) : undefined;
    parameters.push(name ?? '');
    if (name !== undefined) declare(name, { name, parameter: true, from: parameter.startIndex + base, to: parameter.endIndex + base });
  }
  if (body) walk(body, entering(functionNode, body, base, true), '', 0);
  return {
    name: declaredName(functionNode.childForFieldName('declarator')) ?? '',
    isStatic: functionNode.namedChildren.some((child) => child.type === 'storage_class_specifier' && child.text === 'static'),
    start: (body?.startIndex ?? functionNode.startIndex) + base,
    parameters, declarations, writes, stores, members, addresses, passed, looped, labels, jumps, guards, returns, calls,
  };
}

/** The block that a write's statement belongs to, if entering the block always leads to the write. */
function dominatedBlock(write: SyntaxNode): number | undefined {
  let child = write;
  for (let parent = write.parent; parent; child = parent, parent = parent.parent) {
    switch (parent.type) {
      case 'compound_statement':
      case 'case_statement':
        return parent.id;
      case 'expression_statement': case 'parenthesized_expression': case 'comma_expression': case 'assignment_expression': case 'init_declarator':
      case 'declaration': case 'labeled_statement': case 'argument_list': case 'call_expression': case 'unary_expression':
        break;
      case 'binary_expression':
        if (/^(?:&&|\|\|)$/.test(parent.childForFieldName('operator')?.text ?? '') && parent.childForFieldName('left')?.id !== child.id) return undefined;
        break;
      case 'else_clause':
        break;
      case 'if_statement':
        // A branch without braces is one itself.
        if (parent.childForFieldName('condition')?.id !== child.id) return -child.id;
        break;
      case 'switch_statement':
        if (parent.childForFieldName('condition')?.id !== child.id) return undefined;
        break;
      case 'for_statement':
        if (parent.childForFieldName('initializer')?.id !== child.id) return undefined;
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}

/** `x`, `x.y`, `p->q.r`; undefined for anything else. */
function pathOf(node: SyntaxNode): string | undefined {
  if (node.type === 'identifier') return node.text;
  if (node.type === 'parenthesized_expression') {
    const inner = node.namedChild(0);
    return inner ? pathOf(inner) : undefined;
  }
  if (node.type !== 'field_expression') return undefined;
  const argument = node.childForFieldName('argument');
  const root = argument && pathOf(argument);
  if (root === undefined || root === null) return undefined;
  return `${root}${node.childForFieldName('operator')?.text === '->' ? '->' : '.'}${node.childForFieldName('field')?.text ?? '?'}`;
}

function rootName(node: SyntaxNode): string | undefined {
  let at: SyntaxNode | null = node;
  for (let steps = 0; at && steps < 40; steps++) {
    if (at.type === 'identifier') return at.text;
    at = at.childForFieldName('argument') ?? (at.type === 'parenthesized_expression' ? at.namedChild(0) : null);
  }
  return undefined;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
