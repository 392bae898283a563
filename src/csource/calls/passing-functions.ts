import { Doubt } from '../evaluate/doubt.ts';
import { forEachWorld } from '../preprocess/world.ts';
import { positionAt } from '../preprocess/position.ts';
import type { CType, IntegerType } from '../types/c-type.ts';
import { Names } from '../types/names.ts';
import { DMA_APIS } from './dma-apis.ts';
import type { DmaApi } from './dma-apis.ts';
import type { OpenUnit } from './field-values.ts';
import { flowAt } from './value-flow.ts';

/**
 * A function of a driver that hands one of its parameters on, as it came, as the size of a DMA call. Those who call it from other
 * files decide how large the request is: `efx_nic_alloc_buffer()`, `mana_gd_alloc_memory()`.
 */
export interface PassingFunction {
  readonly name: string;
  /** The function of the kernel that it calls. */
  readonly api: string;
  /** How many parameters it has, and which of them is the size. */
  readonly parameters: number;
  readonly size: number;
  /** Name of that parameter, and its type. */
  readonly parameter: string;
  readonly type: IntegerType;
  /** Where it makes the call; lines and columns count from 1. */
  readonly at: { readonly path: string; readonly line: number; readonly column: number };
}

/** Of these the size alone says nothing: a pool's block has an alignment too, a mapping of memory is none of the caller's. */
const NOT_ALONE: ReadonlySet<string> = new Set(['pool', 'mmap']);

/**
 * The function around a call, where other files can call it and it hands the size on; undefined elsewhere.
 * @param start offset of the call
 * @param sizeText its size argument as written
 */
export function passingFunction(api: DmaApi, start: number, sizeText: string, home: OpenUnit): PassingFunction | undefined {
  if (!/^[A-Za-z_]\w*$/.test(sizeText) || NOT_ALONE.has(api.family)) return undefined;
  const facts = home.functions.main.around(start);
  if (!facts || facts.isStatic || facts.name === '') return undefined;
  const size = facts.parameters.indexOf(sizeText);
  const written = facts.writes.has(sizeText) || facts.addresses.has(sizeText) || facts.looped.has(sizeText);
  if (size < 0 || written || facts.declarations.get(sizeText)?.length !== 1) return undefined;
  const type = typeOfParameter(sizeText, facts, home);
  const { index } = home.unit.main;
  return type && { name: facts.name, api: api.name, parameters: facts.parameters.length, size, parameter: sizeText, type, at: { path: index.path, ...positionAt(index, start) } };
}

/** Undefined unless it is an integer, and one type in every way that undecided `#if`s may turn out. */
function typeOfParameter(name: string, facts: Parameters<typeof flowAt>[1], home: OpenUnit): IntegerType | undefined {
  const types: (CType | undefined)[] = [];
  try {
    forEachWorld((world) => {
      const flow = flowAt(home.functions, facts, undefined, undefined);
      types.push(flow.typeOf(name, new Names(home.unit, world, home.config, home.memo, flow)));
    });
  } catch (error) {
    if (error instanceof Doubt) return undefined;
    throw error;
  }
  const [first] = types;
  return first?.kind === 'integer' && types.every((type) => type?.kind === 'integer' && type.size === first.size && type.signed === first.signed) ? first : undefined;
}

/** The function of the kernel that a passing function stands for: its size is the parameter that is handed on. */
export function apiThrough(through: PassingFunction): DmaApi | undefined {
  const api = DMA_APIS.get(through.api);
  return api && { ...api, arities: [through.parameters], size: through.size, device: undefined };
}
