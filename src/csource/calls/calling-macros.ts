import type { Token } from '../parse/lexer.ts';
import { bodyTokens } from '../preprocess/source-index.ts';
import type { SourceIndex } from '../preprocess/source-index.ts';
import { calledNames, DMA_APIS } from './dma-apis.ts';

/** Macros with parameters that call functions of the table, by name: the functions, in the order of the table's first use. */
export type CallingMacros = ReadonlyMap<string, ReadonlySet<string>>;

/** How often macros may stand for one another on the way to a call. */
const MAX_STEPS = 4;
/** A bound on work that no driver comes near. */
const MAX_MACROS = 500;
const MAX_LINES = 500;

const NONE: CallingMacros = new Map();
const direct = new WeakMap<SourceIndex, CallingMacros>();
const called = new WeakMap<SourceIndex, ReturnType<typeof calledNames>>();

/** Names of the table before a bracket in a file, looked for once. */
export function calledIn(file: SourceIndex): ReturnType<typeof calledNames> {
  let names = called.get(file);
  if (!names) called.set(file, (names = calledNames(file.text)));
  return names;
}

/** The macros of a file and its headers that call functions of the table, themselves or through another. */
export function callingMacros(files: readonly SourceIndex[]): CallingMacros {
  const found = new Map<string, Set<string>>();
  for (const file of files) for (const [name, apis] of directlyCalling(file)) enter(found, name, apis);
  let fresh = [...found.keys()];
  for (let step = 1; step < MAX_STEPS && fresh.length > 0 && found.size < MAX_MACROS; step++) {
    const before = new Map([...found].map(([name, apis]) => [name, apis.size]));
    const pattern = new RegExp(`\\b(?:${fresh.join('|')})(?=\\s{0,200}\\()`, 'g');
    for (const file of files) {
      for (const { 0: use, index } of file.text.matchAll(pattern)) {
        const name = macroAround(file.text, index);
        if (name !== undefined && name !== use) enter(found, name, found.get(use) ?? []);
      }
    }
    fresh = [...found].filter(([name, apis]) => apis.size !== before.get(name)).map(([name]) => name);
  }
  return found;
}

function directlyCalling(file: SourceIndex): CallingMacros {
  let known = direct.get(file);
  if (known) return known;
  const found = new Map<string, Set<string>>();
  for (const { name: api, start } of calledIn(file)) {
    const name = macroAround(file.text, start);
    if (name !== undefined) enter(found, name, [api]);
  }
  known = found.size > 0 ? found : NONE;
  direct.set(file, known);
  return known;
}

function enter(found: Map<string, Set<string>>, name: string, apis: Iterable<string>): void {
  // A driver's macro of a function's own name replaces the function: what it asks for is not known.
  if (DMA_APIS.has(name)) return;
  const list = found.get(name) ?? new Set();
  for (const api of apis) list.add(api);
  found.set(name, list);
}

/** The macro with parameters in whose definition an offset stands; undefined where it stands in none. */
function macroAround(text: string, offset: number): string | undefined {
  let start = text.lastIndexOf('\n', offset - 1) + 1;
  for (let lines = 0; lines < MAX_LINES && start > 1 && /\\\r?$/.test(text.slice(Math.max(0, start - 3), start - 1)); lines++) start = text.lastIndexOf('\n', start - 2) + 1;
  return /^[ \t]*#[ \t]*define[ \t]+(\w+)\(/.exec(text.slice(start, Math.min(offset, start + 200)))?.[1];
}

/**
 * The arguments of a call in expanded text.
 * @param nth which of several calls of the function, from 0
 * @returns undefined where there is no such call
 */
export function argumentsOf(tokens: readonly Token[], api: string, nth: number): Token[][] | undefined {
  let left = nth;
  for (let at = 0; at + 1 < tokens.length; at++) {
    if (tokens[at]?.text !== api || tokens[at]?.kind !== 'name' || tokens[at + 1]?.text !== '(') continue;
    if (left-- === 0) return splitFrom(tokens, at + 2);
  }
  return undefined;
}

function splitFrom(tokens: readonly Token[], from: number): Token[][] | undefined {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.text === ')' && depth === 0) return parts;
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text)) depth--;
    if (token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return undefined;
}

/** Index of the parameter of a macro that is, as it stands, the argument of a call in its body; undefined where it is none. */
export function passedParameter(file: SourceIndex, macro: string, api: string, argument: number): number | undefined {
  for (const { definition } of file.macros.get(macro) ?? []) {
    if (!definition?.parameters) continue;
    const given = argumentsOf(bodyTokens(file, definition), api, 0)?.[argument]?.filter((token) => token.text !== '(' && token.text !== ')');
    const at = given?.length === 1 ? definition.parameters.indexOf(given[0]?.text ?? '') : -1;
    if (at >= 0) return at;
  }
  return undefined;
}
