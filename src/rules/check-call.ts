import { type Fact, factFromDefault } from '../core/platform/fact.ts';
import { SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { maskMemoryLimit } from '../core/platform/mask-limit.ts';
import { type Platform, isXenPv } from '../core/platform/platform.ts';
import { reason } from '../core/platform/reason.ts';
import { PAGE_SIZE, orderBytes, orderFor } from '../core/units/pages.ts';
import type { SourceContext } from '../csource/context/observation.ts';
import type { DmaCall } from '../csource/scan-source.ts';
import { RULES } from '../ids.ts';
import { neverBounces, widestCoherentMask } from './device-reach.ts';
import { type Excess, exceeding, isUnbounded } from './exceeding.ts';
import type { Finding, Span } from './finding.ts';
import { limitFinding, withDoubt } from './limit-finding.ts';
import type { PlatformLimits } from './platform-limits.ts';

/** Waste that is worth a word: at least so many bytes, and so large a part of the block. */
const LEAST_WASTE = 128 * 1024;
const LEAST_WASTED_PART = 0.25;

const SCATTER = reason('knob-scatter-gather', { helps: 1 });
const SPLIT = reason('knob-split', { helps: 1 });
const COHERENT_OPTIONS = [SPLIT, SCATTER, reason('knob-noncontiguous', { helps: 1 }), reason('knob-smaller-default', { helps: 1 })];
const STREAMING_OPTIONS = [SPLIT, SCATTER, reason('knob-max-mapping-size', { helps: 1 })];

/**
 * Holds the size of one call against what the platform promises. An unknown size is never a finding; a bounded one is where
 * even its least exceeds the limit, or, as information, where its largest may.
 */
export function checkCall(call: DmaCall, limits: PlatformLimits, context: SourceContext, span: Span): Finding[] {
  if (call.api === 'dma_set_min_align_mask') return checkMinAlign(call, limits, span);
  if (call.unit !== 'bytes') return [];
  switch (call.family) {
    case 'coherent': return [...checkCoherent(call, limits, context, span), ...checkOrigin(call, span)];
    case 'pool': return [...checkPool({ ...call, size: call.allocation ?? call.size }, limits, context, span), ...checkOrigin(call, span)];
    case 'streaming': return [...checkStreaming(call, limits, context, span), ...checkOrigin(call, span)];
    case 'segment': return checkSegment(call, limits, context, span);
    default: return [];
  }
}

function checkCoherent(call: DmaCall, limits: PlatformLimits, context: SourceContext, span: Span): Finding[] {
  const { coherent: limit } = limits;
  // Pages that an IOMMU or a scatterlist puts together are no block.
  if (call.api === 'dma_alloc_noncontiguous') return [];
  const over = exceeding(call, (bytes) => orderBytes(orderFor(bytes)) > limit.bytes);
  const { binding } = limit;
  if (!over || !binding) return [...checkReach(call, limits, context, span), ...checkWaste(call, limits, span)];
  const order = orderFor(over.bytes);
  const platformBound = binding.id === 'page-allocator' || binding.id === 'cma';
  return [limitFinding({
    ruleId: platformBound ? RULES.coherentExceedsPageAllocator : RULES.coherentExceedsContiguousLimit,
    severity: over.certain ? 'error' : 'information', span,
    headline: { key: 'coherent-over', api: call.api, bytes: over.bytes, order, limit: limit.bytes, bounded: !over.certain },
    steps: [reason('request-order', { bytes: over.bytes, order, blockBytes: orderBytes(order) })],
    binding, others: alsoExceeded(limits, over.bytes), options: COHERENT_OPTIONS, also: iommuDoubt(limits.platform),
  })];
}

/** A pool takes memory in pieces of max(ALIGN(size, align), PAGE_SIZE) (mm/dmapool.c: dma_pool_create). */
function checkPool(call: DmaCall, limits: PlatformLimits, context: SourceContext, span: Span): Finding[] {
  const { coherent: limit } = limits;
  const { binding } = limit;
  // A block that long is an array for every command; the controller counts those, in 16 bits (megaraid_sas, mpt3sas, mpi3mr).
  const over = exceeding(call, (bytes) => orderBytes(orderFor(Math.max(bytes, PAGE_SIZE))) > limit.bytes, true);
  if (!over || !binding) return checkReach(call, limits, context, span);
  const order = orderFor(over.bytes);
  return [limitFinding({
    ruleId: RULES.poolExceedsContiguousLimit, severity: over.certain ? 'error' : 'information', span,
    headline: { key: 'pool-over', api: call.api, bytes: over.bytes, order, limit: limit.bytes, bounded: !over.certain },
    steps: [reason('pool-allocation', { bytes: over.bytes }), reason('request-order', { bytes: over.bytes, order, blockBytes: orderBytes(order) })],
    binding, others: alsoExceeded(limits, over.bytes), options: COHERENT_OPTIONS, also: iommuDoubt(limits.platform),
  })];
}

function alsoExceeded({ coherent }: PlatformLimits, bytes: number): PlatformLimits['coherent']['constraints'] {
  return coherent.constraints.filter((constraint) => constraint !== coherent.binding && bytes > constraint.bytes);
}

/** Natively a device behind an IOMMU is given scattered pages: whether this one is, no evidence says. */
function iommuDoubt(platform: Platform): Fact<unknown>[] {
  const { iommuEnabled } = platform;
  return iommuEnabled?.value === true && !isXenPv(platform) ? [{ ...iommuEnabled, doubt: 'an IOMMU is in use: a device behind it needs no contiguous memory' }] : [];
}

/** Memory within the coherent mask that this file sets; drivers that set none have 32 bits. */
function checkReach(call: DmaCall, { platform }: PlatformLimits, context: SourceContext, span: Span): Finding[] {
  const mask = widestCoherentMask(context);
  const binding = mask && maskMemoryLimit(platform, mask.bits);
  if (!binding) return [];
  const over = exceeding(call, (bytes) => orderBytes(orderFor(bytes)) > binding.bytes);
  if (!over?.certain) return [];
  const order = orderFor(over.bytes);
  return [limitFinding({
    ruleId: RULES.coherentBeyondMaskMemory, severity: 'error', span,
    headline: { key: 'beyond-mask-memory', api: call.api, bytes: over.bytes, bits: mask.bits, limit: binding.bytes },
    steps: [reason('request-order', { bytes: over.bytes, order, blockBytes: orderBytes(order) })], binding, options: COHERENT_OPTIONS,
    // The mask is another call's: another device's of the same file it may be.
    also: [{ ...factFromDefault(mask.bits, `${mask.api} of this file`), ...(context.masks.length > 1 ? { doubt: 'this file sets more than one mask' } : {}) }],
  })];
}

function checkWaste(call: DmaCall, { platform, coherent }: PlatformLimits, span: Span): Finding[] {
  const { size } = call;
  // CMA and IOMMUs give whole pages, not blocks.
  if (size.kind !== 'exact' || size.bytes <= PAGE_SIZE || coherent.binding?.id === 'cma' || iommuDoubt(platform).length > 0) return [];
  const order = orderFor(size.bytes);
  const blockBytes = orderBytes(order);
  const wasted = blockBytes - size.bytes;
  if (wasted < LEAST_WASTE || wasted < blockBytes * LEAST_WASTED_PART) return [];
  return [{
    ruleId: RULES.orderRoundingWaste, severity: 'information', span, confidence: 'certain', evidence: [],
    headline: { key: 'order-waste', api: call.api, bytes: size.bytes, order, blockBytes },
    explain: [reason('request-order', { bytes: size.bytes, order, blockBytes }), reason('rounding-waste', { bytes: size.bytes, blockBytes, wasted }), SPLIT],
  }];
}

function checkStreaming(call: DmaCall, { platform, streaming: limit }: PlatformLimits, context: SourceContext, span: Span): Finding[] {
  // Registers of another device never bounce (kernel/dma/direct.c: dma_direct_map_resource).
  if (call.api === 'dma_map_resource') return [];
  const over = exceeding(call, (bytes) => bytes > limit.bytes);
  const { binding } = limit;
  if (!over || !binding || neverBounces(context, platform)) return [];
  if (!over.certain && context.asksMappingSize) return [];
  const bounced = limit.applies === 'when-bounced';
  return [limitFinding({
    ruleId: RULES.streamingExceedsSegment, severity: !over.certain ? 'information' : bounced ? 'warning' : 'error', span,
    headline: { key: 'streaming-over', api: call.api, bytes: over.bytes, limit: limit.bytes, bounced, bounded: !over.certain },
    steps: [reason('request-slots', { bytes: over.bytes, offset: 0, slots: Math.ceil(over.bytes / 2048) })],
    // The segment is a constant of every kernel; that a mapping must bounce follows from the aperture and the domain.
    binding, options: STREAMING_OPTIONS, also: [platform.aperture.bytes, platform.domain],
  })];
}

/** What a driver lets others join into one element. A block queue's own limit is none of DMA: network block devices set it too. */
function checkSegment(call: DmaCall, { platform, streaming: limit }: PlatformLimits, context: SourceContext, span: Span): Finding[] {
  const { binding } = limit;
  if (!/^(?:vb2_dma_contig|dma)_set_max_seg_size$/.test(call.api) || !binding || context.asksMappingSize || neverBounces(context, platform)) return [];
  const over: Excess | undefined = exceeding(call, (bytes) => bytes > limit.bytes);
  if (!over?.certain) return [];
  const bounced = limit.applies === 'when-bounced';
  const finding = limitFinding({
    ruleId: RULES.segmentSizeExceedsMaxMapping, severity: bounced ? 'information' : 'warning', span,
    headline: { key: 'segment-size-over', api: call.api, bytes: over.bytes, limit: limit.bytes, bounced },
    steps: [reason('element-may-bounce', { always: bounced ? 0 : 1 })], binding, options: [reason('knob-max-mapping-size', { helps: 1 })],
    also: [platform.aperture.bytes, platform.domain],
  });
  if (call.deviceText === '' || call.api !== 'dma_set_max_seg_size') return [finding];
  return [withDoubt({ ...finding, fixes: [{ kind: 'cap-segment', span, text: `min_t(size_t, ${call.sizeText}, dma_max_mapping_size(${call.deviceText}))` }] }, [])];
}

/** Searches whose end is the place where they began: a stride can step over it. */
const ENDLESS: ReadonlySet<string> = new Set(['C', 'D']);

/**
 * A mask that chooses among slots, on a kernel whose search can then go on for ever.
 * Source: kernel/dma/swiotlb.c: find_slots, 5.12 to 6.2 and 5.10.y.
 */
function checkMinAlign({ size }: DmaCall, { platform }: PlatformLimits, span: Span): Finding[] {
  const { slotSearch, minAlignMask } = platform.features;
  if (size.kind !== 'exact' || size.bytes < SLOT_BYTES || !minAlignMask.value || !ENDLESS.has(slotSearch.value) || platform.aperture.bytes.value === 0) return [];
  return [withDoubt({
    ruleId: RULES.minAlignLivelock, severity: 'warning', span, confidence: 'certain', evidence: [slotSearch], headline: { key: 'min-align', mask: size.bytes },
    explain: [reason('search-can-be-endless', { mask: size.bytes }, slotSearch), reason('knob-search-counts', { helps: 1 }), reason('knob-max-mapping-size', { helps: 1 })],
  }, [slotSearch])];
}

/** A size that user space sets and that nothing bounds on its way here, not even a narrow type. */
function checkOrigin({ api, size, sizeText }: DmaCall, span: Span): Finding[] {
  if (size.kind === 'exact' || size.origin !== 'user' || (size.kind === 'bounded' && !isUnbounded(size))) return [];
  return [{
    ruleId: RULES.userControlledSize, severity: 'warning', span, confidence: 'certain', evidence: [],
    headline: { key: 'outside-size', api, text: sizeText.replace(/\s+/g, ' ').trim() }, explain: [reason('value-from-outside', {}), reason('knob-check-size', { helps: 1 })],
  }];
}
