import type { Platform } from '../../platform/platform.ts';
import { type BufferWish, STRATEGY_IDS, type StrategyAnswer } from './strategy.ts';
import { priceStrategy } from './price-strategy.ts';

/** What each way to a large contiguous buffer would give on a platform, and at what price; none is chosen. */
export function priceStrategies(platform: Platform, wish: BufferWish): StrategyAnswer[] {
  return STRATEGY_IDS.map((id) => priceStrategy(platform, id, wish));
}
