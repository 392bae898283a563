import type { Span } from './find-function.ts';
import type { Token } from './lexer.ts';
import { scanCode } from './lexer.ts';
import { behindBracket, readStatements } from './read-statements.ts';
import type { Statement, TokenRange } from './read-statements.ts';

/** A function as its tokens and statements show it. */
export interface FunctionText {
  readonly name: string;
  readonly isStatic: boolean;
  /** Tokens of the type and storage class before the name. */
  readonly type: TokenRange;
  /** One range a parameter. */
  readonly parameters: readonly TokenRange[];
  /** Tokens of head and body, directives left out; `start` is the offset in the file. */
  readonly tokens: readonly Token[];
  readonly body: Statement;
  /** Whether directives stand in it: then not all of its statements belong to one configuration. */
  readonly conditional: boolean;
}

const MAX_TOKENS = 60_000;

/** Reads the function of a span. @returns undefined where it is not one, or does not read as statements */
export function readFunction(text: string, span: Span): FunctionText | undefined {
  const tokens: Token[] = [];
  scanCode(text, span.from, span.to, (token) => {
    tokens.push(token);
    return tokens.length < MAX_TOKENS;
  });
  if (tokens.length >= MAX_TOKENS) return undefined;
  const open = tokens.findIndex((token) => token.text === '{');
  if (open < 4) return undefined;
  const bracket = parameterBracket(tokens, open);
  const name = bracket === undefined ? undefined : tokens[bracket - 1];
  if (bracket === undefined || name?.kind !== 'name') return undefined;
  const body = readStatements(tokens, open);
  if (body?.kind !== 'block' || body.range.to !== tokens.length) return undefined;
  return {
    name: name.text, isStatic: tokens.slice(0, bracket).some((token) => token.text === 'static'), type: { from: 0, to: bracket - 1 },
    parameters: splitByComma(tokens, bracket + 1, (behindBracket(tokens, bracket) ?? bracket + 2) - 1), tokens, body,
    conditional: /^[ \t]*#/m.test(text.slice(span.from, span.to)),
  };
}

/** The bracket that opens a function's parameters: the first one whose name is not an attribute's. */
function parameterBracket(tokens: readonly Token[], open: number): number | undefined {
  for (let at = 1; at < open; at++) {
    if (tokens[at]?.text !== '(') continue;
    const behind = behindBracket(tokens, at, open);
    if (behind === undefined) return undefined;
    if (!/^__/.test(tokens[at - 1]?.text ?? '')) return at;
    at = behind - 1;
  }
  return undefined;
}

/** Ranges between the commas of a range that stand in no bracket; none for an empty range. */
export function splitByComma(tokens: readonly Token[], from: number, to: number): TokenRange[] {
  const parts: TokenRange[] = [];
  if (to <= from) return parts;
  let start = from;
  let depth = 0;
  for (let at = from; at < to; at++) {
    const { kind, text } = tokens[at] as Token;
    if (kind !== 'punct') continue;
    if (text === '(' || text === '[' || text === '{') depth++;
    else if (text === ')' || text === ']' || text === '}') depth--;
    else if (text === ',' && depth === 0) {
      parts.push({ from: start, to: at });
      start = at + 1;
    }
  }
  parts.push({ from: start, to });
  return parts;
}
