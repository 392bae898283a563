import { callSpan, rangeSpan } from './call-span.ts';
import type { FunctionView } from './function-view.ts';
import { assignedTo, lastName, textOf } from './function-view.ts';
import { argument } from './mappings.ts';
import type { MappingUse } from './mappings.ts';
import type { Observation } from './observation.ts';

/** Mappings given back in another direction or way than they were made, and scatterlists with another number of elements. */
export function unmapMismatches(maps: readonly MappingUse[], unmaps: readonly MappingUse[], views: readonly FunctionView[]): Observation[] {
  return [...unmaps.flatMap((unmap) => otherwise(unmap, maps, views)), ...unmaps.flatMap((unmap) => otherCount(unmap, maps, views))];
}

/** A local's name means one thing in its function only, a member's in the whole file. */
function mapsOf(unmap: MappingUse, maps: readonly MappingUse[]): MappingUse[] {
  const { handle } = unmap;
  if (handle === undefined) return [];
  const local = /^\w+$/.test(handle);
  return maps.filter((map) => map.handle === handle && (!local || map.view === unmap.view));
}

function otherwise(unmap: MappingUse, maps: readonly MappingUse[], views: readonly FunctionView[]): Observation[] {
  if (unmap.api.kind === 'sg' || unmap.handle === undefined) return [];
  const made = mapsOf(unmap, maps);
  const [first] = made;
  if (!first || writtenElsewhere(unmap, made, views)) return [];
  const base = { kind: 'unmap-mismatch', function: unmap.view.fn.name, api: unmap.call.name, mapApi: first.call.name, other: callSpan(first.view.fn, first.call) } as const;
  const kinds = new Set(made.map(({ api }) => api.kind));
  if (kinds.size === 1 && first.api.kind !== unmap.api.kind) return [{ ...base, ...callSpan(unmap.view.fn, unmap.call), of: 'kind', mapped: first.call.name, unmapped: unmap.call.name }];
  const directions = new Set(made.map(({ direction }) => direction));
  if (directions.size !== 1 || first.direction === '' || unmap.direction === '' || first.direction === unmap.direction) return [];
  // The same member of another variable may be what is given back: `head_list` of one function is `tail_list` of another.
  const name = lastName(unmap.handle);
  if (!/^\w+$/.test(unmap.handle) && maps.some((map) => map.direction === unmap.direction && lastName(map.handle ?? '') === name)) return [];
  const range = unmap.call.args[unmap.api.direction ?? 0];
  if (!range) return [];
  const span = rangeSpan(unmap.view.fn, range);
  const written = argument(first.view, first.call, first.api.direction) ?? first.direction;
  return [{ ...base, ...span, of: 'direction', mapped: first.direction, unmapped: unmap.direction, mend: { ...span, text: written } }];
}

/** Whether the address may come from elsewhere than the mappings found: then nothing is said. */
function writtenElsewhere({ handle = '', view }: MappingUse, made: readonly MappingUse[], views: readonly FunctionView[]): boolean {
  const local = /^\w+$/.test(handle);
  const escaped = handle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const write = new RegExp(`(?:^|[;,(]|[\\w*] )${escaped}=(?!=)`);
  return (local ? [view] : views).some((each) => each.expressions.some((expression) => {
    if (made.some(({ view: of, call }) => of === each && call.expression === expression)) return false;
    const text = textOf(each.fn, expression.range);
    return (write.test(text) && !new RegExp(`${escaped}=(?:0|NULL|DMA_MAPPING_ERROR|~0)\\b`).test(text)) || text.includes(`&${handle}`);
  }));
}

/**
 * dma_unmap_sg takes the number of elements that dma_map_sg was given, not the one it returned (Documentation/core-api/dma-api.rst):
 * an IOMMU may merge elements.
 */
function otherCount(unmap: MappingUse, maps: readonly MappingUse[], views: readonly FunctionView[]): Observation[] {
  if (unmap.api.kind !== 'sg') return [];
  const range = unmap.call.args[unmap.api.size ?? 0];
  const count = argument(unmap.view, unmap.call, unmap.api.size);
  if (!range || count === undefined || !/^[A-Za-z_][\w.>-]*$/.test(count)) return [];
  const local = /^\w+$/.test(count);
  const returned = maps.filter((map) => map.api.kind === 'sg' && (!local || map.view === unmap.view) && assignedTo(map.view.fn, map.call) === count);
  const [first] = returned;
  if (!first || (local && first.call.at > unmap.call.at)) return [];
  const given = argument(first.view, first.call, first.api.size) ?? '';
  // The variable that the result is put in may hold the number again by then.
  const escaped = count.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const write = new RegExp(`(?:^|[;,(]|[\\w*] )${escaped}(?:=(?!=)|[-+]=|\\+\\+|--)`);
  const other = (local ? [unmap.view] : views).some((view) => view.expressions.some((expression) => {
    if (returned.some((map) => map.view === view && map.call.expression === expression)) return false;
    const text = textOf(view.fn, expression.range);
    if (local && expression.range.from < first.call.at) return false;
    return (write.test(text) && !new RegExp(`${escaped}=(?:0|-E\\w+)(?!\\w)`).test(text)) || text.includes(`&${count}`);
  }));
  if (other) return [];
  const span = rangeSpan(unmap.view.fn, range);
  // In the same function the number given is at hand, where it is not the variable that was overwritten.
  const mend = unmap.view === first.view && given !== count && /^[\w.>-]+$/.test(given) && !changedBetween(unmap, first, given) ? { mend: { ...span, text: given } } : {};
  return [{
    kind: 'unmap-mismatch', ...span, function: unmap.view.fn.name, api: unmap.call.name, mapApi: first.call.name, other: callSpan(first.view.fn, first.call),
    of: 'count', mapped: given, unmapped: count, ...mend,
  }];
}

function changedBetween(unmap: MappingUse, map: MappingUse, name: string): boolean {
  const root = /^\w+/.exec(name)?.[0] ?? '';
  return unmap.view.expressions.some(({ range }) => range.from > map.call.at && range.from < unmap.call.at && new RegExp(`(?:^|\\W)(?:${root})(?:=(?!=)|[-+]=|\\+\\+|--)|(?:--|\\+\\+)${root}\\b`).test(textOf(unmap.view.fn, range)));
}
