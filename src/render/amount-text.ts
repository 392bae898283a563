import type { CheckedCall } from '../rules/check-source.ts';

/** What the size of a call counts. */
export type AmountUnit = CheckedCall['call']['unit'];

const WORDS: Readonly<Record<Exclude<AmountUnit, 'bytes' | 'mask'>, (count: string) => string>> = {
  nents: (count) => `${count} entries`,
  order: (count) => `order ${count}`,
  sectors: (count) => `${count} sectors`,
};

/** A size in the unit of its call: `4096 B`, `order 3`, `0xffffffff`. @param bytes how bytes are written */
export function amountText(value: number | bigint, unit: AmountUnit, bytes: (bytes: number) => string = (count) => `${count} B`): string {
  if (unit === 'bytes') return bytes(Number(value));
  return unit === 'mask' ? `0x${value.toString(16)}` : WORDS[unit](String(value));
}
