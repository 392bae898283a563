import { Cursor } from '../parse/cursor.ts';
import type { Token } from '../parse/lexer.ts';
import { MacroExpander } from '../preprocess/expand-macros.ts';
import type { KernelConfig } from '../preprocess/kernel-config.ts';
import { positionAt } from '../preprocess/position.ts';
import type { Place, TranslationUnit } from '../preprocess/translation-unit.ts';
import { forEachWorld } from '../preprocess/world.ts';
import type { World } from '../preprocess/world.ts';
import type { IntegerType } from '../types/c-type.ts';
import type { Origin, Range } from '../types/environment.ts';
import { Names } from '../types/names.ts';
import type { Locals } from '../types/names.ts';
import type { UnitMemo } from '../types/unit-memo.ts';
import { Doubt, WorldsDoubt } from './doubt.ts';
import { ExpressionReader } from './expression.ts';
import { convert } from './integer.ts';
import { fits, rangeOfInteger } from './range.ts';

/** One step of the arithmetic behind a size, for hovers. */
export interface EvalStep {
  /** What is worked out: `RX_RING_BYTES = RX_ENTRIES * 16`, `sizeof (struct x)`. */
  readonly text: string;
  /** What it comes to, in decimal. */
  readonly value?: string;
  /** Where it is defined; lines and columns count from 1. */
  readonly at?: { readonly path: string; readonly line: number; readonly column: number };
}

/** Both ends of a mask, where a number does not hold them exactly: DMA_BIT_MASK(64). */
export interface MaskEnds {
  readonly min: bigint;
  readonly max: bigint;
}

/**
 * A size in bytes, or in the call's unit, as far as the text establishes it. `why` is one short sentence; `origin` says who sets
 * it, where that is user space or the device.
 */
export type SizeResult =
  | { readonly kind: 'exact'; readonly bytes: number; readonly exactly?: MaskEnds; readonly why: string; readonly steps: readonly EvalStep[] }
  | {
      readonly kind: 'bounded';
      readonly min?: number;
      readonly max?: number;
      readonly exactly?: MaskEnds;
      /** Nothing but the width of a 32 bit type sets `max`: no ground for a finding. */
      readonly byType?: true;
      /** Each value is what some caller asks for: `max` is asked for where that caller is reached. */
      readonly asked?: true;
      readonly origin?: Origin;
      readonly why: string;
      readonly steps: readonly EvalStep[];
    }
  | { readonly kind: 'unknown'; readonly origin?: Origin; readonly why: string; readonly steps: readonly EvalStep[] };

/** An argument of a call in the file of a unit. */
export interface SizeArgument {
  readonly tokens: readonly Token[];
  /** Where the call comes out of a macro: `tokens` are the macro's use, and this takes the argument out of its expansion; undefined where the call is not in it. */
  readonly inExpansion?: (expanded: readonly Token[]) => readonly Token[] | undefined;
  readonly call: Place;
  /** The called function, which a macro of the driver may replace. */
  readonly api: string;
  /** Type of the parameter. */
  readonly type: IntegerType;
  /** Whether a value that no buffer has is one: that of a mask. */
  readonly wide: boolean;
  readonly locals: Locals;
}

const MAX_STEPS = 16;

interface Outcome {
  readonly value?: bigint;
  readonly range?: Range;
  readonly why?: string;
  readonly origin?: Origin;
  readonly steps: readonly EvalStep[];
  readonly asked: readonly string[];
}

export function unknownSize(why: string): SizeResult {
  return { kind: 'unknown', why, steps: [] };
}

/**
 * Works out the size that an argument gives, in every way that undecided `#if`s may turn out.
 * @returns undefined where the call is compiled in none of them
 */
export function evaluateSize(argument: SizeArgument, unit: TranslationUnit, config: KernelConfig, memo: UnitMemo): SizeResult | undefined {
  try {
    return inAllWorlds(argument, unit, config, memo);
  } catch (error) {
    if (!(error instanceof WorldsDoubt)) return unknownSize(doubtOf(error));
    // Values that flow make choices too: without them the types still bound the size.
    const { locals } = argument;
    try {
      return inAllWorlds({ ...argument, locals: { typeOf: (name, names) => locals.typeOf(name, names) } }, unit, config, memo);
    } catch (again) {
      return unknownSize(doubtOf(again));
    }
  }
}

function inAllWorlds(argument: SizeArgument, unit: TranslationUnit, config: KernelConfig, memo: UnitMemo): SizeResult | undefined {
  const outcomes: Outcome[] = [];
  let worlds = 0;
  forEachWorld((world) => {
    const outcome = unit.isPlaceActive(argument.call, world) ? evaluateIn(world, argument, unit, config, memo) : undefined;
    if (!outcome) return;
    worlds++;
    if (!world.impossible) outcomes.push(outcome);
  });
  if (worlds > 0 && outcomes.length === 0) return unknownSize('what is checked before leaves no value for it');
  return combine(outcomes, argument.wide);
}

function doubtOf(error: unknown): string {
  if (error instanceof Doubt) return error.message;
  // Deeper than any real source: the engine's stack ends before our own bounds on some hosts.
  if (error instanceof RangeError) return 'it nests too deeply';
  throw error;
}

function combine(outcomes: readonly Outcome[], wide: boolean): SizeResult | undefined {
  const [first] = outcomes;
  if (!first) return undefined;
  const unknown = outcomes.find((outcome) => outcome.value === undefined && !outcome.range);
  if (unknown) return { kind: 'unknown', ...originOf(outcomes), why: unknown.why ?? 'it is not a constant', steps: unknown.steps };
  const ends = outcomes.map(({ value, range }) => ({ min: value ?? range?.min ?? 0n, max: value ?? range?.max ?? 0n }));
  const min = ends.reduce((least, end) => (end.min < least ? end.min : least), ends[0]?.min ?? 0n);
  const max = ends.reduce((most, end) => (end.max > most ? end.max : most), ends[0]?.max ?? 0n);
  const open = outcomes.find((outcome) => outcome.range?.wide) ?? outcomes.find((outcome) => outcome.range?.max === max) ?? outcomes.find((outcome) => outcome.range);
  const { steps } = open ?? first;
  const fits = Number.isSafeInteger(Number(max)) && Number.isSafeInteger(Number(min));
  if (!fits && !wide) return { kind: 'unknown', ...originOf(outcomes), why: open?.why ?? `it comes to ${max}, more than any buffer holds`, steps };
  const exactly = fits ? {} : { exactly: { min, max } };
  if (open) {
    const why = `at most ${max}: ${open.range?.by ?? 'constants'}; ${open.why ?? 'it is not a constant'}`;
    // A count below zero is none: what the type alone leaves is said from above.
    return { kind: 'bounded', ...(min < 0n ? {} : { min: Number(min) }), max: Number(max), ...exactly, ...(open.range?.wide ? { byType: true } : {}), ...originOf(outcomes), why, steps };
  }
  const values = [...new Set(outcomes.map((outcome) => outcome.value ?? 0n))].sort((a, b) => (a < b ? -1 : 1));
  if (values.length === 1) return { kind: 'exact', bytes: Number(max), ...exactly, why: first.why ?? 'constant', steps };
  const asked = [...new Set(outcomes.flatMap((outcome) => outcome.asked))];
  const why = `one of ${values.slice(0, 4).join(', ')}${values.length > 4 ? ', …' : ''}: not decided here is ${asked.slice(0, 2).map((question) => question.replace(/ \(.*\)$/s, '')).join(', ')}`;
  const byCaller = asked.length > 0 && asked.every((question) => CALLER.test(question));
  return { kind: 'bounded', min: Number(min), max: Number(max), ...exactly, ...(byCaller ? { asked: true } : {}), why, steps };
}

/** The question which of a function's calls is followed, as `ValueFlow` puts it. */
const CALLER = /^which of \d+ calls of /;

/** User space before the device: it is the one that is trusted less. */
function originOf(outcomes: readonly Outcome[]): { origin?: Origin } {
  const origins = outcomes.map((outcome) => outcome.origin);
  const origin = origins.find((each) => each === 'user') ?? origins.find((each) => each !== undefined);
  return origin ? { origin } : {};
}

function evaluateIn(world: World, argument: SizeArgument, unit: TranslationUnit, config: KernelConfig, memo: UnitMemo): Outcome | undefined {
  const macros = new Map<string, { body: string; at: Place | string }>();
  const sizes = new Map<string, EvalStep>();
  const names = new Names(unit, world, config, memo, argument.locals, (text, layout) => {
    sizes.set(text, { text, value: String(layout.size), ...(layout.at ? { at: layout.at } : {}) });
  });
  const expander = new MacroExpander(unit, world, config, (name, body, at) => macros.set(name, { body, at }));
  const target = argument.type;
  const read = (expanded: readonly Token[]): Pick<Outcome, 'value' | 'range' | 'why' | 'origin'> => {
    try {
      const cursor = new Cursor(expanded);
      const result = names.look(() => new ExpressionReader(cursor, names).assignment());
      if (!cursor.ended) return { why: `it could not be read from "${cursor.peek().slice(0, 30)}" on` };
      // Of a type that is not known it is converted all the same.
      if (result.type.kind !== 'integer') return { why: result.why ?? 'it is no integer', ...(result.type.kind === 'unknown' ? ofParameter(target) : {}) };
      if (result.value !== undefined) return { value: result.value };
      const { range, origin, why = 'it is not a constant' } = result;
      // Whatever is not known of it, one value is left.
      if (range && range.min === range.max && fits(range, target)) return { value: range.min };
      return { why, ...(range && fits(range, target) ? { range } : result.broken ? {} : ofParameter(target)), ...(origin ? { origin } : {}) };
    } catch (error) {
      return { why: doubtOf(error) };
    }
  };
  const expand = (tokens: readonly Token[]): Token[] => expander.expand(tokens, () => argument.call);
  const readUnexpanded = (raw: readonly Token[]): { value?: bigint } => {
    try {
      return read(expand(raw));
    } catch (error) {
      doubtOf(error);
      return {};
    }
  };
  let tokens: readonly Token[] | undefined;
  try {
    if (unit.macroAt(argument.api, argument.call, world, true)) return { why: `${argument.api} is a macro of this driver`, steps: [], asked: world.asked };
    tokens = expand(argument.tokens);
    if (argument.inExpansion) tokens = argument.inExpansion(tokens);
  } catch (error) {
    return { why: doubtOf(error), steps: [], asked: world.asked };
  }
  if (!tokens) return undefined;
  const { value, range, why, origin } = read(tokens);
  const used = [...macros];
  const sizeSteps = [...sizes.values()];
  const steps: EvalStep[] = used.slice(0, MAX_STEPS).map(([name, { body, at }]) => macroStep(name, body, at, value === undefined ? undefined : (single) => readUnexpanded(single)));
  steps.push(...sizeSteps.slice(0, MAX_STEPS));
  if (value === undefined) return { why: why ?? 'it is not a constant', steps, asked: world.asked, ...(range ? { range } : {}), ...(origin ? { origin } : {}) };
  const bytes = convert(value, target);
  steps.push({ text: argument.tokens.map((token) => token.text).join(' '), value: String(bytes) });
  return { value: bytes, why: reason(used.map(([name]) => name), sizeSteps, argument.tokens.length), steps, asked: world.asked };
}

/** What the parameter's own type leaves of any value: no bound where it has 64 bits. */
function ofParameter(type: IntegerType): { range?: Range } {
  return type.size > 4 ? {} : { range: { ...rangeOfInteger(type), by: 'by the type of the parameter alone, of 32 bits', wide: true } };
}

function macroStep(name: string, body: string, at: Place | string, read: ((tokens: readonly Token[]) => { value?: bigint }) | undefined): EvalStep {
  const value = read?.([{ kind: 'name', text: name, start: 0 }]).value;
  return {
    text: typeof at === 'string' ? `${name} = ${body.slice(0, 200)} (${at})` : `${name} = ${body.slice(0, 200)}`,
    ...(value === undefined ? {} : { value: String(value) }),
    ...(typeof at === 'string' ? {} : { at: { path: at.instance.index.path, ...positionAt(at.instance.index, at.offset) } }),
  };
}

function reason(macros: readonly string[], sizes: readonly EvalStep[], tokens: number): string {
  const parts = [...macros.slice(0, 3), ...sizes.slice(0, 2).map((step) => step.text)];
  if (parts.length > 0) return `from ${parts.join(', ')}${macros.length > 3 || sizes.length > 2 ? ' and more' : ''}`;
  return tokens === 1 ? 'a literal' : 'constant arithmetic';
}
