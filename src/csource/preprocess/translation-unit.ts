import { ExhaustedDoubt } from '../evaluate/doubt.ts';
import { scanCode, MAX_TOKENS } from '../parse/lexer.ts';
import type { Token } from '../parse/lexer.ts';
import { resolveInclude } from './collect-includes.ts';
import type { HeaderText } from './collect-includes.ts';
import { conditionAt, hasConditions, indexSource } from './source-index.ts';
import type { Condition, MacroDefinition, MacroEvent, SourceIndex, TypeEvent } from './source-index.ts';
import type { World } from './world.ts';

/** A file at one place of the inclusion tree. */
export interface Instance {
  readonly id: number;
  readonly index: SourceIndex;
  /** The `#include` that brought it in; absent for the file itself. */
  readonly by?: { readonly instance: Instance; readonly condition: Condition };
}

/** A point in the text as the compiler reads it: the part of a file between two inclusions, and an offset in it. */
export interface Place {
  readonly instance: Instance;
  readonly offset: number;
}

/** A macro as it stands at some place. */
export interface Macro {
  readonly name: string;
  readonly definition: MacroDefinition;
  readonly at: Place;
}

export interface TypePlace {
  readonly event: TypeEvent;
  readonly instance: Instance;
}

/** Decides conditions: whether a branch is compiled, in a world. Given by `condition.ts`. */
export type Decide = (unit: TranslationUnit, instance: Instance, condition: Condition, world: World) => boolean;

interface Segment {
  readonly instance: Instance;
  readonly from: number;
  readonly to: number;
}

/** Indexes of files, kept between units that include the same headers. The caller owns it and may drop it at any time. */
export type IndexCache = Map<string, { readonly text: string; readonly index: SourceIndex }>;

const MAX_SEGMENTS = 4000;
const MAX_DEPTH = 40;
const MAX_RECURSION = 150;

/** A file with the local headers it includes, in the order in which a compiler reads them. */
export class TranslationUnit {
  readonly main: Instance;
  readonly #segments: Segment[] = [];
  readonly #segmentsOf = new Map<number, number[]>();
  readonly #headers: ReadonlyMap<string, HeaderText>;
  readonly #cache: IndexCache;
  readonly #decide: Decide;
  #instances = 0;
  #recursion = 0;
  #types: Map<string, TypePlace[]> | undefined;

  constructor(index: SourceIndex, headers: ReadonlyMap<string, HeaderText>, cache: IndexCache, decide: Decide) {
    this.#headers = headers;
    this.#cache = cache;
    this.#decide = decide;
    this.main = { id: this.#instances++, index };
    this.#include(this.main, 0, new Set());
  }

  #include(instance: Instance, depth: number, guarded: Set<string>): void {
    const { index } = instance;
    if (index.guard !== undefined && !this.#conditional(instance)) guarded.add(index.path);
    let from = 0;
    for (const event of index.includes) {
      const header = resolveInclude(index.path, event.path, this.#headers);
      if (!header || timesOpen(instance, header.path) > 1 || guarded.has(header.path) || depth >= MAX_DEPTH || this.#segments.length >= MAX_SEGMENTS) continue;
      this.#push(instance, from, event.offset);
      from = event.offset;
      const included = this.#indexOf(header);
      this.#include({ id: this.#instances++, index: included, by: { instance, condition: event.condition } }, depth + 1, guarded);
    }
    this.#push(instance, from, index.text.length + 1);
  }

  #conditional(instance: Instance): boolean {
    for (let at: Instance = instance; at.by; at = at.by.instance) {
      if (at.by.condition.parent) {
        const { condition } = at.by;
        const outer = at.by.instance.index;
        // Inside a header everything stands under its own guard, which decides nothing.
        if (!isWholeFileGuard(outer, condition)) return true;
      }
    }
    return false;
  }

  #push(instance: Instance, from: number, to: number): void {
    const list = this.#segmentsOf.get(instance.id);
    if (list) list.push(this.#segments.length);
    else this.#segmentsOf.set(instance.id, [this.#segments.length]);
    this.#segments.push({ instance, from, to });
  }

  #indexOf(header: HeaderText): SourceIndex {
    const known = this.#cache.get(header.path);
    if (known?.text === header.text) return known.index;
    const index = indexSource(header.path, header.text);
    this.#cache.set(header.path, { text: header.text, index });
    return index;
  }

  /** Whether the branch and all that encloses it are compiled in this world. */
  isActive(instance: Instance, condition: Condition, world: World): boolean {
    if (instance.by && !this.isActive(instance.by.instance, instance.by.condition, world)) return false;
    if (!condition.parent) return true;
    if (!this.isActive(instance, condition.parent, world)) return false;
    if (this.#recursion >= MAX_RECURSION) throw new ExhaustedDoubt('its #if conditions depend on one another too deeply');
    this.#recursion++;
    try {
      for (const earlier of condition.earlier) if (this.#decide(this, instance, earlier, world)) return false;
      return this.#decide(this, instance, condition, world);
    } finally {
      this.#recursion--;
    }
  }

  isPlaceActive(place: Place, world: World): boolean {
    return this.isActive(place.instance, conditionAt(place.instance.index, place.offset), world);
  }

  /**
   * The macro of a name as defined at a place.
   * @returns the macro; `'undefined'` after an `#undef`; undefined where none of the files read says anything about it
   */
  macroAt(name: string, place: Place, world: World): Macro | 'undefined' | undefined {
    for (let number = this.#segmentAt(place); number >= 0; number--) {
      const segment = this.#segments[number];
      const events = segment?.instance.index.macros.get(name);
      if (!segment || !events) continue;
      const to = segment.instance === place.instance ? Math.min(segment.to, place.offset) : segment.to;
      for (let at = events.length - 1; at >= 0; at--) {
        const event = events[at] as MacroEvent;
        if (event.offset >= to) continue;
        if (event.offset < segment.from) break;
        if (!this.isActive(segment.instance, event.condition, world)) continue;
        if (!event.definition) return 'undefined';
        return { name, definition: event.definition, at: { instance: segment.instance, offset: event.offset } };
      }
    }
    return undefined;
  }

  #segmentAt(place: Place): number {
    let found = -1;
    for (const number of this.#segmentsOf.get(place.instance.id) ?? []) {
      if ((this.#segments[number]?.from ?? Infinity) > place.offset) break;
      found = number;
    }
    return found;
  }

  /** `#pragma pack` lines that take effect before a place, in order. */
  packsBefore(place: Place, world: World): string[] {
    const packs: string[] = [];
    const last = this.#segmentAt(place);
    for (let number = 0; number <= last; number++) {
      const segment = this.#segments[number];
      for (const event of segment?.instance.index.packs ?? []) {
        if (!segment || event.offset < segment.from || event.offset >= segment.to) continue;
        if (segment.instance === place.instance && event.offset >= place.offset) continue;
        if (this.isActive(segment.instance, event.condition, world)) packs.push(event.text);
      }
    }
    return packs;
  }

  /** Where types of a key (`struct x`, `union x`, `enum x`, `typedef x`, `enumerator X`) are defined, compiled or not. */
  typesNamed(key: string): readonly TypePlace[] {
    this.#types ??= this.#indexTypes();
    return this.#types.get(key) ?? [];
  }

  #indexTypes(): Map<string, TypePlace[]> {
    const types = new Map<string, TypePlace[]>();
    const seen = new Set<string>();
    for (const { instance } of this.#segments) {
      if (seen.has(String(instance.id))) continue;
      seen.add(String(instance.id));
      for (const event of instance.index.types) {
        const id = `${instance.index.path}:${event.offset}`;
        if (seen.has(id)) continue;
        if (instance.by === undefined || !this.#conditional(instance)) seen.add(id);
        for (const key of keysOf(instance.index, event)) {
          const list = types.get(key);
          if (list) list.push({ event, instance });
          else types.set(key, [{ event, instance }]);
        }
      }
    }
    return types;
  }

  /** Tokens of a range of a file that are compiled in this world, without directives. */
  tokensIn(instance: Instance, from: number, to: number, world: World): Token[] {
    const tokens: Token[] = [];
    const { index } = instance;
    const conditional = hasConditions(index, from, to);
    scanCode(index.text, from, to, (token) => {
      if (!conditional || this.isActive(instance, conditionAt(index, token.start), world)) tokens.push(token);
      return tokens.length < MAX_TOKENS;
    });
    return tokens;
  }
}

/** How often a file stands among those that led to an instance: one that includes itself is followed once more. */
function timesOpen(instance: Instance, path: string): number {
  let times = 0;
  for (let at: Instance | undefined = instance; at; at = at.by?.instance) if (at.index.path === path) times++;
  return times;
}

/** Whether a branch is the guard around a whole header, which is true the first time and skipped later. */
export function isWholeFileGuard(index: SourceIndex, condition: Condition): boolean {
  return condition.id === 1 && index.guard !== undefined && index.guard !== '#pragma once';
}

const namesOf = new WeakMap<TypeEvent, readonly string[]>();

/** The keys under which a type is looked up. For a typedef every name that may be the one it declares. */
function keysOf(index: SourceIndex, event: TypeEvent): readonly string[] {
  const known = namesOf.get(event);
  if (known) return known;
  const keys: string[] = [];
  if (event.kind === 'typedef') {
    const { tokens } = declarationTokens(index, event.offset);
    let braces = 0;
    for (const token of tokens.slice(1)) {
      if (token.text === '{') braces++;
      else if (token.text === '}') braces--;
      else if (braces === 0 && token.kind === 'name') keys.push(`typedef ${token.text}`);
    }
  } else {
    if (event.name !== '') keys.push(`${event.kind} ${event.name}`);
    if (event.kind === 'enum') keys.push(...enumeratorNames(index, event.offset).map((name) => `enumerator ${name}`));
  }
  namesOf.set(event, keys);
  return keys;
}

function enumeratorNames(index: SourceIndex, offset: number): string[] {
  const names: string[] = [];
  let depth = 0;
  let fresh = false;
  scanCode(index.text, offset, index.text.length, (token) => {
    if (token.text === '{' || token.text === '(') {
      depth++;
      fresh = depth === 1;
    } else if (token.text === '}' || token.text === ')') {
      depth--;
      if (token.text === '}' && depth <= 0) return false;
    } else if (token.text === ',' && depth === 1) fresh = true;
    else if (fresh && token.kind === 'name') {
      names.push(token.text);
      fresh = false;
    }
    return names.length < MAX_TOKENS;
  });
  return names;
}

/** Tokens from an offset up to the `;` that ends the declaration there, whatever `#if` they stand under, and its end. */
export function declarationTokens(index: SourceIndex, offset: number): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  let depth = 0;
  let end = index.text.length;
  scanCode(index.text, offset, index.text.length, (token) => {
    tokens.push(token);
    if (token.text === '{' || token.text === '(') depth++;
    else if (token.text === '}' || token.text === ')') depth--;
    if (depth < 0 || (depth === 0 && token.text === ';')) {
      end = token.start + 1;
      return false;
    }
    return tokens.length < 100_000;
  });
  return { tokens, end };
}
