import { Cursor } from '../parse/cursor.ts';
import type { Token } from '../parse/lexer.ts';
import { INT, LLONG, LONG, ULLONG, ULONG, CHAR, pointerTo, unknownType } from '../types/c-type.ts';
import type { CType, IntegerType } from '../types/c-type.ts';
import type { Argument, Environment, Value } from '../types/environment.ts';
import { alignOf, memberOf, offsetOf, sharingMembers, sizeOf } from '../types/layout.ts';
import { beginsType, readTypeName } from '../types/read-type.ts';
import { attempt, because, castTo } from './cast.ts';
import { Doubt, ExhaustedDoubt } from './doubt.ts';
import { greatest, least, rangeOfBinary, rangeOfType, union } from './range.ts';
import { binary, binaryType, character, commonType, literal, promote, unary } from './integer.ts';
import type { Integer } from './integer.ts';
import { stringLength } from './string-length.ts';
import { kernelFunction } from './kernel-functions.ts';

/** How an expression is read: as C; as C of which the type is wanted, and constants; or as the preprocessor reads it after `#if`, where every integer has 64 bits. */
export type Mode = 'c' | 'preprocessor' | 'type';

const PREPROCESSOR_TYPES: readonly IntegerType[] = [LLONG, ULLONG];

const PRECEDENCE: Readonly<Record<string, number>> = {
  '*': 10, '/': 10, '%': 10, '+': 9, '-': 9, '<<': 8, '>>': 8, '<': 7, '>': 7, '<=': 7, '>=': 7, '==': 6, '!=': 6, '&': 5, '^': 4, '|': 3, '&&': 2, '||': 1,
};
/** Read as functions: their definitions take their operands apart in ways that lose the bound. */
export const BOUNDS: ReadonlySet<string> = new Set(['min', 'max', 'min_t', 'max_t', 'clamp', 'clamp_t', 'clamp_val']);

const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

/**
 * Reads C expressions over expanded tokens, for type and constant value. What is no constant has no value and says why;
 * text that is no expression throws Doubt.
 */
export class ExpressionReader {
  readonly #cursor: Cursor;
  readonly #environment: Environment;
  readonly #mode: Mode;
  #unevaluated = 0;

  constructor(cursor: Cursor, environment: Environment, mode: Mode = 'c') {
    this.#cursor = cursor;
    this.#environment = environment;
    this.#mode = mode;
  }

  /** A whole expression with commas. */
  expression(): Value {
    let value = this.assignment();
    while (this.#cursor.take(',')) {
      const last = this.assignment();
      value = { ...last, type: decay(last.type) };
    }
    return value;
  }

  /** An assignment expression: what an argument is. */
  assignment(): Value {
    return this.#cursor.nested(() => {
      const left = this.conditional();
      const operator = this.#cursor.peek();
      if (!ASSIGNMENTS.has(operator)) return left;
      this.#cursor.at++;
      const right = this.assignment();
      // An assignment has the value that is stored (C17 6.5.16).
      if (operator === '=' && left.type.kind === 'integer' && right.type.kind === 'integer') return castTo(left.type, right);
      return { type: left.type, why: 'it assigns a value' };
    });
  }

  conditional(): Value {
    const condition = this.#binary(1);
    if (!this.#cursor.take('?')) return condition;
    return this.#cursor.nested(() => {
      const first = this.#cursor.peek() === ':' ? condition : this.expression();
      this.#cursor.expect(':');
      const second = this.conditional();
      const { type: a } = first;
      const { type: b } = second;
      if (a.kind !== 'integer' || b.kind !== 'integer') return { type: decay(a.kind === 'integer' ? b : a), why: 'it chooses between what are no integers' };
      const type = commonType(a, b);
      if (condition.value === undefined) {
        const open = because(condition, first, second);
        const range = open.broken ? undefined : union(castTo(type, first), castTo(type, second));
        return { type, ...open, ...(range ? { range } : {}) };
      }
      const taken = condition.value !== 0n ? first : second;
      return castTo(type, taken);
    });
  }

  #binary(lowest: number): Value {
    let left = this.#cast();
    for (;;) {
      const operator = this.#cursor.peek();
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence < lowest || this.#cursor.token?.kind !== 'punct') return left;
      this.#cursor.at++;
      left = combine(operator, left, this.#cursor.nested(() => this.#binary(precedence + 1)));
    }
  }

  #cast(): Value {
    const cursor = this.#cursor;
    if (cursor.peek() !== '(' || this.#mode === 'preprocessor') return this.#unary();
    const start = cursor.at;
    cursor.at++;
    if (!beginsType(cursor, this.#environment)) {
      cursor.at = start;
      return this.#unary();
    }
    const type = readTypeName(cursor, this.#environment);
    cursor.expect(')');
    if (cursor.peek() === '{') {
      cursor.skipBrackets();
      return this.#postfix({ type, why: 'it is a compound literal' });
    }
    const operand = cursor.nested(() => this.#cast());
    return castTo(type, operand);
  }

  #unary(): Value {
    const cursor = this.#cursor;
    const text = cursor.peek();
    if (cursor.token?.kind === 'punct') {
      if (text === '+' || text === '-' || text === '~' || text === '!') {
        cursor.at++;
        return applyUnary(text, cursor.nested(() => this.#cast()));
      }
      if (text === '&' || text === '*') {
        cursor.at++;
        const operand = cursor.nested(() => this.#cast());
        const path = operand.path === undefined ? {} : { path: `${text}${operand.path}`, ...(operand.rivals ? { rivals: operand.rivals } : {}) };
        if (text === '&') return { type: pointerTo(operand.type), why: 'it is an address', ...path };
        return { type: pointee(operand.type), why: 'it is read from memory', ...path };
      }
      if (text === '++' || text === '--') {
        cursor.at++;
        return { type: this.#unary().type, why: `${text} changes a variable` };
      }
    }
    if (text === 'sizeof' || text === '_Alignof' || text === '__alignof__') {
      cursor.at++;
      return cursor.nested(() => this.#sizeof(text));
    }
    if (text === '__extension__') {
      cursor.at++;
      return this.#cast();
    }
    return this.#postfix(this.#primary());
  }

  #sizeof(operator: string): Value {
    const cursor = this.#cursor;
    const start = cursor.at;
    let type: CType | undefined;
    if (cursor.take('(')) {
      if (beginsType(cursor, this.#environment)) {
        type = readTypeName(cursor, this.#environment);
        cursor.expect(')');
        if (cursor.peek() === '{') throw new Doubt('the size of a compound literal');
      } else cursor.at = start;
    }
    if (!type) {
      this.#unevaluated++;
      type = this.#unary().type;
      this.#unevaluated--;
    }
    const text = cursor.tokens.slice(start, cursor.at).map((token) => token.text).join(' ').replace(/\( | \)/g, (b) => b.trim()).replace(/ ?(->|\.) ?/g, '$1').replace(/\* (?=\w)/g, '*');
    try {
      if (operator !== 'sizeof') return { type: this.#environment.abi.size, value: BigInt(alignOf(type, this.#environment.abi)) };
      const size = sizeOf(type, this.#environment.abi);
      if (type.kind === 'record') this.#environment.onSizeof(`sizeof ${text}`, type.layout());
      else if (type.kind !== 'integer') this.#environment.onSizeof(`sizeof ${text}`, { size, align: 1 });
      return { type: this.#environment.abi.size, value: BigInt(size) };
    } catch (error) {
      if (!(error instanceof Doubt)) throw error;
      return { type: this.#environment.abi.size, why: `sizeof ${text.slice(0, 80)}: ${error.message}` };
    }
  }

  #postfix(start: Value): Value {
    const cursor = this.#cursor;
    let value = start;
    for (;;) {
      const text = cursor.peek();
      if (text === '[') {
        cursor.at++;
        const index = cursor.nested(() => this.expression());
        cursor.expect(']');
        value = { type: value.type.kind === 'integer' ? pointee(index.type) : pointee(value.type), why: 'it is read from memory' };
      } else if (text === '.' || text === '->') {
        cursor.at++;
        const name = cursor.peek();
        cursor.at++;
        const record = text === '.' ? value.type : pointee(value.type);
        value = { type: memberType(record, name), why: `the value of ${name} is only known at run time`, ...memberOfPath(value, record, text, name) };
      } else if (text === '(') {
        cursor.skipBrackets();
        const type = value.type.kind === 'function' ? value.type.returns : unknownType('what a function returns is not known');
        value = { type, why: value.why?.startsWith('what ') ? value.why : 'it calls a function' };
      } else if (text === '++' || text === '--') {
        cursor.at++;
        value = { type: value.type, why: `${text} changes a variable` };
      } else return this.#follow(value);
    }
  }

  /** What is known of the value of a variable or member, and of anything by its type. */
  #follow(value: Value): Value {
    if (value.value !== undefined || value.broken || value.type.kind !== 'integer' || this.#mode !== 'c' || this.#unevaluated > 0) return value;
    const { type } = value;
    const bounds = value.range ?? rangeOfType(type);
    const here = value.path === undefined ? undefined : this.#environment.followed(value.path, type, value.rivals);
    const loose = here?.value === undefined && (!here?.range || here.range.wide);
    const known = (loose && value.member ? this.#environment.stored(value.member.record, value.member.field, type, value.path) : undefined) ?? here;
    if (!known) return { ...value, ...(bounds ? { range: bounds } : {}) };
    const converted = castTo(type, { ...known, type: known.type.kind === 'integer' ? known.type : type });
    if (converted.value !== undefined) return { type, value: converted.value };
    const range = converted.range ?? bounds;
    return { type, ...because({ ...value, ...known, why: known.why ?? value.why ?? 'it is not a constant' }), ...(range ? { range } : {}) };
  }

  #primary(): Value {
    const cursor = this.#cursor;
    const { token } = cursor;
    if (!token) throw new Doubt('an expression was expected at the end');
    cursor.at++;
    switch (token.kind) {
      case 'number':
        if (/^(?!0[xX])[\d.]*[.eE]|^0[xX].*[.pP]/.test(token.text)) return { type: unknownType('a floating number'), why: 'it is a floating number' };
        return literal(token.text, this.#mode === 'preprocessor' ? PREPROCESSOR_TYPES : this.#environment.abi.literals);
      case 'char':
        return character(token.text);
      case 'string': {
        let count: number | undefined = 1 + (stringLength(token) ?? NaN);
        for (; cursor.token?.kind === 'string'; cursor.at++) count += stringLength(cursor.token) ?? NaN;
        if (Number.isNaN(count)) count = undefined;
        return { type: { kind: 'array', of: CHAR, count, ...(count === undefined ? { why: 'the length of a string is not known' } : {}) }, why: 'it is a string' };
      }
      case 'name':
        return this.#name(token.text);
      default:
    }
    if (token.text === '(') {
      if (cursor.peek() === '{') {
        cursor.at--;
        cursor.skipBrackets();
        return { type: unknownType('a statement expression'), why: 'it is a statement expression' };
      }
      const value = cursor.nested(() => this.expression());
      cursor.expect(')');
      return value;
    }
    throw new Doubt(`an expression was expected before "${token.text.slice(0, 30)}"`);
  }

  #name(name: string): Value {
    const cursor = this.#cursor;
    if (this.#mode === 'preprocessor') {
      if (cursor.peek() === '(') cursor.skipBrackets();
      return { type: LLONG, why: `${name} is not defined in the files read` };
    }
    if (name === '__builtin_offsetof' || name === 'offsetof') return this.#offsetof(name);
    if (BOUNDS.has(name) && cursor.peek() === '(') return this.#bound(name);
    if (cursor.peek() === '(') return this.#call(name);
    const variable = this.#environment.variable(name);
    if (variable) return { type: variable, why: `the value of ${name} is not followed`, path: name };
    const enumerator = this.#environment.enumerator(name);
    if (enumerator) return enumerator;
    const table = this.#environment.table?.(name);
    if (table) return { type: table, why: `${name} is an array` };
    const why = `${name} is no constant of the file or its local headers`;
    return { type: unknownType(why), why };
  }

  /** A call of a function by its name, for its type and what is known of its value. */
  #call(name: string): Value {
    const cursor = this.#cursor;
    const start = cursor.at + 1;
    cursor.skipBrackets();
    const given = splitAtCommas(cursor.tokens.slice(start, cursor.at - 1)).map((tokens): Argument => () => {
      try {
        const inner = new Cursor(tokens);
        const value = cursor.nested(() => new ExpressionReader(inner, this.#environment, this.#mode).assignment());
        return inner.ended ? value : undefined;
      } catch (error) {
        if (error instanceof Doubt && !(error instanceof ExhaustedDoubt)) return undefined;
        throw error;
      }
    });
    const own = this.#environment.called(name, given, cursor.tokens.slice(start - 2, cursor.at).map((token) => token.text).join(' '));
    if (own?.returned) return castTo(own.type, own.returned);
    const why = `what ${name}() returns is not followed`;
    if (own) return { type: own.type, why };
    const known = kernelFunction(name, given);
    if (!known) return { type: unknownType(`what ${name}() returns is not known`), why };
    // The table says unsigned long as an architecture of 64 bits has it.
    return known.type === ULONG ? castTo(this.#environment.abi.ulong, known) : known;
  }

  /** min, max and clamp of include/linux/minmax.h: bounds where an operand is no constant. */
  #bound(name: string): Value {
    const cursor = this.#cursor;
    cursor.expect('(');
    let type: CType | undefined;
    const operands: Value[] = [];
    cursor.nested(() => {
      if (name.endsWith('_t')) {
        type = readTypeName(cursor, this.#environment);
        cursor.expect(',');
      }
      do operands.push(this.assignment());
      while (cursor.take(','));
      cursor.expect(')');
    });
    const [a, b, c] = operands;
    if (!a || !b || operands.length !== (name.startsWith('clamp') ? 3 : 2)) throw new Doubt(`${name} with other arguments`);
    if (name === 'clamp_val') type = a.type;
    if (!type && (a.type.kind !== 'integer' || b.type.kind !== 'integer')) return { type: unknownType(`${name} of what are no integers`), ...because(a, b) };
    const common: CType = type ?? (a.type.kind === 'integer' && b.type.kind === 'integer' ? commonType(a.type, b.type) : INT);
    const [x, y] = [castTo(common, a), castTo(common, b)];
    if (c) return least(greatest(x, y, common), castTo(common, c), common);
    return name.startsWith('max') ? greatest(x, y, common) : least(x, y, common);
  }

  #offsetof(name: string): Value {
    const cursor = this.#cursor;
    cursor.expect('(');
    let type = cursor.nested(() => readTypeName(cursor, this.#environment));
    cursor.expect(',');
    let offset = 0n;
    let why: string | undefined;
    for (let first = true; cursor.peek() !== ')'; first = false) {
      if (cursor.take('[')) {
        const index = cursor.nested(() => this.expression());
        cursor.expect(']');
        if (type.kind !== 'array') throw new Doubt(`${name} with an index into what is no array`);
        type = type.of;
        if (index.value === undefined) why ??= index.why ?? 'an index is not a constant';
        else offset += index.value * BigInt(sizeOf(type, this.#environment.abi));
        continue;
      }
      if (!first) cursor.expect('.');
      const member = cursor.peek();
      cursor.at++;
      const found = offsetOf(type, member);
      type = found.type;
      offset += BigInt(found.offset);
    }
    cursor.expect(')');
    const { size } = this.#environment.abi;
    return why === undefined ? { type: size, value: BigInt.asUintN(size.size * 8, offset) } : { type: size, why };
  }
}

function splitAtCommas(tokens: readonly Token[]): (readonly Token[])[] {
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
  if (part.length > 0 || parts.length > 0) parts.push(part);
  return parts;
}

function decay(type: CType): CType {
  return type.kind === 'array' ? pointerTo(type.of) : type;
}

function pointee(type: CType): CType {
  if (type.kind === 'pointer') return type.to;
  if (type.kind === 'array') return type.of;
  if (type.kind === 'function' || type.kind === 'unknown') return type;
  return unknownType('it reads through what is no pointer');
}

/** What is known of a member by what holds it: its path, the struct it is of, and what shares its memory. */
function memberOfPath(value: Value, record: CType, operator: string, name: string): Pick<Value, 'path' | 'rivals' | 'member'> {
  if (record.kind !== 'record') return memberPath(value.path, operator, name);
  const sharing = sharingOf(record, name);
  const rivals = [...(value.rivals ?? []), ...sharing.flatMap((other) => memberPath(value.path, operator, other).path ?? [])];
  // Stores to a member of a union that shares its place are not looked for all over the driver.
  return { ...memberPath(value.path, operator, name), ...(rivals.length > 0 ? { rivals } : {}), ...(sharing.length === 0 ? { member: { record: record.name, field: name } } : {}) };
}

function sharingOf(record: CType, name: string): readonly string[] {
  try {
    return sharingMembers(record, name);
  } catch (error) {
    if (error instanceof Doubt) return [];
    throw error;
  }
}

function memberPath(path: string | undefined, operator: string, name: string): { path?: string } {
  if (path === undefined) return {};
  if (path.startsWith('&')) return operator === '->' ? { path: `${path.slice(1)}.${name}` } : {};
  if (path.startsWith('*')) return operator === '.' ? { path: `${path.slice(1)}->${name}` } : {};
  return { path: `${path}${operator}${name}` };
}

function memberType(record: CType, name: string): CType {
  try {
    const field = memberOf(record, name);
    return field.bits !== undefined ? unknownType('a bit-field has no size') : field.type;
  } catch (error) {
    if (error instanceof Doubt) return unknownType(error.message);
    throw error;
  }
}

function asInteger(value: Value): Integer | undefined {
  return value.value !== undefined && value.type.kind === 'integer' ? { type: value.type, value: value.value } : undefined;
}

function applyUnary(operator: string, operand: Value): Value {
  const { type } = operand;
  const result = operator === '!' ? INT : type.kind === 'integer' ? promote(type) : type;
  const constant = asInteger(operand);
  if (!constant) {
    const range = operand.broken ? undefined : operator === '!' ? { min: 0n, max: 1n, by: 'a condition' } : operator === '+' ? operand.range : rangeOfType(result);
    return { type: result, ...because(operand), ...(range ? { range } : {}) };
  }
  return attempt(result, () => unary(operator, constant));
}

function combine(operator: string, left: Value, right: Value): Value {
  const a = asInteger(left);
  const b = asInteger(right);
  // The right side is not evaluated where the left one decides.
  if (operator === '&&' && a?.value === 0n) return { type: INT, value: 0n };
  if (operator === '||' && a && a.value !== 0n) return { type: INT, value: 1n };
  const type = resultType(operator, left.type, right.type);
  if (!a || !b) {
    const open = because(left, right);
    const range = type.kind === 'integer' && !open.broken ? rangeOfBinary(operator, left, right, type) : undefined;
    return { type, ...open, ...(range ? { range } : {}) };
  }
  return attempt(type, () => binary(operator, a, b));
}

function resultType(operator: string, left: CType, right: CType): CType {
  if (/^(?:[<>]=?|[=!]=|&&|\|\|)$/.test(operator)) return INT;
  if (left.kind === 'integer' && right.kind === 'integer') return binaryType(operator, left, right);
  const a = decay(left);
  const b = decay(right);
  if (operator === '-' && a.kind === 'pointer' && b.kind === 'pointer') return LONG;
  if (operator === '+' || operator === '-') {
    if (a.kind === 'pointer') return a;
    if (b.kind === 'pointer') return b;
  }
  if (a.kind === 'unknown') return a;
  return b.kind === 'unknown' ? b : unknownType('an operator on what are no integers');
}

