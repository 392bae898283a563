import { KIB, MIB } from '../units/bytes.ts';
import type { Direction } from '../dma/copy-rules.ts';

/** Sizes from `from` to `to` bytes, drawn `weight` times as often as one of weight 1. */
export interface SizeClass {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** How a kind of device maps: what it maps, how much of it in a tick, and for how long. */
export interface WorkloadShape {
  readonly sizes: readonly SizeClass[];
  /** Mappings made in a tick. */
  readonly perTick: number;
  /** Ticks that a mapping stands, at least and at most. */
  readonly lifetime: readonly [number, number];
  readonly direction: Direction;
}

const one = (bytes: number, weight: number): SizeClass => ({ from: bytes, to: bytes, weight });

/**
 * Ready-made shapes: round figures for a kind of device, not measurements of one. A network card holds a ring of receive buffers,
 * a block queue mixes pages and large requests, a GPU maps large segments for long, a capture card whole frames in turn.
 */
export const WORKLOAD_SHAPES: Readonly<Record<'nic' | 'block' | 'gpu' | 'capture', WorkloadShape>> = {
  nic: { sizes: [one(2048, 6), { from: 64, to: 1514, weight: 3 }, { from: 4 * KIB, to: 64 * KIB, weight: 1 }], perTick: 4, lifetime: [32, 128], direction: 'DMA_FROM_DEVICE' },
  block: { sizes: [one(4 * KIB, 5), { from: 8 * KIB, to: 64 * KIB, weight: 4 }, { from: 128 * KIB, to: 256 * KIB, weight: 1 }], perTick: 2, lifetime: [8, 64], direction: 'DMA_BIDIRECTIONAL' },
  gpu: { sizes: [one(4 * KIB, 3), one(64 * KIB, 3), one(2 * MIB, 1)], perTick: 1, lifetime: [64, 512], direction: 'DMA_BIDIRECTIONAL' },
  capture: { sizes: [one(256 * KIB, 1)], perTick: 1, lifetime: [4, 8], direction: 'DMA_FROM_DEVICE' },
};
