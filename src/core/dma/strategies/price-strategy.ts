import type { Platform } from '../../platform/platform.ts';
import { bootReserveStrategy } from './boot-reserve.ts';
import { contigOrderStrategy } from './contig-order.ts';
import { pvhIommuStrategy } from './pvh-iommu.ts';
import { scatterGatherStrategy } from './scatter-gather.ts';
import { segmentSizeStrategy } from './segment-size.ts';
import type { BufferWish, StrategyAnswer, StrategyId } from './strategy.ts';
import { wideMaskStrategy } from './wide-mask.ts';

export interface StrategyOptions {
  /** Entries of the device's list, for `scatter-gather`. */
  readonly segments?: number;
  /** Bytes of an extent, for `boot-reserve`. */
  readonly granularity?: number;
}

/** What one way to a large contiguous buffer would give on a platform, at what price, and what would remain. */
export function priceStrategy(platform: Platform, id: StrategyId, wish: BufferWish, { segments, granularity }: StrategyOptions = {}): StrategyAnswer {
  switch (id) {
    case 'segment-size': return segmentSizeStrategy(platform, wish);
    case 'contig-order': return contigOrderStrategy(platform, wish);
    case 'boot-reserve': return bootReserveStrategy(platform, wish, granularity);
    case 'wide-mask': return wideMaskStrategy(platform, wish);
    case 'scatter-gather': return scatterGatherStrategy(platform, wish, segments);
    case 'pvh-iommu': return pvhIommuStrategy(platform, wish);
  }
}
