import type { Platform } from '../../platform/platform.ts';
import { bootReserveStrategy } from './boot-reserve.ts';
import { contigOrderStrategy } from './contig-order.ts';
import { pvhIommuStrategy } from './pvh-iommu.ts';
import { scatterGatherStrategy } from './scatter-gather.ts';
import { segmentSizeStrategy } from './segment-size.ts';
import type { BufferWish, StrategyAnswer } from './strategy.ts';
import { wideMaskStrategy } from './wide-mask.ts';

/** What each way to a large contiguous buffer would give on a platform, and at what price; none is chosen. */
export function priceStrategies(platform: Platform, wish: BufferWish): StrategyAnswer[] {
  return [segmentSizeStrategy, contigOrderStrategy, bootReserveStrategy, wideMaskStrategy, scatterGatherStrategy, pvhIommuStrategy].map((strategy) => strategy(platform, wish));
}
