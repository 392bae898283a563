import { castTo } from '../evaluate/cast.ts';
import { Doubt, ExhaustedDoubt } from '../evaluate/doubt.ts';
import { ExpressionReader } from '../evaluate/expression.ts';
import { KERNEL_FUNCTIONS } from '../evaluate/kernel-functions.ts';
import { boundsOf, rangeOfInteger, rangeOfType } from '../evaluate/range.ts';
import { Cursor } from '../parse/cursor.ts';
import { lex } from '../parse/lexer.ts';
import { wordOffsets } from '../parse/word-offsets.ts';
import type { Token } from '../parse/lexer.ts';
import { KERNEL_MACROS } from '../preprocess/kernel-macros.ts';
import { positionAt } from '../preprocess/position.ts';
import { MAX_WORLDS } from '../preprocess/world.ts';
import type { World } from '../preprocess/world.ts';
import type { CType, IntegerType } from '../types/c-type.ts';
import { pointerTo } from '../types/c-type.ts';
import type { Argument, Range, Value } from '../types/environment.ts';
import type { Locals, Names } from '../types/names.ts';
import type { Around, Stretch, Test } from './branches.ts';
import { readDeclaration } from './find-locals.ts';
import type { FunctionFacts, Point, Write } from './function-facts.ts';
import type { FunctionSource } from './function-source.ts';
import { FROM_USER, HARMLESS, WRITING_MACROS } from './known-callees.ts';
import { limitsOf, narrow } from './limits.ts';
import type { Limit } from './limits.ts';
import { changes, rootOf, staysQuiet, touches, writesOf } from './path-writes.ts';
import { reachingWrites } from './reaching-writes.ts';
import type { UnitFunctions } from './unit-functions.ts';

const MAX_DEPTH = 12;
/** Variables looked at for one size in one world: a bound on work. */
const MAX_STEPS = 1500;

/** What was found in one world. Nothing in it is wrong for having been found on the way to something else; it may say less. */
interface Known {
  readonly world: World;
  readonly values: Map<string, Value>;
  readonly limits: Map<string, readonly KnownLimit[]>;
  readonly reached: Map<number, boolean | undefined>;
  readonly changed: Map<string, boolean>;
}

/** Adds to the locals of a call what is known of their values there. */
export function flowing(locals: Locals, functions: UnitFunctions, offset: number, fields: FieldSource): Locals {
  let flow: ValueFlow | undefined;
  const begin = (): ValueFlow => {
    if (!flow) {
      const facts = functions.main.around(offset);
      flow = new ValueFlow(functions, functions.main, facts, facts?.calls.find((call) => call.offset === offset), new Set(), 0, undefined, '', fields);
    }
    return flow;
  };
  return {
    typeOf: (name, names) => locals.typeOf(name, names) ?? functions.variables.typeOf(name, names),
    followed: (path, type, names, rivals) => begin().followed(path, type, names, rivals),
    called: (name, given, text, names) => begin().called(name, given, text, names),
    stored: (record, field, type, path) => begin().stored(record, field, type, path),
  };
}

/** Where the values of members of structs come from that no function shows alone. */
export interface FieldSource {
  valueOf(record: string, field: string, type: IntegerType): Value | undefined;
}

/** What is known of values at a point of a function of the file; types alone where no point is given. */
export function flowAt(functions: UnitFunctions, facts: FunctionFacts, point: Point | undefined, fields: FieldSource | undefined): Locals {
  return new ValueFlow(functions, functions.main, facts, point, new Set(), 0, undefined, '', fields);
}

/** Values of variables at a point of a function. */
class ValueFlow implements Locals {
  readonly #functions: UnitFunctions;
  readonly #source: FunctionSource;
  readonly #facts: FunctionFacts | undefined;
  readonly #open: Set<string>;
  readonly #depth: number;
  /** What a call gives the parameters, where one call is followed into the function. */
  readonly #given: ReadonlyMap<string, Argument> | undefined;
  /** Tells apart the times that a function is entered. */
  readonly #entry: string;
  readonly #fields: FieldSource | undefined;
  #point: Point | undefined;
  #known: Known | undefined;

  constructor(
    functions: UnitFunctions, source: FunctionSource, facts: FunctionFacts | undefined, point: Point | undefined,
    open: Set<string>, depth: number, given?: ReadonlyMap<string, Argument>, entry = '', fields?: FieldSource,
  ) {
    this.#functions = functions;
    this.#source = source;
    this.#facts = facts;
    this.#point = point;
    this.#open = open;
    this.#depth = depth;
    this.#given = given;
    this.#entry = entry;
    this.#fields = fields;
  }

  typeOf(name: string, names: Names): CType | undefined {
    const declared = this.#facts?.declarations.get(name) ?? [];
    const [declaration] = declared;
    if (!declaration) return this.#functions.variables.typeOf(name, names);
    if (declared.length > 1) throw new Doubt(`${name} is declared more than once`);
    const key = `type of ${name}`;
    if (this.#open.has(key)) throw new Doubt(`the type of ${name} depends on itself`);
    this.#open.add(key);
    try {
      const type = readDeclaration(declaration, names, this.#source.instance);
      return declaration.parameter && type.kind === 'array' ? pointerTo(type.of) : type;
    } finally {
      this.#open.delete(key);
    }
  }

  followed(path: string, type: IntegerType, names: Names, rivals: readonly string[] = []): Value | undefined {
    const facts = this.#facts;
    const point = this.#point;
    if (!facts || !point || rivals.some((rival) => touches(facts, rival)) || this.#depth > MAX_DEPTH || this.#open.size > 40) return undefined;
    const known = this.#memo(names.world);
    const key = `${path} at ${point.offset}`;
    const before = known.values.get(key);
    if (before) return before;
    if (names.world.steps++ > MAX_STEPS) return undefined;
    const value = this.#follow(path, type, facts, point, names);
    // What could not be followed may have been asked for in the course of following itself.
    if (value) known.values.set(key, value);
    return value;
  }

  stored(record: string, field: string, type: IntegerType, path: string | undefined): Value | undefined {
    // Of a struct that is a local itself all is seen here.
    if (path !== undefined && !path.includes('->') && (!this.#facts || this.#facts.declarations.has(rootOf(path)))) return undefined;
    return this.#fields?.valueOf(record, field, type);
  }

  #memo(world: World): Known {
    if (this.#known?.world !== world) this.#known = { world, values: new Map(), limits: new Map(), reached: new Map(), changed: new Map() };
    return this.#known;
  }

  #follow(path: string, type: IntegerType, facts: FunctionFacts, point: Point, names: Names): Value | undefined {
    const root = rootOf(path);
    if (!facts.declarations.has(root)) return this.#functions.variables.valueOf(path, type, names);
    if (facts.declarations.get(root)?.length !== 1 || facts.looped.has(root) || this.#mayChange(path, root, names)) return undefined;
    const writes = writesOf(path, facts, point);
    if (!writes) return this.#setElsewhere(path, type, facts, point);
    const limits = this.#limits(path, type, writes, names);
    const counted = this.#counted(path, type, writes, limits, names);
    if (counted) return narrowed(type, counted, limits, names);
    const value = this.#valueOf(path, type, writes, names);
    if (value?.broken) return value;
    const bounds = value && boundsOf(value);
    const known = bounds && !bounds.wide ? value : this.#setElsewhere(path, type, facts, point) ?? value;
    return narrowed(type, known, limits, names);
  }

  called(name: string, given: readonly Argument[], text: string, names: Names): { readonly type: CType; readonly returned?: Value } | undefined {
    const found = this.#functions.named(name);
    if (!found) return undefined;
    const type = found.source.returnType(found.name, names);
    const facts = type.kind === 'integer' && found.body !== undefined ? found.source.around(found.body) : undefined;
    const key = `call of ${name}`;
    if (!facts || facts.name !== name || this.#depth > MAX_DEPTH || this.#open.has(key) || takes(facts) !== given.length) return { type };
    this.#open.add(key);
    try {
      const parameters = new Map(facts.parameters.map((parameter, at): [string, Argument] => [parameter, given[at] ?? ((): undefined => undefined)]));
      const inner = new ValueFlow(this.#functions, found.source, facts, undefined, this.#open, this.#depth + 1, parameters, `${this.#entry}/${text}`, this.#fields);
      const returned = inner.#returned(facts, names);
      return { type, ...(returned ? { returned } : {}) };
    } finally {
      this.#open.delete(key);
    }
  }

  /** The value that a function returns: of one return, where not all can be reached, or of each in some world. */
  #returned(facts: FunctionFacts, names: Names): Value | undefined {
    const reached: (Point & Stretch)[] = [];
    for (const point of facts.returns) {
      const certain = this.#reachable(point, names);
      if (certain === false) continue;
      reached.push(point);
      if (certain && facts.labels.length === 0) break;
    }
    if (reached.length === 0 || reached.length > MAX_WORLDS) return undefined;
    const way = reached.length === 1 ? 0 : names.world.choose(`which of ${reached.length} returns ${facts.name} takes (${this.#entry})`, reached.length);
    const taken = reached[way];
    return taken && this.#evaluate(taken.from, taken.to, taken, names);
  }

  /** Whether a point is reached, as the conditions around it say: undefined where some of them are not known. */
  #reachable(point: Point, names: Names): boolean | undefined {
    let certain: boolean | undefined = true;
    const { reached } = this.#memo(names.world);
    for (let at = 0; at < point.around.length; at++) {
      const part = point.around[at] as Around;
      if (!reached.has(part.id)) {
        reached.set(part.id, undefined);
        reached.set(part.id, this.#entered(part, point.around.slice(0, at), names));
      }
      const here = reached.get(part.id);
      if (here === false) return false;
      certain = here && certain;
    }
    return certain;
  }

  /** Whether a branch is taken, as far as its condition is a constant. */
  #entered(part: Around, around: readonly Around[], names: Names): boolean | undefined {
    const value = ({ from, to }: Stretch): bigint | undefined => this.#evaluate(from, to, { offset: from, around }, names)?.value;
    if (part.kind === 'loop') return undefined;
    if (part.choice) return this.#chosen(part.choice, value);
    if (!part.test) return part.kind === 'block' ? true : undefined;
    const condition = value(part.test);
    return condition === undefined ? undefined : (condition !== 0n) === part.test.holds;
  }

  #chosen(choice: NonNullable<Around['choice']>, value: (stretch: Stretch) => bigint | undefined): boolean | undefined {
    const given = value(choice.value);
    if (given === undefined) return undefined;
    const labels = choice.labels.map(value);
    if (labels.includes(given)) return !choice.others;
    return labels.includes(undefined) ? undefined : choice.others;
  }

  /** Value of a path by the writes that reach the point. */
  #valueOf(path: string, type: IntegerType, writes: readonly Write[], names: Names): Value | undefined {
    const [facts, point] = [this.#facts as FunctionFacts, this.#point as Point];
    const root = rootOf(path);
    const reaching = reachingWrites(writes, point, facts);
    if (reaching.writes.some((write) => write.operator === 'other')) return undefined;
    const since = reaching.initial ? facts.start : Math.min(...reaching.writes.map((write) => write.offset));
    if (path.includes('->') && (reaching.writes.some((write) => write.offset > point.offset) || !staysQuiet(path, writes, since, point, facts, this.#source.text, reaching))) return undefined;
    const taken = reaching.writes.length + Number(reaching.initial) > 1 ? reaching.writes.filter((write) => this.#reachable(write, names) !== false) : reaching.writes;
    const way = (from: number, value: Value | undefined): Value | undefined =>
      narrowed(type, value?.type.kind === 'integer' ? castTo(type, value) : undefined, this.#passedOver(path, type, from, taken, names), names);
    const ways: (() => Value | undefined)[] = taken.map((write) => () => way(write.offset, this.#assigned(path, write, names)));
    // A local that is not initialised has no value that counts.
    if (reaching.initial && (path !== root || facts.declarations.get(root)?.[0]?.parameter)) ways.push(() => way(facts.start, this.#initial(path, root, facts, names)));
    if (ways.length === 0 || ways.length > MAX_WORLDS) return undefined;
    if (ways.length === 1) return ways[0]?.();
    // Variables that are written in the same branches have their values together.
    const ids = [...taken.map((write) => write.block ?? `at ${write.offset}`), reaching.initial ? 'before' : ''].join(' ');
    const { line } = positionAt(this.#source.instance.index, point.offset);
    return ways[names.world.choose(`which of ${ways.length} ways leads to line ${line} (${this.#entry}: ${point.offset} from ${ids})`, ways.length)]?.();
  }

  /**
   * What is known of a value that was there before branches that would have overwritten it: their conditions did not hold, as in
   * `if (n > MAX) n = MAX;`.
   */
  #passedOver(path: string, type: IntegerType, from: number, writes: readonly Write[], names: Names): Limit[] {
    const [facts, point] = [this.#facts as FunctionFacts, this.#point as Point];
    const inside = new Set(point.around.map((part) => part.id));
    return writes.flatMap((write) => {
      const at = write.around.findIndex((part) => part.kind === 'then' && (part.id === write.block || part.id === -(write.block ?? 0)));
      const branch = write.around[at];
      if (!branch?.test || branch.test.from <= from || inside.has(branch.id) || !write.around.slice(0, at).every((part) => inside.has(part.id) && part.kind !== 'loop')) return [];
      const { test } = branch;
      if (facts.labels.some((label) => label > from && label < point.offset) || writes.some((other) => other.offset > from && other.offset < test.since && other !== write)) return [];
      const around = write.around.slice(0, at);
      return limitsOf(this.#tokens(test.from, test.to, names), false, path, type, (tokens) => this.#read(tokens, { offset: test.from, around }, names));
    });
  }

  /** Bounds of what a loop counts: it begins with one value, rises or falls alone, and the loop's own condition ends it. */
  #counted(path: string, type: IntegerType, writes: readonly Write[], limits: readonly KnownLimit[], names: Names): Value | undefined {
    const [facts, point] = [this.#facts as FunctionFacts, this.#point as Point];
    const reaching = reachingWrites(writes, point, facts);
    if (reaching.initial || !limits.some(({ loop }) => loop !== undefined) || reaching.writes.every(({ operator }) => operator === '=')) return undefined;
    const begins: Range[] = [];
    let [rises, falls, step] = [false, false, 0n];
    for (const write of reaching.writes) {
      if (write.operator === '=') {
        const value = this.#assigned(path, write, names);
        const range = value && !value.broken ? boundsOf(value) : undefined;
        if (!range) return undefined;
        begins.push(range);
        continue;
      }
      const by = write.from === write.to ? { min: 1n, max: 1n } : this.#bounds(this.#evaluate(write.from, write.to, write, names));
      if (!by || by.min < 0n || !/^(?:\+\+|--|[-+]=)$/.test(write.operator)) return undefined;
      if (write.operator.startsWith('+')) rises = true;
      else falls = true;
      if (by.max > step) step = by.max;
      if (!write.around.some((part) => part.kind === 'loop' && limits.some(({ loop }) => loop === part.id))) return undefined;
    }
    if (begins.length === 0 || rises === falls) return undefined;
    const inLoop = narrow(rangeOfInteger(type), limits.filter(({ loop }) => loop !== undefined));
    const whole = rangeOfInteger(type);
    if (inLoop === 'none') return undefined;
    const least = begins.map(({ min }) => min).reduce((a, b) => (a < b ? a : b));
    const most = begins.map(({ max }) => max).reduce((a, b) => (a > b ? a : b));
    const why = `${path} counts`;
    // The condition must end the loop before the type's end is passed.
    if (rises) return inLoop.max + step <= whole.max && least <= inLoop.max ? { type, why, range: { min: least, max: inLoop.max, by: 'the condition of its loop' } } : undefined;
    return inLoop.min - step >= whole.min && most >= inLoop.min ? { type, why, range: { min: inLoop.min, max: most, by: 'where its loop begins' } } : undefined;
  }

  #bounds(value: Value | undefined): Range | undefined {
    return value && !value.broken ? boundsOf(value) : undefined;
  }

  /** What conditions that are known at the point say of a path. */
  #limits(path: string, type: IntegerType, writes: readonly Write[], names: Names): readonly KnownLimit[] {
    const [facts, point] = [this.#facts as FunctionFacts, this.#point as Point];
    const { limits: known } = this.#memo(names.world);
    const key = `${path} at ${point.offset}`;
    const before = known.get(key);
    if (before) return before;
    // Conditions that depend on one another say nothing while one of them is being read.
    known.set(key, []);
    const found: KnownLimit[] = [];
    const { text } = this.#source;
    const last = /\w+$/.exec(path)?.[0] ?? path;
    const take = (test: Test, around: readonly Around[], loop?: number): void => {
      if (!text.slice(test.from, test.to).includes(last)) return;
      const since = point.around.slice(around.length + (loop === undefined ? 0 : 1));
      // What a loop does between its rounds comes before its condition; what a branch does that leaves is not done here.
      if (!staysQuiet(path, writes, test.from, { offset: test.to, around: [] }, facts, text) || !staysQuiet(path, writes, test.since, { offset: point.offset, around: since }, facts, text)) return;
      const at: Point = { offset: test.from, around };
      const limits = limitsOf(this.#tokens(test.from, test.to, names), test.holds, path, type, (tokens) => this.#read(tokens, at, names));
      found.push(...limits.map((limit) => ({ ...limit, ...(loop === undefined ? {} : { loop }) })));
    };
    for (const guard of facts.guards) {
      const block = guard.since <= point.offset ? point.around.findIndex((part) => part.id === guard.block) : -1;
      if (block >= 0) take(guard, point.around.slice(0, block + 1));
    }
    point.around.forEach((part, at) => {
      if (part.test) take(part.test, point.around.slice(0, at), part.kind === 'loop' ? part.id : undefined);
    });
    known.set(key, found);
    return found;
  }

  /** Whether a path may be changed by what is not seen as a write: by a macro that its root is handed to. */
  #mayChange(path: string, root: string, names: Names): boolean {
    const { changed } = this.#memo(names.world);
    let known = changed.get(path);
    if (known === undefined) changed.set(path, (known = this.#macroChanges(path, root, names)));
    return known;
  }

  #macroChanges(path: string, root: string, names: Names): boolean {
    const facts = this.#facts as FunctionFacts;
    const { instance } = this.#source;
    for (const { callee, from, to } of facts.passed.get(root) ?? []) {
      if (WRITING_MACROS.has(callee)) return true;
      if (callee === '' || HARMLESS.test(callee) || KERNEL_MACROS.has(callee) || KERNEL_FUNCTIONS.has(callee)) continue;
      const macro = names.unit.macroAt(callee, { instance, offset: from }, names.world);
      if (!macro || macro === 'undefined') continue;
      if (changes(names.tokens(instance, from, to), path, root)) return true;
    }
    return this.#namedByMacro(path, root, facts, names);
  }

  /** Whether a macro of the driver changes a path that it names itself, without being given it. */
  #namedByMacro(path: string, root: string, facts: FunctionFacts, names: Names): boolean {
    const { instance } = this.#source;
    const { unit, world } = names;
    return facts.calls.some(({ callee, offset, to }) => {
      if (callee === '' || unit.definesNowhere(callee)) return false;
      const macro = unit.macroAt(callee, { instance, offset }, world, true);
      if (!macro || macro === 'undefined' || macro.definition.parameters?.includes(root)) return false;
      const body = macro.at.instance.index.text.slice(macro.definition.from, macro.definition.to);
      return body.includes(root) && wordOffsets(body, root).length > 0 && changes(names.tokens(instance, offset, to), path, root);
    });
  }

  #assigned(path: string, write: Write, names: Names): Value | undefined {
    const key = `${path} at ${write.offset} ${this.#entry}`;
    if (this.#open.has(key)) return undefined;
    this.#open.add(key);
    try {
      if (write.rest !== undefined) {
        const tokens = this.#tokens(write.from, write.to, names);
        return this.#read([...lexed('('), ...tokens, ...lexed(`)${write.rest}`)], write, names);
      }
      if (write.operator === '=') return this.#evaluate(write.from, write.to, write, names);
      // `x += y` is `x + (y)` with x as it was before.
      const given = write.operator.length === 2 && write.from === write.to ? lexed('1') : this.#tokens(write.from, write.to, names);
      const operator = write.operator === '++' ? '+' : write.operator === '--' ? '-' : write.operator.slice(0, -1);
      return this.#read([...lexed(`${path} ${operator} (`), ...given, ...lexed(')')], write, names);
    } finally {
      this.#open.delete(key);
    }
  }

  #tokens(from: number, to: number, names: Names): readonly Token[] {
    return names.tokens(this.#source.instance, from, to);
  }

  #evaluate(from: number, to: number, point: Point, names: Names): Value | undefined {
    if (to <= from) return undefined;
    try {
      return this.#read(this.#tokens(from, to, names), point, names);
    } catch (error) {
      if (error instanceof Doubt && !(error instanceof ExhaustedDoubt)) return undefined;
      throw error;
    }
  }

  /** Value of an expression where it stands. */
  #read(tokens: readonly Token[], at: Point, names: Names): Value | undefined {
    const point = this.#point;
    this.#point = at;
    try {
      const cursor = new Cursor(tokens);
      const value = new ExpressionReader(cursor, names.within(this)).assignment();
      return cursor.ended ? value : undefined;
    } catch (error) {
      if (error instanceof Doubt && !(error instanceof ExhaustedDoubt)) return undefined;
      throw error;
    } finally {
      this.#point = point;
    }
  }

  /** What a path is when its function is entered: what the call gives, or all callers of a static function. */
  #initial(path: string, root: string, facts: FunctionFacts, names: Names): Value | undefined {
    if (facts.declarations.get(root)?.[0]?.parameter !== true || (path !== root && (facts.writes.get(root) ?? []).length > 0)) return undefined;
    const rest = path.slice(root.length);
    if (this.#given) return rest === '' ? this.#given.get(root)?.() : undefined;
    if (!facts.isStatic || this.#source !== this.#functions.main) return undefined;
    const at = facts.parameters.indexOf(root);
    const callers = this.#source.callersOf(facts.name);
    const key = `callers of ${facts.name}`;
    if (at < 0 || !callers || this.#open.has(key)) return undefined;
    // The parameters of one call belong together.
    const way = callers.length === 1 ? 0 : names.world.choose(`which of ${callers.length} calls of ${facts.name} is made (${this.#entry})`, callers.length);
    const caller = callers[way];
    const argument = caller?.call.arguments[at];
    if (!caller || !argument || caller.call.arguments.length !== facts.parameters.length) return undefined;
    this.#open.add(key);
    try {
      if (callers.length > 1 && !names.unit.isPlaceActive({ instance: this.#source.instance, offset: caller.call.offset }, names.world)) names.world.impossible = true;
      const flow = new ValueFlow(this.#functions, this.#source, caller.facts, caller.call, this.#open, this.#depth + 1, undefined, `${this.#entry}<`, this.#fields);
      if (rest === '') return flow.#evaluate(argument.from, argument.to, caller.call, names);
      // A pointer that is handed on leads to the same memory.
      return flow.#read([...lexed('('), ...flow.#tokens(argument.from, argument.to, names), ...lexed(`)${rest}`)], caller.call, names);
    } finally {
      this.#open.delete(key);
    }
  }

  /** Of what is not followed, whether user space sets it. */
  #setElsewhere(path: string, type: IntegerType, facts: FunctionFacts, point: Point): Value | undefined {
    const root = rootOf(path);
    const range = rangeOfType(type);
    const bounds = range ? { range } : {};
    const by = [...(facts.passed.get(root) ?? [])].find(({ callee, from }) => FROM_USER.test(callee) && from < point.offset)
      ?? (facts.writes.get(root) ?? []).map((write) => ({ callee: /^\w+/.exec(this.#source.text.slice(write.from, write.to))?.[0] ?? '' })).find(({ callee }) => FROM_USER.test(callee));
    if (by) return { type, why: `${path} comes from user space by ${by.callee}()`, origin: 'user', ...bounds };
    if (path === 'arg' && facts.parameters.includes('cmd') && facts.declarations.get('arg')?.[0]?.parameter) return { type, why: 'the argument of an ioctl comes from user space', origin: 'user', ...bounds };
    return undefined;
  }
}

interface KnownLimit extends Limit {
  /** The loop whose condition sets it. */
  readonly loop?: number;
}

/** How many arguments a function takes: none for `(void)`. */
function takes(facts: FunctionFacts): number {
  return facts.parameters.length === 1 && facts.parameters[0] === '' ? 0 : facts.parameters.length;
}

function lexed(text: string): Token[] {
  return lex(text, 0, text.length);
}

/** A value within limits. Where none is left, this world is none that reaches the point. */
function narrowed(type: IntegerType, value: Value | undefined, limits: readonly Limit[], names: Names): Value | undefined {
  if (limits.length === 0) return value;
  const before = (value && boundsOf(value)) ?? rangeOfInteger(type);
  const range = narrow(before, limits);
  if (range === 'none') {
    names.world.impossible = true;
    return value;
  }
  if (range === before || value?.value !== undefined) return value;
  if (range.min === range.max) return { type, value: range.min };
  return { why: 'it is checked', ...value, type: value?.type ?? type, range };
}
