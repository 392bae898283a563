import type { CallUse, FunctionView } from './function-view.ts';
import { textOf } from './function-view.ts';
import type { MaskCall, Observation } from './observation.ts';
import { callSpan } from './call-span.ts';

/** include/linux/dma-mapping.h, include/linux/pci-dma-compat.h (to 5.17): index of the mask and what it is for. */
const MASK_APIS: ReadonlyMap<string, { readonly mask: number; readonly of: MaskCall['of'] }> = new Map([
  ['dma_set_mask', { mask: 1, of: 'streaming' }], ['pci_set_dma_mask', { mask: 1, of: 'streaming' }],
  ['dma_set_coherent_mask', { mask: 1, of: 'coherent' }], ['pci_set_consistent_dma_mask', { mask: 1, of: 'coherent' }],
  ['dma_set_mask_and_coherent', { mask: 1, of: 'both' }], ['dma_coerce_mask_and_coherent', { mask: 1, of: 'both' }],
]);

/** The calls of a function that set masks. */
export function masksIn(view: FunctionView): MaskCall[] {
  return view.calls.flatMap((call): MaskCall[] => {
    const api = MASK_APIS.get(call.name);
    const [device] = call.args;
    const mask = api && call.args[api.mask];
    if (!api || !device || !mask) return [];
    return [{
      ...callSpan(view.fn, call), api: call.name, of: api.of, device: textOf(view.fn, device), function: view.fn.name,
      mask: textOf(view.fn, mask), bits: bitsOf(textOf(view.fn, mask)), checked: !discarded(call),
    }];
  });
}

/** Whether a call is a statement of its own: its value goes nowhere. A cast to void says that this is meant. */
export function discarded(call: CallUse): boolean {
  const { range, role } = call.expression;
  return role === 'statement' && range.from === call.at && range.to === call.to;
}

function bitsOf(mask: string): number | null {
  const match = /^DMA_BIT_MASK\((\d{1,2})\)$/.exec(mask);
  const bits = Number(match?.[1] ?? 0);
  return bits >= 1 && bits <= 64 ? bits : null;
}

/** Masks whose result is thrown away, unless it is known: the coherent mask of a device takes what its streaming mask has taken. */
export function uncheckedMasks(masks: readonly MaskCall[]): Observation[] {
  return masks.flatMap((call): Observation[] => {
    const { start, end, api, bits, checked, function: within } = call;
    return checked || masks.some((other) => covers(other, call)) ? [] : [{ kind: 'mask-unchecked', start, end, api, bits, function: within }];
  });
}

/**
 * Whether a checked streaming mask before says that a coherent one is taken: "the same or a smaller mask"
 * (Documentation/core-api/dma-api-howto.rst).
 */
function covers(streaming: MaskCall, coherent: MaskCall): boolean {
  if (coherent.of !== 'coherent' || streaming.of === 'coherent' || !streaming.checked || streaming.start > coherent.start) return false;
  if (streaming.function !== coherent.function || streaming.device !== coherent.device) return false;
  return streaming.mask === coherent.mask || streaming.bits === 64 || (streaming.bits !== null && coherent.bits !== null && coherent.bits <= streaming.bits);
}
