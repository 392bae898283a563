import { MAX_TOKENS, scanCode } from '../parse/lexer.ts';
import type { Token } from '../parse/lexer.ts';
import type { SourceIndex, TypeEvent } from './source-index.ts';

const known = new WeakMap<SourceIndex, ReadonlyMap<string, readonly TypeEvent[]>>();

/** The types of a file by the keys under which they are looked up: `struct x`, `union x`, `enum x`, `typedef x`, `enumerator X`. */
export function typeKeys(index: SourceIndex): ReadonlyMap<string, readonly TypeEvent[]> {
  let keys = known.get(index) as Map<string, TypeEvent[]> | undefined;
  if (keys) return keys;
  keys = new Map();
  for (const event of index.types) {
    for (const key of keysOf(index, event)) {
      const list = keys.get(key);
      if (list) list.push(event);
      else keys.set(key, [event]);
    }
  }
  known.set(index, keys);
  return keys;
}

/** For a typedef every name that may be the one it declares. */
function keysOf(index: SourceIndex, event: TypeEvent): readonly string[] {
  const keys: string[] = [];
  if (event.kind === 'typedef') {
    const { tokens } = declarationTokens(index, event.offset);
    let braces = 0;
    for (let at = 1; at < tokens.length; at++) {
      const token = tokens[at] as Token;
      if (token.text === '{') braces++;
      else if (token.text === '}') braces--;
      else if (braces === 0 && token.kind === 'name') {
        const next = tokens[at + 1];
        // A name before a name or a star is what is being renamed; before an annotation it may be either.
        if (next?.text === '*' || next?.text === '{' || (next?.kind === 'name' && !next.text.startsWith('__'))) continue;
        keys.push(`typedef ${token.text}`);
      }
    }
  } else {
    if (event.name !== '') keys.push(`${event.kind} ${event.name}`);
    if (event.kind === 'enum') keys.push(...enumeratorNames(index, event.offset).map((name) => `enumerator ${name}`));
  }
  return [...new Set(keys)];
}

function enumeratorNames(index: SourceIndex, offset: number): string[] {
  const names: string[] = [];
  let depth = 0;
  let fresh = false;
  scanCode(index.text, offset, index.text.length, (token) => {
    if (token.text === '{' || token.text === '(') {
      depth++;
      fresh = depth === 1;
    } else if (token.text === '}' || token.text === ')') {
      depth--;
      if (token.text === '}' && depth <= 0) return false;
    } else if (token.text === ',' && depth === 1) fresh = true;
    else if (fresh && token.kind === 'name') {
      names.push(token.text);
      fresh = false;
    }
    return names.length < MAX_TOKENS;
  });
  return names;
}

/** Tokens from an offset up to the `;` that ends the declaration there, whatever `#if` they stand under, and its end. */
export function declarationTokens(index: SourceIndex, offset: number): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  let depth = 0;
  let end = index.text.length;
  scanCode(index.text, offset, index.text.length, (token) => {
    tokens.push(token);
    if (token.text === '{' || token.text === '(') depth++;
    else if (token.text === '}' || token.text === ')') depth--;
    if (depth < 0 || (depth === 0 && token.text === ';')) {
      end = token.start + 1;
      return false;
    }
    return tokens.length < 100_000;
  });
  return { tokens, end };
}
