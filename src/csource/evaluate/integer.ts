import { INT } from '../types/c-type.ts';
import type { IntegerType } from '../types/c-type.ts';
import { Doubt } from './doubt.ts';

/** An integer constant: `value` always lies in the range of `type`. */
export interface Integer {
  readonly type: IntegerType;
  readonly value: bigint;
}

/** The value as C converts it to a type (C17 6.3.1.3; to a signed type modulo 2^n, as gcc and clang define it). */
export function convert(value: bigint, type: IntegerType): bigint {
  if (type.rank === 0) return value === 0n ? 0n : 1n;
  if (type.plainChar && (value < 0n || value > 127n)) throw new Doubt('whether plain char is signed differs between kernels');
  return wrap(value, type);
}

function wrap(value: bigint, type: IntegerType): bigint {
  return type.signed ? BigInt.asIntN(type.size * 8, value) : BigInt.asUintN(type.size * 8, value);
}

/** Integer promotions (C17 6.3.1.1). */
export function promote(type: IntegerType): IntegerType {
  return type.rank < INT.rank ? INT : type;
}

/** Usual arithmetic conversions of two integer types (C17 6.3.1.8). */
export function commonType(left: IntegerType, right: IntegerType): IntegerType {
  const a = promote(left);
  const b = promote(right);
  if (a.signed === b.signed) return a.rank >= b.rank ? a : b;
  const [unsigned, signed] = a.signed ? [b, a] : [a, b];
  if (unsigned.rank >= signed.rank) return unsigned;
  if (signed.size > unsigned.size) return signed;
  return { ...signed, signed: false };
}

/** Type of the result of a binary operator on two integer types. */
export function binaryType(operator: string, left: IntegerType, right: IntegerType): IntegerType {
  if (operator === '<<' || operator === '>>') return promote(left);
  if (/^(?:[<>]=?|[=!]=|&&|\|\|)$/.test(operator)) return INT;
  return commonType(left, right);
}

/**
 * A binary operator on two constants.
 * @throws Doubt where C leaves the result undefined
 */
export function binary(operator: string, left: Integer, right: Integer): Integer {
  const type = binaryType(operator, left.type, right.type);
  if (operator === '<<' || operator === '>>') return { type, value: shift(operator, convert(left.value, type), right.value, type) };
  if (operator === '&&') return { type, value: left.value !== 0n && right.value !== 0n ? 1n : 0n };
  if (operator === '||') return { type, value: left.value !== 0n || right.value !== 0n ? 1n : 0n };
  const operands = commonType(left.type, right.type);
  const a = convert(left.value, operands);
  const b = convert(right.value, operands);
  const compared = compare(operator, a, b);
  if (compared !== undefined) return { type: INT, value: compared ? 1n : 0n };
  return { type, value: inRange(arithmetic(operator, a, b), type) };
}

function shift(operator: string, value: bigint, count: bigint, type: IntegerType): bigint {
  if (count < 0n || count >= BigInt(type.size * 8)) throw new Doubt(`a shift by ${count} of a ${type.size * 8} bit value is undefined in C`);
  return wrap(operator === '<<' ? value << count : value >> count, type);
}

function compare(operator: string, a: bigint, b: bigint): boolean | undefined {
  switch (operator) {
    case '<': return a < b;
    case '>': return a > b;
    case '<=': return a <= b;
    case '>=': return a >= b;
    case '==': return a === b;
    case '!=': return a !== b;
    default: return undefined;
  }
}

function arithmetic(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '&': return a & b;
    case '|': return a | b;
    case '^': return a ^ b;
    case '/':
    case '%':
      if (b === 0n) throw new Doubt('a division by zero');
      return operator === '/' ? a / b : a % b;
    default:
      throw new Doubt(`the operator ${operator} is not arithmetic`);
  }
}

function inRange(value: bigint, type: IntegerType): bigint {
  const wrapped = wrap(value, type);
  if (type.signed && wrapped !== value) throw new Doubt(`the ${type.size * 8} bit signed arithmetic overflows`);
  return wrapped;
}

/** A unary `+`, `-`, `~` or `!`. @throws Doubt on signed overflow */
export function unary(operator: string, operand: Integer): Integer {
  if (operator === '!') return { type: INT, value: operand.value === 0n ? 1n : 0n };
  const type = promote(operand.type);
  const value = convert(operand.value, type);
  if (operator === '-') return { type, value: inRange(-value, type) };
  return { type, value: operator === '~' ? wrap(~value, type) : value };
}

const SUFFIX = /^(?:u?(?:l|ll)?|(?:l|ll)u)$/i;

/**
 * An integer literal with its type (C17 6.4.4.1).
 * @param types the types a literal may have, narrowest first, signed and unsigned in turn
 * @throws Doubt if it is no integer literal
 */
export function literal(text: string, types: readonly IntegerType[]): Integer {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)$/.exec(text);
  const [, digits = '', suffix = ''] = match ?? [];
  if (!match || !SUFFIX.test(suffix) || /lL|Ll/.test(suffix)) throw new Doubt(`${text} is not an integer`);
  const decimal = /^[1-9]/.test(digits) || digits === '0';
  if (!decimal && /^0\d/.test(digits) && /[89]/.test(digits)) throw new Doubt(`${text} is not an octal number`);
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const unsignedOnly = /u/i.test(suffix);
  const longs = (suffix.match(/l/gi) ?? []).length;
  for (const type of types) {
    if (type.rank < INT.rank + longs) continue;
    if (unsignedOnly && type.signed) continue;
    if (!unsignedOnly && decimal && !type.signed) continue;
    if (wrap(value, type) === value) return { type, value };
  }
  throw new Doubt(`${text} fits no integer type`);
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, a: 7, b: 8, f: 12, v: 11, '\\': 92, "'": 39, '"': 34, '?': 63 };

/** A character constant, an int. @throws Doubt for all but plain ASCII ones */
export function character(text: string): Integer {
  const body = /^'(.*)'$/s.exec(text)?.[1] ?? '';
  let code: number | undefined;
  if (body.length === 1 && body !== '\\') code = body.charCodeAt(0);
  else if (/^\\x[0-9a-fA-F]{1,4}$/.test(body)) code = Number.parseInt(body.slice(2), 16);
  else if (/^\\[0-7]{1,3}$/.test(body)) code = Number.parseInt(body.slice(1), 8);
  else if (/^\\.$/.test(body)) code = ESCAPES[body[1] ?? ''];
  if (code === undefined || code > 127) throw new Doubt(`the character constant ${text.slice(0, 20)} is not plain ASCII`);
  return { type: INT, value: BigInt(code) };
}
