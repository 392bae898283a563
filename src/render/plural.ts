import { groupDigits } from '../core/units/bytes.ts';

/** A count with its noun: `1 slot`, `1,024 slots`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${groupDigits(count)} ${count === 1 ? one : many}`;
}
