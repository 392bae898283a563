import { Doubt, ExhaustedDoubt } from '../evaluate/doubt.ts';
import { scanCode, MAX_TOKENS } from '../parse/lexer.ts';
import type { Token } from '../parse/lexer.ts';
import { resolveInclude } from './collect-includes.ts';
import type { HeaderText } from './collect-includes.ts';
import type { IndexCache } from './index-cache.ts';
import type { BuildFlags, KernelTree, Taker } from './kernel-tree.ts';
import { conditionAt, hasConditions } from './source-index.ts';
import type { MacroDefinition, MacroEvent } from './macro-table.ts';
import type { Condition, IncludeEvent, SourceIndex, TypeEvent } from './source-index.ts';
import { wordOffsets } from '../parse/word-offsets.ts';
import { codeOf } from './code-of.ts';
import { typeKeys } from './type-keys.ts';
import { World } from './world.ts';

/** A file at one place of the inclusion tree. */
export interface Instance {
  readonly id: number;
  readonly index: SourceIndex;
  /** Whether it is certain that it is compiled. */
  definite: boolean;
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

const MAX_SEGMENTS = 4000;
const MAX_TREE_SEGMENTS = 60_000;
const MAX_DEPTH = 40;
const MAX_TREE_DEPTH = 150;
const MAX_RECURSION = 150;
/** Conditions around a line: compilers promise 63 (C17 5.2.4.1). */
const MAX_NESTING = 200;
/** Branches of one group before a line. */
const MAX_BRANCHES = 1000;

/** What headers of the build define, whose text is in no source tree: include/generated/{bounds,timeconst,utsrelease}.h, version.h. */
const GENERATED_NAMES =
  /^(?:NR_PAGEFLAGS|MAX_NR_ZONES|NR_CPUS_BITS|SPINLOCK_SIZE|LRU_GEN_WIDTH|__LRU_REFS_WIDTH|HZ_TO_\w+|\w+_TO_HZ_\w+|UTS_RELEASE|LINUX_VERSION_\w+|KERNEL_VERSION|__NR_\w+|__SYSCALL\w*|REQUIRED_MASK\w*|DISABLED_MASK\w*|MODULE|KBUILD_\w+|CC_\w+|linux|unix|i386|__has_\w+|__GNUC\w*|__clang\w*|__GCC_\w+|__x86_64|__amd64|__k8|__\w+__)$/;

/**
 * A file with the headers it includes, in the order in which a compiler reads them: at first the local ones alone; those of
 * the kernel's tree, where there is one, from the first question on that the local ones do not answer.
 */
export class TranslationUnit {
  readonly main: Instance;
  #segments: Segment[] = [];
  #segmentsOf = new Map<number, number[]>();
  #instances = new Map<string, Instance[]>();
  readonly #byPlace = new Map<string, Instance>();
  readonly #headers: ReadonlyMap<string, HeaderText>;
  readonly #cache: IndexCache;
  readonly #decide: Decide;
  readonly #tree: KernelTree | undefined;
  readonly #flags: BuildFlags;
  readonly #taker: Taker | undefined;
  #part: boolean | undefined;
  /** Names that were found to be no macros anywhere: kept for those who expand macros, most of whose names are such. */
  readonly plainNames = new Set<string>();
  #numbers = 0;
  #recursion = 0;
  #types: Map<string, TypePlace[]> | undefined;
  #macroSegments = new Map<string, readonly number[]>();
  #wide: 'no' | 'growing' | 'yes' = 'no';
  /** Whether a header that is compiled was not found. */
  #incomplete = false;
  #walk: World | undefined;
  /** Branches that the walk through the tree's headers decided without any choice. */
  readonly #decided = new Map<string, boolean>();

  /**
   * @param tree the kernel's tree; to be given with a complete configuration only
   * @param taker the file as a part of which this one is read
   */
  constructor(index: SourceIndex, headers: ReadonlyMap<string, HeaderText>, cache: IndexCache, decide: Decide, tree?: KernelTree, taker?: Taker) {
    this.#headers = headers;
    this.#cache = cache;
    this.#decide = decide;
    this.#tree = tree;
    this.#taker = taker;
    this.#flags = tree?.flagsFor(index.path) ?? { includes: [], defines: new Set() };
    this.main = { id: this.#numbers++, index, definite: true };
    this.#enterInstance(this.main);
    this.#include(this.main, 0, new Set());
  }

  #enterInstance(instance: Instance): void {
    const { path } = instance.index;
    const list = this.#instances.get(path);
    if (list) list.push(instance);
    else this.#instances.set(path, [instance]);
  }

  #include(instance: Instance, depth: number, guarded: Set<string>): void {
    const { index } = instance;
    if (index.guard !== undefined && !this.#conditional(instance)) guarded.add(index.path);
    let from = 0;
    for (const event of index.includes) {
      const header = event.angled ? undefined : resolveInclude(index.path, event.path, this.#headers);
      if (!header || timesOpen(instance, header.path) > 1 || guarded.has(header.path) || depth >= MAX_DEPTH || this.#segments.length >= MAX_SEGMENTS) continue;
      this.#push(instance, from, event.offset);
      from = event.offset;
      this.#include(this.#instanceOf(instance, event, this.#indexOf(header), false), depth + 1, guarded);
    }
    this.#push(instance, from, index.text.length + 1);
  }

  #instanceOf(by: Instance, event: IncludeEvent, index: SourceIndex, definite: boolean): Instance {
    const key = `${by.id}:${event.offset}`;
    let instance = this.#byPlace.get(key);
    if (instance) instance.definite ||= definite;
    else {
      instance = { id: this.#numbers++, index, by: { instance: by, condition: event.condition }, definite };
      this.#byPlace.set(key, instance);
    }
    if (!this.#instances.get(index.path)?.includes(instance)) this.#enterInstance(instance);
    return instance;
  }

  /** Tells apart what was asked of the local files alone from what was asked of the kernel's tree too. */
  get reach(): string {
    return this.#wide;
  }

  /** Takes in the headers of the kernel's tree. */
  #widen(): boolean {
    if (this.#wide !== 'no' || !this.#tree) return false;
    this.#wide = 'growing';
    this.plainNames.clear();
    this.#segments = [];
    this.#segmentsOf = new Map();
    this.#instances = new Map();
    this.#types = undefined;
    this.#macroSegments = new Map();
    this.#walk = new World();
    const guarded = new Set<string>();
    const before = (index: SourceIndex, key: string, until?: number): void => {
      const instance: Instance = { id: this.#numbers++, index, definite: true, by: { instance: this.main, condition: rootOf(this.main.index) } };
      this.#byPlace.set(key, instance);
      this.#enterInstance(instance);
      this.#includeTree(instance, 1, guarded, until);
    };
    this.#tree.forced().forEach((index, at) => before(index, `forced ${at}`));
    if (this.#taker) before(this.#taker.index, 'taker', this.#taker.offset);
    this.#enterInstance(this.main);
    this.#includeTree(this.main, 0, guarded);
    for (const [key, { value, choices }] of this.#walk.branches) if (!choices && typeof value === 'boolean') this.#decided.set(key, value);
    this.#walk = undefined;
    this.#macroSegments = new Map();
    this.#wide = 'yes';
    return true;
  }

  /** Whether the text is a part of files that are not read here, which may define macros for it and use what it defines. */
  get isPart(): boolean {
    return (this.#part ??= this.#taker !== undefined || !this.main.index.path.endsWith('.c') || (this.#tree !== undefined && this.#tree.takersOf(this.main.index.path)?.length !== 0));
  }

  /** @param until where reading the file ends */
  #includeTree(instance: Instance, depth: number, guarded: Set<string>, until = instance.index.text.length + 1): void {
    const { index } = instance;
    const tree = this.#tree as KernelTree;
    if (index.guard !== undefined && instance.definite) guarded.add(index.path);
    let from = 0;
    for (const event of index.includes) {
      if (event.offset >= until) break;
      if (this.#segments.length >= MAX_TREE_SEGMENTS || depth >= MAX_TREE_DEPTH) {
        this.#incomplete = true;
        break;
      }
      const local = event.angled ? undefined : resolveInclude(index.path, event.path, this.#headers);
      const resolved = local ? this.#indexOf(local) : tree.resolve(index.path, event, this.#flags);
      if (resolved === 'generated') continue;
      if (resolved && (guarded.has(resolved.path) || (resolved === this.main.index))) continue;
      if (from !== event.offset) this.#push(instance, from, event.offset);
      from = event.offset;
      const taken = this.#certainly(instance, event.condition);
      if (taken === false) continue;
      if (!resolved) {
        this.#incomplete = true;
        continue;
      }
      if (timesOpen(instance, resolved.path) > 1) continue;
      this.#includeTree(this.#instanceOf(instance, event, resolved, instance.definite && taken === true), depth + 1, guarded);
    }
    this.#push(instance, from, until);
  }

  /** Whether a condition holds, where that is certain in every world. */
  #certainly(instance: Instance, condition: Condition): boolean | undefined {
    if (!condition.parent) return true;
    const world = this.#walk as World;
    try {
      const { value, choices } = world.observe(() => this.#branchActive(instance, condition, world));
      return choices ? undefined : value;
    } catch (error) {
      if (error instanceof Doubt) return undefined;
      throw error;
    }
  }

  #conditional(instance: Instance): boolean {
    if (this.#wide !== 'no') return !instance.definite;
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
    return this.#cache.of(header.path, header.text);
  }

  /** The file and its local headers. */
  localFiles(): SourceIndex[] {
    return [this.main.index, ...[...this.#headers.values()].map((header) => this.#indexOf(header))];
  }

  /** Whether the branch and all that encloses it are compiled in this world. */
  isActive(instance: Instance, condition: Condition, world: World): boolean {
    if (instance.by && !instance.definite && !this.isActive(instance.by.instance, instance.by.condition, world)) return false;
    return this.#branchActive(instance, condition, world);
  }

  #branchActive(instance: Instance, condition: Condition, world: World): boolean {
    if (!condition.parent) return true;
    // Asked again by everything that stands in a branch.
    const key = `${instance.id}:${condition.id}`;
    const known = world.compiled.get(key);
    if (known) return world.again(known);
    const { parent } = condition;
    const observed = world.observe(() => this.#decideBranch(instance, condition, parent, world));
    world.compiled.set(key, observed);
    return observed.value;
  }

  #decideBranch(instance: Instance, condition: Condition, parent: Condition, world: World): boolean {
    if (condition.depth > MAX_NESTING || condition.nth > MAX_BRANCHES) throw new ExhaustedDoubt('it stands under too many #if');
    if (!this.#branchActive(instance, parent, world)) return false;
    if (this.#recursion >= MAX_RECURSION) throw new ExhaustedDoubt('its #if conditions depend on one another too deeply');
    this.#recursion++;
    try {
      return world.groupOf(`${instance.id}:${(condition.group[0] as Condition).id}`).isFirst(condition.nth, (nth) => this.#holds(instance, condition.group[nth] as Condition, world));
    } finally {
      this.#recursion--;
    }
  }

  #holds(instance: Instance, condition: Condition, world: World): boolean {
    return this.#decided.get(`${instance.id}:${condition.id}`) ?? this.#decide(this, instance, condition, world);
  }

  isPlaceActive(place: Place, world: World): boolean {
    return this.isActive(place.instance, conditionAt(place.instance.index, place.offset), world);
  }

  /** Whether a file is one of the kernel's own headers, outside the driver. */
  isKernelHeader(index: SourceIndex): boolean {
    return this.#tree?.isKernelHeader(index.path) ?? false;
  }

  /** Whether a name that no file read defines is certain not to be defined: all that is included was read. */
  knowsAbsence(name: string): boolean {
    this.#widen();
    // The kernel's own headers stand for themselves.
    if (!this.#taker && this.isPart && !this.isKernelHeader(this.main.index) && this.localFiles().some(({ text }) => text.includes(name))) return false;
    return this.#wide !== 'no' && !this.#incomplete && !this.#flags.defines.has(name) && (!GENERATED_NAMES.test(name) || this.#segmentsDefining(name).length > 0);
  }

  /** Whether none of the files read, nor any that is still to be read, says anything about a macro. */
  definesNowhere(name: string): boolean {
    return (this.#wide === 'yes' || !this.#tree) && this.#segmentsDefining(name).length === 0;
  }

  /**
   * The macro of a name as defined at a place.
   * @param near leaves out the kernel's own headers
   * @returns the macro; `'undefined'` after an `#undef`; undefined where none of the files read says anything about it
   */
  macroAt(name: string, place: Place, world: World, near = false): Macro | 'undefined' | undefined {
    const found = this.#macroAt(name, place, world, near);
    if (found !== undefined || near || this.#wide !== 'no' || !this.#widen()) return found;
    return this.#macroAt(name, place, world, near);
  }

  #macroAt(name: string, place: Place, world: World, near: boolean): Macro | 'undefined' | undefined {
    const numbers = this.#segmentsDefining(name);
    if (numbers.length === 0) return undefined;
    const last = this.#segmentAt(place);
    const segments = this.#segments;
    for (let at = numbers.length - 1; at >= 0; at--) {
      const number = numbers[at] ?? 0;
      if (number > last) continue;
      const segment = segments[number];
      const events = segment?.instance.index.macros.get(name);
      if (!segment || !events || (near && this.isKernelHeader(segment.instance.index))) continue;
      const to = segment.instance === place.instance ? Math.min(segment.to, place.offset) : segment.to;
      for (let number = events.length - 1; number >= 0; number--) {
        const event = events[number] as MacroEvent;
        if (event.offset >= to) continue;
        if (event.offset < segment.from) break;
        const active = this.isActive(segment.instance, event.condition, world);
        // The question took in the tree's headers: what was numbered before is numbered anew.
        if (segments !== this.#segments) return this.#macroAt(name, place, world, near);
        if (!active) continue;
        if (!event.definition) return 'undefined';
        return { name, definition: event.definition, at: { instance: segment.instance, offset: event.offset } };
      }
    }
    return undefined;
  }

  /** Numbers of the segments of files that define or undefine a macro, ascending. */
  #segmentsDefining(name: string): readonly number[] {
    const known = this.#macroSegments.get(name);
    if (known) return known;
    const numbers: number[] = [];
    for (const path of this.#localPaths()) {
      for (const instance of this.#instances.get(path) ?? []) if (instance.index.macros.has(name)) numbers.push(...(this.#segmentsOf.get(instance.id) ?? []));
    }
    if (this.#wide !== 'no') {
      for (const path of this.#tree?.macroPaths(name) ?? []) {
        if (this.#isLocal(path)) continue;
        for (const instance of this.#instances.get(path) ?? []) numbers.push(...(this.#segmentsOf.get(instance.id) ?? []));
      }
    }
    numbers.sort((a, b) => a - b);
    // While headers are taken in, more may follow.
    if (this.#wide !== 'growing') this.#macroSegments.set(name, numbers);
    return numbers;
  }

  #isLocal(path: string): boolean {
    return path === this.main.index.path || this.#headers.has(path);
  }

  /**
   * Whether a local header, or a C file that this one takes in, has a name in its code.
   * @param guarded looks at headers that may be included twice too: their code is seldom about what the file defines
   */
  headersMention(name: string, guarded: boolean): boolean {
    return [...this.#headers.values()].some((header) => header.text.includes(name) && (guarded || this.#indexOf(header).guard === undefined) && wordOffsets(codeOf(this.#indexOf(header)), name).length > 0);
  }

  /** The local headers, each as it is read first. */
  localHeaders(): Instance[] {
    return [...this.#headers.keys()].flatMap((path) => this.#instances.get(path)?.slice(0, 1) ?? []);
  }

  #localPaths(): string[] {
    return [this.main.index.path, ...this.#headers.keys()];
  }

  #segmentAt(place: Place): number {
    let list = this.#segmentsOf.get(place.instance.id);
    // A header that the walk through the tree came upon by another way.
    if (!list) list = this.#segmentsOf.get(this.#instances.get(place.instance.index.path)?.[0]?.id ?? -1) ?? [];
    let found = -1;
    for (const number of list) {
      if ((this.#segments[number]?.from ?? Infinity) > place.offset) break;
      found = number;
    }
    return found;
  }

  /** `#pragma pack` lines that take effect before a place, in order. */
  packsBefore(place: Place, world: World): string[] {
    const packs: string[] = [];
    const segments = this.#segments;
    const last = this.#segmentAt(place);
    // What the kernel's headers set they set back; a header among them is not changed by what stands before it.
    const own = this.isKernelHeader(place.instance.index);
    for (let number = 0; number <= last; number++) {
      const segment = segments[number];
      if (!segment || segment.instance.index.packs.length === 0) continue;
      if (this.isKernelHeader(segment.instance.index) && !(own && segment.instance === place.instance)) continue;
      for (const event of segment.instance.index.packs) {
        if (event.offset < segment.from || event.offset >= segment.to) continue;
        if (segment.instance === place.instance && event.offset >= place.offset) continue;
        if (this.isActive(segment.instance, event.condition, world)) packs.push(event.text);
      }
    }
    return packs;
  }

  /**
   * Where types of a key (`struct x`, `union x`, `enum x`, `typedef x`, `enumerator X`) are defined, compiled or not.
   * @param near leaves out the kernel's own headers
   */
  typesNamed(key: string, near: boolean): readonly TypePlace[] {
    const found = this.#typesNamed(key);
    if (found.length === 0 && !near && this.#widen()) return this.#typesNamed(key);
    return near && this.#wide === 'yes' ? found.filter(({ instance }) => !this.isKernelHeader(instance.index)) : found;
  }

  #typesNamed(key: string): readonly TypePlace[] {
    this.#types ??= new Map();
    let places = this.#types.get(key);
    if (places) return places;
    places = [];
    const paths = new Set(this.#localPaths());
    if (this.#wide !== 'no') for (const path of this.#tree?.typePaths(key) ?? []) paths.add(path);
    for (const path of paths) {
      const seen = new Set<number>();
      for (const instance of this.#instances.get(path) ?? []) {
        for (const event of typeKeys(instance.index).get(key) ?? []) {
          if (seen.has(event.offset)) continue;
          if (instance.by === undefined || !this.#conditional(instance)) seen.add(event.offset);
          places.push({ event, instance });
        }
      }
    }
    if (this.#wide !== 'growing') this.#types.set(key, places);
    return places;
  }

  /**
   * Tokens of a range of a file that are compiled in this world, without directives.
   * @throws Doubt where an `#include` stands in it: what it brings is a part of it
   */
  tokensIn(instance: Instance, from: number, to: number, world: World): Token[] {
    const tokens: Token[] = [];
    const { index } = instance;
    if (includesIn(index, from, to)) throw new Doubt('an #include stands inside it');
    const conditional = hasConditions(index, from, to);
    scanCode(index.text, from, to, (token) => {
      if (!conditional || this.isActive(instance, conditionAt(index, token.start), world)) tokens.push(token);
      return tokens.length < MAX_TOKENS;
    });
    return tokens;
  }
}

/** Whether an `#include` stands in a range of a file. */
export function includesIn({ includes }: SourceIndex, from: number, to: number): boolean {
  return (includes.at(-1)?.offset ?? -1) >= from && includes.some(({ offset }) => offset >= from && offset < to);
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

function rootOf(index: SourceIndex): Condition {
  return conditionAt({ ...index, changes: index.changes.slice(0, 1) }, 0);
}
