import type { CallUse, FunctionView } from './function-view.ts';
import { assignedTo, textOf } from './function-view.ts';

/** How a mapping is made or given back, and where its arguments stand. */
interface MapApi {
  readonly kind: 'single' | 'resource' | 'sg' | 'coherent';
  /** What is mapped: a pointer, page, physical address or scatterlist; undefined where the API gives memory. */
  readonly memory?: number;
  readonly size?: number;
  readonly direction?: number;
  /** Of calls that give back or synchronise: the DMA address, or the scatterlist. */
  readonly handle?: number;
}

/** Calls that map. dma_map_single and dma_map_page are of one kind: dma_map_single_attrs is made of dma_map_page_attrs since 5.0. */
const MAPS: ReadonlyMap<string, MapApi> = new Map<string, MapApi>([
  ['dma_map_single', { kind: 'single', memory: 1, size: 2, direction: 3 }],
  ['dma_map_single_attrs', { kind: 'single', memory: 1, size: 2, direction: 3 }],
  ['pci_map_single', { kind: 'single', memory: 1, size: 2, direction: 3 }],
  ['dma_map_page', { kind: 'single', memory: 1, size: 3, direction: 4 }],
  ['dma_map_page_attrs', { kind: 'single', memory: 1, size: 3, direction: 4 }],
  ['pci_map_page', { kind: 'single', memory: 1, size: 3, direction: 4 }],
  ['skb_frag_dma_map', { kind: 'single', memory: 1, size: 3, direction: 4 }],
  ['dma_map_resource', { kind: 'resource', memory: 1, size: 2, direction: 3 }],
  ['dma_map_sg', { kind: 'sg', memory: 1, size: 2, direction: 3 }],
  ['dma_map_sg_attrs', { kind: 'sg', memory: 1, size: 2, direction: 3 }],
  ['pci_map_sg', { kind: 'sg', memory: 1, size: 2, direction: 3 }],
]);

/** Calls that give a mapping back. */
const UNMAPS: ReadonlyMap<string, MapApi> = new Map<string, MapApi>([
  ['dma_unmap_single', { kind: 'single', handle: 1, size: 2, direction: 3 }],
  ['dma_unmap_single_attrs', { kind: 'single', handle: 1, size: 2, direction: 3 }],
  ['pci_unmap_single', { kind: 'single', handle: 1, size: 2, direction: 3 }],
  ['dma_unmap_page', { kind: 'single', handle: 1, size: 2, direction: 3 }],
  ['dma_unmap_page_attrs', { kind: 'single', handle: 1, size: 2, direction: 3 }],
  ['pci_unmap_page', { kind: 'single', handle: 1, size: 2, direction: 3 }],
  ['dma_unmap_resource', { kind: 'resource', handle: 1, size: 2, direction: 3 }],
  ['dma_unmap_sg', { kind: 'sg', handle: 1, size: 2, direction: 3 }],
  ['dma_unmap_sg_attrs', { kind: 'sg', handle: 1, size: 2, direction: 3 }],
  ['pci_unmap_sg', { kind: 'sg', handle: 1, size: 2, direction: 3 }],
]);

/** One call that makes a mapping or gives it back. */
export interface MappingUse {
  readonly view: FunctionView;
  readonly call: CallUse;
  readonly api: MapApi;
  /** What the address is kept in or taken from; of scatterlists the list. Undefined where it is kept nowhere. */
  readonly handle: string | undefined;
  /** The direction's name, empty where it is no constant of the API. */
  readonly direction: string;
}

export function mapsIn(view: FunctionView): MappingUse[] {
  return usesIn(view, MAPS, (call, api) => (api.kind === 'sg' ? argument(view, call, api.memory) : assignedTo(view.fn, call)));
}

export function unmapsIn(view: FunctionView): MappingUse[] {
  return usesIn(view, UNMAPS, (call, api) => argument(view, call, api.handle));
}

function usesIn(view: FunctionView, apis: ReadonlyMap<string, MapApi>, handleOf: (call: CallUse, api: MapApi) => string | undefined): MappingUse[] {
  return view.calls.flatMap((call): MappingUse[] => {
    const api = apis.get(call.name);
    if (!api || call.args.length <= (api.direction ?? 0)) return [];
    const handle = handleOf(call, api);
    return [{ view, call, api, handle: handle === undefined ? undefined : plainPath(handle), direction: directionOf(argument(view, call, api.direction) ?? '') }];
  });
}

/** The text of an argument; undefined where the call has no such. */
export function argument(view: FunctionView, call: CallUse, index: number | undefined): string | undefined {
  const range = index === undefined ? undefined : call.args[index];
  return range && textOf(view.fn, range);
}

const OLD_DIRECTIONS: Readonly<Record<string, string>> = {
  PCI_DMA_TODEVICE: 'DMA_TO_DEVICE', PCI_DMA_FROMDEVICE: 'DMA_FROM_DEVICE', PCI_DMA_BIDIRECTIONAL: 'DMA_BIDIRECTIONAL', DMA_MEM_TO_DEV: '', DMA_DEV_TO_MEM: '',
};

function directionOf(text: string): string {
  const plain = OLD_DIRECTIONS[text] ?? text;
  return /^DMA_(?:TO_DEVICE|FROM_DEVICE|BIDIRECTIONAL)$/.test(plain) ? plain : '';
}

/** `dma_unmap_addr(x, mapping)` is `x->mapping` (include/linux/dma-mapping.h). */
function plainPath(text: string): string {
  const match = /^(?:dma|pci)_unmap_addr\((.{1,200}),(\w+)\)$/.exec(text);
  return match ? `${match[1]}->${match[2]}` : text;
}
