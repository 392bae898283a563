import { SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';
import { PAGE_SIZE, orderBytes, orderFor } from '../units/pages.ts';
import { Aperture, type MapRequest, type MapResult } from './aperture.ts';
import type { SlotSource } from './slot-source.ts';

/** The kernel's page allocator, as pools ask it for memory. Addresses are physical. */
export interface PoolMemory {
  /** @returns first address of 2^order pages that end at or below `limit`, or undefined */
  allocate(order: number, limit: number): number | undefined;
  free(address: number, order: number): void;
  /** MAX_PAGE_ORDER: one pool is at most one block of it. */
  readonly maxOrder: number;
}

/** IO_TLB_MIN_SLABS: the smallest pool that the background job makes. */
const MIN_SLOTS = 512;

/** A pool made for one mapping, gone with it. */
interface Transient {
  readonly aperture: Aperture;
  readonly start: number;
  readonly order: number;
}

/**
 * CONFIG_SWIOTLB_DYNAMIC (6.6 and later, never under swiotlb-xen): when the pools are full, a mapping gets a transient pool of
 * its own and a background job adds a pool for those that follow. Pools that were added stay for good.
 * Source: kernel/dma/swiotlb.c: swiotlb_find_slots, swiotlb_search_area, swiotlb_dyn_alloc, swiotlb_alloc_pool.
 */
export class DynamicPools implements SlotSource {
  /** In the order of the search: the newest first, the default pool last. */
  readonly pools: Aperture[];
  readonly #default: Aperture;
  readonly #memory: PoolMemory;
  readonly #growLimit: number;
  readonly #transient = new Map<number, Transient>();
  #growthPending = false;
  /** Told of every pool that comes, and with `false` when a transient one goes; absent where nobody keeps a record. */
  journal: ((pool: Aperture, kind: 'grown' | 'transient', inForce: boolean) => void) | undefined;

  /** @param growLimit last address that added pools may use: 4 GiB - 1, or all of memory for a pool that may lie anywhere */
  constructor(defaultPool: Aperture, memory: PoolMemory, growLimit: number) {
    this.#default = defaultPool;
    this.pools = [defaultPool];
    this.#memory = memory;
    this.#growLimit = growLimit;
  }

  /** Slots of transient pools in force: io_tlb_transient_nslabs. */
  get transientSlots(): number {
    let sum = 0;
    for (const { aperture } of this.#transient.values()) sum += aperture.pool.slots;
    return sum;
  }

  /** Whether the background job is due; it runs before the next operation. */
  get growthPending(): boolean {
    return this.#growthPending;
  }

  map(request: MapRequest): MapResult {
    let refused: Extract<MapResult, { ok: false }> | undefined;
    for (let offset = 0; offset < this.#default.pool.areas; offset++) {
      for (const aperture of this.pools) {
        const { areas } = aperture.pool;
        if (offset >= areas) continue;
        const result = aperture.mapInArea(request, (request.cpu + offset) & (areas - 1));
        if (result.ok) return aperture === this.#default ? result : { ...result, origin: 'grown' };
        refused ??= result;
        if (result.cause === 'oversize') return result;
      }
    }
    // The default pool has at least one area, so at least one search has refused.
    const failure = refused!;
    this.#growthPending = true;
    return this.#mapTransient(request, failure.slots) ?? failure;
  }

  unmap(address: number): number | undefined {
    for (const aperture of this.pools) {
      const given = aperture.unmap(address);
      if (given !== undefined) return given;
    }
    for (const [key, { aperture, start, order }] of this.#transient) {
      const given = aperture.unmap(address);
      if (given === undefined) continue;
      this.#transient.delete(key);
      if (this.journal !== undefined) this.journal(aperture, 'transient', false);
      this.#memory.free(start, order);
      return given;
    }
    return undefined;
  }

  /**
   * The background job: one more pool of the default size, half of it until memory is found, no less than 1 MiB.
   * @returns the pool that was added, or undefined: "Failed to allocate new pool"
   */
  grow(): Aperture | undefined {
    this.#growthPending = false;
    const { generation, pool } = this.#default;
    let slots = Math.min(pool.slots, orderBytes(this.#memory.maxOrder) / SLOT_BYTES);
    for (;;) {
      const start = this.#memory.allocate(orderFor(slots * SLOT_BYTES), this.#growLimit);
      if (start !== undefined) {
        const aperture = new Aperture(generation, slots, limitAreas(pool.areas, slots), start);
        this.pools.unshift(aperture);
        if (this.journal !== undefined) this.journal(aperture, 'grown', true);
        return aperture;
      }
      if (slots <= MIN_SLOTS) return undefined;
      slots = Math.ceil(Math.floor(slots / 2) / SEGMENT_SLOTS) * SEGMENT_SLOTS;
    }
  }

  #mapTransient(request: MapRequest, slots: number): MapResult | undefined {
    const order = orderFor(slots * SLOT_BYTES);
    if (order > this.#memory.maxOrder) return undefined;
    const start = this.#memory.allocate(order, request.reach ?? this.#growLimit);
    if (start === undefined) return undefined;
    const aperture = new Aperture(this.#default.generation, slots, 1, start);
    const result = aperture.mapInArea(request, 0);
    if (!result.ok) {
      this.#memory.free(start, order);
      return undefined;
    }
    this.#transient.set(start / PAGE_SIZE, { aperture, start, order });
    if (this.journal !== undefined) this.journal(aperture, 'transient', true);
    return { ...result, origin: 'transient' };
  }
}

/** limit_nareas(): no area smaller than a segment; a power of two, as the pool's slots are one. */
function limitAreas(areas: number, slots: number): number {
  let limited = areas;
  while (limited > 1 && slots < limited * SEGMENT_SLOTS) limited /= 2;
  return slots % limited === 0 ? limited : 1;
}
