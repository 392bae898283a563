import type { Reason } from '../platform/reason.ts';
import type { MapFailure, MapResult } from '../swiotlb/aperture.ts';
import type { SlotSource } from '../swiotlb/slot-source.ts';
import { type BounceContext, bounceReason } from './bounce-reason.ts';
import type { Device } from './device.ts';

/** What a streaming mapping is made against: the machine as one mapping sees it. */
export interface StreamingContext extends BounceContext {
  /** Absent: no pool to bounce through. */
  readonly aperture?: SlotSource;
  /** `swiotlb=noforce` of kernels that keep a pool of one slot and never use it. */
  readonly neverBounces?: boolean;
  /** Bus address of a slot's address as the kernel sees it; undefined where it is not known. */
  readonly slotBusAddress: (tlbAddress: number) => number | undefined;
}

export interface StreamingBuffer {
  /** Address as the kernel sees it: physical, guest-physical under Xen PV. */
  readonly physical: number;
  /** Address of the first byte as the device sees it. */
  readonly bus: number;
  readonly bytes: number;
  readonly cpu: number;
  /** Whether the first page lies in a region that was made machine-contiguous; only XenLinux asks. */
  readonly inContiguousRegion: boolean;
}

export type StreamingResult =
  | { readonly kind: 'direct'; readonly bus: number }
  | {
    readonly kind: 'bounced';
    readonly why: Reason;
    readonly slots: Extract<MapResult, { ok: true }>;
    /** Bus address of the bounce buffer's first byte; undefined where the machine address of its slot is not known. */
    readonly bus: number | undefined;
  }
  /** The slot that was found is beyond the device's reach: it was given back, and the search hint stays moved. */
  | { readonly kind: 'out-of-reach'; readonly why: Reason; readonly slots: Extract<MapResult, { ok: true }>; readonly bus: number }
  | { readonly kind: 'no-pool'; readonly why: Reason }
  | { readonly kind: 'refused'; readonly why: Reason; readonly cause: MapFailure; readonly result: Extract<MapResult, { ok: false }> };

/**
 * One streaming mapping, as dma_map_single makes it: direct where the device reaches the buffer, else through the aperture.
 * Source: kernel/dma/direct.h: dma_direct_map_page (direct.c before 5.10), kernel/dma/swiotlb.c: swiotlb_map;
 * drivers/xen/swiotlb-xen.c: xen_swiotlb_map_page.
 */
export function mapStreaming(context: StreamingContext, device: Device, buffer: StreamingBuffer): StreamingResult {
  const { physical, bus, bytes, cpu } = buffer;
  const why = bounceReason(context, device, physical, bus, bytes, buffer.inContiguousRegion);
  if (!why) return { kind: 'direct', bus };
  const { aperture } = context;
  if (!aperture || context.neverBounces === true) return { kind: 'no-pool', why };
  const result = aperture.map({ origAddress: physical, bytes, cpu, minAlignMask: device.minAlignMask, boundaryMask: device.boundaryMask, reach: device.dmaMask });
  if (!result.ok) return { kind: 'refused', why, cause: result.cause, result };
  const slotBus = context.slotBusAddress(result.address);
  if (slotBus !== undefined && beyondReach(context, device, slotBus, bytes)) {
    aperture.unmap(result.address);
    return { kind: 'out-of-reach', why, slots: result, bus: slotBus };
  }
  return { kind: 'bounced', why, slots: result, bus: slotBus };
}

/** dma_capable() of a bounce slot; XenLinux compares only the first address. */
function beyondReach(context: StreamingContext, device: Device, bus: number, bytes: number): boolean {
  const last = context.features.contiguityTest.value === 'first-page-bit' ? bus : bus + bytes - 1;
  return last > device.dmaMask;
}
