import { SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';
import type { SlotSearch } from '../platform/features.ts';
import { ALL_ADDRESSES } from '../units/dma-mask.ts';
import { searchA } from './search-a.ts';
import { searchB } from './search-b.ts';
import { searchC } from './search-c.ts';
import { searchE } from './search-e.ts';
import { searchF } from './search-f.ts';
import { LIVELOCK, type SearchRequest, low32, slotsFor, spansBoundary } from './search-request.ts';
import { SlotPool } from './slot-pool.ts';
import type { SlotSource } from './slot-source.ts';

/** One mapping that is asked of the aperture. */
export interface MapRequest {
  /** Address of the original buffer, physical (guest-physical under Xen PV); bytes at it are bounced. */
  readonly origAddress: number;
  readonly bytes: number;
  /** The CPU that maps: it decides which area is searched first. */
  readonly cpu: number;
  readonly minAlignMask: number;
  readonly boundaryMask: number;
  readonly allocAlignMask?: number;
  /** Last address that the device reaches: only pools that are made for one mapping ask. */
  readonly reach?: number;
}

/** Why no run of slots was found. */
export type MapFailure =
  /** More slots than a segment has: no pool of any size can serve it. */
  | 'oversize'
  /** Fewer free slots in all areas together than needed. */
  | 'exhausted'
  /** Enough free slots in all, too few in each area by itself. */
  | 'area-local'
  /** Enough free slots in an area, in runs that are too short. */
  | 'fragmented'
  /** A run is long enough, but not where the alignment allows. */
  | 'alignment'
  /** A run is long enough, but would straddle the device's segment boundary. */
  | 'boundary'
  /** The kernel's search would never end (5.10 to 6.2 with a min_align_mask). */
  | 'livelock';

export type MapResult =
  | {
    readonly ok: true;
    /** First slot of the mapping's data, behind any padding. */
    readonly slot: number;
    readonly pad: number;
    readonly area: number;
    /** Slots taken, padding included. */
    readonly slots: number;
    /** Address of the first byte as the kernel sees it. */
    readonly address: number;
    /** Present where the slots are not of the pool that the kernel booted with. */
    readonly origin?: 'grown' | 'transient';
  }
  | {
    readonly ok: false; readonly cause: MapFailure;
    readonly slots: number;
    /** Free slots of the whole pool, and its longest free run. */
    readonly free: number; readonly longest: number;
  };

type PreparedRequest = { -readonly [K in keyof SearchRequest]: SearchRequest[K] };

/**
 * The aperture: a pool and the search of one kernel generation over it.
 * Source: kernel/dma/swiotlb.c: swiotlb_tbl_map_single, swiotlb_find_slots, swiotlb_release_slots.
 */
export class Aperture implements SlotSource {
  readonly pool: SlotPool;
  readonly generation: SlotSearch;
  /** Most slots ever in use at once. */
  highWater = 0;
  /** Told of the search of each area before it begins, where someone looks on; the request is the aperture's own and changes behind. */
  watch: ((request: SearchRequest) => void) | undefined;
  /** Bytes before the data of the mapping that is being made: the in-slot offset and any padding. */
  #offsetBytes = 0;
  /** The request of the search that runs: one object for all, as searches are many and short. */
  readonly #request: PreparedRequest = {
    area: 0, origAddress: 0, allocSize: 0, need: 0, allocAlignMask: 0, minAlignMask: 0, boundaryMask: ALL_ADDRESSES,
  };

  /** @param areas ignored by generations without areas */
  constructor(generation: SlotSearch, slots: number, areas: number, start: number) {
    const hasAreas = generation === 'D' || generation === 'E' || generation === 'F';
    this.generation = generation;
    this.pool = new SlotPool(slots, hasAreas ? areas : 1, start);
  }

  get used(): number {
    return this.pool.totalUsed;
  }

  /** Takes a run of slots as the kernel would, or says why it cannot. The state changes only on success. */
  map(request: MapRequest): MapResult {
    const search = this.#prepare(request);
    const first = request.cpu & (this.pool.areas - 1);
    search.area = first;
    const found = this.#search(search);
    return found >= 0 ? this.#take(found, first) : this.#mapElsewhere(search, first, found);
  }

  /** Tries the areas behind the first, which had nothing. */
  #mapElsewhere(search: PreparedRequest, first: number, inFirst: number): MapResult {
    const last = this.pool.areas - 1;
    let found = inFirst;
    for (let area = (first + 1) & last; found !== LIVELOCK && area !== first; area = (area + 1) & last) {
      search.area = area;
      found = this.#search(search);
      if (found >= 0) return this.#take(found, area);
    }
    return this.#failure(found === LIVELOCK ? 'livelock' : this.#diagnose(search), search);
  }

  /** As `map`, in one area alone: how a set of pools is searched. */
  mapInArea(request: MapRequest, area: number): MapResult {
    const search = this.#prepare(request);
    search.area = area;
    const found = this.#search(search);
    if (found >= 0) return this.#take(found, area);
    return this.#failure(found === LIVELOCK ? 'livelock' : this.#diagnose(search), search);
  }

  #search(request: SearchRequest): number {
    if (this.watch !== undefined) this.watch(request);
    return this.generation === 'F' ? searchF(this.pool, request) : this.#searchBefore(request, this.generation);
  }

  #searchBefore(request: SearchRequest, generation: Exclude<SlotSearch, 'F'>): number {
    switch (generation) {
      case 'E': return searchE(this.pool, request);
      case 'D': return searchC(this.pool, request, true);
      case 'C': return searchC(this.pool, request, false);
      case 'B1': case 'B2': case 'B3': return searchB(this.pool, request, generation);
      case 'A': return searchA(this.pool, request);
    }
  }

  #prepare(request: MapRequest): PreparedRequest {
    const { origAddress, minAlignMask, allocAlignMask = 0 } = request;
    const offset = minAlignMask === 0 ? 0 : this.#offset(origAddress, minAlignMask, allocAlignMask);
    const size = allocAlignMask === 0 || origAddress === 0 ? request.bytes + offset : this.#alignedSize(request.bytes + offset, allocAlignMask);
    const search = this.#request;
    this.#offsetBytes = offset;
    search.origAddress = origAddress;
    search.allocSize = size;
    search.need = slotsFor(size);
    search.allocAlignMask = allocAlignMask;
    search.minAlignMask = minAlignMask;
    search.boundaryMask = request.boundaryMask;
    return search;
  }

  /**
   * Gives a mapping back.
   * @param address as `map` returned it
   * @returns slots given back, or undefined where nothing is mapped at that address
   */
  unmap(address: number): number | undefined {
    const { pool } = this;
    const inside = address - pool.start;
    if (!(inside >= 0 && inside < pool.slots * SLOT_BYTES)) return undefined;
    // Up to 4 GiB the slot is a shift away.
    const slot = inside < 0x1_0000_0000 ? inside >>> 11 : Math.floor(inside / SLOT_BYTES);
    const taken = pool.taken[slot]!;
    if (taken === 0) return undefined;
    const first = slot - (pool.padSlots[slot]!);
    pool.taken[slot] = 0;
    pool.padSlots[slot] = 0;
    pool.release(first, taken);
    const area = pool.areas === 1 ? 0 : Math.floor(first / pool.areaSlots);
    pool.used[area]! -= taken;
    pool.totalUsed -= taken;
    return taken;
  }

  /** Longest mapping that could succeed now for a device without alignment: the longest free run, in slots. */
  longestFree(): number {
    return this.pool.longestRun();
  }

  #offset(origAddress: number, minAlignMask: number, allocAlignMask: number): number {
    if (this.generation === 'A' || this.generation.startsWith('B')) return 0;
    // 6.10 and later keep the bits that the allocation's alignment covers as padding in front; before, only in-slot bits.
    const kept = this.generation === 'F' ? allocAlignMask | (SLOT_BYTES - 1) : SLOT_BYTES - 1;
    return low32(origAddress) & minAlignMask & kept;
  }

  #alignedSize(bytes: number, allocAlignMask: number): number {
    return this.generation === 'F' ? Math.ceil(bytes / (allocAlignMask + 1)) * (allocAlignMask + 1) : bytes;
  }

  #take(first: number, area: number): MapResult {
    const { pool } = this;
    const offset = this.#offsetBytes;
    const { need } = this.#request;
    pool.take(first, need);
    const next = first - area * pool.areaSlots + need;
    pool.hint[area] = next < pool.areaSlots ? next : 0;
    pool.used[area]! += need;
    pool.totalUsed += need;
    const pad = offset >>> 11;
    pool.taken[first + pad] = need;
    if (pad !== 0) pool.padSlots[first + pad] = pad;
    if (pool.totalUsed > this.highWater) this.highWater = pool.totalUsed;
    return { ok: true, slot: first + pad, pad, area, slots: need, address: pool.start + first * SLOT_BYTES + offset };
  }

  #failure(cause: MapFailure, request: SearchRequest): MapResult {
    const { pool } = this;
    return { ok: false, cause, slots: request.need, free: pool.slots - pool.totalUsed, longest: pool.longestRun() };
  }

  /** Finds the cause of a failed search by asking what would have been enough; runs only after a failure. */
  #diagnose(request: SearchRequest): MapFailure {
    const { pool } = this;
    const { need } = request;
    if (need > SEGMENT_SLOTS) return 'oversize';
    if (need > pool.slots - pool.totalUsed) return 'exhausted';
    let roomInArea = false;
    for (let area = 0; area < pool.areas; area++) roomInArea ||= need <= pool.areaSlots - pool.used[area]!;
    if (!roomInArea) return 'area-local';
    if (pool.longestRun() < need) return 'fragmented';
    if (request.minAlignMask !== 0 || request.allocAlignMask !== 0) return 'alignment';
    const rule = pool.ruleFor(request.boundaryMask);
    for (let slot = 0; rule.active && slot < pool.slots; slot++) {
      if (pool.list[slot]! >= need && spansBoundary(rule, slot, need)) return 'boundary';
    }
    return 'alignment';
  }
}
