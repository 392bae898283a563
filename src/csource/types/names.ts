import { FileVariables } from '../calls/file-variables.ts';
import { Doubt } from '../evaluate/doubt.ts';
import { ExpressionReader } from '../evaluate/expression.ts';
import { binary } from '../evaluate/integer.ts';
import type { Integer } from '../evaluate/integer.ts';
import { Cursor } from '../parse/cursor.ts';
import type { Token } from '../parse/lexer.ts';
import { MacroExpander } from '../preprocess/expand-macros.ts';
import type { KernelConfig } from '../preprocess/kernel-config.ts';
import { declaringMacros } from '../preprocess/declaring-macros.ts';
import { positionAt } from '../preprocess/position.ts';
import { declarationTokens } from '../preprocess/type-keys.ts';
import type { Instance, TranslationUnit, TypePlace } from '../preprocess/translation-unit.ts';
import type { Observed, World } from '../preprocess/world.ts';
import { INT, SCHAR, SHORT, UCHAR, UINT, unknownType, USHORT } from './c-type.ts';
import { LP64 } from './abi.ts';
import type { Abi } from './abi.ts';
import type { CType, IntegerType, Layout, RecordType } from './c-type.ts';
import type { Argument, Environment, Value } from './environment.ts';
import { kernelTypes } from './kernel-types.ts';
import { NO_ATTRIBUTES, readAttributes } from './read-attributes.ts';
import { readDeclarator, readSpecifiers } from './read-type.ts';
import type { UnitMemo } from './unit-memo.ts';

/** Where names come from that stand in no file: locals of the function around a call. */
export interface Locals {
  /** Type of a variable in scope; undefined where there is none. @throws Doubt where that is not certain */
  typeOf(name: string, environment: Names): CType | undefined;
  /** Value of a variable or a member of one at the point that is asked about; undefined where it is not followed. */
  followed?(path: string, type: IntegerType, environment: Names, rivals?: readonly string[]): Value | undefined;
  /** What a function of the files read returns; undefined where none is of the name. */
  called?(name: string, given: readonly Argument[], text: string, environment: Names): { readonly type: CType; readonly returned?: Value } | undefined;
  /** Value of a member of a struct by all that is stored in it; undefined where that is not known. */
  stored?(record: string, field: string, type: IntegerType, path: string | undefined): Value | undefined;
}

/** Types, enumerators and variables of a translation unit in one world. */
export class Names implements Environment {
  readonly unit: TranslationUnit;
  readonly #world: World;
  readonly #config: KernelConfig;
  readonly #memo: UnitMemo;
  /** Values, or the Doubts that reading them threw. */
  #own = new Map<string, Observed<unknown>>();
  readonly #open = new Set<string>();
  readonly #locals: Locals | undefined;
  readonly #onSizeof: (text: string, layout: Layout) => void;
  readonly #kernelTypes: ReadonlyMap<string, CType>;
  #reading: Instance;
  #quiet = 0;
  readonly #tables = new Map<Instance, FileVariables>();
  /** Rises where a definition is passed over that is being read: what is found then holds there alone. */
  #passedOver = 0;

  constructor(
    unit: TranslationUnit,
    world: World,
    config: KernelConfig,
    memo: UnitMemo,
    locals?: Locals,
    onSizeof: (text: string, layout: Layout) => void = () => undefined,
  ) {
    this.unit = unit;
    this.#world = world;
    this.#config = config;
    this.#memo = memo;
    this.#locals = locals;
    this.#onSizeof = onSizeof;
    this.#kernelTypes = kernelTypes(config.architecture);
    this.#reading = unit.main;
  }

  onSizeof(text: string, layout: Layout): void {
    if (this.#quiet === 0) this.#onSizeof(text, layout);
  }

  constant(cursor: Cursor): Value {
    return new ExpressionReader(cursor, this).conditional();
  }

  expression(cursor: Cursor): Value {
    return new ExpressionReader(cursor, this, 'type').expression();
  }

  variable(name: string): CType | undefined {
    return this.#quiet > 0 ? undefined : this.#locals?.typeOf(name, this);
  }

  followed(path: string, type: IntegerType, rivals?: readonly string[]): Value | undefined {
    return this.#quiet > 0 ? undefined : this.#locals?.followed?.(path, type, this, rivals);
  }

  stored(record: string, field: string, type: IntegerType, path: string | undefined): Value | undefined {
    return this.#quiet > 0 ? undefined : this.#locals?.stored?.(record, field, type, path);
  }

  called(name: string, given: readonly Argument[], text: string): { readonly type: CType; readonly returned?: Value } | undefined {
    return this.#quiet > 0 ? undefined : this.#locals?.called?.(name, given, text, this);
  }

  table(name: string): CType | undefined {
    if (this.#quiet === 0) return undefined;
    let variables = this.#tables.get(this.#reading);
    if (!variables) this.#tables.set(this.#reading, (variables = new FileVariables(this.unit, this.#reading)));
    const type = variables.typeOf(name, this);
    return type?.kind === 'array' ? type : undefined;
  }

  get abi(): Abi {
    return this.#config.architecture?.abi ?? LP64;
  }

  get world(): World {
    return this.#world;
  }

  /** Reads something in the world of these names: what types lead to is looked up in it. */
  look<T>(read: () => T): T {
    return this.#memo.seenFrom(this, read);
  }

  /** The same names seen from another function. */
  within(locals: Locals): Names {
    const names = new Names(this.unit, this.#world, this.#config, this.#memo, locals);
    // Types are the same in every function.
    names.#own = this.#own;
    return names;
  }

  typedefNamed(name: string): CType | undefined {
    return this.#remember(`typedef ${name}`, () => {
      const found: CType[] = [];
      for (const near of [true, false]) {
        for (const place of this.#active(`typedef ${name}`, near)) {
          // A name inside the typedef that is being read is an earlier type: `typedef u32 x_t;` declares no u32.
          if (this.#open.has(openKey(place))) {
            this.#passedOver++;
            continue;
          }
          const type = this.#readTypedef(place, name);
          if (type) found.push(type);
        }
        if (found.length === 0 && near) {
          const known = this.#kernelTypes.get(name);
          if (known) return known;
        } else if (found.length > 0) break;
      }
      if (found.length > 1) throw new Doubt(`the type ${name} is defined more than once`);
      return found[0];
    });
  }

  tagged(keyword: 'struct' | 'union' | 'enum', name: string): CType {
    if (keyword === 'enum') return this.#remember(`enum ${name}`, () => this.#enumNamed(name));
    const key = `${keyword} ${name}`;
    const memo = this.#memo;
    return { kind: 'record', name: key, layout: () => (memo.names ?? this).#layoutOf(key), members: () => (memo.names ?? this).#record(key).members() };
  }

  #record(key: string): RecordType {
    return this.#remember(key, () => this.#recordNamed(key));
  }

  #layoutOf(key: string): Layout {
    return this.#remember(`layout of ${key}`, () => this.#layOut(key, this.#record(key)));
  }

  once<T>(make: () => T): () => T {
    const memo = this.#memo;
    const key = memo.ownKey();
    return () => (memo.names ?? this).#remember(key, make);
  }

  enumAt(token: Token | undefined): CType {
    const instance = this.#reading;
    const event = token && instance.index.types.find((other) => other.offset === token.start && other.kind === 'enum' && other.name === '');
    if (!event || token.hidden || !instance.index.text.startsWith(token.text, token.start)) return unknownType('an enum without a name');
    return this.#enumType({ event, instance });
  }

  enumerator(name: string): Integer | undefined {
    return this.#remember(`enumerator ${name}`, () => {
      const places = this.#active(`enumerator ${name}`);
      if (places.length > 1) throw new Doubt(`${name} is an enumerator of more than one enum`);
      const [place] = places;
      if (!place) return undefined;
      const value = this.#enumerators(place).get(name);
      if (value === undefined) throw new Doubt(`the value of the enumerator ${name} is not known`);
      if (BigInt.asIntN(32, value) === value) return { type: INT, value };
      // One that an int does not hold has the type of its enum (gcc, clang).
      const type = this.#enumType(place);
      if (type.kind !== 'integer' || type.size < 4) throw new Doubt(`the enumerator ${name} does not fit an int`);
      return { type, value };
    });
  }

  packAt(token: Token | undefined): number | undefined {
    let pack: number | undefined;
    const stack: (number | undefined)[] = [];
    for (const text of this.unit.packsBefore({ instance: this.#reading, offset: token?.start ?? 0 }, this.#world)) {
      const match = /^pack\s*\(\s*(?:(push|pop)\s*(?:,\s*)?)?(\d+)?\s*\)/.exec(text);
      if (!match) throw new Doubt(`#pragma ${text.slice(0, 40)}`);
      const [, action, bytes] = match;
      if (action === 'push') stack.push(pack);
      if (action === 'pop') pack = stack.pop();
      else if (bytes !== undefined) pack = Number(bytes) === 0 ? undefined : Number(bytes);
      else if (action === undefined) pack = undefined;
    }
    return pack;
  }

  isNoMacro(name: string): boolean {
    return this.unit.knowsAbsence(name) && this.unit.macroAt(name, { instance: this.#reading, offset: this.#reading.index.text.length }, this.#world) === undefined;
  }

  annotationAlign(name: string): number | undefined {
    if (name !== '____cacheline_aligned' && name !== '____cacheline_aligned_in_smp' && name !== '__cacheline_aligned') return undefined;
    const shift = this.#config.value('L1_CACHE_SHIFT');
    if (shift === undefined) throw new Doubt(`${name} depends on the kernel configuration`);
    return name === '____cacheline_aligned_in_smp' && !this.#config.isDefined('CONFIG_SMP', this.#world) ? 1 : 2 ** Number(shift);
  }

  /** Tokens of a range of a file, with its macros expanded. */
  tokens(instance: Instance, from: number, to: number): readonly Token[] {
    return this.#remember(`tokens ${instance.id} ${from} ${to}`, () => {
      const raw = this.unit.tokensIn(instance, from, to, this.#world);
      return new MacroExpander(this.unit, this.#world, this.#config).expand(raw, (token) => ({ instance, offset: token.start }));
    });
  }

  #recordNamed(key: string): RecordType {
    let places = this.#active(key, true);
    const known = this.#kernelTypes.get(key);
    if (places.length === 0 && known?.kind === 'record') return known;
    if (places.length === 0) places = this.#active(key);
    const [place] = places;
    if (!place) return this.#recordOfMacro(key);
    if (places.length > 1) throw new Doubt(`${key} is defined more than once`);
    const type = this.#at(place, (cursor) => readSpecifiers(cursor, this).type);
    if (type.kind !== 'record') throw new Doubt(`${key} could not be read`);
    const { index } = place.instance;
    const at = { path: index.path, ...positionAt(index, place.event.offset) };
    return { ...type, layout: () => ({ ...type.layout(), at }) };
  }

  /** Layouts are worked out after reading: a struct that holds itself would not end. */
  #layOut(name: string, type: RecordType): Layout {
    const key = `layout of ${name}`;
    if (this.#open.has(key) || this.#open.size > 60) throw new Doubt('a type contains itself');
    this.#open.add(key);
    try {
      return type.layout();
    } finally {
      this.#open.delete(key);
    }
  }

  #enumNamed(name: string): CType {
    const places = this.#active(`enum ${name}`);
    const [place] = places;
    if (!place) return unknownType(`enum ${name} is not defined in the file or its local headers`);
    if (places.length > 1) return unknownType(`enum ${name} is defined more than once`);
    return this.#enumType(place);
  }

  #enumType(place: TypePlace): IntegerType | CType {
    let lowest = 0n;
    let highest = 0n;
    for (const value of this.#enumerators(place).values()) {
      if (value === undefined) return unknownType('an enumerator whose value is not known');
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
    if (this.#enumIsPacked(place)) return packedEnum(lowest, highest);
    // gcc and clang take unsigned int unless an enumerator is negative.
    if (lowest < 0n) return BigInt.asIntN(32, lowest) === lowest && BigInt.asIntN(32, highest) === highest ? INT : unknownType('an enum wider than int');
    return BigInt.asUintN(32, highest) === highest ? UINT : unknownType('an enum wider than int');
  }

  #enumerators(place: TypePlace): ReadonlyMap<string, bigint | undefined> {
    return this.#remember(`values of ${openKey(place)}`, () =>
      this.#at(place, (cursor) => {
        const values = new Map<string, bigint | undefined>();
        const typed = new Map<string, Integer | undefined>();
        while (!cursor.ended && cursor.peek() !== '{') cursor.at++;
        cursor.expect('{');
        let next: Integer | undefined = { type: INT, value: 0n };
        while (!cursor.take('}')) {
          const name = cursor.peek();
          if (cursor.token?.kind !== 'name') throw new Doubt('an enum could not be read');
          cursor.at++;
          if (cursor.take('=')) {
            // Earlier enumerators of the same enum are in scope.
            const { type, value } = new ExpressionReader(cursor, enumScope(this, typed)).conditional();
            next = value === undefined || type.kind !== 'integer' ? undefined : { type: BigInt.asIntN(32, value) === value ? INT : type, value };
          }
          values.set(name, next?.value);
          typed.set(name, next);
          next = next && oneMore(next);
          if (!cursor.take(',') && cursor.peek() !== '}') throw new Doubt('an enum could not be read');
        }
        return values;
      }),
    );
  }

  #enumIsPacked(place: TypePlace): boolean {
    return this.#at(place, (cursor) => {
      cursor.at++;
      const before = readAttributes(cursor, this, NO_ATTRIBUTES);
      while (!cursor.ended && cursor.peek() !== '{') cursor.at++;
      cursor.skipBrackets();
      const attributes = readAttributes(cursor, this, before);
      if (attributes.align !== undefined) throw new Doubt('an aligned enum');
      return attributes.packed;
    });
  }

  #readTypedef(place: TypePlace, name: string): CType | undefined {
    return this.#at(place, (cursor) => {
      const specifiers = readSpecifiers(cursor, this);
      do {
        const declarator = readDeclarator(cursor, specifiers.type, this);
        if (declarator.name !== name) continue;
        const align = specifiers.attributes.align ?? declarator.attributes.align;
        const packed = specifiers.attributes.packed || declarator.attributes.packed;
        if (packed) return unknownType(`the type ${name} has attributes that are not modelled`);
        return align === undefined ? declarator.type : alignedType(name, declarator.type, align);
      } while (cursor.take(','));
      return undefined;
    });
  }

  /** A struct or union that the use of a macro defines. */
  #recordOfMacro(key: string): RecordType {
    const [keyword, tag] = key.split(' ');
    const uses = this.#remember('uses of macros that define types', () => declaringMacros(this.unit, this.#world));
    const found = uses.flatMap(({ instance, from, to }) => {
      const tokens = this.tokens(instance, from, to);
      const at = tokens.findIndex(({ text }, nth) => text === keyword && tokens[nth + 1]?.text === tag && tokens[nth + 2]?.text === '{');
      return at < 0 ? [] : [{ instance, id: `${instance.id}:${from}:${at}`, tokens: tokens.slice(at) }];
    });
    const [only] = found;
    if (!only) throw new Doubt(`${key} is not defined in the file or its local headers`);
    // Tokens of a macro's body stand behind no #pragma of the file.
    if (found.length > 1 || this.unit.localFiles().some(({ packs }) => packs.length > 0)) throw new Doubt(`${key} is defined by a macro`);
    const type = this.#reads(only.id, only.instance, () => readSpecifiers(new Cursor(only.tokens), this).type);
    if (type.kind !== 'record') throw new Doubt(`${key} could not be read`);
    return type;
  }

  #active(key: string, near = false): TypePlace[] {
    const active = this.unit.typesNamed(key, near).filter((place) => this.unit.isActive(place.instance, place.event.condition, this.#world));
    // A guarded header that may be included at several places is compiled once.
    return active.filter(({ event, instance }, at) => instance.index.guard === undefined || active.findIndex((other) => other.event === event) === at);
  }

  /** Reads the definition at a place; macros and types are those of its file. */
  #at<T>(place: TypePlace, read: (cursor: Cursor) => T): T {
    const { instance, event } = place;
    const id = openKey(place);
    return this.#reads(id, instance, () => read(new Cursor(this.#remember(`text of ${id}`, () => this.tokens(instance, event.offset, definitionEnd(place))))));
  }

  #reads<T>(id: string, instance: Instance, read: () => T): T {
    if (this.#open.has(id) || this.#open.size > 60) throw new Doubt('a type contains itself');
    const outer = this.#reading;
    this.#open.add(id);
    this.#reading = instance;
    this.#quiet++;
    try {
      return read();
    } finally {
      this.#quiet--;
      this.#reading = outer;
      this.#open.delete(id);
    }
  }

  /** Keeps a result, or the doubt, for this world; and for the unit, in every world or in those that choose alike. */
  #remember<T>(key: string, read: () => T): T {
    const own = this.#own.get(key);
    const result = own ? this.#world.again(own) : (this.#memo.fixed(key) ?? this.#lookUp(key, read)).result;
    if (result instanceof Doubt) throw result;
    return result as T;
  }

  #lookUp(key: string, read: () => unknown): { readonly result: unknown } {
    const memo = this.#memo;
    const { reach } = this.unit;
    const passedOver = this.#passedOver;
    const { value, choices } = this.#world.observe(() => {
      const alike = memo.alike(key, reach, this.#world);
      if (alike) return { ...alike, lasts: false };
      const result = resultOf(read);
      // A doubt met while another type is being read may come of reading them at once: it is not kept for others.
      return { result, lasts: this.unit.reach === reach && this.#passedOver === passedOver && !(result instanceof Doubt && this.#open.size > 0) };
    });
    const { result, lasts } = value;
    if (choices || !lasts) this.#own.set(key, { value: result, choices });
    if (lasts) memo.keep(key, reach, result, choices);
    return value;
  }
}

/** What a reading gives, or the Doubt that it throws. */
function resultOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof Doubt) return error;
    throw error;
  }
}

/** A type under another alignment, which a typedef's attribute gives it: its size stays (gcc, clang). */
function alignedType(name: string, type: CType, align: number): CType {
  if (type.kind === 'integer') return { ...type, align };
  if (type.kind === 'record') return { ...type, layout: () => ({ ...type.layout(), align }) };
  return unknownType(`the type ${name} has attributes that are not modelled`);
}

/** The value of an enumerator behind another that is given none; undefined where it leaves the type. */
function oneMore(value: Integer): Integer | undefined {
  try {
    return binary('+', value, { type: INT, value: 1n });
  } catch (error) {
    if (error instanceof Doubt) return undefined;
    throw error;
  }
}

/** The narrowest type that holds all enumerators: `__attribute__((packed))` on an enum. */
function packedEnum(lowest: bigint, highest: bigint): CType {
  for (const type of lowest < 0n ? [SCHAR, SHORT, INT] : [UCHAR, USHORT, UINT]) {
    const bits = type.size * 8;
    const fits = (value: bigint): boolean => (type.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value;
    if (fits(lowest) && fits(highest)) return type;
  }
  return unknownType('an enum wider than int');
}

function openKey(place: TypePlace): string {
  return `${place.instance.id}:${place.event.offset}`;
}

function definitionEnd(place: TypePlace): number {
  const { index } = place.instance;
  const { tokens, end } = declarationTokens(index, place.event.offset);
  // An initialiser behind a definition says nothing of the type.
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '{' || token.text === '(') depth++;
    else if (token.text === '}' || token.text === ')') depth--;
    else if (token.text === '=' && depth === 0) return token.start;
  }
  return end;
}

/** @param values the enumerators before, each with the type that it has inside its enum: its value's own, where an int does not hold it */
function enumScope(names: Names, values: ReadonlyMap<string, Integer | undefined>): Environment {
  return {
    abi: names.abi,
    typedefNamed: (name) => names.typedefNamed(name),
    tagged: (keyword, name) => names.tagged(keyword, name),
    variable: () => undefined,
    followed: () => undefined,
    called: () => undefined,
    stored: () => undefined,
    enumAt: (token) => names.enumAt(token),
    enumerator: (name) => {
      if (!values.has(name)) return names.enumerator(name);
      const value = values.get(name);
      if (value === undefined) throw new Doubt(`the value of the enumerator ${name} is not known`);
      return value;
    },
    packAt: (token) => names.packAt(token),
    annotationAlign: (name) => names.annotationAlign(name),
    isNoMacro: (name) => names.isNoMacro(name),
    once: (make) => names.once(make),
    constant: (cursor) => new ExpressionReader(cursor, enumScope(names, values)).conditional(),
    expression: (cursor) => new ExpressionReader(cursor, enumScope(names, values), 'type').expression(),
    onSizeof: () => undefined,
  };
}
