import { orderBytes } from '../units/pages.ts';
import { type Fact, evidenceOf, factFromDefault } from './fact.ts';
import type { Constraint } from './limits.ts';
import { type Platform, isXenPv } from './platform.ts';
import { reason } from './reason.ts';

/** No machine has its block of every order at address 0: firmware lies there. */
const LEAST_SHARE = 2;

/**
 * The largest block that can lie in reach of a coherent mask at all, however much of that memory is free: by the memory map where
 * evidence gives one, else by the mask alone. Under Xen PV the map is the machine's, as Xen's log prints it.
 * Source: kernel/dma/direct.c: __dma_direct_alloc_pages; xen/common/memory.c: memory_exchange; Xen 3.0: page_alloc.c
 * (alloc_domheap_pages refuses widths below dma_bits).
 * @param bits width of the mask, 1..64
 */
export function maskMemoryLimit(platform: Platform, bits: number): Constraint | undefined {
  if (bits >= 32 || bits < 1) return undefined;
  const { features, memory } = platform;
  const knobs = [reason('knob-wider-mask', { helps: 1 }), reason('knob-split', { helps: 1 }), reason('knob-swiotlb-size', { helps: 0 })];
  const dmaBits = features.xenDmaBits;
  if (isXenPv(platform) && features.xenZones?.value === 'three' && features.coherentWidth.value === 'mask' && dmaBits?.value != null && bits < dmaBits.value) {
    return { id: 'mask-memory', bytes: 0, fact: dmaBits, because: reason('mask-memory-below-dma-bits', { bits, dmaBits: dmaBits.value }, dmaBits), knobs };
  }
  // A built-in platform's map is an example of a machine, not this one's.
  const fromMap = memory.space === 'machine' && memory.e820.doubt === undefined && evidenceOf(memory.e820).some(({ kind }) => kind !== 'built-in');
  const bytes = fromMap ? largestBlock(memory.e820.value, 2 ** bits) : 2 ** bits / LEAST_SHARE;
  const fact: Fact<unknown> = fromMap ? memory.e820 : factFromDefault(bits, `a mask of ${bits} bits, whose lowest addresses are never free`);
  return { id: 'mask-memory', bytes, fact, because: reason('mask-memory-limit', { bits, bytes }, fact), knobs };
}

/** The largest naturally aligned block of 2^order pages within usable memory below an address, in bytes. */
function largestBlock(map: Platform['memory']['e820']['value'], end: number): number {
  let largest = 0;
  for (const { type, ...range } of map) {
    if (type !== 'usable') continue;
    const last = Math.min(range.end, end);
    for (let order = 0; order <= 20; order++) {
      const block = orderBytes(order);
      if (Math.ceil(range.start / block) * block + block <= last) largest = Math.max(largest, block);
    }
  }
  return largest;
}
