import { FunctionFinder } from '../parse/find-function.ts';
import { readFunction } from '../parse/read-function.ts';
import { cpuAddresses } from './cpu-addresses.ts';
import { masksIn, uncheckedMasks } from './find-masks.ts';
import type { FunctionView } from './function-view.ts';
import { viewFunction } from './function-view.ts';
import { mapsIn, unmapsIn } from './mappings.ts';
import type { SourceContext } from './observation.ts';
import { mappingTests, uncheckedMappings } from './unchecked-mappings.ts';
import { unmapMismatches } from './unmap-mismatches.ts';
import { unmappableMemory } from './unmappable-memory.ts';
import { unsyncedAccesses } from './unsynced-access.ts';

/** Names that the analyses of this folder begin at. Spelt out one by one: the engine skips to literals faster than to patterns. */
const NAMES = new RegExp(
  '\\b(?:dma_map_(?:single|page|sg|resource)|dma_unmap_(?:single|page|sg|resource)|pci_map_(?:single|page|sg)|pci_unmap_(?:single|page|sg)|skb_frag_dma_map|' +
  'DMA_MAPPING_ERROR|DMA_ERROR_CODE|dma_set_mask|dma_set_coherent_mask|dma_coerce_mask_and_coherent|pci_set_dma_mask|pci_set_consistent_dma_mask|' +
  'virt_to_phys|slow_virt_to_phys|page_to_phys|__pa\\(|virt_to_bus|isa_virt_to_bus|usb_control_msg|usb_bulk_msg|usb_interrupt_msg|usb_fill_|' +
  'vmalloc|vzalloc|vcalloc|__vmalloc|kvmalloc|kvzalloc|kvcalloc)|mapping_err',
  'g',
);
/** Names, or beginnings of names, of which every file has one that the analyses find anything in. */
export const CONTEXT_MARKS: readonly string[] = [
  'dma_map_', 'dma_unmap_', 'pci_map_', 'pci_unmap_', 'dma_set_mask', 'dma_set_coherent_mask', 'dma_coerce_mask', 'pci_set_dma_mask', 'pci_set_consistent_dma_mask',
  'virt_to_phys', 'virt_to_bus', 'isa_virt_to_bus', 'page_to_phys', '__pa(', 'usb_control_msg', 'usb_bulk_msg', 'usb_interrupt_msg', 'usb_fill_',
];
const MENTION = new RegExp(`\\b(?:${CONTEXT_MARKS.join('|').replaceAll('(', '\\(')})`);
const ASKS = /\b(?:dma_max_mapping_size|virtio_max_dma_size|swiotlb_max_segment|dma_opt_mapping_size|swiotlb_max_mapping_size)\s{0,8}\(/;
/** Functions looked at in one file: a bound on work. */
const MAX_FUNCTIONS = 1500;

export const NO_CONTEXT: SourceContext = { observations: [], masks: [], asksMappingSize: false };

/** Whether the text names anything that {@link readContext} looks for: a file that does not has no context. */
export function mentionsContext(text: string): boolean {
  return MENTION.test(text);
}

/** Reads what surrounds the DMA calls of a file. Never throws for what the text is; functions that do not read as C are passed over. */
export function readContext(text: string, finder = new FunctionFinder(text)): SourceContext {
  const views = viewsOf(text, finder);
  if (views.length === 0) return { ...NO_CONTEXT, asksMappingSize: ASKS.test(text) };
  const maps = views.flatMap(mapsIn);
  const masks = views.flatMap(masksIn);
  const observations = [
    ...uncheckedMasks(masks),
    ...uncheckedMappings(maps, mappingTests(views)),
    ...unsyncedAccesses(maps),
    ...unmapMismatches(maps, views.flatMap(unmapsIn), views),
    ...views.flatMap(cpuAddresses),
    ...views.flatMap((view) => unmappableMemory(view, views, text.includes('is_vmalloc_addr'))),
  ];
  return { observations: observations.sort((a, b) => a.start - b.start), masks, asksMappingSize: ASKS.test(text) };
}

function viewsOf(text: string, finder: FunctionFinder): FunctionView[] {
  const views: FunctionView[] = [];
  let behind = 0;
  for (const { index } of text.matchAll(NAMES)) {
    if (index < behind) continue;
    const span = finder.around(index);
    if (!span) continue;
    behind = span.to;
    const fn = readFunction(text, span);
    if (fn) views.push(viewFunction(fn));
    if (views.length >= MAX_FUNCTIONS) break;
  }
  return views;
}
