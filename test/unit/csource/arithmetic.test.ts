import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { binary, commonType, convert, literal, promote, unary } from '../../../src/csource/evaluate/integer.ts';
import { CHAR, INT, LLONG, LONG, SHORT, UCHAR, UINT, ULLONG, ULONG, USHORT, SCHAR } from '../../../src/csource/types/c-type.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { brief, callsOf, fileWith, loadParser } from './c-parser.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

/** A second model of C's integers, by name and by hand: [bits, signed], ranked in this order. */
const MODEL = {
  'signed char': [8, true], 'unsigned char': [8, false], short: [16, true], 'unsigned short': [16, false], int: [32, true],
  'unsigned int': [32, false], long: [64, true], 'unsigned long': [64, false], 'long long': [64, true], 'unsigned long long': [64, false],
} as const;
type Name = keyof typeof MODEL;
const NAMES = Object.keys(MODEL) as Name[];
const rank = (name: Name): number => Math.floor(NAMES.indexOf(name) / 2);

interface Known {
  readonly name: Name;
  readonly value: bigint;
}
type Tree =
  | { readonly kind: 'literal'; readonly value: bigint; readonly suffix: string; readonly hex: boolean }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Tree; readonly right: Tree }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Tree }
  | { readonly kind: 'cast'; readonly to: Name; readonly operand: Tree }
  | { readonly kind: 'choice'; readonly condition: Tree; readonly yes: Tree; readonly no: Tree };

function fit(value: bigint, name: Name): bigint {
  const [bits, signed] = MODEL[name];
  const modulus = 2n ** BigInt(bits);
  const rest = ((value % modulus) + modulus) % modulus;
  return signed && rest >= modulus / 2n ? rest - modulus : rest;
}
const holds = (value: bigint, name: Name): boolean => fit(value, name) === value;
const promoted = (name: Name): Name => (rank(name) < 2 ? 'int' : name);

function common(a: Name, b: Name): Name {
  const [x, y] = [promoted(a), promoted(b)];
  if (x === y) return x;
  const [high, low] = rank(x) >= rank(y) ? [x, y] : [y, x];
  if (MODEL[high][1] === MODEL[low][1] || !MODEL[high][1]) return high;
  if (rank(high) === rank(low)) return low;
  return MODEL[high][0] > MODEL[low][0] ? high : (`unsigned ${high}` as Name);
}

function literalType(value: bigint, suffix: string, hex: boolean): Name | undefined {
  const unsigned = suffix.includes('u');
  const least = suffix.includes('ll') ? 4 : suffix.includes('l') ? 3 : 2;
  return NAMES.find((name) => rank(name) >= least && (MODEL[name][1] ? !unsigned : unsigned || hex) && holds(value, name));
}

/** The value in C; undefined where C does not define it, `unused` results of branches not taken aside. */
function evaluate(tree: Tree): { name: Name; value: bigint | undefined } | undefined {
  switch (tree.kind) {
    case 'literal': {
      const name = literalType(tree.value, tree.suffix, tree.hex);
      return name && { name, value: tree.value };
    }
    case 'cast': {
      const operand = evaluate(tree.operand);
      return operand && { name: tree.to, value: operand.value === undefined ? undefined : fit(operand.value, tree.to) };
    }
    case 'choice': {
      const [condition, yes, no] = [evaluate(tree.condition), evaluate(tree.yes), evaluate(tree.no)];
      if (!condition || !yes || !no) return undefined;
      const name = common(yes.name, no.name);
      const taken = condition.value === undefined ? undefined : (condition.value !== 0n ? yes : no).value;
      return { name, value: taken === undefined ? undefined : fit(taken, name) };
    }
    case 'unary': {
      const operand = evaluate(tree.operand);
      if (!operand) return undefined;
      if (tree.operator === '!') return { name: 'int', value: operand.value === undefined ? undefined : operand.value === 0n ? 1n : 0n };
      const name = promoted(operand.name);
      if (operand.value === undefined) return { name, value: undefined };
      if (tree.operator === '~') return { name, value: fit(-operand.value - 1n, name) };
      return { name, value: checked(-operand.value, name) };
    }
    case 'binary': {
      const [left, right] = [evaluate(tree.left), evaluate(tree.right)];
      return left && right && applied(tree.operator, left, right);
    }
  }
}

function checked(value: bigint, name: Name): bigint | undefined {
  return MODEL[name][1] && !holds(value, name) ? undefined : fit(value, name);
}

function applied(operator: string, left: { name: Name; value: bigint | undefined }, right: { name: Name; value: bigint | undefined }): { name: Name; value: bigint | undefined } {
  if (operator === '&&' && left.value === 0n) return { name: 'int', value: 0n };
  if (operator === '||' && left.value !== undefined && left.value !== 0n) return { name: 'int', value: 1n };
  const name = ['<<', '>>'].includes(operator) ? promoted(left.name) : ['+', '-', '*', '/', '%', '&', '|', '^'].includes(operator) ? common(left.name, right.name) : 'int';
  if (left.value === undefined || right.value === undefined) return { name, value: undefined };
  return { name, value: result(operator, { name: left.name, value: left.value }, { name: right.name, value: right.value }) };
}

function result(operator: string, left: Known, right: Known): bigint | undefined {
  if (operator === '&&' || operator === '||') return right.value !== 0n ? (operator === '||' || left.value !== 0n ? 1n : 0n) : 0n;
  if (operator === '<<' || operator === '>>') {
    const name = promoted(left.name);
    if (right.value < 0n || right.value >= BigInt(MODEL[name][0])) return undefined;
    const power = 2n ** right.value;
    // Rounds towards minus infinity, as an arithmetic shift does.
    return operator === '<<' ? fit(left.value * power, name) : (left.value - (((left.value % power) + power) % power)) / power;
  }
  const name = common(left.name, right.name);
  const [a, b] = [fit(left.value, name), fit(right.value, name)];
  switch (operator) {
    case '+': return checked(a + b, name);
    case '-': return checked(a - b, name);
    case '*': return checked(a * b, name);
    case '/': return b === 0n ? undefined : checked(a / b, name);
    case '%': return b === 0n ? undefined : checked(a - (a / b) * b, name);
    case '<': return a < b ? 1n : 0n;
    case '>=': return a < b ? 0n : 1n;
    case '==': return a === b ? 1n : 0n;
    case '!=': return a === b ? 0n : 1n;
  }
  const bits = (value: bigint): string => fit(value, 'unsigned long long').toString(2).padStart(64, '0');
  const [x, y] = [bits(a), bits(b)];
  const digits = Array.from({ length: 64 }, (_, at) => x[at]).map((digit, at) => {
    const ones = Number(digit) + Number(y[at]);
    return operator === '&' ? ones === 2 : operator === '|' ? ones > 0 : ones === 1;
  });
  return fit(BigInt(`0b${digits.map((one) => (one ? '1' : '0')).join('')}`), name);
}

function print(tree: Tree): string {
  switch (tree.kind) {
    case 'literal': return `${tree.hex ? `0x${tree.value.toString(16)}` : tree.value}${tree.suffix}`;
    case 'binary': return `(${print(tree.left)} ${tree.operator} ${print(tree.right)})`;
    case 'unary': return `${tree.operator} ${print(tree.operand)}`;
    case 'cast': return `(${tree.to})${print(tree.operand)}`;
    case 'choice': return `(${print(tree.condition)} ? ${print(tree.yes)} : ${print(tree.no)})`;
  }
}

const someValue = fc.oneof(fc.bigInt(0n, 70n), fc.constantFrom(255n, 256n, 0x7fffn, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 32n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n));
const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ kind: fc.constant('literal' as const), value: someValue, suffix: fc.constantFrom('', '', 'u', 'l', 'ul', 'll', 'ull'), hex: fc.boolean() }),
    fc.record({ kind: fc.constant('binary' as const), operator: fc.constantFrom('+', '-', '*', '/', '%', '<<', '>>', '<', '>=', '==', '!=', '&', '|', '^', '&&', '||'), left: tie('tree'), right: tie('tree') }),
    fc.record({ kind: fc.constant('unary' as const), operator: fc.constantFrom('-', '~', '!'), operand: tie('tree') }),
    fc.record({ kind: fc.constant('cast' as const), to: fc.constantFrom(...NAMES), operand: tie('tree') }),
    fc.record({ kind: fc.constant('choice' as const), condition: tie('tree'), yes: tie('tree'), no: tie('tree') }),
  ),
})).tree;

describe('constant expressions', () => {
  it('come to what a second evaluation says, or are not known where C does not define them', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const expected = evaluate(tree);
        const bytes = expected?.value === undefined ? undefined : fit(expected.value, 'unsigned long');
        const known = bytes !== undefined && bytes <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(brief(callsOf(parser, fileWith(print(tree)))[0]?.size)).toBe(known ? String(bytes) : '?');
      }),
      { numRuns: 600 },
    );
  });

  it('come to the same through macros', () => {
    fc.assert(
      fc.property(trees, trees, (a, b) => {
        const direct = callsOf(parser, fileWith(`(${print(a)}) + (${print(b)})`))[0]?.size;
        const before = `#define A (${print(a)})\n#define SUM(x, y) ((x) + (y))\n#define ALL SUM(A, (${print(b)}))`;
        expect(brief(callsOf(parser, fileWith('ALL', before))[0]?.size)).toBe(brief(direct));
      }),
      { numRuns: 150 },
    );
  });
});

describe('integer types', () => {
  const types = fc.constantFrom(CHAR, SCHAR, UCHAR, SHORT, USHORT, INT, UINT, LONG, ULONG, LLONG, ULLONG);
  it('convert to one common type whichever comes first, at least as wide as both', () => {
    fc.assert(
      fc.property(types, types, (a, b) => {
        const type = commonType(a, b);
        expect(type).toEqual(commonType(b, a));
        expect(type.size).toBeGreaterThanOrEqual(Math.max(promote(a).size, promote(b).size));
      }),
    );
  });

  it('give every literal the first type that holds it', () => {
    const all = [INT, UINT, LONG, ULONG, LLONG, ULLONG];
    expect(literal('2147483648', all).type).toBe(LONG);
    expect(literal('0x80000000', all).type).toBe(UINT);
    expect(literal('1u', all).type).toBe(UINT);
    expect(literal('0xffffffffffffffff', all).type).toBe(ULONG);
    for (const bad of ['08', '1lL', '1f', '9223372036854775808', '0x', '1uu']) expect(() => literal(bad, all)).toThrow();
  });

  it('know no plain char beyond ASCII, no overflow and no division by zero', () => {
    expect(() => convert(200n, CHAR)).toThrow(/char/);
    expect(() => unary('-', { type: INT, value: -(2n ** 31n) })).toThrow(/overflow/);
    expect(() => binary('%', { type: INT, value: 1n }, { type: INT, value: 0n })).toThrow(/zero/);
  });
});
