import { calledNames, DMA_APIS, mentionsDmaApi } from './calls/dma-apis.ts';
import type { DmaApi, DmaFamily } from './calls/dma-apis.ts';
import { locateCalls } from './calls/locate-calls.ts';
import type { LocatedCall } from './calls/locate-calls.ts';
import { localsAt } from './calls/find-locals.ts';
import { fileInView, FieldValues } from './calls/field-values.ts';
import type { FileInView, OpenUnit } from './calls/field-values.ts';
import { UnitFunctions } from './calls/unit-functions.ts';
import { flowing } from './calls/value-flow.ts';
import type { SourceContext } from './context/observation.ts';
import { mentionsContext, NO_CONTEXT, readContext } from './context/read-context.ts';
import { evaluateSize, unknownSize } from './evaluate/evaluate-size.ts';
import type { SizeResult } from './evaluate/evaluate-size.ts';
import type { CParser } from './parse/c-parser.ts';
import { scanCode } from './parse/lexer.ts';
import type { Token } from './parse/lexer.ts';
import type { HeaderText } from './preprocess/collect-includes.ts';
import { decideBy } from './preprocess/condition.ts';
import { IndexCache } from './preprocess/index-cache.ts';
import { kernelConfig } from './preprocess/kernel-config.ts';
import type { KernelTree } from './preprocess/kernel-tree.ts';
import { positionAt } from './preprocess/position.ts';
import { conditionAt, hasConditions } from './preprocess/source-index.ts';
import type { Condition, SourceIndex } from './preprocess/source-index.ts';
import { TranslationUnit } from './preprocess/translation-unit.ts';
import type { UnitMemo } from './types/names.ts';

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
  readonly family: DmaFamily;
  /** The device argument as written; empty where the call has none. */
  readonly deviceText: string;
  readonly sizeText: string;
  readonly size: SizeResult;
}

export interface SourceScan {
  /** In the order of the text. */
  readonly calls: readonly DmaCall[];
  /** What surrounds them. */
  readonly context: SourceContext;
}

interface Argument {
  readonly tokens: readonly Token[];
  readonly start: number;
  readonly end: number;
}

const MAX_CALL_TOKENS = 20_000;

/**
 * Finds the DMA calls of a file and the sizes they ask for. Calls in comments, strings, macro bodies and `#if 0` are no call
 * sites. Never throws for what the text is.
 */
export function scanSource(parser: CParser, unit: SourceUnit): SourceScan {
  const context = mentionsContext(unit.text) ? readContext(unit.text) : NO_CONTEXT;
  return { calls: mentionsDmaApi(unit.text) ? scanCalls(parser, unit) : [], context };
}

function scanCalls(parser: CParser, unit: SourceUnit): DmaCall[] {
  const named = calledNames(unit.text);
  if (named.length === 0) return [];
  const located = locateCalls(parser, unit.text, named);
  if (located.length === 0) return [];
  const config = kernelConfig(unit.config);
  const cache = unit.cache ?? new IndexCache();
  const index = cache.of(unit.path, unit.text);
  const translation = new TranslationUnit(index, unit.headers, cache, decideBy(config), unit.config?.get('CONFIG_X86_64') === 'y' ? unit.tree : undefined);
  const memo: UnitMemo = new Map();
  const functions = new UnitFunctions(parser, translation);
  const home: OpenUnit = { unit: translation, functions, config, memo };
  const fields = new FieldValues(home, (path) => filesInView(path, unit, home, parser, cache));
  const calls: DmaCall[] = [];
  for (const call of located) {
    const api = DMA_APIS.get(call.name);
    if (!api || inDeadText(conditionAt(index, call.start), unit.text)) continue;
    calls.push(describe(call, api, index, home, fields));
  }
  return calls;
}

/** The files that can see what a file defines: the file alone, or all of its folder and those below. */
function filesInView(definedIn: string, source: SourceUnit, home: OpenUnit, parser: CParser, cache: IndexCache): readonly FileInView[] | undefined {
  const own = fileInView(source.path, source.text, () => home);
  if (definedIn === source.path) return [own];
  const tree = source.config?.get('CONFIG_X86_64') === 'y' ? source.tree : undefined;
  const beside = tree?.isKernelHeader(definedIn) === false ? tree.sourcesBeside(definedIn) : undefined;
  if (!tree || !beside?.includes(source.path)) return undefined;
  const others = tree.includersOf(definedIn, beside).filter((path) => path !== source.path);
  return [own, ...others.map((path) => {
    const text = tree.text(path) ?? '';
    let opened: OpenUnit | undefined;
    return fileInView(path, text, () => {
      if (!path.endsWith('.c')) return undefined;
      if (!opened) {
        const unit = new TranslationUnit(cache.of(path, text), source.headers, cache, decideBy(home.config), tree);
        opened = { unit, functions: new UnitFunctions(parser, unit), config: home.config, memo: new Map() };
      }
      return opened;
    });
  })];
}

function inDeadText(condition: Condition, text: string): boolean {
  for (let at = condition; at.parent; at = at.parent) {
    if (at.kind === 'if' && /^\s*0\s*(?:\/[/*].*)?$/.test(text.slice(at.from, at.to))) return true;
    const alone = at.kind === 'else' && at.earlier.some((other) => other.kind === 'if' && /^\s*1\s*(?:\/[/*].*)?$/.test(text.slice(other.from, other.to)));
    if (alone) return true;
  }
  return false;
}

function describe(call: LocatedCall, api: DmaApi, index: SourceIndex, { unit, functions, config, memo }: OpenUnit, fields: FieldValues): DmaCall {
  const { text } = index;
  const { parts, end } = splitArguments(text, call.start + call.name.length);
  const size = parts[api.size];
  const device = api.device === undefined ? undefined : parts[api.device];
  const base = {
    ...positionAt(index, call.start),
    start: call.start,
    end,
    function: call.function,
    api: api.name,
    family: api.family,
    deviceText: device ? text.slice(device.start, device.end) : '',
  };
  const doubt = doubtAbout(api, parts, size, index, call.start, end);
  if (doubt !== undefined || !size) {
    const at = size ?? { start: call.start, end: call.start };
    return { ...base, sizeStart: at.start, sizeEnd: at.end, sizeText: size ? text.slice(at.start, at.end) : '', size: unknownSize(doubt ?? 'the call has no size argument') };
  }
  const argument = {
    tokens: size.tokens,
    call: { instance: unit.main, offset: call.start },
    api: api.name,
    sizeType: api.sizeType,
    locals: flowing(localsAt(call.blocks, call.body, call.reliable), functions, call.start, fields),
  };
  return { ...base, sizeStart: size.start, sizeEnd: size.end, sizeText: text.slice(size.start, size.end), size: evaluateSize(argument, unit, config, memo) };
}

function doubtAbout(api: DmaApi, parts: readonly Argument[], size: Argument | undefined, index: SourceIndex, start: number, end: number): string | undefined {
  if (!api.arities.includes(parts.length)) return `${api.name} takes ${api.arities.join(' or ')} arguments, not ${parts.length}`;
  if (!size || size.tokens.length === 0) return 'the size argument is empty';
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
  const close = (): void => {
    const [first] = tokens;
    const last = tokens.at(-1);
    parts.push({ tokens, start: first?.start ?? end, end: last ? last.start + last.text.length : end });
    tokens = [];
  };
  scanCode(text, from, text.length, (token) => {
    const opens = token.text === '(' || token.text === '[' || token.text === '{';
    const closes = token.text === ')' || token.text === ']' || token.text === '}';
    if (closes) depth--;
    if (depth === 0 && closes) {
      end = token.start + 1;
      close();
      return false;
    }
    if (depth > 0 && !(depth === 1 && token.text === ',')) tokens.push(token);
    else if (token.text === ',') close();
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
