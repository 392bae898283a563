import { commonType, convert } from '../evaluate/integer.ts';
import { boundsOf } from '../evaluate/range.ts';
import type { Token } from '../parse/lexer.ts';
import type { IntegerType } from '../types/c-type.ts';
import type { Range, Value } from '../types/environment.ts';

/** What a condition says of one variable: an end of its range, or a value that it has not. */
export interface Limit {
  readonly min?: bigint;
  readonly max?: bigint;
  readonly not?: bigint;
}

const NEGATED: Readonly<Record<string, string>> = { '<': '>=', '>': '<=', '<=': '>', '>=': '<', '==': '!=', '!=': '==' };
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=', '==': '==', '!=': '!=' };

/**
 * What a condition that has turned out one way says of a variable or member (`x`, `p->y`). Conditions that compare anything
 * else with it say nothing; none that is not certain is used.
 * @param tokens of the condition, expanded
 * @param holds how it turned out
 * @param evaluate the value of the other side
 */
export function limitsOf(tokens: readonly Token[], holds: boolean, path: string, type: IntegerType, evaluate: (tokens: readonly Token[]) => Value | undefined, depth = 0): Limit[] {
  const inner = stripped(tokens);
  if (depth > 40 || inner.length === 0) return [];
  const recurse = (part: readonly Token[], turned: boolean): Limit[] => limitsOf(part, turned, path, type, evaluate, depth + 1);
  const top = topLevel(inner);
  if (top.some(({ text }) => /^(?:[?:,]|[-+*/%&|^]?=|<<=|>>=)$/.test(text))) return [];
  for (const operator of ['||', '&&']) {
    const cuts = top.filter(({ text }) => text === operator).map(({ at }) => at);
    if (cuts.length === 0) continue;
    // Of an `||` that holds, or an `&&` that does not, it is not known which part decided.
    if (holds === (operator === '||')) return [];
    return cutAt(inner, cuts).flatMap((part) => recurse(part, holds));
  }
  if (inner[0]?.text === '!' && top.every(({ at }) => at === 0 || !/^(?:[<>]=?|[=!]=|[-+*/%&|^])$/.test(inner[at]?.text ?? ''))) return recurse(inner.slice(1), !holds);
  const [comparison, ...more] = top.filter(({ text }) => NEGATED[text] !== undefined);
  if (more.length > 0) return [];
  if (!comparison) return nameOf(inner) === path ? [holds ? { not: 0n } : { min: 0n, max: 0n }] : [];
  const left = inner.slice(0, comparison.at);
  const right = inner.slice(comparison.at + 1);
  const mirrored = nameOf(left) !== path;
  if (mirrored && nameOf(right) !== path) return [];
  const written = mirrored ? MIRRORED[comparison.text] : comparison.text;
  const operator = holds ? written : NEGATED[written ?? ''];
  const other = evaluate(mirrored ? left : right);
  const bounds = other && !other.broken ? boundsOf(other) : undefined;
  if (!other || other.type.kind !== 'integer' || !bounds || operator === undefined) return [];
  return compared(operator, bounds, type, other.type);
}

function compared(operator: string, bounds: Range, type: IntegerType, otherType: IntegerType): Limit[] {
  const common = commonType(type, otherType);
  if (convert(bounds.min, common) !== bounds.min || convert(bounds.max, common) !== bounds.max) return [];
  // A negative value is compared as a large one: below a small number it is not.
  const wraps = type.signed && !common.signed;
  const top = (1n << BigInt(common.size * 8 - 1)) - 1n;
  const below = (max: bigint): Limit[] => (wraps ? (max <= top ? [{ min: 0n, max }] : []) : [{ max }]);
  const above = (min: bigint): Limit[] => (wraps ? [] : [{ min }]);
  switch (operator) {
    case '<': return below(bounds.max - 1n);
    case '<=': return below(bounds.max);
    case '>': return above(bounds.min + 1n);
    case '>=': return above(bounds.min);
    case '==': return wraps && bounds.max > top ? [] : [{ min: bounds.min, max: bounds.max }];
    case '!=': return bounds.min === bounds.max && !(wraps && bounds.max > top) ? [{ not: bounds.min }] : [];
    default: return [];
  }
}

/** A range within limits; `'none'` where no value is left. */
export function narrow(range: Range, limits: readonly Limit[]): Range | 'none' {
  let { min, max } = range;
  for (const limit of limits) {
    if (limit.min !== undefined && limit.min > min) min = limit.min;
    if (limit.max !== undefined && limit.max < max) max = limit.max;
  }
  for (const limit of limits) {
    if (limit.not === min) min += 1n;
    if (limit.not === max) max -= 1n;
  }
  if (min > max) return 'none';
  if (min === range.min && max === range.max) return range;
  return max === range.max ? { ...range, min } : { min, max, by: 'what is checked before' };
}

/** The variable or member that tokens are, as paths are written; undefined where they are anything else. */
function nameOf(tokens: readonly Token[]): string | undefined {
  const inner = stripped(tokens);
  if (inner.length === 0 || !inner.every((token, at) => (at % 2 === 0 ? token.kind === 'name' : token.text === '.' || token.text === '->'))) return undefined;
  return inner.map((token) => token.text).join('');
}

/** Without brackets around the whole, and `!!`. */
function stripped(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens;
  for (;;) {
    if (inner[0]?.text === '(' && closes(inner) === inner.length - 1) inner = inner.slice(1, -1);
    else if (inner[0]?.text === '!' && inner[1]?.text === '!' && inner[2]?.text === '(' && closes(inner.slice(2)) === inner.length - 3) inner = inner.slice(2);
    else return inner;
  }
}

/** Where the bracket closes that opens the tokens. */
function closes(tokens: readonly Token[]): number {
  let depth = 0;
  for (let at = 0; at < tokens.length; at++) {
    if (/^[([{]$/.test(tokens[at]?.text ?? '')) depth++;
    else if (/^[)\]}]$/.test(tokens[at]?.text ?? '') && --depth === 0) return at;
  }
  return -1;
}

/** Operators outside all brackets. */
function topLevel(tokens: readonly Token[]): { readonly text: string; readonly at: number }[] {
  const found: { text: string; at: number }[] = [];
  let depth = 0;
  tokens.forEach(({ text, kind }, at) => {
    if (/^[([{]$/.test(text)) depth++;
    else if (/^[)\]}]$/.test(text)) depth--;
    else if (depth === 0 && kind === 'punct') found.push({ text, at });
  });
  return found;
}

function cutAt(tokens: readonly Token[], cuts: readonly number[]): (readonly Token[])[] {
  const ends = [-1, ...cuts, tokens.length];
  return ends.slice(1).map((end, number) => tokens.slice((ends[number] ?? -1) + 1, end));
}
