import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Outcome } from '../dma/outcome.ts';
import type { MapSingleRequest } from '../dma/mapping.ts';
import type { WorkloadShape } from './workload-shapes.ts';

/** What a workload does to a machine: one mapping, or the end of one. */
export interface WorkloadTarget {
  map(request: MapSingleRequest): Outcome;
  unmap(id: string): Outcome;
}

export interface WorkloadOptions extends WorkloadShape {
  /** Ids of its mappings begin with it. */
  readonly id: string;
  readonly ticks: number;
  readonly seed: number;
  /** Processors that map in turn. */
  readonly cpus: number;
  /** Every so many mappings one is never unmapped; 0 for none. */
  readonly leakEvery: number;
  /** Whether what still stands at the end is left standing. */
  readonly keep: boolean;
}

export interface WorkloadTotals {
  readonly maps: number;
  readonly failures: number;
  readonly leaked: number;
  /** The first mapping that was refused: its tick, its size, and why. */
  readonly firstFailure?: { readonly tick: number; readonly bytes: number; readonly outcome: Extract<Outcome, { ok: false }> };
}

/**
 * A seeded load: mappings of random size and lifetime, tick by tick. The same options do the same on any machine; a mapping that is
 * refused is not tried again, as a driver drops the packet. It pauses after every tick, so that a long one can be stopped.
 */
export function* runWorkload(options: WorkloadOptions, target: WorkloadTarget): Generator<number, WorkloadTotals> {
  const random = xoroshiro128plus(options.seed);
  const weight = options.sizes.reduce((sum, size) => sum + size.weight, 0);
  const [shortest, longest] = options.lifetime;
  /** Ids by the tick at which they end, round and round. */
  const ends: string[][] = Array.from({ length: longest + 1 }, () => []);
  let maps = 0;
  let failures = 0;
  let leaked = 0;
  let first: WorkloadTotals['firstFailure'];
  for (let tick = 0; tick < options.ticks; tick++) {
    const due = ends[tick % ends.length]!;
    for (const id of due) target.unmap(id);
    due.length = 0;
    for (let made = 0; made < options.perTick; made++) {
      const bytes = drawSize(random, options, weight);
      const life = uniformInt(random, shortest, longest);
      const id = `${options.id}#${maps}`;
      const outcome = target.map({ id, bytes, cpu: maps % options.cpus, direction: options.direction });
      maps++;
      if (!outcome.ok) {
        failures++;
        first ??= { tick, bytes, outcome };
      } else if (options.leakEvery > 0 && maps % options.leakEvery === 0) leaked++;
      else ends[(tick + life) % ends.length]!.push(id);
    }
    yield tick;
  }
  if (!options.keep) for (const ids of ends) for (const id of ids) target.unmap(id);
  return { maps, failures, leaked, ...(first ? { firstFailure: first } : {}) };
}

function drawSize(random: RandomGenerator, { sizes }: WorkloadOptions, weight: number): number {
  let at = uniformInt(random, 0, weight - 1);
  for (const { from, to, weight: share } of sizes) {
    if (at < share) return from === to ? from : uniformInt(random, from, to);
    at -= share;
  }
  throw new RangeError('a workload without sizes');
}
