import { RULES, type RuleId } from '../ids.ts';
import type { Severity } from './finding.ts';

export interface Rule {
  readonly id: RuleId;
  readonly defaultSeverity: Severity;
  /** One sentence: what the rule finds. */
  readonly summary: string;
  /** What a person can do about it. */
  readonly help: string;
}

const RULE_LIST: readonly Rule[] = [
  {
    id: RULES.coherentExceedsContiguousLimit, defaultSeverity: 'error',
    summary: 'A coherent allocation is larger than the hypervisor interface can make contiguous for this domain.',
    help: 'Split the buffer, use a scatterlist or dma_alloc_noncontiguous, or run a kernel whose frame list grows on demand (6.14, stable releases of early 2025).',
  },
  {
    id: RULES.coherentExceedsPageAllocator, defaultSeverity: 'error',
    summary: 'A coherent allocation is larger than the largest block of the kernel\'s page allocator, and no CMA area holds it.',
    help: 'Split the buffer, use a scatterlist or dma_alloc_noncontiguous, or reserve a CMA area (cma=) on a native kernel.',
  },
  {
    id: RULES.streamingExceedsSegment, defaultSeverity: 'error',
    summary: 'A streaming mapping is larger than one segment of the aperture: if it must bounce it can never succeed.',
    help: 'Map at most dma_max_mapping_size() at once: split the buffer or use a scatterlist with dma_set_max_seg_size().',
  },
  {
    id: RULES.coherentBeyondMaskMemory, defaultSeverity: 'error',
    summary: 'A coherent allocation is larger than any block of memory that the driver\'s coherent mask reaches.',
    help: 'Set a wider coherent mask if the device can, or split the buffer.',
  },
  {
    id: RULES.poolExceedsContiguousLimit, defaultSeverity: 'error',
    summary: 'A dma_pool takes its memory in pieces larger than this platform gives at once.',
    help: 'Make the blocks of the pool smaller, or allocate them one by one as a scatterlist.',
  },
  {
    id: RULES.orderRoundingWaste, defaultSeverity: 'information',
    summary: 'A coherent allocation is rounded up to a block of 2^order pages, and much of it is never used.',
    help: 'Keep below the power of two, or split the buffer.',
  },
  {
    id: RULES.segmentSizeExceedsMaxMapping, defaultSeverity: 'warning',
    summary: 'A driver allows elements of a scatterlist that are larger than one segment of the aperture.',
    help: 'Cap the size at dma_max_mapping_size().',
  },
  {
    id: RULES.maskBelowAperture, defaultSeverity: 'warning',
    summary: 'A streaming mask does not reach the aperture, or may not: what must bounce then fails.',
    help: 'Set a wider mask if the device can; a larger aperture changes nothing.',
  },
  {
    id: RULES.maskUnchecked, defaultSeverity: 'warning',
    summary: 'The result of setting a DMA mask is thrown away.',
    help: 'Fail the probe, or fall back to a narrower mask, where the mask is refused.',
  },
  {
    id: RULES.mappingErrorUnchecked, defaultSeverity: 'warning',
    summary: 'A streaming mapping is used without dma_mapping_error(), or its result is thrown away.',
    help: 'Test the address with dma_mapping_error() before the device is given it.',
  },
  {
    id: RULES.missingSync, defaultSeverity: 'warning',
    summary: 'The CPU uses a buffer while it belongs to the device.',
    help: 'Unmap the buffer first, or put dma_sync_single_for_cpu() and dma_sync_single_for_device() around the access.',
  },
  {
    id: RULES.unmapMismatch, defaultSeverity: 'warning',
    summary: 'A mapping is given back with another direction, size, number of elements or function than it was made with.',
    help: 'Give back what was mapped: the same direction and size, and of a scatterlist the number that dma_map_sg() was given.',
  },
  {
    id: RULES.busAddressFromVirt, defaultSeverity: 'warning',
    summary: 'A physical address of the CPU\'s view is given to a device.',
    help: 'Map the buffer with the DMA API and give the device the address that it returns.',
  },
  {
    id: RULES.mapOfStackOrVmalloc, defaultSeverity: 'error',
    summary: 'Memory on the stack or from vmalloc() is mapped for DMA.',
    help: 'Use a buffer from kmalloc(), or map the pages of a vmalloc() buffer one by one.',
  },
  {
    id: RULES.minAlignLivelock, defaultSeverity: 'warning',
    summary: 'A device\'s min_align_mask can make the slot search of kernels 5.10 to 6.2 endless.',
    help: 'Run a kernel whose search counts the slots it has looked at (6.3 and later), or keep mappings below the largest that fits for certain.',
  },
  {
    id: RULES.userControlledSize, defaultSeverity: 'warning',
    summary: 'The size of a DMA request comes from user space, and nothing bounds it on its way.',
    help: 'Refuse sizes above what the driver needs before they reach the DMA API.',
  },
  {
    id: RULES.suppression, defaultSeverity: 'warning',
    summary: 'A comment that ignores a finding gives no reason, names no known rule, or is no longer needed.',
    help: 'Write /* dma-aperture: ignore dma/rule -- reason */ on the line of the finding or the line above.',
  },
  { id: RULES.logAperture, defaultSeverity: 'information', summary: 'The aperture that this boot set up.', help: 'Its size bounds the sum of all mappings; one mapping is bounded by a segment of 256 KiB whatever its size.' },
  {
    id: RULES.logMappingOversize, defaultSeverity: 'error', summary: 'A mapping failed that no aperture of any size could serve: it exceeds a segment of 256 KiB.',
    help: 'A larger swiotlb= changes nothing. The driver must map smaller pieces (dma_max_mapping_size), or the buffer must not need bouncing.',
  },
  {
    id: RULES.logApertureExhausted, defaultSeverity: 'error', summary: 'A mapping failed because nearly all slots of the aperture were in use.',
    help: 'Raise swiotlb=, or lower the demand: fewer queues, wider DMA masks. If the use only ever rises, a driver does not unmap.',
  },
  {
    id: RULES.logApertureFragmented, defaultSeverity: 'error', summary: 'A mapping failed although enough slots were free: not in one run within one segment and area.',
    help: 'Smaller mappings, fewer areas (second number of swiotlb=), or a larger aperture.',
  },
  { id: RULES.logApertureFull, defaultSeverity: 'error', summary: 'A mapping failed; the line does not state how full the aperture was.', help: 'If the size is below 256 KiB a larger swiotlb= may help; above, it cannot.' },
  { id: RULES.logApertureReduced, defaultSeverity: 'warning', summary: 'The aperture became smaller than asked for, as memory was short at boot.', help: 'Under Xen, leave the hypervisor more free memory below 4 GiB (a smaller dom0_mem=).' },
  { id: RULES.logNoPool, defaultSeverity: 'error', summary: 'A mapping had to bounce and there is no aperture.', help: 'Enable the aperture (swiotlb=), or give the device a mask that reaches all memory.' },
  { id: RULES.logBeyondMask, defaultSeverity: 'error', summary: 'A mapping ended beyond what the device can reach.', help: 'A larger aperture changes nothing: the device needs a wider mask, or memory below its mask.' },
  {
    id: RULES.logApertureLeak, defaultSeverity: 'warning', summary: 'From failure to failure more of the aperture was in use, until it was full: a driver may not unmap what it maps.',
    help: 'Watch io_tlb_used in /sys/kernel/debug/swiotlb while the device is idle: if it does not fall, the driver leaks, and a larger aperture only delays the end.',
  },
  {
    id: RULES.logPageAllocation, defaultSeverity: 'warning', summary: 'The page allocator had no free block of a high order: a coherent buffer of that size needs one.',
    help: 'Allocate early, in smaller pieces, or from a CMA area (cma=); above the largest order no memory helps.',
  },
  { id: RULES.logDmaDebug, defaultSeverity: 'warning', summary: 'The kernel reports a driver that breaks the rules of the DMA API (CONFIG_DMA_API_DEBUG).', help: 'The report names the driver and what it did; the stack behind it shows the call.' },
  { id: RULES.logFailure, defaultSeverity: 'error', summary: 'A DMA operation failed.', help: 'See the line and its neighbours.' },
  {
    id: RULES.commandLineOption, defaultSeverity: 'warning', summary: 'An option of a command line that this kernel or hypervisor does not read, reads otherwise than it looks, or could not grant.',
    help: 'swiotlb= counts slots of 2 KiB in mainline kernels and MiB in XenLinux; options come and go with versions.',
  },
  { id: RULES.kernelConfig, defaultSeverity: 'warning', summary: 'A symbol of the kernel\'s configuration that has no effect as it stands, or that the boot contradicts.', help: 'See what it depends on.' },
];

/** Every rule by id. */
export const CATALOGUE: ReadonlyMap<RuleId, Rule> = new Map(RULE_LIST.map((rule) => [rule.id, rule]));
