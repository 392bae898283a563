import { SEGMENT_BYTES, SEGMENT_SLOTS } from '../platform/aperture-size.ts';
import { streamingLimit } from '../platform/limits.ts';
import { type Platform, isXenPv } from '../platform/platform.ts';
import { type Reason, reason } from '../platform/reason.ts';
import type { Aperture, MapResult } from '../swiotlb/aperture.ts';
import type { Device } from './device.ts';
import { type Outcome, refused } from './outcome.ts';

/** io_tlb_overflow: 32 KiB, in kernels before 5.0. */
export const OVERFLOW_BYTES = 32_768;

/** Why the pool refused a mapping, with what would and would not help. */
export function mapRefusal(platform: Platform, aperture: Aperture, device: Device, steps: readonly Reason[], result: Extract<MapResult, { ok: false }>): Outcome {
  const total = aperture.pool.slots;
  const { slots, free, longest } = result;
  const grow = [reason('knob-swiotlb-size', { helps: 1 }), reason('knob-scatter-gather', { helps: 1 })];
  switch (result.cause) {
    case 'oversize': {
      const limit = streamingLimit(platform, device.minAlignMask).binding;
      const decisive = limit?.because ?? reason('segment-limit', { slots: SEGMENT_SLOTS, bytes: SEGMENT_BYTES });
      return refused(steps, decisive, limit?.knobs);
    }
    case 'exhausted': return refused(steps, reason('pool-exhausted', { total, used: total - free, slots }, platform.aperture.bytes), grow);
    case 'area-local': return refused(steps, reason('area-exhausted', { areas: aperture.pool.areas, free, slots }, platform.aperture.areas), [reason('knob-areas', { helps: 1 }), ...grow]);
    case 'fragmented': return refused(steps, reason('no-free-run', { free, longest, slots }), grow);
    case 'alignment': return refused(steps, reason('no-aligned-run', { free, longest, slots }), grow);
    case 'boundary': return refused(steps, reason('boundary', { mask: device.boundaryMask, slots }), grow);
    case 'livelock': return refused(steps, reason('search-endless', { stride: 2, mask: device.minAlignMask }, platform.features.slotSearch));
  }
}

/**
 * What an old kernel does about a mapping that found no slots: it hands out the overflow buffer, which a driver must know by
 * dma_mapping_error(), or panics where the mapping is larger than that. swiotlb-xen reports an error instead.
 * Source: lib/swiotlb.c: swiotlb_map_page, swiotlb_full (to 4.20); arch/i386/kernel/swiotlb.c: swiotlb_full.
 */
export function overflowStep(platform: Platform, bytes: number): Reason | undefined {
  const { features } = platform;
  if (!features.overflowBuffer.value || (isXenPv(platform) && features.contiguityTest.value === 'every-page')) return undefined;
  return bytes > OVERFLOW_BYTES
    ? reason('overflow-panic', { bytes, overflow: OVERFLOW_BYTES }, features.overflowBuffer)
    : reason('overflow-buffer', { bytes }, features.overflowBuffer);
}

