import type { FunctionText } from '../parse/read-function.ts';
import { splitByComma } from '../parse/read-function.ts';
import { behindBracket } from '../parse/read-statements.ts';
import type { Statement, TokenRange } from '../parse/read-statements.ts';

/** A part of an `if`, a loop or a `switch` around an expression. */
interface PathPart {
  /** Index of the statement's first token. */
  readonly of: number;
  readonly arm: 'then' | 'else' | 'loop' | 'switch';
  /** What the statement asks. */
  readonly head: TokenRange;
}

/** An expression or declaration of a function, in the order of the text. */
export interface Expression {
  readonly range: TokenRange;
  /** `statement`: its value is not used by the statement around it. */
  readonly role: 'statement' | 'condition' | 'loop' | 'switch' | 'return';
  readonly path: readonly PathPart[];
}

/** A call in an expression. Argument ranges are token indexes. */
export interface CallUse {
  readonly name: string;
  /** Index of the name's token. */
  readonly at: number;
  /** Index behind the closing bracket. */
  readonly to: number;
  readonly args: readonly TokenRange[];
  readonly expression: Expression;
}

/** A function with its expressions and calls laid out for the analyses of this folder. */
export interface FunctionView {
  readonly fn: FunctionText;
  readonly expressions: readonly Expression[];
  readonly calls: readonly CallUse[];
  /** Token indexes of labels and `case`s: ways may join there. */
  readonly labels: readonly number[];
  /** Token indexes of `goto`, `return`, `break` and `continue`. */
  readonly leaves: readonly number[];
}

const KEYWORDS = new Set(['if', 'for', 'while', 'switch', 'return', 'sizeof', 'typeof', '__typeof__', 'do', 'else', 'case', 'goto', 'defined', '_Alignof', '__attribute__', 'asm']);

/** Lays a function out. */
export function viewFunction(fn: FunctionText): FunctionView {
  const expressions: Expression[] = [];
  const labels: number[] = [];
  const leaves: number[] = [];
  const add = (range: TokenRange, role: Expression['role'], path: readonly PathPart[]): void => {
    if (range.to > range.from) expressions.push({ range, role, path });
  };
  const walk = (statement: Statement, path: readonly PathPart[]): void => {
    switch (statement.kind) {
      case 'block': for (const each of statement.body) walk(each, path); break;
      case 'if':
        add(statement.head, 'condition', path);
        walk(statement.then, [...path, { of: statement.range.from, arm: 'then', head: statement.head }]);
        if (statement.otherwise) walk(statement.otherwise, [...path, { of: statement.range.from, arm: 'else', head: statement.head }]);
        break;
      case 'loop': {
        const inside: readonly PathPart[] = [...path, { of: statement.range.from, arm: 'loop', head: statement.head }];
        const parts = splitBySemicolon(fn, statement.head);
        // A `do` asks behind its body; the order of what is found does not matter then.
        for (const [index, part] of parts.entries()) add(part, 'loop', parts.length === 3 && index === 0 ? path : inside);
        walk(statement.body, inside);
        break;
      }
      case 'switch':
        add(statement.head, 'switch', path);
        walk(statement.body, [...path, { of: statement.range.from, arm: 'switch', head: statement.head }]);
        break;
      case 'return':
        leaves.push(statement.range.from);
        add(statement.value, 'return', path);
        break;
      case 'goto': case 'leave': leaves.push(statement.range.from); break;
      case 'label': labels.push(statement.range.from); break;
      case 'plain': add(statement.range, 'statement', path);
    }
  };
  walk(fn.body, []);
  return { fn, expressions, calls: expressions.flatMap((expression) => callsOf(fn, expression)), labels, leaves };
}

function splitBySemicolon({ tokens }: FunctionText, range: TokenRange): TokenRange[] {
  const parts: TokenRange[] = [];
  let from = range.from;
  let depth = 0;
  for (let at = range.from; at < range.to; at++) {
    const text = tokens[at]?.text ?? '';
    if (text === '(' || text === '{') depth++;
    else if (text === ')' || text === '}') depth--;
    else if (text === ';' && depth === 0) {
      parts.push({ from, to: at });
      from = at + 1;
    }
  }
  parts.push({ from, to: range.to });
  return parts;
}

/** Brackets around a call that is looked at: a bound on work. */
const MAX_DEPTH = 64;

function callsOf(fn: FunctionText, expression: Expression): CallUse[] {
  const calls: CallUse[] = [];
  const { tokens } = fn;
  let depth = 0;
  for (let at = expression.range.from; at + 1 < expression.range.to; at++) {
    const token = tokens[at];
    if (token?.text === '(') depth++;
    else if (token?.text === ')') depth--;
    if (depth > MAX_DEPTH || token?.kind !== 'name' || tokens[at + 1]?.text !== '(' || KEYWORDS.has(token.text)) continue;
    const before = tokens[at - 1]?.text;
    if (before === '.' || before === '->') continue;
    const to = behindBracket(tokens, at + 1, expression.range.to);
    if (to === undefined) continue;
    calls.push({ name: token.text, at, to, args: splitByComma(tokens, at + 2, to - 1), expression });
  }
  return calls;
}

const texts = new WeakMap<FunctionText, Map<number, string>>();

/** The text of a range without spaces, as it is compared: brackets around the whole and casts of pointers go. */
export function textOf(fn: FunctionText, range: TokenRange): string {
  let known = texts.get(fn);
  if (!known) texts.set(fn, (known = new Map<number, string>()));
  // No function has as many tokens.
  const key = range.from * 65_536 + range.to;
  let text = known.get(key);
  if (text === undefined) known.set(key, (text = joined(fn, range)));
  return text;
}

function joined({ tokens }: FunctionText, range: TokenRange): string {
  let { from, to } = range;
  for (;;) {
    if (tokens[from]?.text !== '(') break;
    const behind = behindBracket(tokens, from, to);
    if (behind === undefined) break;
    if (behind === to) {
      from++;
      to--;
    } else if (isCast(tokens.slice(from + 1, behind - 1).map((token) => token.text)) && !/^[-+]$/.test(tokens[behind]?.text ?? '')) from = behind;
    else break;
  }
  let text = '';
  let before = '';
  for (let at = from; at < to; at++) {
    const token = tokens[at]?.text ?? '';
    if (/\w$/.test(before) && /^\w/.test(token)) text += ' ';
    text += token;
    before = token;
  }
  return text;
}

/** Whether what stands in brackets before an operand can only be a type: it ends in `*`, or names one of the usual words. */
function isCast(texts: readonly string[]): boolean {
  if (texts.length === 0) return false;
  if (texts.at(-1) === '*') return texts.slice(0, -1).every((text) => /^(?:\w+|\*)$/.test(text));
  return texts.every((text) => /^(?:unsigned|signed|long|int|short|char|const|volatile|void|struct|enum|[us](?:8|16|32|64)|__[lb]e(?:16|32|64)|size_t|u?int(?:8|16|32|64)?_t|uintptr_t|dma_addr_t|phys_addr_t|resource_size_t)$/.test(text));
}

/** Whether the first expression always came before when the second is reached by falling through the text. */
export function comesBefore(first: Expression, second: Expression): boolean {
  return first.range.from <= second.range.from && first.path.every((part, index) => {
    const other = second.path[index];
    return other !== undefined && other.of === part.of && other.arm === part.arm;
  });
}

/** The last name of `a->b[i].c`, or the name itself; empty where the text is no such path. */
export function lastName(path: string): string {
  const match = /(?:^|\.|->)(\w+)(?:\[[^[\]]{0,200}\])*$/.exec(path);
  return match?.[1] ?? '';
}

/** What a statement assigns a call's value to, as text; undefined where it does not. Bracketed casts between are passed over. */
export function assignedTo(fn: FunctionText, call: CallUse): string | undefined {
  const { tokens } = fn;
  let at = call.at - 1;
  // A cast before the call.
  if (tokens[at]?.text === ')') {
    let depth = 0;
    let open = at;
    for (; open >= call.expression.range.from; open--) {
      if (tokens[open]?.text === ')') depth++;
      else if (tokens[open]?.text === '(' && --depth === 0) break;
    }
    if (isCast(tokens.slice(open + 1, at).map((token) => token.text))) at = open - 1;
  }
  if (tokens[at]?.text !== '=') return undefined;
  const { from, to } = pathBefore(fn, at, call.expression.range.from);
  return to > from ? textOf(fn, { from, to }) : undefined;
}

/** The path that ends before a token: names joined by `.`, `->` and indexes. A `*` before it belongs to it. */
function pathBefore({ tokens }: FunctionText, end: number, least: number): TokenRange {
  let at = end;
  while (at > least) {
    const text = tokens[at - 1]?.text ?? '';
    if (text === ']') {
      let depth = 0;
      let open = at - 1;
      for (; open >= least; open--) {
        if (tokens[open]?.text === ']') depth++;
        else if (tokens[open]?.text === '[' && --depth === 0) break;
      }
      at = open;
      continue;
    }
    if (text === ')') {
      let depth = 0;
      let open = at - 1;
      for (; open >= least; open--) {
        if (tokens[open]?.text === ')') depth++;
        else if (tokens[open]?.text === '(' && --depth === 0) break;
      }
      at = open;
      continue;
    }
    if (tokens[at - 1]?.kind !== 'name') break;
    at--;
    const joint = tokens[at - 1]?.text;
    if (joint !== '.' && joint !== '->') break;
    at--;
  }
  if (tokens[at - 1]?.text === '*' && (at - 1 === least || /^[;{}(,=]$/.test(tokens[at - 2]?.text ?? ''))) at--;
  return { from: at, to: end };
}
