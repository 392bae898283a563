import type { Cursor } from '../parse/cursor.ts';
import type { Token } from '../parse/lexer.ts';
import type { Integer } from '../evaluate/integer.ts';
import type { Abi } from './abi.ts';
import type { CType, IntegerType, Layout } from './c-type.ts';

/** An argument of a call, worked out when it is asked for; undefined where it cannot be read. */
export type Argument = () => Value | undefined;

/** Result of an expression: its type, and its value where it is a constant; `why` says what keeps it from being one. */
export interface Value {
  readonly type: CType;
  readonly value?: bigint;
  /** Bounds of what is no constant, in its type, with what sets them. */
  readonly range?: Range;
  readonly why?: string;
  /** C leaves undefined what it comes to: no bound holds. */
  readonly broken?: true;
  /** Who sets it, where it is no constant: user space (`copy_from_user`, an ioctl's argument), or the device or its firmware. */
  readonly origin?: Origin;
  /** The variable, or member of one, that it is: `x`, `x.y`, `p->y`; `&x` and `*p` for what such a one leads to. */
  readonly path?: string;
  /** Paths of what shares memory with it, or with what holds it: other members of a union. */
  readonly rivals?: readonly string[];
  /** The struct that it is a member of, and its name. */
  readonly member?: { readonly record: string; readonly field: string };
}

export type Origin = 'user' | 'device';

/** Bounds of a value. */
export interface Range {
  readonly min: bigint;
  readonly max: bigint;
  readonly by: string;
  /** The largest rests on the width of a 32 bit type alone: true, and of little use. */
  readonly wide?: true;
}

/** What names mean where an expression or declaration stands. Methods throw Doubt where that is not certain. */
export interface Environment {
  /** Sizes and alignments of the architecture. */
  readonly abi: Abi;
  /** The type that a typedef names; undefined where the name is no type. */
  typedefNamed(name: string): CType | undefined;
  /** `struct x`, `union x` or `enum x`; of unknown type where its definition is not in the files read. */
  tagged(keyword: 'struct' | 'union' | 'enum', name: string): CType;
  /** Type of the enum without a name whose keyword is a token of the file being read. */
  enumAt(token: Token | undefined): CType;
  /** Type of an array of the file that a type is read in, which it names in its own; undefined where there is none. */
  table?(name: string): CType | undefined;
  /** Value of an enumerator; undefined where there is none of the name. */
  enumerator(name: string): Integer | undefined;
  /** Type of a variable or parameter; undefined where it is not known. */
  variable(name: string): CType | undefined;
  /** Value of a variable or a member of one where the expression stands; undefined where it is not followed. */
  followed(path: string, type: IntegerType, rivals?: readonly string[]): Value | undefined;
  /**
   * What a function of the files read returns: its type, and the value where it can be followed, not converted to the type yet.
   * Undefined where none is of the name. `text` tells calls apart.
   */
  called(name: string, given: readonly Argument[], text: string): { readonly type: CType; readonly returned?: Value } | undefined;
  /** Value of a member of a struct by all that is stored in it anywhere; undefined where that is not known. `path` as it is written here. */
  stored(record: string, field: string, type: IntegerType, path: string | undefined): Value | undefined;
  /** `#pragma pack` in force at a token, in bytes; undefined where there is none. */
  packAt(token: Token | undefined): number | undefined;
  /** Alignment that an annotation of the kernel stands for (`____cacheline_aligned`); undefined where the name is none. */
  annotationAlign(name: string): number | undefined;
  /** Makes what is asked for often once, in each world that it differs in. */
  once<T>(make: () => T): () => T;
  /** Whether it is certain that no file defines a macro of the name. */
  isNoMacro(name: string): boolean;
  /** Reads a constant expression at the cursor. */
  constant(cursor: Cursor): Value;
  /** Reads an expression for its type. */
  expression(cursor: Cursor): Value;
  /** Told of each `sizeof` of a record, with what it came to. */
  onSizeof(text: string, layout: Layout): void;
}
