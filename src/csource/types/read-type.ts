import { Doubt } from '../evaluate/doubt.ts';
import type { Cursor } from '../parse/cursor.ts';
import type { Abi } from './abi.ts';
import { BOOL, CHAR, INT, SCHAR, SHORT, UCHAR, UINT, unknownType, USHORT, VOID, pointerTo } from './c-type.ts';
import type { CType, Member } from './c-type.ts';
import type { Environment } from './environment.ts';
import { layOut } from './layout.ts';
import { isAnnotation, NO_ATTRIBUTES, readAttributes, withAttributes } from './read-attributes.ts';
import type { Attributes } from './read-attributes.ts';

const QUALIFIERS = new Set(['const', 'volatile', 'restrict', '__restrict', '__restrict__', '__volatile__', '__const', '_Atomic', '__extension__']);
const STORAGE = new Set(['static', 'extern', 'register', 'auto', 'inline', '__inline', '__inline__', 'typedef', '_Thread_local', '__always_inline']);
const BASIC = new Set([
  'void', 'char', 'short', 'int', 'long', 'signed', '__signed__', 'unsigned', 'float', 'double', '_Bool', '__int128', '_Complex',
]);
const TAGS = new Set(['struct', 'union', 'enum']);
const TYPEOF = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual']);

/** Declaration specifiers as read: the type, and attributes that go to what is declared. */
export interface Specifiers {
  readonly type: CType;
  readonly attributes: Attributes;
}

export interface Declarator {
  /** Empty for abstract declarators. */
  readonly name: string;
  readonly type: CType;
  readonly attributes: Attributes;
}

/** Whether a type name or declaration begins at the cursor. */
export function beginsType(cursor: Cursor, environment: Environment): boolean {
  const text = cursor.peek();
  if (QUALIFIERS.has(text) || BASIC.has(text) || TAGS.has(text) || TYPEOF.has(text)) return true;
  return cursor.token?.kind === 'name' && environment.variable(text) === undefined && environment.typedefNamed(text) !== undefined;
}

/** Reads a type name, as in `sizeof(…)` and casts. */
export function readTypeName(cursor: Cursor, environment: Environment): CType {
  const specifiers = readSpecifiers(cursor, environment);
  const declarator = readDeclarator(cursor, specifiers.type, environment);
  const attributes = readAttributes(cursor, environment, specifiers.attributes);
  if (attributes.packed || attributes.align !== undefined) throw new Doubt('a type name with attributes');
  return declarator.type;
}

/**
 * Reads declaration specifiers (`static const struct x`).
 * @throws Doubt where none stand at the cursor
 */
export function readSpecifiers(cursor: Cursor, environment: Environment): Specifiers {
  const words: string[] = [];
  let type: CType | undefined;
  let attributes = NO_ATTRIBUTES;
  for (;;) {
    attributes = readAttributes(cursor, environment, attributes);
    const text = cursor.peek();
    if (QUALIFIERS.has(text) || STORAGE.has(text)) cursor.at++;
    else if (BASIC.has(text)) {
      words.push(text);
      cursor.at++;
    } else if (type || words.length > 0) break;
    else if (TAGS.has(text)) type = readTagged(cursor, environment);
    else if (TYPEOF.has(text)) type = readTypeof(cursor, environment);
    else if (cursor.token?.kind === 'name') {
      cursor.at++;
      type = environment.typedefNamed(text) ?? unknownType(`the type ${text} is not defined in the file or its local headers`);
    } else break;
  }
  if (words.length > 0) type = basicType(words, environment.abi);
  if (!type) throw new Doubt(`a type was expected before "${cursor.peek().slice(0, 30)}"`);
  return { type, attributes };
}

function basicType(words: readonly string[], abi: Abi): CType {
  const count = (word: string): number => words.filter((other) => other === word).length;
  const longs = count('long');
  const unsigned = count('unsigned') > 0;
  if (count('_Complex') > 0) return unknownType('a complex type');
  if (count('void') > 0) return VOID;
  if (count('_Bool') > 0) return BOOL;
  if (count('float') > 0) return { kind: 'float', size: 4, align: 4 };
  if (count('double') > 0) return longs > 0 ? abi.longDouble : abi.double;
  if (count('__int128') > 0) return abi.pointer === 8 ? { kind: 'float', size: 16, align: 16 } : unknownType('__int128 on a 32 bit architecture');
  if (count('char') > 0) {
    if (unsigned) return UCHAR;
    return count('signed') + count('__signed__') > 0 ? SCHAR : CHAR;
  }
  if (count('short') > 0) return unsigned ? USHORT : SHORT;
  if (longs >= 2) return unsigned ? abi.ullong : abi.llong;
  if (longs === 1) return unsigned ? abi.ulong : abi.long;
  return unsigned ? UINT : INT;
}

function readTypeof(cursor: Cursor, environment: Environment): CType {
  cursor.at++;
  cursor.expect('(');
  const type = cursor.nested(() => (beginsType(cursor, environment) ? readTypeName(cursor, environment) : environment.expression(cursor).type));
  cursor.expect(')');
  return type;
}

function readTagged(cursor: Cursor, environment: Environment): CType {
  const first = cursor.token;
  const keyword = cursor.peek() === 'struct' ? 'struct' : cursor.peek() === 'union' ? 'union' : 'enum';
  cursor.at++;
  const before = readAttributes(cursor, environment, NO_ATTRIBUTES);
  let name = '';
  if (cursor.token?.kind === 'name') {
    name = cursor.peek();
    cursor.at++;
  }
  const between = readAttributes(cursor, environment, before);
  if (cursor.peek() !== '{') {
    if (name === '') throw new Doubt(`${keyword} without a name`);
    return environment.tagged(keyword, name);
  }
  if (keyword === 'enum') {
    cursor.skipBrackets();
    readAttributes(cursor, environment, between);
    // A named one is read where its name is looked up.
    return name === '' ? environment.enumAt(first) : environment.tagged('enum', name);
  }
  const pack = environment.packAt(first);
  const members = cursor.nested(() => readMembers(cursor, environment));
  const attributes = readAttributes(cursor, environment, between);
  refuseUnknownAnnotation(cursor, environment);
  return {
    kind: 'record',
    name: name === '' ? keyword : `${keyword} ${name}`,
    layout: environment.once(() => layOut(keyword, members, { packed: attributes.packed, align: attributes.align, pack }, environment.abi)),
    members: () => members,
  };
}

/**
 * A name behind `}` may be a variable or an annotation that changes the layout: `} __foo;`, `} __foo x;`. Macros were
 * expanded: where all that is included was read, an annotation of the driver's own is none.
 */
function refuseUnknownAnnotation(cursor: Cursor, environment: Environment): void {
  const name = cursor.peek();
  if (cursor.token?.kind !== 'name' || QUALIFIERS.has(name) || STORAGE.has(name) || environment.isNoMacro(name)) return;
  const next = cursor.tokens[cursor.at + 1];
  const annotated = next?.kind === 'name' && !isAnnotation(next.text) && next.text !== '__attribute__';
  if (name.startsWith('__') || annotated) throw new Doubt(`the annotation ${name} is not known`);
}

function readMembers(cursor: Cursor, environment: Environment): Member[] {
  cursor.expect('{');
  const members: Member[] = [];
  while (!cursor.take('}')) {
    if (cursor.ended) throw new Doubt('a struct is not closed');
    if (cursor.take(';')) continue;
    if (cursor.peek() === '_Static_assert' || cursor.peek() === 'static_assert') {
      cursor.at++;
      cursor.skipBrackets();
      continue;
    }
    const specifiers = readSpecifiers(cursor, environment);
    if (cursor.peek() === ';') {
      // `struct x;` inside a struct declares nothing; `struct { … };` is an unnamed member.
      if (specifiers.type.kind === 'record' && specifiers.type.name.includes(' ')) continue;
      if (specifiers.type.kind !== 'record') throw new Doubt('a member without a name');
      members.push({ type: specifiers.type, packed: specifiers.attributes.packed, align: specifiers.attributes.align });
      continue;
    }
    do members.push(readMember(cursor, specifiers, environment));
    while (cursor.take(','));
    cursor.expect(';');
  }
  return members;
}

function readMember(cursor: Cursor, specifiers: Specifiers, environment: Environment): Member {
  const declarator: Declarator =
    cursor.peek() === ':' ? { name: '', type: specifiers.type, attributes: NO_ATTRIBUTES } : readDeclarator(cursor, specifiers.type, environment);
  let bits: number | undefined;
  if (cursor.take(':')) {
    const { value } = environment.constant(cursor);
    if (value === undefined || value < 0n || value > 64n) throw new Doubt('the width of a bit-field is not known');
    bits = Number(value);
  } else if (declarator.name === '') throw new Doubt(`a member without a name before "${cursor.peek().slice(0, 30)}"`);
  const attributes = readAttributes(cursor, environment, withAttributes(specifiers.attributes, declarator.attributes));
  const member: { -readonly [K in keyof Member]: Member[K] } = { type: declarator.type, packed: attributes.packed, align: attributes.align };
  if (declarator.name !== '') member.name = declarator.name;
  if (bits !== undefined) member.bits = bits;
  return member;
}

/** Reads a declarator (`*p`, `a[4]`, `(*f)(int)`), named or abstract. */
export function readDeclarator(cursor: Cursor, base: CType, environment: Environment): Declarator {
  return cursor.nested(() => {
    let type = base;
    let attributes = readAttributes(cursor, environment, NO_ATTRIBUTES);
    while (cursor.peek() === '*' || QUALIFIERS.has(cursor.peek())) {
      if (cursor.peek() === '*') type = pointerTo(type);
      cursor.at++;
      attributes = readAttributes(cursor, environment, attributes);
    }
    if (cursor.peek() === '(' && opensDeclarator(cursor, environment)) {
      const inside = cursor.at + 1;
      cursor.skipBrackets();
      const outer = readSuffixes(cursor, type, environment);
      const end = cursor.at;
      cursor.at = inside;
      const inner = readDeclarator(cursor, outer, environment);
      cursor.expect(')');
      cursor.at = end;
      return inner;
    }
    let name = '';
    if (cursor.token?.kind === 'name') {
      name = cursor.peek();
      cursor.at++;
    }
    return { name, type: readSuffixes(cursor, type, environment), attributes: readAttributes(cursor, environment, attributes) };
  });
}

function opensDeclarator(cursor: Cursor, environment: Environment): boolean {
  const next = cursor.peek(1);
  if (next === '*' || next === '(' || next === '[' || next === '^') return true;
  if (next === ')' || cursor.tokens[cursor.at + 1]?.kind !== 'name') return false;
  return !(BASIC.has(next) || TAGS.has(next) || QUALIFIERS.has(next) || TYPEOF.has(next) || environment.typedefNamed(next) !== undefined);
}

function readSuffixes(cursor: Cursor, base: CType, environment: Environment): CType {
  const lengths: Length[] = [];
  let type = base;
  for (;;) {
    if (cursor.peek() === '(') {
      cursor.skipBrackets();
      type = { kind: 'function', returns: type };
    } else if (cursor.take('[')) lengths.push(readLength(cursor, environment));
    else break;
  }
  for (const length of lengths.reverse()) type = { kind: 'array', of: type, ...length };
  return type;
}

interface Length {
  readonly count: number | undefined;
  readonly why?: string;
}

function readLength(cursor: Cursor, environment: Environment): Length {
  while (QUALIFIERS.has(cursor.peek()) || cursor.peek() === 'static') cursor.at++;
  if (cursor.take(']')) return { count: undefined };
  const { value, why } = environment.expression(cursor);
  cursor.expect(']');
  if (value === undefined) return { count: undefined, why: `the length of an array is not known: ${why ?? 'it is no constant'}` };
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) return { count: undefined, why: 'the length of an array is negative or larger than any memory' };
  return { count: Number(value) };
}
