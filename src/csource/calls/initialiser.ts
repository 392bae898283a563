import type { Token } from '../parse/lexer.ts';
import type { CType } from '../types/c-type.ts';
import { Doubt } from '../evaluate/doubt.ts';
import { stringLength } from '../evaluate/string-length.ts';

/** What an initialiser gives a member: the tokens of its expression, or nothing, which is zero. */
export type Initial = readonly Token[] | 'zero';

/**
 * What a braced initialiser gives a member (C17 6.7.9): by designators (`.a.b = x`), or in the order of the members.
 * @param tokens from `{` to `}`, expanded
 * @param steps names of the members on the way, outermost first
 * @returns undefined where it cannot be told
 */
export function initialOf(tokens: readonly Token[], steps: readonly string[], type: CType): Initial | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return tokens[0]?.text === '{' ? undefined : tokens;
  if (tokens[0]?.text !== '{' || tokens.at(-1)?.text !== '}' || type.kind !== 'record') return undefined;
  let members;
  try {
    members = type.members();
  } catch (error) {
    if (error instanceof Doubt) return undefined;
    throw error;
  }
  const member = members.find(({ name }) => name === step);
  // A member of a struct or union without a name shares its braces or its place: not told apart here.
  if (!member || members.some(({ name, bits }) => name === undefined && bits === undefined)) return undefined;
  const parts = entries(tokens.slice(1, -1));
  let found: Initial = 'zero';
  let place = 0;
  for (const part of parts) {
    if (part[0]?.text === '[') return undefined;
    if (part[0]?.text !== '.') {
      // Braces may be left out around inner structs: then the order is another.
      if (members.some((each) => each.type.kind === 'record' || each.type.kind === 'array') && part[0]?.text !== '{') return undefined;
      if (members[place]?.name === step) {
        const inner = initialOf(part, rest, member.type);
        if (inner === undefined) return undefined;
        found = inner;
      }
      place++;
      continue;
    }
    const name = part[1]?.text;
    place = members.findIndex((each) => each.name === name) + 1;
    if (place === 0) return undefined;
    if (name !== step) continue;
    if (part[2]?.text === '=') {
      const inner = initialOf(part.slice(3), rest, member.type);
      if (inner === undefined) return undefined;
      found = inner;
    } else if (part[2]?.text === '.' && part[3]?.text === rest[0]) {
      // `.a.b = x`
      const at = part.findIndex(({ text }) => text === '=');
      if (at !== 2 + 2 * rest.length || rest.some((each, number) => part[3 + 2 * number]?.text !== each)) return undefined;
      found = part.slice(at + 1);
    } else if (part[2]?.text !== '.') return undefined;
  }
  // What is given to one member of a union is what all of them hold.
  return found === 'zero' && parts.length > 0 && type.name.startsWith('union') ? undefined : found;
}

/**
 * How many elements an initialiser gives an array that is declared without a length (C17 6.7.9).
 * @param tokens from behind the `=`, expanded
 * @param of the type of an element
 * @param constant the value of an index
 * @returns undefined where it cannot be told
 */
export function lengthOf(tokens: readonly Token[], of: CType, constant: (index: readonly Token[]) => bigint | undefined): number | undefined {
  const ofChars = of.kind === 'integer' && of.size === 1;
  if (ofChars && tokens.length > 0 && tokens.every(({ kind }) => kind === 'string')) {
    const lengths = tokens.map(stringLength);
    return lengths.includes(undefined) ? undefined : lengths.reduce<number>((sum, each) => sum + (each ?? 0), 1);
  }
  if (tokens[0]?.text !== '{' || tokens.at(-1)?.text !== '}') return undefined;
  let most = 0;
  let place = 0;
  for (const part of entries(tokens.slice(1, -1))) {
    let value = part;
    if (part[0]?.text === '[') {
      // `[2] = x`, `[2 ... 4] = x`
      const close = part.findIndex(({ text }) => text === ']');
      const range = part.findIndex(({ text }) => text === '...');
      const index = constant(part.slice(range > 0 && range < close ? range + 1 : 1, close));
      if (index === undefined || index < 0n || index > MAX_INDEX || part[close + 1]?.text !== '=') return undefined;
      place = Number(index);
      value = part.slice(close + 2);
    }
    // Braces may be left out around inner structs and arrays; a string alone fills an array of characters.
    const whole = of.kind === 'integer' ? value[0]?.kind !== 'string' : of.kind === 'pointer' || value[0]?.text === '{' || (of.kind === 'array' && value[0]?.kind === 'string');
    if (!whole || value.length === 0 || value[0]?.text === '.' || of.kind === 'unknown') return undefined;
    most = Math.max(most, ++place);
  }
  return most > 0 ? most : undefined;
}

const MAX_INDEX = 1n << 24n;

/** The entries of an initialiser, split at commas outside all brackets. */
export function entries(tokens: readonly Token[]): (readonly Token[])[] {
  const parts: Token[][] = [];
  let part: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text)) depth--;
    if (depth === 0 && token.text === ',') {
      parts.push(part);
      part = [];
    } else part.push(token);
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
