import type { CType } from '../types/c-type.ts';
import type { Value } from '../types/environment.ts';
import { Doubt } from './doubt.ts';
import { convert } from './integer.ts';
import { fits, rangeOfType } from './range.ts';

/** Why an expression of values is no constant: the first of them that is none says it. */
export function because(...values: readonly Value[]): Pick<Value, 'why' | 'broken' | 'origin'> {
  const open = values.find((value) => value.value === undefined);
  const origin = values.find((value) => value.value === undefined && value.origin)?.origin;
  return { why: open?.why ?? 'it is not a constant', ...(values.some((value) => value.broken) ? { broken: true } : {}), ...(origin ? { origin } : {}) };
}

/** A value as C converts it to a type, with what is known of it. */
export function castTo(type: CType, operand: Value): Value {
  if (operand.value === undefined) {
    if (type.kind !== 'integer') return { type, ...because(operand) };
    const { range } = operand;
    const kept = operand.broken ? undefined : range && fits(range, type) ? range : rangeOfType(type);
    return { type, ...because(operand), ...(kept ? { range: kept } : {}) };
  }
  if (type.kind === 'integer') return attempt(type, () => ({ type, value: convert(operand.value ?? 0n, type) }));
  // A constant pointer is a 64 bit number: `(void *)0`.
  return { type, why: 'it is no integer' };
}

/** Work on constants; where C leaves the result undefined, it is broken. */
export function attempt(type: CType, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof Doubt) return { type, why: error.message, broken: true };
    throw error;
  }
}
