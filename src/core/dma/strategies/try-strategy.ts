import type { Platform } from '../../platform/platform.ts';
import { reason } from '../../platform/reason.ts';
import { type Outcome, refused } from '../outcome.ts';
import { type StrategyOptions, priceStrategy } from './price-strategy.ts';
import type { BufferWish, StrategyId } from './strategy.ts';

/** A strategy as a step of a scenario: success where one contiguous buffer of the size exists at the mask. */
export function tryStrategy(platform: Platform, id: StrategyId, wish: BufferWish, options: StrategyOptions = {}): Outcome {
  const { bytes, maskBits: bits } = wish;
  const strategy = priceStrategy(platform, id, wish, options);
  const { feasible, pieceBytes, pieces, cost, remains } = strategy;
  const price = [reason('strategy-cost', cost), reason('strategy-remains', { ...remains, bits })];
  if (feasible) return { ok: true, strategy, explain: [...strategy.explain, reason('strategy-gives', { bytes, bits }), ...price] };
  return { ...refused([...strategy.explain, ...price], reason('strategy-gives-not', { bytes, bits, pieceBytes, pieces })), strategy };
}
