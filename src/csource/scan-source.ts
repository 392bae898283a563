import { calledNames, DMA_APIS, mentionsDmaApi } from './calls/dma-apis.ts';
import type { DmaApi, DmaArgumentType, DmaFamily, DmaUnit } from './calls/dma-apis.ts';
import { acrossUnits } from './calls/across-units.ts';
import { argumentsOf, calledIn, callingMacros, passedParameter } from './calls/calling-macros.ts';
import { apiThrough, passingFunction } from './calls/passing-functions.ts';
import type { PassingFunction } from './calls/passing-functions.ts';
import { poolAllocation } from './calls/pool-allocation.ts';
import { locateCalls } from './calls/locate-calls.ts';
import type { LocatedCall } from './calls/locate-calls.ts';
import { localsAt } from './calls/find-locals.ts';
import { fileInView, FieldValues } from './calls/field-values.ts';
import type { FileInView, OpenUnit } from './calls/field-values.ts';
import { UnitFunctions } from './calls/unit-functions.ts';
import { flowing } from './calls/value-flow.ts';
import type { SourceContext } from './context/observation.ts';
import { mentionsContext, NO_CONTEXT, readContext } from './context/read-context.ts';
import { Doubt } from './evaluate/doubt.ts';
import { evaluateSize, unknownSize } from './evaluate/evaluate-size.ts';
import type { SizeArgument, SizeResult } from './evaluate/evaluate-size.ts';
import type { CParser } from './parse/c-parser.ts';
import { FunctionFinder } from './parse/find-function.ts';
import { lex, scanCode } from './parse/lexer.ts';
import type { Token } from './parse/lexer.ts';
import type { HeaderText } from './preprocess/collect-includes.ts';
import { NO_ARCHITECTURE } from './preprocess/architecture.ts';
import { decideBy } from './preprocess/condition.ts';
import { IndexCache } from './preprocess/index-cache.ts';
import { kernelConfig } from './preprocess/kernel-config.ts';
import type { KernelTree, Taker } from './preprocess/kernel-tree.ts';
import { positionAt } from './preprocess/position.ts';
import { conditionAt, hasConditions } from './preprocess/source-index.ts';
import type { Condition, SourceIndex } from './preprocess/source-index.ts';
import { TranslationUnit } from './preprocess/translation-unit.ts';
import type { Abi } from './types/abi.ts';
import { INT, UINT } from './types/c-type.ts';
import type { IntegerType } from './types/c-type.ts';
import { UnitMemo } from './types/unit-memo.ts';

/** A C file with what it includes. */
export interface SourceUnit {
  readonly path: string;
  readonly text: string;
  /** As `loadHeaders` gives them. */
  readonly headers: ReadonlyMap<string, HeaderText>;
  /** A complete kernel configuration (`CONFIG_X` to `y`, `m`, `n`, number or string); absent where it is not known. */
  readonly config?: ReadonlyMap<string, string>;
  /** Indexes of headers, kept between units; the caller owns it. */
  readonly cache?: IndexCache;
  /** The kernel source tree that the file belongs to; used with `config` only. */
  readonly tree?: KernelTree;
  /** Functions of the driver that hand a size on, and that other files can call: calls of them are call sites. */
  readonly passing?: readonly PassingFunction[];
}

/** A call that asks for DMA memory or maps memory for DMA. Offsets are UTF-16 offsets of the text. */
export interface DmaCall {
  /** Of the called name, counting from 1; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** The whole call, from its name to its closing bracket. */
  readonly start: number;
  readonly end: number;
  /** The size argument. */
  readonly sizeStart: number;
  readonly sizeEnd: number;
  /** The function that the call stands in; empty where it is not known. */
  readonly function: string;
  readonly api: string;
  /** The macro of the driver whose use stands here in place of the call. */
  readonly viaMacro?: string;
  /** The function of the driver that is called here, and hands the size on to `api`. */
  readonly viaFunction?: string;
  readonly family: DmaFamily;
  /** What `size` counts. */
  readonly unit: DmaUnit;
  /** The device argument as written; empty where the call has none. */
  readonly deviceText: string;
  readonly sizeText: string;
  readonly size: SizeResult;
  /** Of a pool: bytes that it asks of the coherent allocator at a time. */
  readonly allocation?: SizeResult;
}

export interface SourceScan {
  /** In the order of the text. */
  readonly calls: readonly DmaCall[];
  /** What surrounds them. */
  readonly context: SourceContext;
  /** Functions of the file that hand a size on, and that other files can call. */
  readonly passing?: readonly PassingFunction[];
}

/** The name that stands at a call site: of the function, or of what stands for it. */
export function nameAt(call: DmaCall): string {
  return call.viaMacro ?? call.viaFunction ?? call.api;
}

/** Whether a text names anything that makes a call site of DMA. @param passing as for `scanSource` */
export function mentionsCalls(text: string, passing: readonly PassingFunction[] = []): boolean {
  return mentionsDmaApi(text) || passing.some(({ name }) => text.includes(name));
}

interface Argument {
  readonly tokens: readonly Token[];
  readonly start: number;
  readonly end: number;
}

const MAX_CALL_TOKENS = 20_000;

/** Types of parameters, as the argument is converted to them. */
function argumentType(type: DmaArgumentType, abi: Abi): IntegerType {
  const types = { size_t: abi.size, 'unsigned long': abi.ulong, 'unsigned int': UINT, int: INT, u64: abi.ullong };
  return types[type];
}

/** Calls of one function that a macro stands for: a bound on work. */
const MAX_IN_MACRO = 8;

/** What the calls of a file are read with. */
interface Reader extends OpenUnit {
  readonly index: SourceIndex;
  readonly fields: FieldValues;
}

/**
 * Finds the DMA calls of a file and the sizes they ask for: also those that a macro of the driver stands for, at its use. Calls
 * in comments, strings, macro bodies and `#if 0` are no call sites. Never throws for what the text is.
 */
export function scanSource(parser: CParser, unit: SourceUnit): SourceScan {
  const finder = new FunctionFinder(unit.text);
  const context = mentionsContext(unit.text) ? readContext(unit.text, finder) : NO_CONTEXT;
  return { ...(mentionsCalls(unit.text, unit.passing) ? scanCalls(parser, unit, finder) : { calls: [] }), context };
}

/** The calls as each file reads them that takes this one in; as the file reads them itself where there is none. */
function scanCalls(parser: CParser, unit: SourceUnit, finder: FunctionFinder): Scanned {
  const takers = usedTree(unit)?.takersOf(unit.path) ?? [];
  const [first, ...others] = (takers.length > 0 ? takers : [undefined]).map((taker) => scanCallsIn(parser, unit, finder, taker));
  if (!first || others.length === 0) return first ?? { calls: [] };
  const elsewhere = others.map(({ calls }) => byPlace(calls));
  const calls = [...byPlace(first.calls)].map(([place, call]): DmaCall => {
    const { allocation, ...rest } = call;
    const all = [call, ...elsewhere.flatMap((placed) => placed.get(place) ?? [])];
    const compiled = all.filter(({ size }) => size.why !== NOT_COMPILED);
    const size = acrossUnits(compiled.map((each) => each.size)) ?? call.size;
    const pool = acrossUnits(compiled.flatMap((each) => each.allocation ?? [])) ?? allocation;
    return { ...rest, size, ...(pool ? { allocation: pool } : {}) };
  });
  return { ...first, calls };
}

type Scanned = Omit<SourceScan, 'context'>;

const NOT_COMPILED = 'the call is not compiled under this configuration';

/** Calls by where they stand and which of those that stand there they are. */
function byPlace(calls: readonly DmaCall[]): Map<string, DmaCall> {
  const placed = new Map<string, DmaCall>();
  for (const call of calls) {
    let nth = 0;
    while (placed.has(`${call.start} ${call.api} ${nth}`)) nth++;
    placed.set(`${call.start} ${call.api} ${nth}`, call);
  }
  return placed;
}

function usedTree(unit: SourceUnit): KernelTree | undefined {
  return unit.config?.get('CONFIG_X86_64') === 'y' ? unit.tree : undefined;
}

function scanCallsIn(parser: CParser, unit: SourceUnit, finder: FunctionFinder, taker: Taker | undefined): Scanned {
  const config = kernelConfig(unit.config);
  const cache = unit.cache ?? new IndexCache();
  const index = cache.of(unit.path, unit.text);
  const translation = new TranslationUnit(index, unit.headers, cache, decideBy(config), usedTree(unit), taker);
  const macros = callingMacros(translation.localFiles());
  const through = new Map((unit.passing ?? []).filter(({ name }) => unit.text.includes(name) && !macros.has(name) && !DMA_APIS.has(name)).map((each) => [each.name, each]));
  const named = macros.size + through.size === 0 ? calledIn(index) : calledNames(unit.text, [...macros.keys(), ...through.keys()]);
  if (named.length === 0) return { calls: [] };
  const located = locateCalls(parser, unit.text, named, finder);
  const home: OpenUnit = { unit: translation, functions: new UnitFunctions(parser, translation, finder), config, memo: new UnitMemo() };
  const inView = new Map<string, readonly FileInView[] | undefined>();
  const opened = new Map<string, OpenUnit>();
  const reader: Reader = {
    ...home, index,
    fields: new FieldValues(home, (path) => {
      if (!inView.has(path)) inView.set(path, filesInView(path, unit, home, parser, cache, opened));
      return inView.get(path);
    }),
  };
  const calls: DmaCall[] = [];
  const passing = new Map<string, PassingFunction>();
  for (const call of located) {
    if (inDeadText(conditionAt(index, call.start), unit.text)) continue;
    const api = DMA_APIS.get(call.name);
    const passed = through.get(call.name);
    if (api) {
      const described = describe(call, api, reader);
      calls.push(described);
      const handsOn = passingFunction(api, call.start, described.sizeText, reader);
      // Of several calls with one size the first stands for all.
      if (handsOn && !passing.has(handsOn.name)) passing.set(handsOn.name, handsOn);
    } else if (passed) calls.push(...describePassing(call, passed, reader));
    else for (const name of macros.get(call.name) ?? []) calls.push(...describeMacroUse(call, name, reader));
  }
  return { calls, ...(passing.size > 0 ? { passing: [...passing.values()] } : {}) };
}

/** A call of a function that hands its size on; none where the file has another of that name. */
function describePassing(call: LocatedCall, through: PassingFunction, reader: Reader): DmaCall[] {
  const api = apiThrough(through);
  const own = reader.functions.main.declaration(through.name);
  if (!api || (own?.body !== undefined && through.at.path !== reader.index.path)) return [];
  const described = describe(call, api, reader, through);
  // What another function's name is declared or mentioned with is no call.
  if (described.size.kind === 'unknown' && described.function === '') return [];
  const step = { text: `${through.name}() hands ${through.parameter} on to ${api.name}()`, at: through.at };
  return [{ ...described, viaFunction: through.name, size: { ...described.size, steps: [...described.size.steps, step] } }];
}

/**
 * The files that can see what a file defines: the file alone, or all of its folder and those below.
 * @param opened other files that were opened for this one, by path
 */
function filesInView(definedIn: string, source: SourceUnit, home: OpenUnit, parser: CParser, cache: IndexCache, opened: Map<string, OpenUnit>): readonly FileInView[] | undefined {
  const own = fileInView(home.unit.main.index, () => home);
  const { main } = home.unit;
  if (definedIn === source.path && !home.unit.isPart && !main.index.includes.some(({ path }) => path.endsWith('.c'))) return [own];
  const tree = usedTree(source);
  const beside = tree?.isKernelHeader(definedIn) === false ? tree.sourcesBeside(definedIn) : undefined;
  if (!tree || !beside?.includes(source.path)) return undefined;
  const others = tree.includersOf(definedIn, beside).filter((path) => path !== source.path);
  return [own, ...others.map((path) => {
    const index = cache.of(path, tree.text(path) ?? '');
    return fileInView(index, () => {
      if (!path.endsWith('.c')) return undefined;
      let other = opened.get(path);
      if (!other) {
        const takers = tree.takersOf(path) ?? [];
        if (takers.length > 1) return undefined;
        const unit = new TranslationUnit(index, source.headers, cache, decideBy(home.config), tree, takers[0]);
        opened.set(path, (other = { unit, functions: new UnitFunctions(parser, unit), config: home.config, memo: new UnitMemo() }));
      }
      return other;
    });
  })];
}

function inDeadText(condition: Condition, text: string): boolean {
  for (let at = condition; at.parent; at = at.parent) {
    if (at.kind === 'if' && /^\s*0\s*(?:\/[/*].*)?$/.test(text.slice(at.from, at.to))) return true;
    const alone = at.kind === 'else' && at.group.some((other) => other.kind === 'if' && /^\s*1\s*(?:\/[/*].*)?$/.test(text.slice(other.from, other.to)));
    if (alone) return true;
  }
  return false;
}

function describe(call: LocatedCall, api: DmaApi, reader: Reader, through?: PassingFunction): DmaCall {
  const { index } = reader;
  const { text } = index;
  const { parts, end } = splitArguments(text, call.start + call.name.length);
  const size = api.size === undefined ? undefined : parts[api.size];
  const device = api.device === undefined ? undefined : parts[api.device];
  const base = { ...headOf(call, api, reader, end), deviceText: device ? text.slice(device.start, device.end) : '' };
  const at = size ?? { start: call.start, end: api.fixed === undefined ? call.start : call.start + call.name.length };
  const place = { ...base, sizeStart: at.start, sizeEnd: at.end, sizeText: text.slice(at.start, at.end) };
  const doubt = doubtAbout(call.name, api, parts, size, index, call.start, end);
  if (doubt !== undefined) return { ...place, size: unknownSize(doubt) };
  if (api.fixed !== undefined || !size) return { ...place, size: { kind: 'exact', bytes: api.fixed ?? 0, why: `${api.name} is of one page`, steps: [] } };
  const sizeOf = (argument: Argument): SizeResult => evaluate(call, api, argument.tokens, reader, undefined, through?.type) ?? unknownSize(NOT_COMPILED);
  const result = sizeOf(size);
  const align = api.family === 'pool' ? parts[(api.size ?? 0) + 1] : undefined;
  return { ...place, size: result, ...(align ? { allocation: poolAllocation(result, sizeOf(align), reader.config.architecture?.pageShift) } : {}) };
}

/** The calls of a function in the expansion of a macro. Which there are may depend on an undecided `#if`: the macro's definitions differ. */
function describeMacroUse(call: LocatedCall, name: string, reader: Reader): DmaCall[] {
  const api = DMA_APIS.get(name);
  if (!api) return [];
  const { text } = reader.index;
  const { parts, end } = splitArguments(text, call.start + call.name.length);
  const use = lex(text, call.start, end);
  const calls: DmaCall[] = [];
  for (let nth = 0; nth < MAX_IN_MACRO; nth++) {
    const inExpansion = (expanded: readonly Token[]): readonly Token[] | undefined => {
      const given = argumentsOf(expanded, name, nth);
      if (given && !api.arities.includes(given.length)) throw new Doubt(arityText(name, api, given.length));
      return given && (api.size === undefined ? FIXED : given[api.size]);
    };
    const size = hasConditions(reader.index, call.start, end) ? unknownSize('an #if stands inside the call') : evaluate(call, api, use, reader, inExpansion);
    if (!size || (nth > 0 && size.kind === 'unknown')) break;
    const part = nth > 0 ? undefined : argumentPassed(call.name, api, parts, reader);
    const at = part ?? { start: call.start, end: call.start + call.name.length };
    calls.push({
      ...headOf(call, api, reader, end), viaMacro: call.name, deviceText: '', sizeStart: at.start, sizeEnd: at.end, sizeText: text.slice(at.start, at.end),
      size: api.fixed === undefined ? size : { ...size, kind: 'exact', bytes: api.fixed },
    });
  }
  return calls;
}

const FIXED: readonly Token[] = [{ kind: 'number', text: '0', start: 0 }];

/** The argument of the macro's use that is the call's size. */
function argumentPassed(macro: string, api: DmaApi, parts: readonly Argument[], { unit }: Reader): Argument | undefined {
  for (const file of unit.localFiles()) {
    const at = api.size === undefined ? undefined : passedParameter(file, macro, api.name, api.size);
    const part = at === undefined ? undefined : parts[at];
    if (part) return part;
  }
  return undefined;
}

function headOf(call: LocatedCall, api: DmaApi, { index }: Reader, end: number): Pick<DmaCall, 'line' | 'column' | 'start' | 'end' | 'function' | 'api' | 'family' | 'unit'> {
  return { ...positionAt(index, call.start), start: call.start, end, function: call.function, api: api.name, family: api.family, unit: api.unit };
}

/** @param type of the parameter, where it is not the api's own */
function evaluate(call: LocatedCall, api: DmaApi, tokens: readonly Token[], reader: Reader, inExpansion?: SizeArgument['inExpansion'], type?: IntegerType): SizeResult | undefined {
  const { architecture } = reader.config;
  if (!architecture) return unknownSize(NO_ARCHITECTURE);
  const argument: SizeArgument = {
    tokens,
    ...(inExpansion ? { inExpansion } : {}),
    call: { instance: reader.unit.main, offset: call.start },
    api: inExpansion ? api.name : call.name,
    type: type ?? argumentType(api.sizeType, architecture.abi),
    wide: api.unit === 'mask',
    locals: flowing(localsAt(call.blocks, call.likely), reader.functions, call.start, reader.fields),
  };
  return evaluateSize(argument, reader.unit, reader.config, reader.memo);
}

function arityText(name: string, api: DmaApi, given: number): string {
  return `${name} takes ${api.arities.join(' or ')} argument${api.arities.at(-1) === 1 ? '' : 's'}, not ${given}`;
}

function doubtAbout(name: string, api: DmaApi, parts: readonly Argument[], size: Argument | undefined, index: SourceIndex, start: number, end: number): string | undefined {
  if (!api.arities.includes(parts.length)) return arityText(name, api, parts.length);
  if (api.size !== undefined && (!size || size.tokens.length === 0)) return 'the size argument is empty';
  if (hasConditions(index, start, end)) return 'an #if stands inside the call';
  return undefined;
}

/** Arguments of the call whose bracket opens after an offset. */
function splitArguments(text: string, from: number): { parts: Argument[]; end: number } {
  const parts: Argument[] = [];
  let tokens: Token[] = [];
  let depth = 0;
  let count = 0;
  let end = text.length;
  const close = (at: number): void => {
    const [first] = tokens;
    const last = tokens.at(-1);
    parts.push({ tokens, start: first?.start ?? at, end: last ? last.start + last.text.length : at });
    tokens = [];
  };
  scanCode(text, from, text.length, (token) => {
    const opens = token.text === '(' || token.text === '[' || token.text === '{';
    const closes = token.text === ')' || token.text === ']' || token.text === '}';
    if (closes) depth--;
    if (depth === 0 && closes) {
      end = token.start + 1;
      close(token.start);
      return false;
    }
    if (depth > 0 && !(depth === 1 && token.text === ',')) tokens.push(token);
    else if (token.text === ',') close(token.start);
    if (opens) depth++;
    // Unfinished code: the bracket is not closed in this statement.
    if (token.text === ';' && depth <= 1) {
      end = token.start;
      return false;
    }
    return ++count < MAX_CALL_TOKENS;
  });
  return { parts, end };
}
