import { Doubt } from '../evaluate/doubt.ts';
import { ExpressionReader } from '../evaluate/expression.ts';
import type { Integer } from '../evaluate/integer.ts';
import { Cursor } from '../parse/cursor.ts';
import type { Token } from '../parse/lexer.ts';
import { MacroExpander } from '../preprocess/expand-macros.ts';
import type { KernelConfig } from '../preprocess/kernel-config.ts';
import { positionAt } from '../preprocess/position.ts';
import { declarationTokens } from '../preprocess/translation-unit.ts';
import type { Instance, TranslationUnit, TypePlace } from '../preprocess/translation-unit.ts';
import type { World } from '../preprocess/world.ts';
import { INT, UINT, unknownType } from './c-type.ts';
import type { CType, IntegerType, Layout } from './c-type.ts';
import type { Environment, Value } from './environment.ts';
import { KERNEL_TYPES } from './kernel-types.ts';
import { readDeclarator, readSpecifiers } from './read-type.ts';

/** What was established of a unit whatever the world: kept while its text stays. */
export type UnitMemo = Map<string, unknown>;

/** Where names come from that stand in no file: locals of the function around a call. */
export interface Locals {
  /** Type of a variable in scope; undefined where there is none. @throws Doubt where that is not certain */
  typeOf(name: string, environment: Names): CType | undefined;
}

/** Types, enumerators and variables of a translation unit in one world. */
export class Names implements Environment {
  readonly unit: TranslationUnit;
  readonly #world: World;
  readonly #config: KernelConfig;
  readonly #memo: UnitMemo;
  readonly #own = new Map<string, unknown>();
  readonly #open = new Set<string>();
  readonly #locals: Locals | undefined;
  readonly #onSizeof: (text: string, layout: Layout) => void;
  #reading: Instance;
  #quiet = 0;

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
    this.#reading = unit.main;
  }

  onSizeof(text: string, layout: Layout): void {
    if (this.#quiet === 0) this.#onSizeof(text, layout);
  }

  constant(cursor: Cursor): Value {
    return new ExpressionReader(cursor, this).conditional();
  }

  expression(cursor: Cursor): Value {
    return new ExpressionReader(cursor, this).expression();
  }

  variable(name: string): CType | undefined {
    return this.#quiet > 0 ? undefined : this.#locals?.typeOf(name, this);
  }

  typedefNamed(name: string): CType | undefined {
    return this.#remember(`typedef ${name}`, () => {
      const found: CType[] = [];
      for (const place of this.#active(`typedef ${name}`)) {
        const type = this.#readTypedef(place, name);
        if (type) found.push(type);
      }
      if (found.length > 1) throw new Doubt(`the type ${name} is defined more than once`);
      return found[0] ?? KERNEL_TYPES.get(name);
    });
  }

  tagged(keyword: 'struct' | 'union' | 'enum', name: string): CType {
    if (keyword === 'enum') return this.#remember(`enum ${name}`, () => this.#enumNamed(name));
    const key = `${keyword} ${name}`;
    return { kind: 'record', name: key, layout: () => this.#remember(key, () => this.#layoutOf(key)) };
  }

  enumerator(name: string): Integer | undefined {
    return this.#remember(`enumerator ${name}`, () => {
      const places = this.#active(`enumerator ${name}`);
      if (places.length > 1) throw new Doubt(`${name} is an enumerator of more than one enum`);
      const [place] = places;
      if (!place) return undefined;
      const value = this.#enumerators(place).get(name);
      if (value === undefined) throw new Doubt(`the value of the enumerator ${name} is not known`);
      if (BigInt.asIntN(32, value) !== value) throw new Doubt(`the enumerator ${name} does not fit an int`);
      return { type: INT, value };
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

  annotationAlign(name: string): number | undefined {
    if (name !== '____cacheline_aligned' && name !== '____cacheline_aligned_in_smp' && name !== '__cacheline_aligned') return undefined;
    const shift = this.#config.value('L1_CACHE_SHIFT');
    if (shift === undefined) throw new Doubt(`${name} depends on the kernel configuration`);
    return name === '____cacheline_aligned_in_smp' && !this.#config.isDefined('CONFIG_SMP', this.#world) ? 1 : 2 ** Number(shift);
  }

  /** Tokens of a range of a file, with its macros expanded. */
  tokens(instance: Instance, from: number, to: number): Token[] {
    const raw = this.unit.tokensIn(instance, from, to, this.#world);
    return new MacroExpander(this.unit, this.#world, this.#config).expand(raw, (token) => ({ instance, offset: token.start }));
  }

  #layoutOf(key: string): Layout {
    const places = this.#active(key);
    const [place] = places;
    if (!place) {
      const known = KERNEL_TYPES.get(key);
      if (known?.kind === 'record') return known.layout();
      throw new Doubt(`${key} is not defined in the file or its local headers`);
    }
    if (places.length > 1) throw new Doubt(`${key} is defined more than once`);
    const type = this.#at(place, (cursor) => readSpecifiers(cursor, this).type);
    if (type.kind !== 'record') throw new Doubt(`${key} could not be read`);
    const { index } = place.instance;
    return { ...type.layout(), at: { path: index.path, ...positionAt(index, place.event.offset) } };
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
    // gcc and clang take unsigned int unless an enumerator is negative.
    if (lowest < 0n) return BigInt.asIntN(32, lowest) === lowest && BigInt.asIntN(32, highest) === highest ? INT : unknownType('an enum wider than int');
    return BigInt.asUintN(32, highest) === highest ? UINT : unknownType('an enum wider than int');
  }

  #enumerators(place: TypePlace): ReadonlyMap<string, bigint | undefined> {
    return this.#remember(`values of ${place.instance.id}:${place.event.offset}`, () =>
      this.#at(place, (cursor) => {
        const values = new Map<string, bigint | undefined>();
        while (!cursor.ended && cursor.peek() !== '{') cursor.at++;
        cursor.expect('{');
        let next: bigint | undefined = 0n;
        while (!cursor.take('}')) {
          const name = cursor.peek();
          if (cursor.token?.kind !== 'name') throw new Doubt('an enum could not be read');
          cursor.at++;
          if (cursor.take('=')) {
            // Earlier enumerators of the same enum are in scope.
            next = new ExpressionReader(cursor, enumScope(this, values)).conditional().value;
          }
          values.set(name, next);
          next = next === undefined ? undefined : next + 1n;
          if (!cursor.take(',') && cursor.peek() !== '}') throw new Doubt('an enum could not be read');
        }
        if (/^__packed$|^__attribute/.test(cursor.peek())) throw new Doubt('an enum with attributes');
        return values;
      }),
    );
  }

  #readTypedef(place: TypePlace, name: string): CType | undefined {
    return this.#at(place, (cursor) => {
      const specifiers = readSpecifiers(cursor, this);
      do {
        const declarator = readDeclarator(cursor, specifiers.type, this);
        if (declarator.name !== name) continue;
        const align = specifiers.attributes.align ?? declarator.attributes.align;
        const packed = specifiers.attributes.packed || declarator.attributes.packed;
        if (packed || (align !== undefined && declarator.type.kind !== 'integer')) return unknownType(`the type ${name} has attributes that are not modelled`);
        return align !== undefined && declarator.type.kind === 'integer' ? { ...declarator.type, align } : declarator.type;
      } while (cursor.take(','));
      return undefined;
    });
  }

  #active(key: string): TypePlace[] {
    return this.unit.typesNamed(key).filter((place) => this.unit.isActive(place.instance, place.event.condition, this.#world));
  }

  /** Reads the definition at a place; macros and types are those of its file. */
  #at<T>(place: TypePlace, read: (cursor: Cursor) => T): T {
    const { instance, event } = place;
    const id = `${instance.id}:${event.offset}`;
    if (this.#open.has(id) || this.#open.size > 60) throw new Doubt('a type contains itself');
    const outer = this.#reading;
    this.#open.add(id);
    this.#reading = instance;
    this.#quiet++;
    try {
      const end = definitionEnd(place);
      return read(new Cursor(this.tokens(instance, event.offset, end)));
    } finally {
      this.#quiet--;
      this.#reading = outer;
      this.#open.delete(id);
    }
  }

  /** Keeps a result, or the doubt, for the world; and for the unit where no choice entered it. */
  #remember<T>(key: string, read: () => T): T {
    const own = this.#own.get(key);
    // What holds in this world only makes what is built on it so.
    if (own !== undefined) this.#world.consulted++;
    const known = own ?? this.#memo.get(key);
    if (known instanceof Doubt) throw known;
    if (known !== undefined) return known === NOTHING ? (undefined as T) : (known as T);
    const before = this.#world.consulted;
    let result: unknown;
    try {
      result = read() ?? NOTHING;
    } catch (error) {
      if (!(error instanceof Doubt)) throw error;
      result = error;
    }
    // A doubt met while another type is being read may come of reading them at once.
    if (!(result instanceof Doubt && this.#open.size > 0)) {
      if (this.#world.consulted === before) this.#memo.set(key, result);
      else this.#own.set(key, result);
    }
    if (result instanceof Doubt) throw result;
    return result === NOTHING ? (undefined as T) : (result as T);
  }
}

const NOTHING = Symbol('nothing');

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

function enumScope(names: Names, values: ReadonlyMap<string, bigint | undefined>): Environment {
  return {
    typedefNamed: (name) => names.typedefNamed(name),
    tagged: (keyword, name) => names.tagged(keyword, name),
    variable: () => undefined,
    enumerator: (name) => {
      if (!values.has(name)) return names.enumerator(name);
      const value = values.get(name);
      if (value === undefined || BigInt.asIntN(32, value) !== value) throw new Doubt(`the value of the enumerator ${name} is not known`);
      return { type: INT, value };
    },
    packAt: (token) => names.packAt(token),
    annotationAlign: (name) => names.annotationAlign(name),
    constant: (cursor) => new ExpressionReader(cursor, enumScope(names, values)).conditional(),
    expression: (cursor) => new ExpressionReader(cursor, enumScope(names, values)).expression(),
    onSizeof: () => undefined,
  };
}
