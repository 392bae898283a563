import { callSpan } from './call-span.ts';
import { discarded } from './find-masks.ts';
import type { CallUse, FunctionView } from './function-view.ts';
import { lastName, textOf } from './function-view.ts';
import type { MappingUse } from './mappings.ts';
import type { Observation } from './observation.ts';

/** `dma_mapping_error` and the wrappers that drivers and subsystems give it. */
const TESTS = /mapping_err|dma_?err|check_dma/i;
/** The value that failed mappings had before dma_mapping_error was told apart from them. */
const ERROR_VALUE = /\b(?:DMA_MAPPING_ERROR|DMA_ERROR_CODE|bad_dma_address)\b/;

/** Names that the file tests with dma_mapping_error anywhere, and functions that test what they are given. */
export interface MappingTests {
  readonly names: ReadonlySet<string>;
  readonly testers: ReadonlySet<string>;
}

export function mappingTests(views: readonly FunctionView[]): MappingTests {
  const names = new Set<string>();
  const testers = new Set<string>();
  for (const view of views) {
    for (const call of view.calls) {
      if (!TESTS.test(call.name)) continue;
      testers.add(view.fn.name);
      for (const arg of call.args) for (const name of namesIn(view, arg)) names.add(name);
    }
    for (const { range } of view.expressions) {
      const text = textOf(view.fn, range);
      if (ERROR_VALUE.test(text)) for (const name of namesIn(view, range)) names.add(name);
    }
  }
  return { names, testers };
}

/** Mappings whose result no way of the file tests. */
export function uncheckedMappings(maps: readonly MappingUse[], tests: MappingTests): Observation[] {
  return maps.flatMap((use): Observation[] => {
    const how = howUnchecked(use, tests);
    return how === undefined ? [] : [{ kind: 'mapping-unchecked', ...callSpan(use.view.fn, use.call), function: use.view.fn.name, api: use.call.name, handle: use.handle ?? '', how }];
  });
}

function howUnchecked({ view, call, api, handle }: MappingUse, tests: MappingTests): Extract<Observation, { kind: 'mapping-unchecked' }>['how'] | undefined {
  if (discarded(call)) return 'discarded';
  if (api.kind === 'sg') return undefined;
  const around = enclosingCalls(view, call);
  if (around.some(({ name }) => TESTS.test(name) || tests.testers.has(name))) return undefined;
  if (handle === undefined) return convertedAtOnce(view, call, around, tests) ? 'at-once' : undefined;
  // What is stored through a pointer that a caller gave, the caller tests.
  if (handle.startsWith('*')) return undefined;
  if (/^\w+$/.test(handle)) return localUnchecked(view, call, handle, tests);
  const name = lastName(handle);
  if (name === '' || tests.names.has(name)) return undefined;
  return comparedWithZero(view, handle) ? 'by-zero' : 'never';
}

/** A local variable: tested here, handed on to where it is tested, or returned. */
function localUnchecked(view: FunctionView, map: CallUse, handle: string, tests: MappingTests): 'never' | 'by-zero' | undefined {
  for (const call of view.calls) {
    const given = call.args.some((arg) => namesIn(view, arg).includes(handle));
    if (given && (TESTS.test(call.name) || tests.testers.has(call.name))) return undefined;
    if (given && call.args.some((arg) => textOf(view.fn, arg) === `&${handle}`)) return undefined;
    // `if (enic_dma_map_check(enic, dma))`: a helper of another file that decides by the address.
    if (given && call.expression.role === 'condition') return undefined;
  }
  for (const expression of view.expressions) {
    const { range, role } = expression;
    if (range.from < map.expression.range.from || !namesIn(view, range).includes(handle)) continue;
    const text = textOf(view.fn, range);
    if (role === 'return' || ERROR_VALUE.test(text)) return undefined;
    const stored = new RegExp(`^(.{1,200}?[^=!<>])=${handle}(?![\\w(])`).exec(text);
    if (stored && (stored[1]?.startsWith('*') || tests.names.has(lastName(stored[1] ?? '')))) return undefined;
  }
  return comparedWithZero(view, handle) ? 'by-zero' : 'never';
}

function comparedWithZero(view: FunctionView, handle: string): boolean {
  return view.expressions.some(({ range, role }) => {
    if (role !== 'condition') return false;
    const text = textOf(view.fn, range);
    return text === handle || [`!${handle}`, `${handle}==0`, `0==${handle}`, `${handle}!=0`, `unlikely(!${handle})`].some((each) => text === each || text.endsWith(`||${each}`));
  });
}

/** A descriptor's byte order is the last form of an address: nothing tests it then. */
function convertedAtOnce(view: FunctionView, call: CallUse, around: readonly CallUse[], tests: MappingTests): boolean {
  const [outer] = around;
  if (!outer || !/^(?:cpu_to_[bl]e(?:16|32|64)|(?:__raw_)?write[lq](?:_relaxed)?|iowrite32(?:be)?|lower_32_bits)$/.test(outer.name)) return false;
  const { tokens } = view.fn;
  return !tokens.slice(call.expression.range.from, outer.at).some(({ text }) => tests.names.has(text));
}

/** Calls around a call, innermost first. */
export function enclosingCalls(view: FunctionView, call: CallUse): CallUse[] {
  return view.calls.filter((other) => other !== call && other.at < call.at && other.to >= call.to).reverse();
}

function namesIn(view: FunctionView, { from, to }: { from: number; to: number }): string[] {
  return view.fn.tokens.slice(from, to).filter(({ kind }) => kind === 'name').map(({ text }) => text);
}
