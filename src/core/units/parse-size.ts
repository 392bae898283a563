import { GIB, KIB, MIB, TIB } from './bytes.ts';
import { PAGE_SIZE } from './pages.ts';

/** A size that could not be read; `reason` says what was expected, without the text it was read from. */
export interface SizeError {
  readonly error: string;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1, b: 1, byte: 1, bytes: 1,
  k: KIB, kb: KIB, kib: KIB,
  m: MIB, mb: MIB, mib: MIB,
  g: GIB, gb: GIB, gib: GIB,
  t: TIB, tb: TIB, tib: TIB,
  page: PAGE_SIZE, pages: PAGE_SIZE,
  slot: 2048, slots: 2048,
};

const EXPECTED = 'a size such as 4096, "1.5M", "256 KiB", "0x40000" or "2^9 pages"';

/**
 * Reads a size as people write it: a number of bytes, hexadecimal, a power (`2^9`), a decimal fraction, and a unit. As in
 * the kernel's own parameters every unit is binary: `K` and `KB` are 1024 bytes.
 * @returns bytes, or what was expected instead
 */
export function parseSize(input: string | number): number | SizeError {
  if (typeof input === 'number') return checked(input);
  const match = /^\s*(0x[0-9a-f]{1,14}|\d{1,15}\s*\^\s*\d{1,3}|\d{1,15}(?:\.\d{1,9})?)\s*([a-z]{0,5})\s*$/i.exec(input);
  if (!match) return { error: `expected ${EXPECTED}` };
  const [, digits = '', unitText = ''] = match;
  const unit = UNITS[unitText.toLowerCase()];
  if (unit === undefined) return { error: `unknown unit "${unitText}": expected B, K, M, G, T, pages or slots` };
  const [base = '', exponent] = digits.split('^');
  const value = exponent === undefined ? Number(base) : Number(base) ** Number(exponent);
  return checked(value * unit);
}

function checked(bytes: number): number | SizeError {
  if (!Number.isFinite(bytes) || bytes < 0) return { error: `expected ${EXPECTED}, not negative` };
  if (!Number.isInteger(bytes)) return { error: 'expected a whole number of bytes' };
  if (bytes > Number.MAX_SAFE_INTEGER) return { error: 'expected a size below 2^53 bytes' };
  return bytes;
}
