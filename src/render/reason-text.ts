import type { Reason, ReasonKey, ReasonParams } from '../core/platform/reason.ts';
import { formatAddress } from '../core/units/addresses.ts';
import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import { bitsOfMask } from '../core/units/dma-mask.ts';
import { plural } from './plural.ts';

type Sentences = { readonly [K in ReasonKey]: (params: ReasonParams[K]) => string };

const mask = (last: number): string => `${bitsOfMask(last)}-bit mask`;
const helps = (flag: 0 | 1): string => (flag === 1 ? 'Helps' : 'Does not help');
const order = (largest: number): string => (largest < 0 ? 'none' : `order ${largest}, ${formatBytes(4096 * 2 ** largest)}`);

/** One sentence or less for every reason that the core can give. English; the one place where reasons become words. */
const SENTENCES: Sentences = {
  'request-slots': ({ bytes, offset, slots }) =>
    `${formatBytesExact(bytes)}${offset > 0 ? ` at offset ${offset}` : ''} need ${plural(slots, 'slot')}: ⌈${groupDigits(bytes + offset)} ÷ 2,048⌉`,
  'request-order': ({ bytes, order: size, blockBytes }) => `${formatBytesExact(bytes)} take a block of order ${size}: ${formatBytes(blockBytes)}`,
  'segment-limit': ({ slots, bytes }) => `One mapping may not exceed a segment of ${slots} slots: ${formatBytes(bytes)} (IO_TLB_SEGSIZE), whatever the size of the aperture`,
  'within-segment-limit': ({ slots, bytes }) => `Within a segment of ${slots} slots: ${formatBytes(bytes)}`,
  'min-align-cost': ({ mask: align, bytes }) => `min_align_mask ${formatAddress(align)} keeps ${formatBytes(bytes)} of every segment`,
  'page-allocator-limit': ({ order: size, bytes }) => `The kernel's page allocator gives at most order ${size}: ${formatBytes(bytes)}`,
  'cma-limit': ({ bytes }) => `The CMA area holds ${formatBytes(bytes)}`,
  'contig-order-limit': ({ order: size, bytes }) => `xen_create_contiguous_region makes at most order ${size} contiguous (MAX_CONTIG_ORDER): ${formatBytes(bytes)}`,
  'xen-exchange-order-limit': ({ order: size, bytes }) => `Xen exchanges extents of at most order ${size} for this domain (memop-max-order): ${formatBytes(bytes)}`,
  'xen-heap-order-limit': ({ order: size, bytes }) => `Xen's heap has no blocks above order ${size}: ${formatBytes(bytes)} (MAX_ORDER)`,
  'mask-memory-limit': ({ bits, bytes }) => `Below ${formatBytes(2 ** bits)}, which a ${bits}-bit mask reaches, no block above ${formatBytes(bytes)} can lie`,
  'mask-memory-below-dma-bits': ({ bits, dmaBits }) => `Xen of three zones gives nothing for a width of ${bits} bits, below dma_bits ${dmaBits}`,
  'exceeds': ({ bytes, limit }) => `${formatBytesExact(bytes)} exceed ${formatBytes(limit)}`,
  'pool-absent': () => 'There is no aperture to bounce through',
  'pool-disabled': () => 'The aperture is disabled',
  'pool-exhausted': ({ total, used, slots }) => `${groupDigits(used)} of ${groupDigits(total)} slots are in use: fewer than ${groupDigits(slots)} are free`,
  'area-exhausted': ({ areas, free, slots }) => `${groupDigits(free)} slots are free, but none of the ${areas} areas has ${groupDigits(slots)} by itself`,
  'no-free-run': ({ free, longest, slots }) => `${groupDigits(free)} slots are free, ${longest < 0 ? 'but' : `in runs of at most ${longest}:`} no run of ${slots}${longest < 0 ? ' within one segment where the search looked' : ''}`,
  'no-aligned-run': ({ free, longest, slots }) => `${groupDigits(free)} slots are free, the longest run is ${longest}, but no run of ${slots} begins where the alignment allows`,
  'boundary': ({ mask: limit, slots }) => `No run of ${slots} slots stays within the device's segment boundary of ${formatAddress(limit)}`,
  'search-endless': ({ mask: align }) => `The kernel's search never ends: with min_align_mask ${formatAddress(align)} it steps over the slot where it began (kernels 5.10 to 6.2)`,
  'slot-beyond-mask': ({ address, bytes, mask: last }) => `The bounce slot at ${formatAddress(address)} ends beyond the reach of the ${mask(last)} (${formatAddress(address + bytes - 1)} > ${formatAddress(last)})`,
  'found-slot': ({ slot, segment, area, address }) => `Slot ${groupDigits(slot)} (segment ${segment}${area > 0 ? `, area ${area}` : ''}) at bus address ${formatAddress(address)}`,
  'direct-in-reach': ({ address, mask: last }) => `Mapped directly: bus address ${formatAddress(address)} is within the ${mask(last)} and contiguous`,
  'bounce-beyond-mask': ({ address, mask: last }) => `Must bounce: the buffer reaches ${formatAddress(address)}, beyond the ${mask(last)}`,
  'bounce-discontiguous': ({ pages, runs }) => (runs > 0
    ? `Must bounce: its ${plural(pages, 'page')} stand in ${plural(runs, 'separate machine run')}`
    : `Must bounce: its ${plural(pages, 'page')} are not in a region that was made machine-contiguous (contiguous_bitmap)`),
  'bounce-forced': () => 'Must bounce: every mapping is forced through the aperture',
  'bounce-unaligned': ({ order: size, address }) => `Must bounce: machine address ${formatAddress(address)} is not aligned to order ${size} (check of 6.12 and late-2024 stable releases)`,
  'pages-got': ({ order: size, address }) => `The kernel's page allocator gives order ${size} at ${formatAddress(address)}`,
  'no-guest-pages': ({ order: size, freeBytes, largestOrder }) => `The kernel's page allocator has no block of order ${size}: ${formatBytes(freeBytes)} free, largest ${order(largestOrder)}`,
  'used-as-is': ({ address, mask: last }) => `Used as it stands: bus address ${formatAddress(address)} is contiguous and within the ${mask(last)}`,
  'exchange-needed-reach': ({ address, mask: last }) => `Its memory ends at ${formatAddress(address)}, beyond the ${mask(last)}`,
  'exchange-needed-scattered': ({ runs, pages }) => `Its ${plural(pages, 'page')} stand in ${plural(runs, 'machine run')}: an exchange must make them one`,
  'exchange-needed-alignment': ({ order: size, address }) => `Machine address ${formatAddress(address)} is not aligned to order ${size}: an exchange must align it`,
  'exchange-always': () => 'This kernel exchanges every coherent block with the hypervisor',
  'exchange-width': ({ bits, fixed }) => (fixed === 1
    ? `The exchange asks for addresses of ${bits} bits, whatever the device's mask (XenLinux of Xen 3.0.4)`
    : `The exchange asks for addresses of ${bits} bits, from the coherent mask`),
  'exchange-width-below-dma-bits': ({ bits, dmaBits }) => `Xen refuses widths below dma_bits: ${bits} < ${dmaBits}`,
  'exchange-zone-empty': ({ order: size, bits, freeBytes, largestOrder }) =>
    `Xen has no free block of order ${size} below ${bits} bits: ${formatBytes(freeBytes)} free there, largest ${order(largestOrder)}`,
  'exchanged': ({ order: size, address, bits }) => `Xen gave one extent of order ${size} at machine address ${formatAddress(address)}, below ${bits} bits`,
  'aperture-not-contiguous': ({ bytes, segment, bits }) => `Segment ${segment} of an aperture of ${formatBytes(bytes)} could not be made contiguous: Xen had no free 256 KiB below ${bits} bits`,
  'no-hypervisor': () => 'There is no hypervisor under this kernel',
  'guest-built': ({ bytes, extentBytes, freeBytes }) => `A guest of ${formatBytes(bytes)} was built, ${formatBytes(extentBytes)} of it in extents of 2 MiB; ${formatBytes(freeBytes)} stay free in Xen`,
  'guest-not-built': ({ bytes, freeBytes }) => `Xen has no ${formatBytes(bytes)} for a guest: ${formatBytes(freeBytes)} are free`,
  'guest-destroyed': ({ bytes, freeBytes }) => `A guest gave ${formatBytes(bytes)} back: ${formatBytes(freeBytes)} are free in Xen`,
  'balloon-inflated': ({ bytes, freeBytes }) => `The balloon gave ${formatBytes(bytes)} to Xen, which has ${formatBytes(freeBytes)} free`,
  'balloon-deflated': ({ bytes, freeBytes }) => `The balloon took ${formatBytes(bytes)} back from Xen, which has ${formatBytes(freeBytes)} free`,
  'balloon-short': ({ bytes, missing }) => `${formatBytes(missing)} of ${formatBytes(bytes)} could not be had`,
  'strategy-gives': ({ bytes, bits }) => `One contiguous buffer of ${formatBytes(bytes)} exists below ${bits} bits`,
  'strategy-gives-not': ({ bytes, bits, pieceBytes, pieces }) => `No contiguous buffer of ${formatBytes(bytes)} below ${bits} bits${pieceBytes === 0 ? '' : `: the largest piece is ${formatBytes(pieceBytes)}`}${pieces > 0 ? `, ${plural(pieces, 'piece')} would make it up` : ''}`,
  'strategy-cost': ({ memoryBytes, bookkeepingBytes, copiedBytes }) => `It costs ${formatBytes(memoryBytes)} of memory, ${formatBytes(bookkeepingBytes)} of bookkeeping, ${formatBytes(copiedBytes)} copied each way`,
  'strategy-remains': ({ bytes, belowMaskBytes, bits }) => `For the rest of the machine remain ${formatBytes(bytes)}, ${formatBytes(belowMaskBytes)} of them below ${bits} bits`,
  'strategy-segment': ({ slots, bytes }) => `A segment of ${groupDigits(slots)} slots would let one mapping take ${formatBytes(bytes)}`,
  'strategy-early-frame-list': ({ order, bytes }) => `While the kernel boots, a segment can be made contiguous up to order ${order} (${formatBytes(bytes)}) here`,
  'strategy-copies': ({ bytes }) => `Every byte is still copied: ${formatBytes(bytes)} each time that the buffer goes one way`,
  'strategy-static-arrays': ({ order, bytes }) => `Arrays for order ${order} take ${formatBytes(bytes)} of the kernel for good`,
  'strategy-reserve': ({ bytes, granularity, bits }) => `${formatBytes(bytes)} set aside at boot in extents of ${formatBytes(granularity)} below ${bits} bits`,
  'strategy-reserve-place': ({ address, bytes }) => `${formatBytes(bytes)} lie contiguous from ${formatAddress(address)} on`,
  'strategy-no-room': ({ bytes, largest, bits }) => `No room for ${formatBytes(bytes)}: the largest contiguous piece below ${bits} bits is ${formatBytes(largest)}`,
  'strategy-wide-mask': ({ bits, superpage }) => `A device of 64 bits instead of ${bits} could use superpages of ${formatBytes(superpage)} anywhere`,
  'strategy-segments': ({ segments, bytes, entries }) => `${groupDigits(segments)} segments of ${formatBytes(bytes)} make it up; the device's list has ${groupDigits(entries)} entries`,
  'strategy-segments-had': ({ segments, bytes }) => `Only ${groupDigits(segments)} segments could be had: ${formatBytes(bytes)}`,
  'strategy-pvh': ({ bytes, bits }) => `Behind an IOMMU a PVH domain needs ${formatBytes(bytes)} that are contiguous for the guest alone, such as a CMA area below ${bits} bits`,
  'strategy-pvh-old': () => 'This Xen has no PVH dom0: 4.11 is the first',
  'strategy-no-iommu': () => 'The log says that no IOMMU is in use',
  'plan-copies': ({ copies }) => `Every byte is copied ${copies === 1 ? 'once' : `${copies} times`} on its way, and no copy was asked for`,
  'plan-pieces': ({ pieces, bytes }) => `It comes as ${plural(pieces, 'piece')} of up to ${formatBytes(bytes)}, and one contiguous buffer was asked for`,
  'not-mapped': ({ id }) => `Nothing is mapped or allocated under the name "${id}"`,
  'already-mapped': ({ id }) => `The name "${id}" is in use by an earlier step`,
  'unknown-device': ({ device }) => `No device is named "${device}"`,
  'device-removed': ({ device }) => `Device "${device}" has been removed`,
  'pending-mappings': ({ device, pending }) => (pending === 0 ? `Device "${device}" was removed with nothing mapped` : `Device "${device}" was removed with ${plural(pending, 'mapping')} in force: they stay until they are undone`),
  'released': ({ slots, address }) => (slots > 0 ? `${plural(slots, 'slot')} given back` : `Direct mapping at ${formatAddress(address)} ended`),
  'copied-in': ({ bytes }) => `${formatBytesExact(bytes)} copied from the buffer to its bounce slots`,
  'copied-back': ({ bytes }) => `${formatBytesExact(bytes)} copied from the bounce slots back to the buffer`,
  'nothing-copied': ({ direction }) => `Nothing copied: ${direction} asks for none here`,
  'sync-direct': ({ address }) => `Nothing to copy: the mapping at ${formatAddress(address)} is direct`,
  'sync-out-of-range': ({ offset, bytes, mapped }) => `The sync of ${formatBytesExact(bytes)} at offset ${groupDigits(offset)} reaches beyond the mapping of ${formatBytesExact(mapped)}: nothing copied`,
  'sync-bidirectional-bug': () => 'This kernel stops with BUG(): its sync knows no DMA_BIDIRECTIONAL',
  'sg-element': ({ element, elements, bytes }) => `Element ${element + 1} of ${elements}: ${formatBytesExact(bytes)}`,
  'sg-undone': ({ element, undone }) => `Element ${element + 1} cannot be mapped: the ${plural(undone, 'element')} before it ${undone === 1 ? 'is' : 'are'} unmapped again and the whole list fails`,
  'overflow-buffer': ({ bytes }) => `The driver is given the overflow buffer of 32 KiB instead: unless it asks dma_mapping_error(), its ${formatBytesExact(bytes)} are lost`,
  'overflow-panic': ({ bytes, overflow }) => `The kernel panics: ${formatBytesExact(bytes)} do not fit the overflow buffer of ${formatBytes(overflow)}`,
  'pool-transient': ({ slots, address }) => `The pools are full: a transient pool of ${plural(slots, 'slot')} at ${formatAddress(address)} is made for this mapping`,
  'pool-added': ({ slots, address }) => `In the background a pool of ${plural(slots, 'slot')} is added at ${formatAddress(address)}`,
  'pool-growth-failed': ({ slots }) => `In the background no memory is found for a pool of ${plural(slots, 'slot')}: "Failed to allocate new pool"`,
  'restricted-pool': ({ bytes }) => `This device bounces everything through its restricted pool of ${formatBytes(bytes)}`,
  'bad-size': ({ bytes }) => `A size of ${bytes} is none: expected a whole number of bytes, one or more`,
  'contents-not-kept': () => 'Contents are not kept in this run',
  'gave-back': ({ order: size, address }) => `Block of order ${size} at ${formatAddress(address)} freed`,
  'pool-allocation': ({ bytes }) => `A dma_pool takes max(ALIGN(size, align), PAGE_SIZE) at a time from dma_alloc_coherent: ${formatBytesExact(bytes)}`,
  'dma-pool-made': ({ bytes, allocation, blocks }) => `Blocks of ${formatBytesExact(bytes)}, ${plural(blocks, 'block')} in each ${formatBytes(allocation)} of coherent memory that the pool asks for`,
  'dma-pool-unmakeable': ({ bytes, align, boundary }) => `dma_pool_create makes no pool of blocks of ${formatBytesExact(bytes)}${align > 0 ? ` at an alignment of ${groupDigits(align)}` : ''}${boundary > 0 ? ` within ${formatBytes(boundary)}` : ''}`,
  'dma-pool-grows': ({ bytes, blocks, pages }) => `None of its ${pages === 0 ? 'pages is there yet' : `${plural(pages, 'allocation')} has a free block`}: the pool asks for ${formatBytes(bytes)}, ${plural(blocks, 'block')}`,
  'dma-pool-block': ({ bytes, address }) => `A block of ${formatBytesExact(bytes)} at bus address ${formatAddress(address)}`,
  'dma-pool-block-back': ({ bytes }) => `A block of ${formatBytesExact(bytes)} is free again; its page stays the pool's`,
  'dma-pool-gone': ({ bytes }) => `The pool gave ${formatBytes(bytes)} back`,
  'dma-pool-busy': ({ blocks, bytes }) => `${plural(blocks, 'block')} ${blocks === 1 ? 'is' : 'are'} still in use: the kernel says "busy" and never gives ${formatBytes(bytes)} back`,
  'no-such-pool': ({ id }) => `There is no pool ${id}`,
  'booted': ({ label }) => `Booted anew: ${label}; nothing of what was mapped before is left`,
  'sg-element-too-long': ({ elements, bytes, limit }) => `${plural(elements, 'element')} of up to ${formatBytesExact(bytes)} ${elements === 1 ? 'is' : 'are'} longer than the ${formatBytes(limit)} that the device takes (dma_set_max_seg_size): DMA-API debugging says so, the kernel maps ${elements === 1 ? 'it' : 'them'} all the same`,
  'rounding-waste': ({ bytes, blockBytes, wasted }) => `${formatBytes(blockBytes)} − ${formatBytes(bytes)} = ${formatBytesExact(wasted)} are allocated and never used`,
  'element-may-bounce': ({ always }) =>
    always === 1
      ? 'Elements of a scatterlist are joined up to this size; one that must bounce and exceeds a segment makes the whole list fail'
      : 'Elements of a scatterlist are joined up to this size; where the device does not reach one it must bounce, and above a segment the whole list fails',
  'search-can-be-endless': ({ mask: align }) =>
    `The slot search of this kernel ends where it began. With min_align_mask ${formatAddress(align)} it steps over that slot: where no run fits it searches for ever, with interrupts off`,
  'aperture-end': ({ address }) => `The aperture ends at ${formatAddress(address)}`,
  'aperture-below-4-gib': () => 'The aperture lies anywhere below 4 GiB, as a rule near its end',
  'aperture-below-bits': ({ bits }) => `The aperture was placed below ${formatBytes(2 ** bits)}`,
  'mask-can-be-refused': ({ bits }) =>
    bits === 0 ? 'Setting a mask fails where the device would not reach what this platform needs: the old mask then stays in force' : `A mask of ${bits} bits is refused where memory or the aperture lies beyond it: the old mask then stays in force`,
  'mapping-can-fail': () => 'A mapping that must bounce fails where the aperture is full or the buffer exceeds a segment: the address is then DMA_MAPPING_ERROR, which only dma_mapping_error() tells',
  'mapping-fails-into-overflow': () => 'A mapping that must bounce and finds no room is given the overflow buffer: unless dma_mapping_error() is asked, the data are lost without a sign',
  'bounce-has-a-copy': () => 'A bounced buffer has a copy in the aperture: the device uses the copy, and only unmapping or dma_sync_* bring the two together',
  'merged-by-iommu-only': () => 'dma_map_sg may return fewer elements than it was given where an IOMMU joins them; the aperture never does',
  'guest-physical-is-not-machine': () => 'In a Xen PV domain a physical address is the guest\'s own; the device needs the machine\'s, which is another and not consecutive from page to page',
  'physical-is-bus-by-luck': () => 'Physical and bus address agree only without an IOMMU, without memory encryption, and where the device reaches the buffer',
  'not-in-direct-map': () => 'The memory does not lie in the kernel\'s direct map, where virt_to_page() finds its frames: the device would be given another page',
  'value-from-outside': () => 'Nothing between its reading and this call bounds the value',
  'knob-swiotlb-size': ({ helps: flag }) => `${helps(flag)}: a larger aperture (swiotlb=)`,
  'knob-segsize': ({ helps: flag, bytes }) => `${helps(flag)}: a kernel built with a larger IO_TLB_SEGSIZE (${formatBytes(bytes)} or more; no kernel ships one)`,
  'knob-contig-order': ({ helps: flag, release }) => `${helps(flag)}: a kernel whose frame list grows on demand (${release} and later, stable releases of early 2025)`,
  'knob-scatter-gather': ({ helps: flag }) => `${helps(flag)}: smaller pieces, or a scatterlist with dma_set_max_seg_size`,
  'knob-wider-mask': ({ helps: flag }) => `${helps(flag)}: a wider DMA mask, if the device can`,
  'knob-cma': ({ helps: flag }) => (flag === 1 ? 'Helps: a CMA area large enough (cma=)' : 'Does not help: cma= (a CMA area of a PV domain is not machine-contiguous)'),
  'knob-balloon': ({ helps: flag }) => `${helps(flag)}: a smaller balloon target for dom0 (xl mem-set), or dom0_mem=`,
  'knob-reserve': ({ helps: flag }) => `${helps(flag)}: leaving Xen more free memory in reach (a smaller dom0_mem=)`,
  'knob-memop-max-order': ({ helps: flag, order: size }) => `${helps(flag)}: memop-max-order=${size} or more on Xen's command line`,
  'knob-iommu': ({ helps: flag }) => (flag === 1 ? 'Helps: an IOMMU that Linux uses' : 'Does not help: an IOMMU (a PV domain still uses machine addresses)'),
  'knob-split': ({ helps: flag }) => `${helps(flag)}: several smaller buffers instead of one`,
  'knob-max-mapping-size': ({ helps: flag }) => `${helps(flag)}: asking dma_max_mapping_size() (5.1 and later) and keeping to it`,
  'knob-noncontiguous': ({ helps: flag }) => `${helps(flag)}: dma_alloc_noncontiguous (5.13 and later), where the device takes a scatterlist`,
  'knob-smaller-default': ({ helps: flag }) => `${helps(flag)}: a smaller default, where a parameter or queue depth sets the size`,
  'knob-map-it': ({ helps: flag }) => `${helps(flag)}: dma_map_single() or dma_alloc_coherent(), and the DMA address that they give`,
  'knob-check-size': ({ helps: flag }) => `${helps(flag)}: refusing sizes above what the driver needs`,
  'knob-kmalloc': ({ helps: flag }) => `${helps(flag)}: a buffer from kmalloc(), or each page of a vmalloc() buffer by itself (vmalloc_to_page)`,
  'knob-search-counts': ({ helps: flag }) => `${helps(flag)}: a kernel whose search counts the slots it has looked at (6.3 and later)`,
  'knob-areas': ({ helps: flag }) => `${helps(flag)}: fewer areas (second number of swiotlb=)`,
};

/** The sentence of a reason. */
export function reasonText(reason: Reason): string {
  return (SENTENCES[reason.key] as (params: unknown) => string)(reason.params);
}

/** Whether a reason names a knob, and whether turning it would help. */
export function knobOf(reason: Reason): 'helps' | 'does-not' | undefined {
  if (!reason.key.startsWith('knob-')) return undefined;
  return 'helps' in reason.params && reason.params.helps === 1 ? 'helps' : 'does-not';
}
