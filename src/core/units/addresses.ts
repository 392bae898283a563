/** Addresses and address ranges. Ranges are half open: `end` is the first address behind the range. */

export interface AddressRange {
  /** First address, in bytes. */
  readonly start: number;
  /** First address behind the range, in bytes. */
  readonly end: number;
}

/** `0x` and lower-case digits, as JSON output carries addresses; padded to `digits` where given. */
export function formatAddress(address: number | bigint, digits = 0): string {
  return `0x${address.toString(16).padStart(digits, '0')}`;
}

/** Reads the hexadecimal digits of an address, with or without `0x`; undefined where it is none or is 2^53 or more. */
export function parseAddress(text: string): number | undefined {
  if (!/^(0x)?[0-9a-f]{1,16}$/i.test(text)) return undefined;
  const value = Number.parseInt(text.replace(/^0x/i, ''), 16);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The part of `range` at or below the last address `last`, or undefined if none is. */
export function clampRange(range: AddressRange, last: number): AddressRange | undefined {
  const end = Math.min(range.end, last + 1);
  return end > range.start ? { start: range.start, end } : undefined;
}
