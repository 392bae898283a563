import { coherentLimit } from '../platform/limits.ts';
import type { Platform } from '../platform/platform.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { PAGE_SIZE, orderBytes, orderFor } from '../units/pages.ts';
import type { BootedMachine } from './boot.ts';
import { type Contents, UNKNOWN_BYTE } from './contents.ts';
import { type Copy, type Direction, copyAtMap, copyAtSync, copyAtUnmap } from './copy-rules.ts';
import type { DevicePools } from './device-pools.ts';
import type { Device } from './device.ts';
import { mapStreaming } from './map-streaming.ts';
import type { DeviceTotals, MapSingleRequest, Mapping } from './mapping.ts';
import { type Outcome, refused } from './outcome.ts';
import { foundSteps, requestSteps, streamingRefusal } from './streaming-reasons.ts';

/** A part of a mapping, in bytes; absent: the whole. */
export interface Part {
  readonly offset?: number;
  readonly bytes?: number;
}

/** Totals while they are counted: one object a device, as a long load counts millions of times. */
type RunningTotals = { -readonly [K in keyof DeviceTotals]: DeviceTotals[K] };

/**
 * The streaming mappings of a machine: made, synced and ended one by one, with what they copy. Buffers come from the
 * machine's page allocator and are freed with their mapping.
 */
export class StreamingMappings {
  readonly table = new Map<string, Mapping>();
  readonly #totals = new Map<string, RunningTotals>();
  readonly #machine: BootedMachine;
  readonly #platform: Platform;
  readonly #pools: DevicePools;
  readonly #contents: Contents | undefined;

  /** @param contents kept only where someone will read them */
  constructor(machine: BootedMachine, pools: DevicePools, contents: Contents | undefined) {
    this.#machine = machine;
    this.#platform = machine.platform;
    this.#pools = pools;
    this.#contents = contents;
  }

  /** What the mappings of each device have cost so far, by its name. */
  get totals(): ReadonlyMap<string, DeviceTotals> {
    return this.#totals;
  }

  map(device: Device, request: MapSingleRequest): Outcome {
    const { id, bytes, offset = 0, fill = UNKNOWN_BYTE } = request;
    if (!Number.isSafeInteger(bytes) || bytes < 1 || !Number.isSafeInteger(offset) || offset < 0) return refused([], reason('bad-size', { bytes }));
    const { pages } = this.#machine;
    const order = orderFor(bytes + offset);
    const maxOrder = this.#platform.features.pageAllocatorMaxOrder;
    if (order > maxOrder.value) {
      const limit = reason('page-allocator-limit', { order: maxOrder.value, bytes: orderBytes(maxOrder.value) }, maxOrder);
      const knobs = coherentLimit(this.#platform).constraints.find((constraint) => constraint.id === 'page-allocator')?.knobs;
      return refused([reason('request-order', { bytes, order, blockBytes: orderBytes(order) })], limit, knobs);
    }
    const pfn = pages.allocate(order);
    if (pfn === undefined) {
      return refused([], reason('no-guest-pages', { order, freeBytes: pages.buddy.freeFrames() * PAGE_SIZE, largestOrder: pages.buddy.largestOrder() }));
    }
    this.#contents?.begin(id, bytes, fill);
    const outcome = this.#map(device, request, pfn, order);
    if (!outcome.ok) {
      pages.free(pfn, order);
      this.#totalsOf(device).refused++;
    }
    return outcome;
  }

  unmap(id: string, skipCpuSync: boolean): Outcome {
    const mapping = this.table.get(id);
    if (!mapping) return refused([], reason('not-mapped', { id }));
    this.table.delete(id);
    const explain: Reason[] = [reason('released', { slots: mapping.slots ?? 0, address: mapping.address })];
    let copied = 0;
    if (mapping.tlbAddress !== undefined) {
      copied = this.#copy(mapping, copyAtUnmap(mapping.direction, skipCpuSync), 0, mapping.bytes, explain);
      this.#pools.contextOf(mapping.device).aperture?.unmap(mapping.tlbAddress);
    }
    this.#machine.pages.free(mapping.pfn, mapping.order);
    return { ok: true, address: mapping.address, copied, explain };
  }

  /** dma_sync_single_for_cpu and dma_sync_single_for_device, of a part too (dma_sync_single_range_for_*). */
  sync(id: string, target: 'cpu' | 'device', part: Part & { readonly direction?: Direction }): Outcome {
    const mapping = this.table.get(id);
    if (!mapping) return refused([], reason('not-mapped', { id }));
    const range = partOf(mapping.bytes, part);
    if (!range) return outOfRange(part, mapping.bytes);
    const { direction = mapping.direction } = part;
    if (mapping.tlbAddress === undefined) return { ok: true, address: mapping.address, copied: 0, explain: [reason('sync-direct', { address: mapping.address })] };
    const copy = copyAtSync(this.#platform.features, direction, target);
    if (copy === 'bug') return refused([], reason('sync-bidirectional-bug', {}, this.#platform.features.slotSearch));
    const explain: Reason[] = [];
    const copied = this.#copy(mapping, copy, range.offset, range.bytes, explain);
    if (copy === 'none') explain.push(reason('nothing-copied', { direction }));
    return { ok: true, address: mapping.address, copied, explain };
  }

  /** The CPU writes one byte value into a mapping's buffer. */
  cpuWrite(id: string, byte: number, part: Part): Outcome {
    return this.#onBuffer(id, part, ({ offset, bytes }, contents) => {
      contents.writeBuffer(id, offset, bytes, byte);
      return undefined;
    });
  }

  /** What the CPU sees in a buffer; also after the mapping's end, as a driver reads what it received. */
  cpuRead(id: string, part: Part): Outcome {
    return this.#onBuffer(id, part, ({ offset, bytes }, contents) => contents.readBuffer(id, offset, bytes));
  }

  /** The device writes through the mapping: into the bounce slots where it bounces, else into the buffer itself. */
  deviceWrite(id: string, byte: number, part: Part): Outcome {
    return this.#onDevice(id, part, ({ tlbAddress }, { offset, bytes }, contents) => {
      if (tlbAddress === undefined) contents.writeBuffer(id, offset, bytes, byte);
      else contents.writeSlots(tlbAddress + offset, bytes, byte);
      return undefined;
    });
  }

  /** What the device sees through the mapping. */
  deviceRead(id: string, part: Part): Outcome {
    return this.#onDevice(id, part, ({ tlbAddress }, { offset, bytes }, contents) => (
      tlbAddress === undefined ? contents.readBuffer(id, offset, bytes) : contents.readSlots(tlbAddress + offset, bytes)));
  }

  #map(device: Device, request: MapSingleRequest, pfn: number, order: number): Outcome {
    const { id, bytes, offset = 0, cpu = 0, direction = 'DMA_BIDIRECTIONAL', skipCpuSync = false } = request;
    const physical = pfn * PAGE_SIZE + offset;
    const bus = (this.#machine.domain?.p2m.lookup(pfn) ?? pfn) * PAGE_SIZE + offset;
    const result = mapStreaming(this.#pools.contextOf(device), device, {
      // Pages of a region that was made contiguous are taken: the page allocator gives a buffer none of them.
      physical, bus, bytes, cpu, inContiguousRegion: request.page === true,
    });
    if (result.kind === 'direct') {
      this.table.set(id, { id, device, bytes, direction, pfn, order, bounced: false, address: bus });
      this.#totalsOf(device).direct++;
      return { ok: true, by: 'direct', address: bus, copied: 0, explain: [reason('direct-in-reach', { address: bus, bytes, mask: device.dmaMask })] };
    }
    const steps = requestSteps(device, bytes, offset, result.why);
    if (result.kind !== 'bounced') return streamingRefusal(this.#platform, this.#pools.apertureOf(device), device, bytes, steps, result);
    const { slots } = result;
    const address = result.bus ?? slots.address;
    const ofDefault = slots.origin === undefined && !device.restrictedPool;
    // Written out twice: to spread it costs a long load more than all else that it does.
    const mapping: Mapping = ofDefault
      ? { id, device, bytes, direction, pfn, order, bounced: true, address, tlbAddress: slots.address, slots: slots.slots, slot: slots.slot - slots.pad }
      : { id, device, bytes, direction, pfn, order, bounced: true, address, tlbAddress: slots.address, slots: slots.slots };
    this.table.set(id, mapping);
    this.#totalsOf(device).bounced++;
    steps.push(...foundSteps(slots, address));
    const copied = this.#copy(mapping, copyAtMap(this.#platform.features, direction, skipCpuSync), 0, bytes, steps);
    return { ok: true, by: 'bounce', address, copied, explain: steps };
  }

  /** swiotlb_bounce. @returns bytes copied */
  #copy(mapping: Mapping, copy: Copy, offset: number, bytes: number, explain: Reason[]): number {
    if ((copy !== 'in' && copy !== 'back') || mapping.tlbAddress === undefined) return 0;
    this.#contents?.copy(copy, mapping.id, offset, mapping.tlbAddress + offset, bytes);
    explain.push(reason(copy === 'in' ? 'copied-in' : 'copied-back', { bytes }));
    const totals = this.#totalsOf(mapping.device);
    if (copy === 'in') totals.copiedInBytes += bytes;
    else totals.copiedBackBytes += bytes;
    return bytes;
  }

  #totalsOf(device: Device): RunningTotals {
    let totals = this.#totals.get(device.name);
    if (!totals) this.#totals.set(device.name, totals = { direct: 0, bounced: 0, refused: 0, copiedInBytes: 0, copiedBackBytes: 0 });
    return totals;
  }

  #onBuffer(id: string, part: Part, use: (range: Required<Part>, contents: Contents) => ReturnType<Contents['readBuffer']> | undefined): Outcome {
    const contents = this.#contents;
    if (!contents) return refused([], reason('contents-not-kept', {}));
    if (!contents.has(id)) return refused([], reason('not-mapped', { id }));
    const range = partOf(contents.sizeOf(id), part);
    if (!range) return outOfRange(part, contents.sizeOf(id));
    const found = use(range, contents);
    return { ok: true, ...(found ? { contents: found } : {}), explain: [] };
  }

  #onDevice(id: string, part: Part, use: (mapping: Mapping, range: Required<Part>, contents: Contents) => ReturnType<Contents['readBuffer']> | undefined): Outcome {
    const mapping = this.table.get(id);
    if (!mapping) return refused([], reason('not-mapped', { id }));
    const outcome = this.#onBuffer(id, part, (range, contents) => use(mapping, range, contents));
    return outcome.ok ? { ...outcome, address: mapping.address } : outcome;
  }
}

function partOf(size: number, { offset = 0, bytes = size - offset }: Part): Required<Part> | undefined {
  return Number.isSafeInteger(offset) && Number.isSafeInteger(bytes) && offset >= 0 && bytes >= 1 && offset + bytes <= size ? { offset, bytes } : undefined;
}

function outOfRange({ offset = 0, bytes = 0 }: Part, mapped: number): Outcome {
  return refused([], reason('sync-out-of-range', { offset, bytes, mapped }));
}
