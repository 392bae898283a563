import { GIB, KIB, MIB, TIB } from '../../core/units/bytes.ts';
import type { OptionError } from './option-error.ts';

/** One amount of `dom0_mem=`: bytes, negative for "all but", and a percentage of the machine's memory on top. */
export interface Dom0MemAmount {
  readonly bytes: number;
  readonly percent?: number;
}

export interface Dom0Mem {
  /** The plain amount. */
  readonly amount?: Dom0MemAmount;
  readonly min?: Dom0MemAmount;
  readonly max?: Dom0MemAmount;
  readonly errors: readonly OptionError[];
}

const UNITS: Readonly<Record<string, number>> = { '': KIB, b: 1, k: KIB, m: MIB, g: GIB, t: TIB };
const AMOUNT = /^(-?)(0x[0-9a-f]{1,13}|\d{1,15})([bkmgt]?)(?:\+(\d{1,3})%)?$/i;

/** Reads `dom0_mem=[min:A,][max:B,]C` (Xen's arch/x86/dom0_build.c: parse_dom0_mem); a number without a unit counts KiB. */
export function parseDom0Mem(value: string): Dom0Mem {
  const errors: OptionError[] = [];
  const found: { amount?: Dom0MemAmount; min?: Dom0MemAmount; max?: Dom0MemAmount } = {};
  let offset = 0;
  for (const part of value.split(',')) {
    const key = part.startsWith('min:') ? 'min' : part.startsWith('max:') ? 'max' : 'amount';
    const amount = readAmount(key === 'amount' ? part : part.slice(4));
    if (amount) found[key] = amount;
    else errors.push({ offset, text: part, expected: 'an amount such as 1024M, -128M, max:2G or 1G+10%' });
    offset += part.length + 1;
  }
  return { ...found, errors };
}

function readAmount(text: string): Dom0MemAmount | undefined {
  const match = AMOUNT.exec(text);
  if (!match) return undefined;
  const [, sign, digits = '', unit = '', percent] = match;
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? KIB) * (sign === '-' ? -1 : 1);
  if (!Number.isSafeInteger(bytes) || Number(percent ?? 0) > 100) return undefined;
  return percent === undefined ? { bytes } : { bytes, percent: Number(percent) };
}

/** The largest order of a memory operation by caller; a field is absent where the option leaves it at its default. */
export interface MemopMaxOrder {
  readonly domU?: number;
  readonly controlDomain?: number;
  readonly hardwareDomain?: number;
  readonly passthroughDomain?: number;
  readonly errors: readonly OptionError[];
}

const CALLERS = ['domU', 'controlDomain', 'hardwareDomain', 'passthroughDomain'] as const;

/** Reads `memop-max-order=[domU][,[ctldom][,[hwdom][,ptdom]]]` (Xen's common/memory.c, 4.7 and later). */
export function parseMemopMaxOrder(value: string): MemopMaxOrder {
  const errors: OptionError[] = [];
  const orders: { [caller in (typeof CALLERS)[number]]?: number } = {};
  let offset = 0;
  for (const [index, part] of value.split(',').entries()) {
    const caller = CALLERS[index];
    if (caller !== undefined && /^\d{1,2}$/.test(part)) orders[caller] = Number(part);
    else if (part !== '' || caller === undefined) errors.push({ offset, text: part, expected: 'up to four orders: domU,ctldom,hwdom,ptdom' });
    offset += part.length + 1;
  }
  return { ...orders, errors };
}

/** Reads a number of address bits: `dma_bits=`, `swiotlb_bits=`. */
export function parseBits(value: string): { bits?: number; errors: readonly OptionError[] } {
  const bits = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
  if (bits >= 12 && bits <= 64) return { bits, errors: [] };
  return { errors: [{ offset: 0, text: value, expected: 'a number of address bits, 12 to 64' }] };
}
