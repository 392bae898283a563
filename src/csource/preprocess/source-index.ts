import { beginsLine, commentEnd, directiveEnd, lex, quoteEnd, scanCode } from '../parse/lexer.ts';
import type { Token } from '../parse/lexer.ts';
import { MacroTable } from './macro-table.ts';
import type { MacroDefinition } from './macro-table.ts';

/** One branch of an `#if` group, and the branch that encloses the group. */
export interface Condition {
  /** Number of the condition in its file; 0 is the file itself. */
  readonly id: number;
  readonly parent: Condition | undefined;
  readonly kind: 'file' | 'if' | 'ifdef' | 'ifndef' | 'else';
  /** How many conditions enclose it. */
  readonly depth: number;
  /** The branches of its group in order, and its place among them: those before it must be false. */
  readonly group: readonly Condition[];
  readonly nth: number;
  /** Offset of the directive. */
  readonly offset: number;
  /** Range of the expression or name. */
  readonly from: number;
  readonly to: number;
}

export interface IncludeEvent {
  readonly path: string;
  /** Whether it stands in `<…>`. */
  readonly angled: boolean;
  readonly offset: number;
  readonly condition: Condition;
}

/** A `struct x {`, `union x {`, `enum [x] {` or `typedef`, by the offset of its keyword. */
export interface TypeEvent {
  readonly kind: 'struct' | 'union' | 'enum' | 'typedef';
  /** Tag; empty where there is none. */
  readonly name: string;
  readonly offset: number;
  readonly condition: Condition;
}

export interface PackEvent {
  readonly text: string;
  readonly offset: number;
  readonly condition: Condition;
}

/** What one file says to the preprocessor and which types it defines. Depends on the file's text alone. */
export interface SourceIndex {
  readonly path: string;
  readonly text: string;
  readonly macros: MacroTable;
  readonly includes: readonly IncludeEvent[];
  readonly types: readonly TypeEvent[];
  readonly packs: readonly PackEvent[];
  /** Macro that guards the whole file against a second inclusion, or `#pragma once`; undefined where there is neither. */
  readonly guard: string | undefined;
  /** Offsets at which the condition changes, ascending, each with the condition that holds from there. */
  readonly changes: readonly { readonly offset: number; readonly condition: Condition }[];
}

const INTEREST = /[/"'#]|\b(?:struct|union|enum|typedef)\b/g;

const DIRECTIVE = /#[ \t]*([a-z_]+)/y;

/** Indexes a file in one pass. Any text is accepted. */
export function indexSource(path: string, text: string): SourceIndex {
  const root: Condition = { id: 0, parent: undefined, kind: 'file', depth: 0, group: [], nth: 0, offset: 0, from: 0, to: 0 };
  const macros = new MacroTable(text);
  const includes: IncludeEvent[] = [];
  const types: TypeEvent[] = [];
  const packs: PackEvent[] = [];
  const changes: { offset: number; condition: Condition }[] = [{ offset: 0, condition: root }];
  const stack: { outer: Condition; branches: Condition[] }[] = [];
  let current = root;
  let conditions = 1;
  let guard: string | undefined;
  // The whole-file guard: the first directive opens it, the second defines it, and its #endif is the last directive.
  let directives = 0;
  let guardName: string | undefined;
  let guardClosedAt = -1;
  let guardFrom = 0;
  let guardTo = 0;

  const enter = (branch: Condition, end: number): void => {
    current = branch;
    changes.push({ offset: end, condition: branch });
  };

  const pattern = new RegExp(INTEREST.source, 'g');
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const word = match[0];
    const offset = match.index;
    const first = word[0];
    if (first === '/') {
      pattern.lastIndex = commentEnd(text, offset) ?? offset + 1;
      continue;
    }
    if (first === '"' || first === "'") {
      pattern.lastIndex = quoteEnd(text, offset);
      continue;
    }
    if (first !== '#') {
      const type = readTypeHead(text, word, offset, pattern.lastIndex, current);
      if (type) types.push(type);
      continue;
    }
    if (!beginsLine(text, offset)) continue;
    const end = directiveEnd(text, offset);
    pattern.lastIndex = end;
    DIRECTIVE.lastIndex = offset;
    const name = DIRECTIVE.exec(text)?.[1];
    const from = DIRECTIVE.lastIndex;
    if (!name || from > Math.min(end, offset + 40)) continue;
    directives++;
    switch (name) {
      case 'define':
      case 'undef': {
        const defined = macros.add({ offset, from, end, defines: name === 'define', condition: current });
        if (directives === 2 && name === 'define' && defined !== undefined && guardName === defined) guard = guardName;
        break;
      }
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const branches: Condition[] = [];
        const branch: Condition = { id: conditions++, parent: current, kind: name, depth: current.depth + 1, group: branches, nth: 0, offset, from, to: end };
        branches.push(branch);
        if (directives === 1) {
          guardName = guardNameOf(text, name, from, end);
          guardFrom = offset;
        }
        stack.push({ outer: current, branches });
        enter(branch, end);
        break;
      }
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else': {
        const group = stack.at(-1);
        if (!group) break;
        if (stack.length === 1 && group.branches[0]?.id === 1) guardName = undefined;
        const kind = name === 'else' ? 'else' : name === 'elif' ? 'if' : name === 'elifdef' ? 'ifdef' : 'ifndef';
        const branch: Condition = { id: conditions++, parent: group.outer, kind, depth: group.outer.depth + 1, group: group.branches, nth: group.branches.length, offset, from, to: end };
        group.branches.push(branch);
        enter(branch, end);
        break;
      }
      case 'endif': {
        const group = stack.pop();
        if (!group) break;
        if (stack.length === 0 && group.branches[0]?.id === 1) {
          guardClosedAt = directives;
          guardTo = end;
        }
        enter(group.outer, offset);
        break;
      }
      case 'include': {
        const file = /^[ \t]*(?:"([^"\n]{1,400})"|<([^>\n]{1,400})>)/.exec(text.slice(from, Math.min(end, from + 500)));
        const named = file?.[1] ?? file?.[2];
        if (named !== undefined) includes.push({ path: named, angled: file?.[1] === undefined, offset, condition: current });
        break;
      }
      case 'pragma': {
        const body = text.slice(from, end).trim();
        if (/^once\b/.test(body)) guard = '#pragma once';
        else if (/^pack\b/.test(body)) packs.push({ text: body, offset, condition: current });
        break;
      }
      default:
    }
  }
  const guards = guard === guardName && guardClosedAt === directives && isBlank(text, 0, guardFrom) && isBlank(text, guardTo, text.length);
  if (guard !== '#pragma once' && !guards) guard = undefined;
  return { path, text, macros, includes, types, packs, guard, changes };
}

/** Whether nothing but comments and white space stands in a range. */
function isBlank(text: string, from: number, to: number): boolean {
  let blank = true;
  scanCode(text, from, to, () => (blank = false));
  return blank;
}

function guardNameOf(text: string, kind: string, from: number, to: number): string | undefined {
  const body = text.slice(from, Math.min(to, from + 200));
  if (kind === 'ifndef') return /^\s*([A-Za-z_]\w*)/.exec(body)?.[1];
  if (kind === 'if') return /^\s*!\s*defined\s*\(?\s*([A-Za-z_]\w*)\s*\)?\s*$/.exec(body)?.[1];
  return undefined;
}

const HEAD_TOKENS = 40;

function readTypeHead(text: string, word: string, offset: number, from: number, condition: Condition): TypeEvent | undefined {
  if (word === 'typedef') return { kind: 'typedef', name: '', offset, condition };
  const kind = word === 'struct' ? 'struct' : word === 'union' ? 'union' : 'enum';
  // Most uses of the keyword are references (`struct x *p`): two tokens decide them without a lexer.
  const quick = /\s*(?:([A-Za-z_]\w*)\s*)?([^\s\w])/y;
  quick.lastIndex = from;
  const match = quick.exec(text);
  if (match?.[2] === '{') return { kind, name: match[1] ?? '', offset, condition };
  if (!/^\s*(?:__|\/|#)/.test(text.slice(from, from + 40))) return undefined;
  let name = '';
  let depth = 0;
  let left = HEAD_TOKENS;
  for (const token of lex(text, from, Math.min(text.length, from + 600))) {
    if (left-- === 0) return undefined;
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    else if (depth > 0) continue;
    else if (token.text === '{') return { kind, name, offset, condition };
    else if (token.kind === 'name') name = token.text;
    else return undefined;
  }
  return undefined;
}

/** The condition that holds at an offset. */
export function conditionAt(index: SourceIndex, offset: number): Condition {
  return (index.changes[changeAt(index, offset)] ?? index.changes[0])?.condition as Condition;
}

/** Number of the last change of condition at or before an offset. */
function changeAt(index: SourceIndex, offset: number): number {
  let low = 0;
  let high = index.changes.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((index.changes[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** Whether the condition changes between two offsets. */
export function hasConditions(index: SourceIndex, from: number, to: number): boolean {
  return changeAt(index, from) !== changeAt(index, to);
}

/** Tokens of a macro's body. */
export function bodyTokens(index: SourceIndex, definition: MacroDefinition): Token[] {
  return lex(index.text, definition.from, definition.to);
}
