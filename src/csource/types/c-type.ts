/**
 * C types as x86_64 Linux has them (LP64, System V ABI): what `sizeof` and integer arithmetic need to know of them. Sizes
 * and alignments in bytes.
 */
export interface IntegerType {
  readonly kind: 'integer';
  readonly size: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  /** C's conversion rank: _Bool 0, char 1, short 2, int 3, long 4, long long 5. */
  readonly rank: number;
  /** Plain `char`: signed on x86 before Linux 6.2, unsigned since. */
  readonly plainChar?: true;
  /** Alignment, where an attribute of the typedef changed it. */
  readonly align?: number;
}

/** A member as declared. */
export interface Member {
  /** Absent for unnamed bit-fields and unnamed members. */
  readonly name?: string;
  readonly type: CType;
  /** Width in bits of a bit-field. */
  readonly bits?: number;
  readonly packed: boolean;
  /** Alignment asked for by attributes. */
  readonly align: number | undefined;
}

export interface Layout {
  readonly size: number;
  readonly align: number;
  /** Where each member begins, in bytes, in the order of the members; absent where they are not known, undefined for bit-fields. */
  readonly offsets?: readonly (number | undefined)[];
  /** Place of the definition, for steps. */
  readonly at?: { readonly path: string; readonly line: number; readonly column: number };
}

export interface RecordType {
  readonly kind: 'record';
  /** `struct x`, `union x`, or the keyword alone. */
  readonly name: string;
  /** @throws Doubt where the layout is not certain */
  readonly layout: () => Layout;
  /** Known also where the layout is not. @throws Doubt where they are not known */
  readonly members: () => readonly Member[];
}

export type CType =
  | IntegerType
  | { readonly kind: 'float'; readonly size: number; readonly align: number }
  | { readonly kind: 'pointer'; readonly to: CType }
  /** `count` is undefined for `[]`, and where `why` says that the length is not known. */
  | { readonly kind: 'array'; readonly of: CType; readonly count: number | undefined; readonly why?: string }
  | RecordType
  | { readonly kind: 'void' }
  | { readonly kind: 'function'; readonly returns: CType }
  | { readonly kind: 'unknown'; readonly why: string };

function integer(size: IntegerType['size'], signed: boolean, rank: number): IntegerType {
  return { kind: 'integer', size, signed, rank };
}

export const BOOL: IntegerType = integer(1, false, 0);
export const CHAR: IntegerType = { ...integer(1, true, 1), plainChar: true };
export const SCHAR = integer(1, true, 1);
export const UCHAR = integer(1, false, 1);
export const SHORT = integer(2, true, 2);
export const USHORT = integer(2, false, 2);
export const INT = integer(4, true, 3);
export const UINT = integer(4, false, 3);
export const LONG = integer(8, true, 4);
export const ULONG = integer(8, false, 4);
export const LLONG = integer(8, true, 5);
export const ULLONG = integer(8, false, 5);
export const VOID: CType = { kind: 'void' };

export function unknownType(why: string): CType {
  return { kind: 'unknown', why };
}

export function pointerTo(to: CType): CType {
  return { kind: 'pointer', to };
}
