import { SEGMENT_SLOTS } from '../platform/aperture-size.ts';
import { type Platform, isXenPv } from '../platform/platform.ts';
import { type Reason, reason } from '../platform/reason.ts';
import type { PvDomain } from '../machine/pv-domain.ts';
import type { Aperture } from '../swiotlb/aperture.ts';
import type { DynamicPools } from '../swiotlb/dynamic-pools.ts';
import { PAGE_SIZE, orderBytes, orderFor, pagesFor } from '../units/pages.ts';
import { Balloon } from './balloon.ts';
import { type BootedMachine, boot } from './boot.ts';
import { allocateCoherent, type CoherentBlock, freeCoherent } from './coherent.ts';
import { Contents } from './contents.ts';
import type { Direction } from './copy-rules.ts';
import { DevicePools } from './device-pools.ts';
import { type QueryContext, addressingLimited, maxMappingSize, requiredMask } from './device-queries.ts';
import type { Device } from './device.ts';
import { type DmaPoolRequest, DmaPools } from './dma-pools.ts';
import { mapRefusal } from './map-refusal.ts';
import type { DeviceTotals, MapSingleRequest, Mapping } from './mapping.ts';
import { OtherDomains } from './other-domains.ts';
import { type Outcome, copiedBytes, refused } from './outcome.ts';
import { type Part, StreamingMappings } from './streaming-mappings.ts';

export interface DmaSystemOptions {
  /** Whether buffers and bounce slots keep their contents, so that they can be read; costs their size in memory. */
  readonly contents?: boolean;
}

/** A scatterlist to map: bytes of each element, each a buffer of its own. */
export interface MapSgRequest {
  readonly id: string;
  readonly elements: readonly number[];
  readonly direction?: Direction;
  readonly cpu?: number;
  readonly fill?: number;
}

/**
 * One machine with its devices: every DMA operation that a driver can ask for, answered as the platform's kernel would.
 * Total: any call in any state returns an outcome, and a refusal changes nothing but what the kernel itself would change.
 */
export class DmaSystem {
  readonly platform: Platform;
  readonly machine: BootedMachine;
  readonly #coherent = new Map<string, CoherentBlock>();
  readonly #pools: DevicePools;
  readonly #dmaPools: DmaPools;
  readonly #streaming: StreamingMappings;
  /** Scatterlists in force: the ids of their elements' mappings, which end only together. */
  readonly #lists = new Map<string, readonly string[]>();
  readonly #elements = new Set<string>();
  readonly #others: OtherDomains;
  readonly #balloon: Balloon;
  /** Devices that are gone: nothing more is mapped for them. */
  readonly #removed = new Set<string>();
  /** Told of coherent memory that comes into force, and of it with `false` when it is given back; absent where nobody keeps a record. */
  journal: ((block: CoherentBlock, inForce: boolean) => void) | undefined;

  constructor(platform: Platform, options: DmaSystemOptions = {}) {
    this.platform = platform;
    this.machine = boot(platform);
    this.#pools = new DevicePools(this.machine);
    this.#dmaPools = new DmaPools(platform.features, { allocate: (device, id, bytes) => this.allocCoherent(device, id, bytes), free: (id) => this.freeCoherent(id) });
    this.#others = new OtherDomains(this.machine.domain, platform.xen?.value);
    this.#balloon = new Balloon(this.machine.pages, this.machine.domain);
    this.#streaming = new StreamingMappings(this.machine, this.#pools, options.contents === true ? new Contents() : undefined);
  }

  /** Streaming mappings in force, by id; elements of a scatterlist as `ID[0]`, `ID[1]`, … */
  get mappings(): ReadonlyMap<string, Mapping> {
    return this.#streaming.table;
  }

  get coherentBlocks(): ReadonlyMap<string, CoherentBlock> {
    return this.#coherent;
  }

  /** The machine's other guests, by id. */
  get guests(): ReadonlyMap<string, PvDomain> {
    return this.#others.guests;
  }

  /** Pools that grow where the default one is full: CONFIG_SWIOTLB_DYNAMIC. */
  get dynamicPools(): DynamicPools | undefined {
    return this.#pools.dynamic;
  }

  /** What the streaming mappings of each device have cost, by its name. */
  get deviceTotals(): ReadonlyMap<string, DeviceTotals> {
    return this.#streaming.totals;
  }

  /** dma_alloc_coherent. */
  allocCoherent(device: Device, id: string, bytes: number): Outcome {
    const misuse = this.#misuse(device, id);
    if (misuse) return misuse;
    if (!Number.isSafeInteger(bytes) || bytes < 1) return refused([], reason('bad-size', { bytes }));
    const pool = this.#pools.restrictedOf(device);
    if (pool) return this.#allocFromPool(device, pool, id, bytes);
    const { outcome, block } = allocateCoherent(this.machine, device, id, bytes);
    if (block) this.#keep(block);
    return outcome;
  }

  #keep(block: CoherentBlock): void {
    this.#coherent.set(block.id, block);
    if (this.journal !== undefined) this.journal(block, true);
  }

  /** dma_free_coherent. */
  freeCoherent(id: string): Outcome {
    const block = this.#coherent.get(id);
    if (!block) return refused([], reason('not-mapped', { id }));
    this.#coherent.delete(id);
    if (this.journal !== undefined) this.journal(block, false);
    const pool = this.#pools.restrictedOf(block.device);
    if (!pool) return freeCoherent(this.machine, block);
    pool.unmap(block.address);
    return { ok: true, address: block.address, explain: [reason('gave-back', { order: block.order, address: block.address })] };
  }

  /** dma_pool_create. */
  createPool(device: Device, id: string, request: DmaPoolRequest): Outcome {
    return this.#misuse(device, id) ?? this.#dmaPools.create(device, id, request);
  }

  /** dma_pool_alloc: a block of a pool, known by an id of its own. */
  allocFromPool(pool: string, id: string): Outcome {
    return this.#taken(id) ? refused([], reason('already-mapped', { id })) : this.#dmaPools.allocate(pool, id);
  }

  /** dma_pool_free. */
  freeToPool(id: string): Outcome {
    return this.#dmaPools.free(id);
  }

  /** dma_pool_destroy. */
  destroyPool(id: string): Outcome {
    return this.#dmaPools.destroy(id);
  }

  /**
   * dma_map_single (dma_map_page with `page`) of a buffer that the page allocator gave: 2^order pages, contiguous for the
   * kernel. Whether they are contiguous for the device is the machine's answer.
   */
  mapSingle(device: Device, request: MapSingleRequest): Outcome {
    const misuse = this.#misuse(device, request.id);
    if (misuse) return misuse;
    const grown = this.#pools.settle();
    const outcome = this.#streaming.map(device, request);
    return grown ? { ...outcome, explain: [grown, ...outcome.explain] } : outcome;
  }

  /** dma_unmap_single; the buffer's pages are freed with it. @param skipCpuSync DMA_ATTR_SKIP_CPU_SYNC */
  unmapSingle(id: string, skipCpuSync = false): Outcome {
    if (this.#elements.has(id)) return refused([], reason('not-mapped', { id }));
    return this.#streaming.unmap(id, skipCpuSync);
  }

  /**
   * dma_map_sg: element by element, without merging; where one fails, those before it are unmapped again and the list fails.
   * Source: kernel/dma/direct.c: dma_direct_map_sg; drivers/xen/swiotlb-xen.c: xen_swiotlb_map_sg.
   */
  mapSg(device: Device, { id, elements, ...request }: MapSgRequest): Outcome {
    const misuse = this.#misuse(device, id);
    if (misuse) return misuse;
    if (elements.length === 0) return refused([], reason('bad-size', { bytes: 0 }));
    const ids = elements.map((_, index) => `${id}[${index}]`);
    const used = ids.find((element) => this.#taken(element));
    if (used !== undefined) return refused([], reason('already-mapped', { id: used }));
    const mapped: { address: number; bytes: number; by: 'direct' | 'bounce' }[] = [];
    let copied = 0;
    for (const [index, bytes] of elements.entries()) {
      const grown = this.#pools.settle();
      const outcome = this.#streaming.map(device, { ...request, id: ids[index]!, bytes, page: true });
      const steps = [reason('sg-element', { element: index, elements: elements.length, bytes }), ...(grown ? [grown] : [])];
      if (!outcome.ok) {
        // The kernel undoes with DMA_ATTR_SKIP_CPU_SYNC: nothing is copied back.
        for (const done of ids.slice(0, index)) this.#streaming.unmap(done, true);
        return { ...outcome, explain: [...steps, ...outcome.explain, reason('sg-undone', { element: index, undone: index })] };
      }
      copied += copiedBytes(outcome);
      mapped.push({ address: outcome.address!, bytes, by: outcome.by === 'bounce' ? 'bounce' : 'direct' });
    }
    this.#lists.set(id, ids);
    for (const element of ids) this.#elements.add(element);
    const by = mapped.some((element) => element.by === 'bounce') ? 'bounce' : 'direct';
    const explain = [...tooLong(device, elements), ...mapped.map(({ bytes }, element) => reason('sg-element', { element, elements: mapped.length, bytes }))];
    return { ok: true, by, address: mapped[0]!.address, elements: mapped, copied, explain };
  }

  /** dma_unmap_sg. */
  unmapSg(id: string, skipCpuSync = false): Outcome {
    const ids = this.#lists.get(id);
    if (!ids) return refused([], reason('not-mapped', { id }));
    this.#lists.delete(id);
    const outcomes = ids.map((element) => {
      this.#elements.delete(element);
      return this.#streaming.unmap(element, skipCpuSync);
    });
    return { ok: true, copied: outcomes.reduce((sum, outcome) => sum + copiedBytes(outcome), 0), explain: outcomes.flatMap(({ explain }) => explain) };
  }

  /** dma_sync_sg_for_cpu, dma_sync_sg_for_device: element by element. */
  syncSg(id: string, target: 'cpu' | 'device', direction?: Direction): Outcome {
    const ids = this.#lists.get(id);
    if (!ids) return refused([], reason('not-mapped', { id }));
    let copied = 0;
    const explain: Reason[] = [];
    for (const element of ids) {
      const outcome = this.#streaming.sync(element, target, direction === undefined ? {} : { direction });
      if (!outcome.ok) return outcome;
      copied += copiedBytes(outcome);
      explain.push(...outcome.explain);
    }
    return { ok: true, copied, explain };
  }

  /** dma_sync_single_for_cpu. */
  syncForCpu(id: string, part: Part & { readonly direction?: Direction } = {}): Outcome {
    return this.#streaming.sync(id, 'cpu', part);
  }

  /** dma_sync_single_for_device. */
  syncForDevice(id: string, part: Part & { readonly direction?: Direction } = {}): Outcome {
    return this.#streaming.sync(id, 'device', part);
  }

  /**
   * Unplugs a device. What it has mapped stays mapped, as the kernel does not undo what a driver forgets: it can be unmapped and
   * freed, and nothing more is mapped. DMA-API debugging reports what is left ("device driver has pending DMA allocations").
   */
  removeDevice(device: Device): Outcome {
    if (this.#removed.has(device.name)) return refused([], reason('device-removed', { device: device.name }));
    this.#removed.add(device.name);
    let pending = 0;
    for (const mapping of this.#streaming.table.values()) if (mapping.device.name === device.name) pending++;
    for (const block of this.#coherent.values()) if (block.device.name === device.name) pending++;
    return { ok: true, explain: [reason('pending-mappings', { device: device.name, pending })] };
  }

  /** Builds another PV guest out of the machine's memory. */
  createDomain(id: string, bytes: number): Outcome {
    return this.#others.create(id, bytes);
  }

  destroyDomain(id: string): Outcome {
    return this.#others.destroy(id);
  }

  /** Gives memory of this domain to Xen. */
  inflateBalloon(bytes: number): Outcome {
    return this.#balloon.inflate(bytes);
  }

  /** Takes memory back that was given to Xen. */
  deflateBalloon(bytes: number): Outcome {
    return this.#balloon.deflate(bytes);
  }

  cpuWrite(id: string, byte: number, part: Part = {}): Outcome {
    return this.#streaming.cpuWrite(id, byte, part);
  }

  cpuRead(id: string, part: Part = {}): Outcome {
    return this.#streaming.cpuRead(id, part);
  }

  deviceWrite(id: string, byte: number, part: Part = {}): Outcome {
    return this.#streaming.deviceWrite(id, byte, part);
  }

  deviceRead(id: string, part: Part = {}): Outcome {
    return this.#streaming.deviceRead(id, part);
  }

  /** dma_max_mapping_size, in bytes; Infinity where nothing bounds it. */
  maxMappingSize(device: Device): number {
    return maxMappingSize(this.#queryContext(device), device, this.addressingLimited(device));
  }

  /** dma_opt_mapping_size (6.0 and later): without an IOMMU the largest mapping. */
  optMappingSize(device: Device): number {
    return this.maxMappingSize(device);
  }

  /** dma_get_required_mask: reaches all memory natively, 32 bits under Xen PV. */
  requiredMask(): number {
    let last = 0;
    for (const { end, type } of this.platform.memory.e820.value) if (type === 'usable' && end > last) last = end;
    return requiredMask(isXenPv(this.platform), last - 1);
  }

  /** dma_addressing_limited. */
  addressingLimited(device: Device): boolean {
    return addressingLimited(device.dmaMask, this.requiredMask());
  }

  /** Bus address of a slot: its segment's machine address under Xen PV. */
  slotBusAddress(tlbAddress: number): number {
    return this.#pools.busAddress(tlbAddress);
  }

  /** Slots of transient pools in force (CONFIG_SWIOTLB_DYNAMIC), and of all pools that a search visits. */
  get poolSlots(): { readonly transient: number; readonly total: number } {
    const { dynamic } = this.#pools;
    const total = dynamic ? dynamic.pools.reduce((sum, { pool }) => sum + pool.slots, 0) : (this.machine.aperture?.pool.slots ?? 0);
    return { transient: dynamic?.transientSlots ?? 0, total };
  }

  /** Source: kernel/dma/swiotlb.c: swiotlb_alloc, with the alignment that 6.9 and later ask for. */
  #allocFromPool(device: Device, aperture: Aperture, id: string, bytes: number): Outcome {
    const order = orderFor(bytes);
    const size = pagesFor(bytes) * PAGE_SIZE;
    const steps = [reason('request-order', { bytes, order, blockBytes: orderBytes(order) }), reason('restricted-pool', { bytes: device.restrictedPool!.bytes })];
    const allocAlignMask = this.platform.features.slotSearch.value === 'F' ? orderBytes(order) - 1 : 0;
    const result = aperture.map({ origAddress: 0, bytes: size, cpu: 0, minAlignMask: device.minAlignMask, boundaryMask: device.boundaryMask, allocAlignMask });
    if (!result.ok) return mapRefusal(this.platform, aperture, device, steps, result);
    const { address } = result;
    if (address + size - 1 > device.coherentMask) {
      aperture.unmap(address);
      return refused(steps, reason('slot-beyond-mask', { address, bytes: size, mask: device.coherentMask }), [reason('knob-wider-mask', { helps: 1 })]);
    }
    this.#keep({ id, device, bytes, order, pfn: Math.floor(address / PAGE_SIZE), address, exchanged: false, cma: false });
    return { ok: true, by: 'pool', address, explain: [...steps, reason('found-slot', { slot: result.slot, segment: Math.floor(result.slot / SEGMENT_SLOTS), area: 0, address })] };
  }

  #queryContext(device: Device): QueryContext {
    const { features, aperture } = this.platform;
    return {
      xenPv: isXenPv(this.platform), hasPool: this.#pools.apertureOf(device) !== undefined, force: aperture.force.value || device.restrictedPool !== undefined,
      xenMaxMappingSize: features.xenMaxMappingSize.value, minAlignMask: features.minAlignMask.value,
    };
  }

  /** What speaks against any request for a device under a name. */
  #misuse(device: Device, id: string): Outcome | undefined {
    if (this.#removed.has(device.name)) return refused([], reason('device-removed', { device: device.name }));
    return this.#taken(id) ? refused([], reason('already-mapped', { id })) : undefined;
  }

  #taken(id: string): boolean {
    return this.#streaming.table.has(id) || this.#coherent.has(id) || this.#lists.has(id) || this.#dmaPools.has(id);
  }
}

/** DMA-API debugging: check_sg_segment, "mapping sg segment longer than device claims to support". */
function tooLong({ maxSegmentBytes: limit }: Device, elements: readonly number[]): Reason[] {
  if (limit === undefined) return [];
  const long = elements.filter((bytes) => bytes > limit);
  return long.length === 0 ? [] : [reason('sg-element-too-long', { elements: long.length, bytes: Math.max(...long), limit })];
}
