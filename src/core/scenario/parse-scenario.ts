import { type Node, type ParseError, findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import * as v from 'valibot';
import { scenarioMistakes } from './scenario-mistakes.ts';
import { type Scenario, ScenarioSchema } from './scenario-schema.ts';

/** One thing wrong with a scenario's text, at its place. Offsets count UTF-16 units; line and column from 1. */
export interface ScenarioProblem {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;
}

/** Offsets in the text of each step, for results that point back at it. */
export interface StepSpan {
  readonly offset: number;
  readonly length: number;
  readonly line: number;
}

/** The parser's codes in words. */
const SYNTAX: Readonly<Record<ReturnType<typeof printParseErrorCode>, string>> = {
  InvalidSymbol: 'a bare word: expected a string in double quotes, a number, true, false, null, { or [',
  InvalidNumberFormat: 'expected a number',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon behind the key',
  CommaExpected: 'expected a comma before the next value',
  CloseBraceExpected: 'a { is not closed: expected }',
  CloseBracketExpected: 'a [ is not closed: expected ]',
  EndOfFileExpected: 'expected nothing behind the value',
  InvalidCommentToken: 'expected a comment as // or /* */',
  UnexpectedEndOfComment: 'a comment is not closed: expected */',
  UnexpectedEndOfString: 'a string is not closed: expected a double quote',
  UnexpectedEndOfNumber: 'expected the rest of a number',
  InvalidUnicode: 'expected four hexadecimal digits behind \\u',
  InvalidEscapeCharacter: 'expected an escape that JSON has, such as \\n or \\"',
  InvalidCharacter: 'a control character stands in a string: expected it escaped',
  '<unknown ParseErrorCode>': 'expected JSON',
};

export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario; readonly spans: readonly StepSpan[] }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

/** Reads a `*.dma.json` text (JSON with comments). Every problem comes with its place; nothing is thrown. */
export function parseScenario(text: string): ParsedScenario {
  const errors: ParseError[] = [];
  // Without an error there is a value: an empty text is one.
  const tree = parseTree(text, errors, { allowTrailingComma: true })!;
  const at = locator(text);
  const [syntax] = errors;
  if (syntax) {
    const { offset, length, error } = syntax;
    return { ok: false, problems: [{ message: `not valid JSON: ${SYNTAX[printParseErrorCode(error)]}`, offset, length, ...at(offset) }] };
  }
  const parsed = v.safeParse(ScenarioSchema, getNodeValue(tree));
  if (!parsed.success) {
    return { ok: false, problems: parsed.issues.flatMap((issue) => leaves(issue)).map((issue) => problemAt(tree, at, issue)) };
  }
  const problems = scenarioMistakes(parsed.output).map(({ path, message }): ScenarioProblem => {
    const { offset, length } = findNodeAtLocation(tree, [...path]) ?? tree;
    return { message, offset, length, ...at(offset) };
  });
  if (problems.length > 0) return { ok: false, problems };
  const spans = parsed.output.steps.map((_, index) => {
    const node = findNodeAtLocation(tree, ['steps', index]);
    const offset = node?.offset ?? 0;
    return { offset, length: node?.length ?? 0, line: at(offset).line };
  });
  return { ok: true, scenario: parsed.output, spans };
}

type Locator = (offset: number) => { line: number; column: number };

function locator(text: string): Locator {
  return (offset) => {
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
  };
}

/** An object that fits no member of a union tells more by the member's own issues than by the union's. */
function leaves(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown>[] {
  return issue.issues && issue.issues.length > 0 && issue.kind === 'schema' && issue.type !== 'variant' ? [...issue.issues.flatMap((inner) => leaves(inner))] : [issue];
}

function problemAt(tree: Node, at: Locator, issue: v.BaseIssue<unknown>): ScenarioProblem {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const missing = issue.received === 'undefined';
  const key = path.at(-1);
  const unknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  let node = findNodeAtLocation(tree, path);
  // An unknown key is marked at the key, a missing one at the object that lacks it.
  if (unknownKey && node?.parent) node = node.parent.children?.[0] ?? node;
  while (!node && path.length > 0) {
    path.pop();
    node = findNodeAtLocation(tree, path);
  }
  const { offset, length } = node ?? tree;
  const message = unknownKey ? `unknown key "${String(key)}"` : missing ? `"${String(key)}" is missing` : issue.message;
  return { message, offset, length, ...at(offset) };
}
