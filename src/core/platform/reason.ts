import type { Fact } from './fact.ts';

/**
 * The parameters of every reason that the core can give. A reason is data; `src/render` turns it into a sentence. Sizes are
 * bytes, addresses and masks numbers, slots are 2 KiB.
 */
export interface ReasonParams {
  /** What was asked for, in slots. */
  'request-slots': { bytes: number; offset: number; slots: number };
  /** What was asked for, in pages of 2^order. */
  'request-order': { bytes: number; order: number; blockBytes: number };
  /** A mapping may not exceed one segment of 128 slots. */
  'segment-limit': { slots: number; bytes: number };
  'within-segment-limit': { slots: number; bytes: number };
  /** A device's min_align_mask takes part of the segment. */
  'min-align-cost': { mask: number; bytes: number };
  'page-allocator-limit': { order: number; bytes: number };
  'cma-limit': { bytes: number };
  'contig-order-limit': { order: number; bytes: number };
  'xen-exchange-order-limit': { order: number; bytes: number };
  'xen-heap-order-limit': { order: number; bytes: number };
  /** Memory that a device of this mask reaches: the largest block that can lie there. */
  'mask-memory-limit': { bits: number; bytes: number };
  'mask-memory-below-dma-bits': { bits: number; dmaBits: number };
  'exceeds': { bytes: number; limit: number };
  'pool-absent': Record<string, never>;
  'pool-disabled': Record<string, never>;
  'pool-exhausted': { total: number; used: number; slots: number };
  'area-exhausted': { areas: number; free: number; slots: number };
  'no-free-run': { free: number; longest: number; slots: number };
  'no-aligned-run': { free: number; longest: number; slots: number };
  'boundary': { mask: number; slots: number };
  'search-endless': { stride: number; mask: number };
  'slot-beyond-mask': { address: number; bytes: number; mask: number };
  'found-slot': { slot: number; segment: number; area: number; address: number };
  'direct-in-reach': { address: number; bytes: number; mask: number };
  'bounce-beyond-mask': { address: number; bytes: number; mask: number };
  'bounce-discontiguous': { pages: number; runs: number };
  'bounce-forced': Record<string, never>;
  'bounce-unaligned': { order: number; address: number };
  'pages-got': { order: number; address: number };
  'no-guest-pages': { order: number; freeBytes: number; largestOrder: number };
  'used-as-is': { address: number; bytes: number; mask: number };
  'exchange-needed-reach': { address: number; bytes: number; mask: number };
  'exchange-needed-scattered': { runs: number; pages: number };
  'exchange-needed-alignment': { order: number; address: number };
  'exchange-always': Record<string, never>;
  'exchange-width': { bits: number; fixed: number };
  'exchange-width-below-dma-bits': { bits: number; dmaBits: number };
  'exchange-zone-empty': { order: number; bits: number; freeBytes: number; largestOrder: number };
  'exchanged': { order: number; address: number; zone: number; bits: number };
  /** An aperture's segment that Xen had no extent for, below any width that was tried. */
  'aperture-not-contiguous': { bytes: number; segment: number; bits: number };
  'no-hypervisor': Record<string, never>;
  'guest-built': { bytes: number; extentBytes: number; freeBytes: number };
  'guest-not-built': { bytes: number; freeBytes: number };
  'guest-destroyed': { bytes: number; freeBytes: number };
  'balloon-inflated': { bytes: number; freeBytes: number };
  'balloon-deflated': { bytes: number; freeBytes: number };
  'balloon-short': { bytes: number; missing: number };
  /** Whether one contiguous buffer exists with a strategy, and of what pieces it could be made up otherwise. */
  'strategy-gives': { bytes: number; bits: number };
  'strategy-gives-not': { bytes: number; bits: number; pieceBytes: number; pieces: number };
  'strategy-cost': { memoryBytes: number; bookkeepingBytes: number; copiedBytes: number };
  'strategy-remains': { bytes: number; belowMaskBytes: number; bits: number };
  'strategy-segment': { slots: number; bytes: number };
  'strategy-early-frame-list': { order: number; bytes: number };
  'strategy-copies': { bytes: number };
  'strategy-static-arrays': { order: number; bytes: number };
  'strategy-reserve': { bytes: number; granularity: number; bits: number };
  'strategy-reserve-place': { address: number; bytes: number };
  'strategy-no-room': { bytes: number; largest: number; bits: number };
  'strategy-wide-mask': { bits: number; superpage: number };
  'strategy-segments': { segments: number; bytes: number; entries: number };
  'strategy-segments-had': { segments: number; bytes: number };
  'strategy-pvh': { bytes: number; bits: number };
  'strategy-pvh-old': Record<string, never>;
  'strategy-no-iommu': Record<string, never>;
  /** A plan: the way copies, and none was to be; or it gives pieces, and one buffer was wished for. */
  'plan-copies': { bytes: number; copies: number };
  'plan-pieces': { pieces: number; bytes: number };
  'not-mapped': { id: string };
  'already-mapped': { id: string };
  'unknown-device': { device: string };
  'device-removed': { device: string };
  'pending-mappings': { device: string; pending: number };
  'released': { slots: number; address: number };
  /** Bytes that swiotlb_bounce copied: `in` from the buffer to the slots, or back. */
  'copied-in': { bytes: number };
  'copied-back': { bytes: number };
  'nothing-copied': { direction: string };
  'sync-direct': { address: number };
  'sync-out-of-range': { offset: number; bytes: number; mapped: number };
  'sync-bidirectional-bug': Record<string, never>;
  'sg-element': { element: number; elements: number; bytes: number };
  'sg-undone': { element: number; undone: number };
  'overflow-buffer': { bytes: number };
  'overflow-panic': { bytes: number; overflow: number };
  'pool-transient': { slots: number; address: number };
  'pool-added': { slots: number; address: number };
  'pool-growth-failed': { slots: number };
  'restricted-pool': { bytes: number };
  'bad-size': { bytes: number };
  'contents-not-kept': Record<string, never>;
  'gave-back': { order: number; address: number };
  /** A dma_pool's pages: max(ALIGN(size, align), PAGE_SIZE) at a time. */
  'pool-allocation': { bytes: number };
  /** A dma_pool: its blocks, and what it asks of the coherent allocator at a time. */
  'dma-pool-made': { bytes: number; allocation: number; blocks: number };
  'dma-pool-unmakeable': { bytes: number; align: number; boundary: number };
  'dma-pool-grows': { bytes: number; blocks: number; pages: number };
  'dma-pool-block': { bytes: number; address: number };
  'dma-pool-block-back': { bytes: number };
  'dma-pool-gone': { bytes: number };
  'dma-pool-busy': { blocks: number; bytes: number };
  'no-such-pool': { id: string };
  'booted': { label: string };
  'sg-element-too-long': { elements: number; bytes: number; limit: number };
  'rounding-waste': { bytes: number; blockBytes: number; wasted: number };
  'element-may-bounce': { always: 0 | 1 };
  'search-can-be-endless': { mask: number };
  'aperture-end': { address: number };
  'aperture-below-4-gib': Record<string, never>;
  'aperture-below-bits': { bits: number };
  'mask-can-be-refused': { bits: number };
  'mapping-can-fail': Record<string, never>;
  'mapping-fails-into-overflow': Record<string, never>;
  'bounce-has-a-copy': Record<string, never>;
  'merged-by-iommu-only': Record<string, never>;
  'guest-physical-is-not-machine': Record<string, never>;
  'physical-is-bus-by-luck': Record<string, never>;
  'not-in-direct-map': Record<string, never>;
  'value-from-outside': Record<string, never>;
  'knob-swiotlb-size': { helps: 0 | 1 };
  'knob-segsize': { helps: 0 | 1; bytes: number };
  'knob-contig-order': { helps: 0 | 1; release: string };
  'knob-scatter-gather': { helps: 0 | 1 };
  'knob-wider-mask': { helps: 0 | 1 };
  'knob-cma': { helps: 0 | 1 };
  'knob-balloon': { helps: 0 | 1 };
  'knob-reserve': { helps: 0 | 1 };
  'knob-memop-max-order': { helps: 0 | 1; order: number };
  'knob-iommu': { helps: 0 | 1 };
  'knob-areas': { helps: 0 | 1 };
  'knob-split': { helps: 0 | 1 };
  'knob-max-mapping-size': { helps: 0 | 1 };
  'knob-noncontiguous': { helps: 0 | 1 };
  'knob-smaller-default': { helps: 0 | 1 };
  'knob-map-it': { helps: 0 | 1 };
  'knob-check-size': { helps: 0 | 1 };
  'knob-kmalloc': { helps: 0 | 1 };
  'knob-search-counts': { helps: 0 | 1 };
}

export type ReasonKey = keyof ReasonParams;

/** One step of an explanation: what holds, with the fact that says so where there is one. */
export interface Reason<K extends ReasonKey = ReasonKey> {
  readonly key: K;
  readonly params: Readonly<ReasonParams[K]>;
  readonly fact?: Fact<unknown>;
}

/** Builds a reason with the parameters that its key demands. */
export function reason<K extends ReasonKey>(key: K, params: ReasonParams[K], fact?: Fact<unknown>): Reason {
  return fact === undefined ? { key, params } : { key, params, fact };
}
