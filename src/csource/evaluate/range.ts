import type { CType, IntegerType } from '../types/c-type.ts';
import type { Range, Value } from '../types/environment.ts';
import { convert, promote } from './integer.ts';

/** Bounds that a type alone sets: those of unsigned types, where the value cannot be negative. */
export function rangeOfType(type: CType): Range | undefined {
  if (type.kind !== 'integer' || type.signed || type.plainChar || type.size > 2) return undefined;
  const bits = type.rank === 0 ? 1 : type.size * 8;
  return { min: 0n, max: (1n << BigInt(bits)) - 1n, by: type.rank === 0 ? 'its type is bool' : `its type has ${bits} bits` };
}

/** Whether every value of the range is one of the type's. */
export function fits(range: Range, type: IntegerType): boolean {
  if (type.plainChar) return range.min >= 0n && range.max <= 127n;
  return convert(range.min, type) === range.min && convert(range.max, type) === range.max;
}

/** The range of a value, of one value where it is a constant. */
function bounds(value: Value): Range | undefined {
  return value.value === undefined ? value.range : { min: value.value, max: value.value, by: '' };
}

function reason(a: Range, b: Range): string {
  return [...new Set([a.by, b.by])].filter(Boolean).slice(0, 2).join(', ') || 'constants';
}

/** Bounds that hold for either of two values. */
export function union(a: Value, b: Value): Range | undefined {
  const [x, y] = [bounds(a), bounds(b)];
  if (!x || !y) return undefined;
  return { min: x.min < y.min ? x.min : y.min, max: x.max > y.max ? x.max : y.max, by: reason(x, y) };
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
  const why = a.value === undefined ? a.why ?? 'it is not a constant' : b.why ?? 'it is not a constant';
  const [x, y] = [bounds(a), bounds(b)];
  if (x && y) return { type, why, range: { min: choose(x.min, y.min), max: choose(x.max, y.max), by: reason(x, y) || which } };
  // Of an unsigned value that nothing bounds: it is not below 0, and the other operand is not exceeded.
  const one = x ?? y;
  if (which === 'min' && one && type.kind === 'integer' && !type.signed) return { type, why, range: { min: 0n, max: one.max, by: one.by || `min with ${one.max}` } };
  return { type, why };
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
    return { min: 0n, max: least.max, by: least.by || `a mask of ${least.max}` };
  }
  if (operator === '%' && b && b.min > 0n && ((a && a.min >= 0n) || !type.signed)) {
    return { min: 0n, max: a && a.max < b.max - 1n ? a.max : b.max - 1n, by: `a remainder of ${b.max}` };
  }
  if (!a || !b) return undefined;
  const range = arithmetic(operator, a, b);
  return range && fits(range, type) ? range : undefined;
}

function operand(value: Value, type: IntegerType | undefined): Range | undefined {
  const range = bounds(value);
  return range && (type === undefined || fits(range, type)) ? range : undefined;
}

function arithmetic(operator: string, a: Range, b: Range): Range | undefined {
  const by = reason(a, b);
  const of = (...values: bigint[]): Range => ({ min: values.reduce((x, y) => (x < y ? x : y)), max: values.reduce((x, y) => (x > y ? x : y)), by });
  switch (operator) {
    case '+': return { min: a.min + b.min, max: a.max + b.max, by };
    case '-': return { min: a.min - b.max, max: a.max - b.min, by };
    case '*': return of(a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max);
    case '/': return b.min > 0n && a.min >= 0n ? { min: a.min / b.max, max: a.max / b.min, by } : undefined;
    case '<<': return a.min >= 0n && b.min >= 0n && b.max < 64n ? { min: a.min << b.min, max: a.max << b.max, by } : undefined;
    case '>>': return a.min >= 0n && b.min >= 0n && b.max < 64n ? { min: a.min >> b.max, max: a.max >> b.min, by } : undefined;
    case '|': case '^': {
      if (a.min < 0n || b.min < 0n) return undefined;
      const bits = BigInt((a.max > b.max ? a.max : b.max).toString(2).length);
      return { min: 0n, max: (1n << bits) - 1n, by };
    }
    default: return undefined;
  }
}
