import type { AreaState } from './trace-operation.ts';

/** A field that is not what the format says; its message is what was expected. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** The `key=value` pairs of a state line. */
export function pairs(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(' ')) {
    const at = part.indexOf('=');
    if (at > 0) found.set(part.slice(0, at), part.slice(at + 1));
  }
  return found;
}

export function decimal(fields: ReadonlyMap<string, string>, key: string): number {
  const text = fields.get(key);
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw new FieldError(`${key}= with a whole number`);
  return Number(text);
}

export function hexAddress(fields: ReadonlyMap<string, string>, key: string): number {
  const text = fields.get(key);
  if (text === undefined || !/^0x[0-9a-f]{1,13}$/i.test(text)) throw new FieldError(`${key}= with a hexadecimal address`);
  return Number(text);
}

/** A 64-bit value, decimal or `0x…`. */
export function bigHex(text: string | undefined, expected: string): bigint {
  if (text === undefined || !/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text)) throw new FieldError(expected);
  return BigInt(text);
}

export function oneOf<const T extends string>(text: string | undefined, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new FieldError(values.join(', '));
  return found;
}

/** All fields behind the first as whole numbers. */
export function addresses(fields: readonly string[], length: number, shape: string): number[] {
  if (fields.length !== length) throw new FieldError(shape);
  return fields.map((field, index) => {
    if (index === 0) return 0;
    if (!/^\d{1,15}$/.test(field)) throw new FieldError(shape);
    return Number(field);
  });
}

const NO_AREAS: readonly AreaState[] = [];

/** `a:used:hint;…`, possibly empty. */
export function areaList(text: string): readonly AreaState[] {
  if (text === '') return NO_AREAS;
  const parts = text.split(';');
  const found: AreaState[] = [];
  for (const part of parts) {
    const first = part.indexOf(':');
    const second = part.indexOf(':', first + 1);
    const area = Number(part.slice(0, first));
    const used = Number(part.slice(first + 1, second));
    const hint = Number(part.slice(second + 1));
    if (first < 1 || second < 0 || !Number.isInteger(area) || !Number.isInteger(used) || !Number.isInteger(hint)) throw new FieldError('areas as a:used:hint;…');
    found.push({ area, used, hint });
  }
  return found;
}

/** `zone:pages;…`. */
export function zoneList(text: string, shape: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const part of text === '' ? [] : text.split(';')) {
    const match = /^(\d{1,2}):(\d{1,15})$/.exec(part);
    if (!match) throw new FieldError(shape);
    found.set(Number(match[1]), Number(match[2]));
  }
  return found;
}

/** Machine frames end far below this: identity entries of the p2m carry bit 62, invalid ones are all ones. */
const FRAME_END = 2 ** 40;

/** A machine frame; undefined for an identity or an invalid entry. */
export function frameOf(text: string | undefined, shape: string): number | undefined {
  const value = text === undefined || text === '' ? NaN : Number(text);
  if (Number.isNaN(value)) throw new FieldError(shape);
  return value >= 0 && value < FRAME_END ? value : undefined;
}
