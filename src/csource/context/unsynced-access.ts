import { callSpan, rangeSpan } from './call-span.ts';
import type { Expression, FunctionView } from './function-view.ts';
import { comesBefore, textOf } from './function-view.ts';
import { argument } from './mappings.ts';
import type { MappingUse } from './mappings.ts';
import type { Observation } from './observation.ts';

/** Anything that may give the buffer back to the CPU, wait for the device's end, or hand the matter on. */
const GIVES_BACK = /unmap|sync|free|complete|wait|poll|flush|stop|submit|xfer|transfer|send|exec|run|issue/i;
/** Functions that read memory they are given, by the index of the argument they read. */
const READS: ReadonlyMap<string, number> = new Map([['memcpy', 1], ['memcmp', 0], ['memmove', 1], ['copy_to_user', 1], ['skb_put_data', 1], ['print_hex_dump', 6], ['crc32', 1]]);
/** Functions that write memory, by the index of the argument they write. */
const WRITES: ReadonlyMap<string, number> = new Map([['memcpy', 0], ['memset', 0], ['memmove', 0], ['copy_from_user', 0]]);

/**
 * Accesses of the CPU to a buffer between its mapping and the first call that could give it back, on a straight way: reads of what the
 * device writes, writes of what the device reads.
 */
export function unsyncedAccesses(maps: readonly MappingUse[]): Observation[] {
  return maps.flatMap((use) => unsynced(use));
}

function unsynced({ view, call, api, direction }: MappingUse): Observation[] {
  if (view.fn.conditional || api.kind !== 'single' || !/^(?:dma|pci)_map_single/.test(call.name)) return [];
  const buffer = argument(view, call, api.memory);
  // A plain pointer: what `&x` or an expression leads to has other names.
  if (buffer === undefined || !/^\w+(?:(?:->|\.)\w+)*$/.test(buffer) || direction === '' || direction === 'DMA_BIDIRECTIONAL') return [];
  const wanted = direction === 'DMA_FROM_DEVICE' ? 'read' : 'write';
  const made = call.expression;
  for (const expression of view.expressions) {
    if (expression.range.from <= made.range.from || (expression === made)) continue;
    const text = textOf(view.fn, expression.range);
    if (ends(view, made, expression, text, buffer)) return [];
    if (!comesBefore(made, expression) || underError(view, expression)) continue;
    const at = accessIn(view, expression, buffer, wanted);
    if (at !== undefined) {
      return [{
        kind: 'unsynced', ...rangeSpan(view.fn, expression.range), function: view.fn.name, api: call.name, buffer, access: wanted, direction, other: callSpan(view.fn, call),
      }];
    }
  }
  return [];
}

/** Whether nothing behind an expression is certain any more: a way joins, the buffer changes, or a call may give it back. */
function ends(view: FunctionView, made: Expression, { range }: Expression, text: string, buffer: string): boolean {
  if (view.labels.some((label) => label > made.range.from && label < range.to)) return true;
  const root = /^\w+/.exec(buffer)?.[0] ?? '';
  if (text.startsWith(`${buffer}=`) || text.startsWith(`${root}=`) || text.startsWith(`${buffer}+`) || text.includes(`${buffer}++`)) return true;
  return view.calls.some((call) => call.expression.range === range && GIVES_BACK.test(call.name));
}

/** Ways on which the mapping failed: the buffer is the CPU's. */
function underError(view: FunctionView, { path }: Expression): boolean {
  return path.some(({ head, arm }) => arm === 'then' && /mapping_error|err|<0|==0|^!/.test(textOf(view.fn, head)));
}

function accessIn(view: FunctionView, expression: Expression, buffer: string, wanted: 'read' | 'write'): number | undefined {
  const table = wanted === 'read' ? READS : WRITES;
  for (const call of view.calls) {
    if (call.expression !== expression) continue;
    const index = table.get(call.name);
    const given = index === undefined ? undefined : argument(view, call, index);
    if (given === buffer) return call.at;
  }
  const text = textOf(view.fn, expression.range);
  const pattern = buffer.replace(/[.>-]/g, '\\$&');
  const member = `${pattern}(?:->\\w+|\\[[^\\]]{1,80}\\](?:\\.\\w+)?)`;
  const before = '(?<![\\w.>&]|sizeof\\()';
  const writes = new RegExp(`^${before}${member}=[^=]`).test(text);
  if (wanted === 'write') return writes ? expression.range.from : undefined;
  const reads = new RegExp(`=(?:\\(\\w+\\))?${before}${member}(?![\\w(])`).test(text) && !writes;
  return reads ? expression.range.from : undefined;
}
