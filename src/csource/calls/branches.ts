import type { SyntaxNode } from '../parse/syntax-node.ts';

/** A range of offsets of the file. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A condition, and how it has turned out. */
export interface Test extends Stretch {
  readonly holds: boolean;
  /** Offset from which on it is known. */
  readonly since: number;
}

/** A branch or loop around a point of a function: its kind, its node, and which part of it. */
export interface Around {
  readonly id: number;
  /** The `if` that a branch belongs to; the node itself otherwise. */
  readonly owner: number;
  readonly kind: 'block' | 'loop' | 'then' | 'else';
  /** For blocks: whether a return ends them and nothing else leaves them. */
  readonly returns: boolean;
  /** What has been found on entering. */
  readonly test?: Test;
  /** For the cases of a `switch` that nothing falls into: its value, and the labels that lead here, or, for its `default`, those that do not. */
  readonly choice?: { readonly value: Stretch; readonly labels: readonly Stretch[]; readonly others: boolean };
}

/** A check behind which a condition is known: `if (bad) return;`. */
export interface Guard extends Test {
  /** The block in which it stands. */
  readonly block: number;
}

const LOOPS = new Set(['for_statement', 'while_statement', 'do_statement']);
/** Macros that are as true as their argument. */
const WRAPPERS = /^(?:likely|unlikely|WARN_ON|WARN_ON_ONCE|WARN|WARN_ONCE)$/;

/**
 * What is entered on the way from a node to its child. `base` is added to offsets.
 * @param plain whether a `while` is one, and not a macro that stands for a loop
 */
export function entering(parent: SyntaxNode, child: SyntaxNode, base: number, plain: boolean): Around[] {
  const parts: Around[] = [];
  const kind = partOf(parent, child);
  if (kind === 'loop') {
    const body = plain && parent.type !== 'do_statement' && parent.childForFieldName('body')?.id === child.id;
    parts.push({ id: parent.id, owner: parent.id, kind, returns: false, ...(body ? tested(parent, true, child.startIndex, base) : {}) });
  } else if (kind) parts.push({ id: -child.id, owner: parent.id, kind, returns: child.type === 'return_statement', ...tested(parent, kind === 'then', child.startIndex, base) });
  if (child.type === 'compound_statement') parts.push({ id: child.id, owner: child.id, kind: 'block', returns: endsInReturn(child) });
  else if (child.type === 'case_statement') {
    const choice = choiceOf(child, base);
    parts.push({ id: child.id, owner: child.id, kind: 'block', returns: endsInReturn(child), ...(choice ? { choice } : {}) });
  }
  return parts;
}

/** The check that a statement is, if what follows it in its block is reached only where its condition does not hold. */
export function guardOf(statement: SyntaxNode, block: number, base: number): Guard | undefined {
  if (statement.type !== 'if_statement' || statement.childForFieldName('alternative')) return undefined;
  const consequence = statement.childForFieldName('consequence');
  const { test } = tested(statement, false, statement.endIndex, base);
  return consequence && test && leaves(consequence) ? { ...test, block } : undefined;
}

function tested(parent: SyntaxNode, holds: boolean, since: number, base: number): { test?: Test } {
  let condition = parent.childForFieldName('condition');
  for (;;) {
    if (condition?.type === 'parenthesized_expression' && condition.namedChildCount === 1) condition = condition.namedChild(0);
    else if (condition?.type === 'call_expression' && WRAPPERS.test(condition.childForFieldName('function')?.text ?? '')) condition = condition.childForFieldName('arguments')?.namedChild(0) ?? null;
    else break;
  }
  return condition ? { test: { from: condition.startIndex + base, to: condition.endIndex + base, holds, since: since + base } } : {};
}

function partOf(parent: SyntaxNode, child: SyntaxNode): Around['kind'] | undefined {
  if (LOOPS.has(parent.type)) return parent.type === 'for_statement' && parent.childForFieldName('initializer')?.id === child.id ? undefined : 'loop';
  if (parent.type === 'if_statement') {
    if (parent.childForFieldName('consequence')?.id === child.id) return 'then';
    if (parent.childForFieldName('alternative')?.id === child.id) return 'else';
  }
  return undefined;
}

/** The labels that lead to a case, where no statement before it falls into it. */
function choiceOf(statement: SyntaxNode, base: number): Around['choice'] {
  const body = statement.parent;
  const value = body?.parent?.type === 'switch_statement' ? body.parent.childForFieldName('condition') : null;
  if (!body || !value) return undefined;
  const siblings = body.namedChildren.filter((node) => node.type !== 'comment');
  if (siblings.some((node) => node.type !== 'case_statement' || node.text.slice(0, 400).includes('...'))) return undefined;
  const stretch = (node: SyntaxNode): Stretch => ({ from: node.startIndex + base, to: node.endIndex + base });
  const labels: Stretch[] = [];
  for (let at = siblings.findIndex((node) => node.id === statement.id); at >= 0; at--) {
    const label = siblings[at]?.childForFieldName('value');
    const before = siblings[at - 1];
    const last = before?.namedChildren.filter((child) => child.type !== 'comment' && child.id !== before.childForFieldName('value')?.id).at(-1);
    // What the case before falls into is entered with other values too.
    if (last && !leaves(last)) return undefined;
    if (!label) {
      // A default takes what no case does; with cases of its own before or behind it, that is not told apart here.
      if (labels.length > 0 || (before && !last)) return undefined;
      const others = siblings.map((node) => node.childForFieldName('value')).filter((node) => node !== null);
      return { value: stretch(value), labels: others.map(stretch), others: true };
    }
    labels.push(stretch(label));
    if (!before || last) break;
  }
  return { value: stretch(value), labels, others: false };
}

/** Whether control never passes the end of a statement. */
function leaves(statement: SyntaxNode): boolean {
  if (/^(?:return|goto|break|continue)_statement$/.test(statement.type)) return true;
  if (statement.type !== 'compound_statement') return false;
  const last = statement.namedChildren.filter((child) => child.type !== 'comment').at(-1);
  // A label inside may be jumped to, but what follows it still ends in the jump away.
  return last ? leaves(last) : false;
}

function endsInReturn(block: SyntaxNode): boolean {
  const last = block.namedChildren.filter((child) => child.type !== 'comment').at(-1);
  return last?.type === 'return_statement' && !/\b(?:goto|break|continue)\b/.test(block.text);
}
