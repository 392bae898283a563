/** Binary sizes. All sizes in the core are numbers of bytes; only printing and parsing know other units. */

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

const STEPS: readonly (readonly [number, string])[] = [
  [TIB, 'TiB'],
  [GIB, 'GiB'],
  [MIB, 'MiB'],
  [KIB, 'KiB'],
];

/**
 * Prints a size as kernel people read it: the largest binary unit that the size reaches, at most two decimals, and
 * never a rounded figure that looks exact: `2.25 MiB`, `~2.29 MiB`, `60 B`.
 * @param bytes a whole number of bytes, zero or more
 */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'unlimited';
  for (const [unit, name] of STEPS) {
    if (bytes >= unit) {
      const value = bytes / unit;
      const rounded = Math.round(value * 100) / 100;
      return `${rounded * unit === bytes ? '' : '~'}${rounded} ${name}`;
    }
  }
  return `${bytes} B`;
}

/** A size with its exact byte count beside it: `2.25 MiB (2,359,296 B)`. */
export function formatBytesExact(bytes: number): string {
  return bytes < KIB || !Number.isFinite(bytes) ? formatBytes(bytes) : `${formatBytes(bytes)} (${groupDigits(bytes)} B)`;
}

/** Groups the digits of a whole number by thousands, without regard to any locale: `2,359,296`. */
export function groupDigits(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
