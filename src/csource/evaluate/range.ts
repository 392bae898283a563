import type { CType, IntegerType } from '../types/c-type.ts';
import type { Range, Value } from '../types/environment.ts';
import { convert, promote } from './integer.ts';

/**
 * Bounds that a type alone sets: those of unsigned types, where the value cannot be negative. Those of 32 bits are `wide`, as
 * no buffer comes near them; those of 64 bits are none.
 */
export function rangeOfType(type: CType): Range | undefined {
  if (type.kind !== 'integer' || type.signed || type.plainChar || type.size > 4) return undefined;
  const bits = type.rank === 0 ? 1 : type.size * 8;
  const by = type.rank === 0 ? 'its type is bool' : bits < 32 ? `its type has ${bits} bits` : 'by its type alone, of 32 bits';
  return { min: 0n, max: (1n << BigInt(bits)) - 1n, by, ...(bits < 32 ? {} : { wide: true }) };
}

/** All values of a type. */
export function rangeOfInteger(type: IntegerType): Range {
  const bits = BigInt(type.rank === 0 ? 1 : type.size * 8 - (type.signed ? 1 : 0));
  return { min: type.signed ? -(1n << bits) : 0n, max: (1n << bits) - 1n, by: rangeOfType(type)?.by ?? 'its type', ...(type.size < 4 ? {} : { wide: true }) };
}

/** Whether every value of the range is one of the type's. */
export function fits(range: Range, type: IntegerType): boolean {
  if (type.plainChar) return range.min >= 0n && range.max <= 127n;
  return convert(range.min, type) === range.min && convert(range.max, type) === range.max;
}

/** The range of a value, of one value where it is a constant. */
export function boundsOf(value: Value): Range | undefined {
  return value.value === undefined ? value.range : { min: value.value, max: value.value, by: '' };
}

/** Whether a bound rests on the width of a type alone: where the largest of either operand does. */
function widest(...ranges: readonly Range[]): { wide?: true } {
  return ranges.some((range) => range.wide) ? { wide: true } : {};
}

function reason(a: Range, b: Range): string {
  return [...new Set([a.by, b.by])].filter(Boolean).slice(0, 2).join(', ') || 'constants';
}

/** Bounds that hold for either of two values. */
export function union(a: Value, b: Value): Range | undefined {
  const [x, y] = [boundsOf(a), boundsOf(b)];
  if (!x || !y) return undefined;
  return { min: x.min < y.min ? x.min : y.min, max: x.max > y.max ? x.max : y.max, by: reason(x, y), ...widest(x, y) };
}

/** The smaller of two values, converted to the type of the comparison before. */
export function least(a: Value, b: Value, type: CType): Value {
  return pick(a, b, type, (x, y) => (x < y ? x : y), 'min');
}

/** The larger of two values. */
export function greatest(a: Value, b: Value, type: CType): Value {
  return pick(a, b, type, (x, y) => (x > y ? x : y), 'max');
}

function pick(a: Value, b: Value, type: CType, choose: (x: bigint, y: bigint) => bigint, which: 'min' | 'max'): Value {
  if (a.value !== undefined && b.value !== undefined) return { type, value: choose(a.value, b.value) };
  const broken = a.broken ?? b.broken;
  if (broken) return { type, why: a.why ?? b.why ?? 'it is not a constant', broken };
  const origin = a.origin ?? b.origin;
  const why = { why: a.value === undefined ? a.why ?? 'it is not a constant' : b.why ?? 'it is not a constant', ...(origin ? { origin } : {}) };
  const [x, y] = [boundsOf(a), boundsOf(b)];
  if (x && y) {
    const largest = choose(x.max, y.max) === x.max ? x : y;
    return { type, ...why, range: { min: choose(x.min, y.min), max: largest.max, by: largest.by || `${which} with ${largest.max}`, ...widest(largest) } };
  }
  // Of an unsigned value that nothing bounds: it is not below 0, and the other operand is not exceeded.
  const one = x ?? y;
  if (which === 'min' && one && type.kind === 'integer' && !type.signed) return { type, ...why, range: { min: 0n, max: one.max, by: one.by || `min with ${one.max}`, ...widest(one) } };
  return { type, ...why };
}

/** Bounds of an operation of which at least one operand is no constant. Undefined where it may leave its type. */
export function rangeOfBinary(operator: string, left: Value, right: Value, type: IntegerType): Range | undefined {
  const shift = operator === '<<' || operator === '>>';
  const a = operand(left, shift ? promote(type) : type);
  const b = operand(right, shift ? undefined : type);
  if (/^(?:[<>]=?|[=!]=|&&|\|\|)$/.test(operator)) return { min: 0n, max: 1n, by: 'a condition' };
  if (operator === '&') {
    // A mask bounds what is not negative, and what is: the bits of a constant that is not negative remain.
    const masks = [a, b].filter((range): range is Range => range !== undefined && range.min >= 0n);
    if (masks.length === 0) return undefined;
    const least = masks.reduce((x, y) => (x.max <= y.max ? x : y));
    const rounded = roundedDown(a, right.value, type) ?? roundedDown(b, left.value, type);
    if (rounded && rounded.max <= least.max) return rounded;
    return { min: 0n, max: least.max, by: least.by || `a mask of ${least.max}`, ...widest(least) };
  }
  if (operator === '%' && b && b.min > 0n && ((a && a.min >= 0n) || !type.signed)) {
    const below = a && a.max < b.max - 1n ? a : { max: b.max - 1n, by: `a remainder of ${b.max}`, ...widest(b) };
    return { min: 0n, max: below.max, by: below.by, ...widest({ min: 0n, ...below }) };
  }
  const range = a && b ? arithmetic(operator, a, b) : undefined;
  // Unsigned arithmetic that may wrap around stays within its type.
  return range && fits(range, type) ? range : rangeOfType(type);
}

/** A range whose low bits a mask takes away, `& ~(n - 1)` as ALIGN has it: rounding down keeps the order of values. */
function roundedDown(range: Range | undefined, mask: bigint | undefined, type: IntegerType): Range | undefined {
  if (!range || range.min < 0n || mask === undefined) return undefined;
  const step = (1n << BigInt(type.size * 8)) - BigInt.asUintN(type.size * 8, mask);
  if (step <= 0n || (step & (step - 1n)) !== 0n) return undefined;
  return { ...range, min: range.min - (range.min % step), max: range.max - (range.max % step) };
}

function operand(value: Value, type: IntegerType | undefined): Range | undefined {
  const range = boundsOf(value);
  return range && (type === undefined || fits(range, type)) ? range : undefined;
}

function arithmetic(operator: string, a: Range, b: Range): Range | undefined {
  const by = reason(a, b);
  const of = (...values: bigint[]): Range => ({ min: values.reduce((x, y) => (x < y ? x : y)), max: values.reduce((x, y) => (x > y ? x : y)), by, ...widest(a, b) });
  switch (operator) {
    case '+': return of(a.min + b.min, a.max + b.max);
    case '-': return of(a.min - b.max, a.max - b.min);
    case '*': return of(a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max);
    case '/': return b.min > 0n && a.min >= 0n ? of(a.min / b.max, a.max / b.min) : undefined;
    case '<<': return a.min >= 0n && b.min >= 0n && b.max < 64n ? of(a.min << b.min, a.max << b.max) : undefined;
    case '>>': return a.min >= 0n && b.min >= 0n && b.max < 64n ? of(a.min >> b.max, a.max >> b.min) : undefined;
    case '|': case '^': {
      if (a.min < 0n || b.min < 0n) return undefined;
      const bits = BigInt((a.max > b.max ? a.max : b.max).toString(2).length);
      return of(0n, (1n << bits) - 1n);
    }
    default: return undefined;
  }
}
