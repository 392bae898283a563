import { SEGMENT_BYTES, SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';
import { coherentLimit, streamingLimit } from '../platform/limits.ts';
import { type Platform, isXenPv } from '../platform/platform.ts';
import { type Reason, reason } from '../platform/reason.ts';
import type { MapResult } from '../swiotlb/aperture.ts';
import { bitsOfMask } from '../units/dma-mask.ts';
import { PAGE_SIZE, orderBytes, orderFor, pagesFor } from '../units/pages.ts';
import { type BootedMachine, boot } from './boot.ts';
import { allocateCoherent, type CoherentBlock, freeCoherent } from './coherent.ts';
import type { Device } from './device.ts';
import { type StreamingContext, mapStreaming } from './map-streaming.ts';
import { type Outcome, refused } from './outcome.ts';

/** A streaming mapping that is in force. */
export interface Mapping {
  readonly id: string;
  readonly device: Device;
  readonly bytes: number;
  readonly bounced: boolean;
  /** Bus address of the first byte. */
  readonly address: number;
  /** Address of the bounce buffer as the kernel sees it; only where bounced. */
  readonly tlbAddress?: number;
  /** First slot, padding included. */
  readonly slot?: number;
  readonly slots?: number;
  readonly pfn: number;
  readonly order: number;
}

export interface MapSingleRequest {
  readonly id: string;
  readonly bytes: number;
  /** Offset of the buffer in its first page. */
  readonly offset?: number;
  readonly cpu?: number;
}

/**
 * One machine with its devices: every DMA operation that a driver can ask for, answered as the platform's kernel would.
 * Total: any call in any state returns an outcome, and a refusal changes nothing but what the kernel itself would change.
 */
export class DmaSystem {
  readonly platform: Platform;
  readonly machine: BootedMachine;
  readonly #mappings = new Map<string, Mapping>();
  readonly #coherent = new Map<string, CoherentBlock>();
  readonly #context: StreamingContext;

  constructor(platform: Platform) {
    this.platform = platform;
    const machine = boot(platform);
    this.machine = machine;
    const { domain, aperture } = machine;
    this.#context = {
      features: platform.features, force: platform.aperture.force,
      ...(domain ? { machineRuns: (pfn: number, count: number) => domain.p2m.machineRuns(pfn, count) } : {}),
      ...(aperture ? { aperture } : {}),
      slotBusAddress: (address) => this.slotBusAddress(address),
    };
  }

  get mappings(): ReadonlyMap<string, Mapping> {
    return this.#mappings;
  }

  get coherentBlocks(): ReadonlyMap<string, CoherentBlock> {
    return this.#coherent;
  }

  /** dma_alloc_coherent. */
  allocCoherent(device: Device, id: string, bytes: number): Outcome {
    if (this.#taken(id)) return refused([], reason('already-mapped', { id }));
    const { outcome, block } = allocateCoherent(this.machine, device, id, bytes);
    if (block) this.#coherent.set(id, block);
    return outcome;
  }

  /** dma_free_coherent. */
  freeCoherent(id: string): Outcome {
    const block = this.#coherent.get(id);
    if (!block) return refused([], reason('not-mapped', { id }));
    this.#coherent.delete(id);
    return freeCoherent(this.machine, block);
  }

  /**
   * dma_map_single of a buffer that the page allocator gave: 2^order pages, contiguous for the kernel. Whether they are
   * contiguous for the device is the machine's answer.
   */
  mapSingle(device: Device, request: MapSingleRequest): Outcome {
    const { id, bytes, offset = 0, cpu = 0 } = request;
    if (this.#taken(id)) return refused([], reason('already-mapped', { id }));
    const { machine, platform } = this;
    const order = orderFor(bytes + offset);
    const maxOrder = platform.features.pageAllocatorMaxOrder;
    const limit = reason('page-allocator-limit', { order: maxOrder.value, bytes: orderBytes(maxOrder.value) }, maxOrder);
    if (order > maxOrder.value) {
      return refused([reason('request-order', { bytes, order, blockBytes: orderBytes(order) })], limit, coherentLimit(platform).constraints.find((c) => c.id === 'page-allocator')?.knobs);
    }
    const pfn = machine.pages.allocate(order);
    if (pfn === undefined) {
      return refused([], reason('no-guest-pages', { order, freeBytes: machine.pages.buddy.freeFrames() * PAGE_SIZE, largestOrder: machine.pages.buddy.largestOrder() }));
    }
    const { outcome, mapping } = this.#map(device, { id, bytes, offset, cpu }, pfn, order);
    if (mapping) this.#mappings.set(id, mapping);
    else machine.pages.free(pfn, order);
    return outcome;
  }

  /** dma_unmap_single; the buffer's pages are freed with it. */
  unmapSingle(id: string): Outcome {
    const mapping = this.#mappings.get(id);
    if (!mapping) return refused([], reason('not-mapped', { id }));
    this.#mappings.delete(id);
    if (mapping.tlbAddress !== undefined) this.machine.aperture?.unmap(mapping.tlbAddress);
    this.machine.pages.free(mapping.pfn, mapping.order);
    return { ok: true, address: mapping.address, explain: [reason('released', { slots: mapping.slots ?? 0, address: mapping.address })] };
  }

  /** Bus address of a slot: its segment's machine address under Xen PV. */
  slotBusAddress(tlbAddress: number): number {
    const { aperture, segments } = this.machine;
    if (!aperture || !segments) return tlbAddress;
    const inside = tlbAddress - aperture.pool.start;
    return (segments[Math.floor(inside / SEGMENT_BYTES)] ?? 0) + (inside % SEGMENT_BYTES);
  }

  #taken(id: string): boolean {
    return this.#mappings.has(id) || this.#coherent.has(id);
  }

  #map(device: Device, request: Required<MapSingleRequest>, pfn: number, order: number): { outcome: Outcome; mapping?: Mapping } {
    const { machine } = this;
    const { id, bytes, offset, cpu } = request;
    const physical = pfn * PAGE_SIZE + offset;
    const bus = (machine.domain?.p2m.lookup(pfn) ?? pfn) * PAGE_SIZE + offset;
    const result = mapStreaming(this.#context, device, { physical, bus, bytes, cpu, inContiguousRegion: this.#isContiguousRegion(pfn) });
    if (result.kind === 'direct') {
      const explain = [reason('direct-in-reach', { address: bus, bytes, mask: device.dmaMask })];
      return { outcome: { ok: true, by: 'direct', address: bus, explain }, mapping: { id, device, bytes, bounced: false, address: bus, pfn, order } };
    }
    const steps: Reason[] = [result.why, reason('request-slots', { bytes, offset: offset % SLOT_BYTES & device.minAlignMask, slots: Math.ceil(bytes / SLOT_BYTES) })];
    if (result.kind === 'no-pool') return { outcome: refused(steps, reason('pool-absent', {}, this.platform.aperture.bytes)) };
    if (result.kind === 'refused') return { outcome: this.#mapRefused(steps, result.result, device) };
    if (result.kind === 'out-of-reach') {
      return { outcome: refused(steps, reason('slot-beyond-mask', { address: result.bus, bytes, mask: device.dmaMask }), [reason('knob-swiotlb-size', { helps: 0 }), reason('knob-wider-mask', { helps: 1 })]) };
    }
    const { slots } = result;
    const address = result.bus ?? slots.address;
    const explain = [...steps, reason('found-slot', { slot: slots.slot, segment: Math.floor(slots.slot / SEGMENT_SLOTS), area: slots.area, address })];
    return {
      outcome: { ok: true, by: 'bounce', address, explain },
      mapping: { id, device, bytes, bounced: true, address, tlbAddress: slots.address, slot: slots.slot - slots.pad, slots: slots.slots, pfn, order },
    };
  }

  #mapRefused(steps: readonly Reason[], result: Extract<MapResult, { ok: false }>, device: Device): Outcome {
    const { aperture } = this.machine;
    const total = aperture?.pool.slots ?? 0;
    const limit = streamingLimit(this.platform, device.minAlignMask).binding;
    const { slots, free, longest } = result;
    const grow = [reason('knob-swiotlb-size', { helps: 1 }), reason('knob-scatter-gather', { helps: 1 })];
    switch (result.cause) {
      case 'oversize': {
        const decisive = limit?.because ?? reason('segment-limit', { slots: SEGMENT_SLOTS, bytes: SEGMENT_BYTES });
        return refused(steps, decisive, limit?.knobs);
      }
      case 'exhausted': return refused(steps, reason('pool-exhausted', { total, used: total - free, slots }, this.platform.aperture.bytes), grow);
      case 'area-local': return refused(steps, reason('area-exhausted', { areas: aperture?.pool.areas ?? 1, free, slots }, this.platform.aperture.areas), [reason('knob-areas', { helps: 1 }), ...grow]);
      case 'fragmented': return refused(steps, reason('no-free-run', { free, longest, slots }), grow);
      case 'alignment': return refused(steps, reason('no-aligned-run', { free, longest, slots }), grow);
      case 'boundary': return refused(steps, reason('boundary', { mask: device.boundaryMask, slots }), grow);
      case 'livelock': return refused(steps, reason('search-endless', { stride: 2, mask: device.minAlignMask }, this.platform.features.slotSearch));
    }
  }

  /** Whether a page lies in a region that was made contiguous: its bit in XenLinux's contiguous_bitmap. */
  #isContiguousRegion(pfn: number): boolean {
    const { aperture } = this.machine;
    if (aperture && pfn >= aperture.pool.start / PAGE_SIZE && pfn < aperture.pool.start / PAGE_SIZE + pagesFor(aperture.pool.slots * SLOT_BYTES)) return isXenPv(this.platform);
    for (const block of this.#coherent.values()) if (block.exchanged && pfn >= block.pfn && pfn < block.pfn + 2 ** block.order) return true;
    return false;
  }
}

/** `fls64` of a mask, for explanations. */
export function maskBits(device: Device): number {
  return bitsOfMask(device.coherentMask);
}
