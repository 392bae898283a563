import { SLOT_BYTES } from '../platform/aperture-size.ts';
import type { Platform } from '../platform/platform.ts';
import { platformVariant } from '../platform/platform-variant.ts';
import type { Reason } from '../platform/reason.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { scenarioRun } from './run-scenario.ts';
import type { Scenario } from './scenario-schema.ts';

/** One run of the load under one aperture. */
export interface SizingPoint {
  /** Value of `swiotlb=`, in the unit of this kernel. */
  readonly swiotlb: string;
  /** Bytes that the booted machine's aperture has: less than asked for where memory is short. */
  readonly bytes: number;
  readonly areas: number;
  /** Streaming mappings that were refused. */
  readonly failures: number;
  readonly highWaterSlots: number;
}

export interface ApertureSizing {
  readonly platform: Platform;
  readonly scenario: Scenario;
  /** The setting that the platform has, first; then every one that was run, by size and areas. */
  readonly present: SizingPoint;
  readonly curve: readonly SizingPoint[];
  /** The smallest aperture from which on no run had a failure; absent where there is none. */
  readonly smallest?: SizingPoint;
  /** Why the first mapping fails that the largest aperture does not serve either. */
  readonly unserved?: Reason;
}

export interface SizingProgress {
  readonly done: number;
  readonly total: number;
}

/** IO_TLB_MIN_SLABS, and what memory below 4 GiB hardly ever has more of in one piece. */
const SMALLEST = MIB;
const LARGEST = GIB;

/**
 * Searches the smallest `swiotlb=` (and areas) under which a load has no failure: by runs of the load, never by a formula. Sizes
 * double from 1 MiB to 1 GiB; kernels that do not round to a power of two are searched further between the last that failed and the
 * first that did not. It pauses as its runs do, and after each.
 */
export function* sizeAperture(scenario: Scenario, platform: Platform): Generator<SizingProgress, ApertureSizing> {
  const { features } = platform;
  const inMib = features.swiotlbUnit.value === 'MiB';
  const areaCounts = features.areas.value ? [...new Set([platform.aperture.areas.value || 1, 1])] : [undefined];
  const sizes: number[] = [];
  for (let bytes = SMALLEST; bytes <= LARGEST; bytes *= 2) sizes.push(bytes);
  const total = sizes.length * areaCounts.length + 1;
  const force = platform.aperture.force.value && !inMib ? ',force' : '';
  const setting = (bytes: number, areas: number | undefined): string => `${inMib ? bytes / MIB : bytes / SLOT_BYTES}${areas === undefined ? '' : `,${areas}`}${force}`;
  const points: SizingPoint[] = [];
  const { point: present } = yield* measure(scenario, platform, platform.facts.swiotlbParameter ? 'as booted' : 'default', { done: 0, total });
  let unserved: Reason | undefined;
  yield { done: 1, total };
  for (const areas of areaCounts) {
    let failed = 0;
    let served: number | undefined;
    for (const bytes of sizes) {
      const { point, first } = yield* measure(scenario, platformVariant(platform, { swiotlb: setting(bytes, areas) }, 'swiotlb= as the search asks'), setting(bytes, areas), { done: points.length + 1, total });
      points.push(point);
      if (point.failures > 0) {
        failed = bytes;
        served = undefined;
        unserved = first ?? unserved;
      } else served ??= bytes;
      yield { done: Math.min(total, points.length + 1), total };
    }
    // Halving what lies between, down to 1 MiB, where the kernel takes what it is given.
    while (!features.areas.value && !inMib && served !== undefined && failed > 0 && served - failed > MIB) {
      const bytes = Math.ceil((failed + served) / 2 / MIB) * MIB;
      const { point } = yield* measure(scenario, platformVariant(platform, { swiotlb: setting(bytes, areas) }, 'swiotlb= as the search asks'), setting(bytes, areas), { done: total, total });
      points.push(point);
      if (point.failures > 0) failed = bytes;
      else served = bytes;
      yield { done: total, total };
    }
  }
  points.sort((a, b) => a.bytes - b.bytes || a.areas - b.areas);
  const smallest = smallestOf(points);
  return { platform, scenario, present, curve: points, ...(smallest ? { smallest } : {}), ...(smallest || !unserved ? {} : { unserved }) };
}

/** The first point of a curve from which on, with the same areas, nothing fails. */
function smallestOf(points: readonly SizingPoint[]): SizingPoint | undefined {
  return points.find((point) => point.failures === 0 && points.every((other) => other.areas !== point.areas || other.bytes < point.bytes || other.failures === 0));
}

/** Runs the load, and pauses as a run does. `first`: why the first mapping failed. @param progress what is told at a pause */
function* measure(scenario: Scenario, platform: Platform, swiotlb: string, progress: SizingProgress): Generator<SizingProgress, { readonly point: SizingPoint; readonly first?: Reason }> {
  const run = scenarioRun(scenario, platform);
  for (;;) {
    const { done, value } = run.next();
    if (!done) {
      yield progress;
      continue;
    }
    const streaming = value.steps.filter(({ step }) => step.op !== 'dma_alloc_coherent' && step.op !== 'dma_free_coherent');
    const refusal = streaming.find(({ outcome, failures }) => failures > 0 && !outcome.ok)?.outcome;
    const first = refusal && !refusal.ok ? refusal.explain.find(({ key }) => key === refusal.reason) : undefined;
    const { aperture, apertureBytes } = value.system.machine;
    const point = {
      swiotlb, bytes: apertureBytes, areas: aperture?.pool.areas ?? 0, failures: value.totals.refusedMappings,
      highWaterSlots: value.totals.highWaterSlots,
    };
    return { point, ...(first ? { first } : {}) };
  }
}
