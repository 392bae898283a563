import type { Reason } from '../../platform/reason.ts';

/** What is wished for: one buffer that a device sees as contiguous. */
export interface BufferWish {
  readonly bytes: number;
  /** Width of the device's mask. */
  readonly maskBits: number;
}

export const STRATEGY_IDS = ['segment-size', 'contig-order', 'boot-reserve', 'wide-mask', 'scatter-gather', 'pvh-iommu'] as const;

export type StrategyId = (typeof STRATEGY_IDS)[number];

/**
 * What a strategy that no kernel has, or that a site must choose, would give. Sizes are bytes.
 * Nothing here is a promise of a kernel: an answer says what the machine's memory and the limits that stay would allow.
 */
export interface StrategyAnswer {
  readonly id: StrategyId;
  /** Whether one contiguous buffer of the size at the mask exists with it. */
  readonly feasible: boolean;
  /** Largest contiguous piece that it gives, and how many such pieces make up what was wished for (0: it cannot be made up). */
  readonly pieceBytes: number;
  readonly pieces: number;
  readonly cost: {
    /** Memory that nothing else can use while it stands. */
    readonly memoryBytes: number;
    /** Static or permanent bookkeeping of the kernel: arrays, page tables. */
    readonly bookkeepingBytes: number;
    /** Bytes that the processor copies each time the whole buffer goes one way. */
    readonly copiedBytes: number;
  };
  /** What is left for everything else: memory of the machine, and of it below the mask. */
  readonly remains: { readonly bytes: number; readonly belowMaskBytes: number };
  readonly explain: readonly Reason[];
}
