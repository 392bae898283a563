import { INT, LLONG, LONG, UINT, ULLONG, ULONG } from './c-type.ts';
import type { CType, IntegerType } from './c-type.ts';

/** The C types whose size or alignment differs between architectures. */
export interface Abi {
  /** Size and alignment of a pointer, in bytes. */
  readonly pointer: 4 | 8;
  readonly long: IntegerType;
  readonly ulong: IntegerType;
  readonly llong: IntegerType;
  readonly ullong: IntegerType;
  /** `size_t`, the type of `sizeof`. */
  readonly size: IntegerType;
  /** `ptrdiff_t`. */
  readonly difference: IntegerType;
  readonly double: CType;
  readonly longDouble: CType;
  /** Types that an integer literal may have, narrowest first, signed and unsigned in turn. */
  readonly literals: readonly IntegerType[];
}

/** System V for x86_64 (`long double` there has 16 bytes, as under AAPCS64), and AAPCS64. */
export const LP64: Abi = {
  pointer: 8, long: LONG, ulong: ULONG, llong: LLONG, ullong: ULLONG, size: ULONG, difference: LONG,
  double: { kind: 'float', size: 8, align: 8 },
  longDouble: { kind: 'float', size: 16, align: 16 },
  literals: [INT, UINT, LONG, ULONG, LLONG, ULLONG],
};

const [LONG32, ULONG32]: [IntegerType, IntegerType] = [{ ...LONG, size: 4 }, { ...ULONG, size: 4 }];
const [LLONG32, ULLONG32]: [IntegerType, IntegerType] = [{ ...LLONG, align: 4 }, { ...ULLONG, align: 4 }];

/** System V for i386: members of 8 bytes are aligned to 4. */
export const I386: Abi = {
  pointer: 4, long: LONG32, ulong: ULONG32, llong: LLONG32, ullong: ULLONG32, size: UINT, difference: INT,
  double: { kind: 'float', size: 8, align: 4 },
  longDouble: { kind: 'float', size: 12, align: 4 },
  literals: [INT, UINT, LONG32, ULONG32, LLONG32, ULLONG32],
};
