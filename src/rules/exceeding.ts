import type { DmaCall } from '../csource/scan-source.ts';

/** A size that exceeds a limit, and whether it does for certain: exact, the least of a bounded size, or what one of the callers asks for. */
export interface Excess {
  readonly bytes: number;
  readonly certain: boolean;
}

/** Bounds as wide as a 32 bit type, if for an alignment: they say nothing of what is asked for. */
const WIDE = 2 ** 31;

/**
 * Whether a size exceeds a limit. An unknown size never does; a bound that only the C type sets is no sign that it ever does.
 * @param narrow whether the width of a type of 16 bits or less is a sign
 */
export function exceeding({ size }: Pick<DmaCall, 'size'>, exceeds: (bytes: number) => boolean, narrow = false): Excess | undefined {
  if (size.kind === 'exact') return size.bytes > 0 && exceeds(size.bytes) ? { bytes: size.bytes, certain: true } : undefined;
  if (size.kind !== 'bounded') return undefined;
  if (size.min !== undefined && size.min > 0 && exceeds(size.min)) return { bytes: size.min, certain: true };
  if (size.asked && size.max !== undefined && exceeds(size.max)) return { bytes: size.max, certain: true };
  if (size.max !== undefined && size.max > 0 && !(narrow ? isUnbounded(size) : onlyWide(size)) && exceeds(size.max)) return { bytes: size.max, certain: false };
  return undefined;
}

type Bounded = Extract<DmaCall['size'], { kind: 'bounded' }>;

/** Whether nothing that matters bounds a size: the width of a 32 bit type at most. */
export function isUnbounded(size: Bounded): boolean {
  return size.byType === true || size.max === undefined || size.max >= WIDE;
}

/** Whether nothing but the width of its type bounds a size. */
export function onlyWide(size: Bounded): boolean {
  return isUnbounded(size) || /\bits type has \d+ bits\b/.test(size.why);
}
