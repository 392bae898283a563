import type { AddressRange } from '../units/addresses.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { LAST_ZONE, zoneOfFrame, zoneOfWidth } from './address-zone.ts';
import { FrameBuddy } from './frame-buddy.ts';
import { FrameSet } from '../units/frame-set.ts';

/** How a version of Xen keeps its heap. */
export interface XenHeapKind {
  readonly zones: 'three' | 'per-bit';
  readonly maxOrder: number;
  /** Width below which memory is kept for DMA; null: none. */
  readonly dmaBits: number | null;
  /** 4.10 and later: halves and freed blocks that are clean go to the head of their list. */
  readonly cleanToHead: boolean;
  /** dma_emergency_pool, lowmem_emergency_pool (to 3.2): bytes of DMA memory that requests without a width may not touch. */
  readonly emergencyBytes?: number;
  /** The machine's NUMA nodes, in order; one where absent. Blocks do not merge across nodes. */
  readonly nodes?: readonly AddressRange[];
}

/** What a request asks of the heap beside its order. */
export interface XenRequest {
  /** Address width; 0 for no restriction. */
  readonly bits?: number;
  /** Bits of the machine's last frame and page: 3.0.4 treats a width below it as a request for DMA memory. */
  readonly machineBits?: number;
  /** MEMF_no_dma: never from below `dma_bits`. */
  readonly noDma?: boolean;
  /** The node that is tried first. */
  readonly node?: number;
  /** MEMF_exact_node. */
  readonly exactNode?: boolean;
  /** Whether the memory was claimed before: XENMEM_claim_pages. */
  readonly claimed?: boolean;
}

export type XenRefusalCause = 'order' | 'width-below-dma-bits' | 'width' | 'emergency-pool' | 'claimed' | 'no-block';

export type XenAllocation =
  | { readonly ok: true; readonly frame: number; readonly zone: number }
  | {
    readonly ok: false;
    readonly cause: XenRefusalCause;
    /** Free bytes and largest free order within the width that was asked for. */
    readonly freeBytes: number;
    readonly largestOrder: number;
  };

/** Why frames cannot be given back: not aligned to their order, not of this heap, or not handed out. */
export type XenFreeProblem = 'misaligned' | 'not-of-the-heap' | 'not-allocated';

const DMA_ZONE = 0;
const DOMAIN_ZONE = 1;

/**
 * Xen's heap: free machine frames by node and zone.
 * Zones are per address bit (zone z holds frames whose top set bit is z, counted from 1; Xen 4.4 numbering) or, in 3.0.x,
 * the DMA zone (index 0 here) and the domain zone (1). Frame 0 is never handed out, so no block crosses a zone's border.
 * Source: xen/common/page_alloc.c: alloc_heap_pages, get_free_buddy, free_heap_pages, alloc_domheap_pages, domain_set_outstanding_pages.
 */
export class XenHeap {
  readonly kind: XenHeapKind;
  readonly #nodes: readonly FrameBuddy[];
  readonly #nodeRanges: readonly { readonly first: number; readonly end: number }[];
  readonly #taken = new FrameSet();
  #claimedFrames = 0;

  /** @param ranges machine memory that Xen can hand out, in bytes */
  constructor(kind: XenHeapKind, ranges: readonly AddressRange[]) {
    this.kind = kind;
    const dmaEnd = kind.dmaBits === null ? 0 : 2 ** Math.max(0, kind.dmaBits - 12);
    const three = kind.zones === 'three';
    const nodes = kind.nodes ?? [{ start: 0, end: Infinity }];
    this.#nodeRanges = nodes.map(({ start, end }) => ({ first: Math.ceil(start / PAGE_SIZE), end: Math.floor(end / PAGE_SIZE) }));
    this.#nodes = nodes.map(() => new FrameBuddy({
      maxOrder: kind.maxOrder,
      zones: three ? 2 : LAST_ZONE + 1,
      zoneOf: three ? (frame) => (frame < dmaEnd ? DMA_ZONE : DOMAIN_ZONE) : zoneOfFrame,
      keep: 'upper', placing: kind.cleanToHead ? 'by-scrub' : 'tail',
    }));
    for (const { start, end } of ranges) {
      this.#nodeRanges.forEach((node, index) => {
        const first = Math.max(1, Math.ceil(start / PAGE_SIZE), node.first);
        const last = Math.min(Math.floor(end / PAGE_SIZE), node.end);
        if (last > first) this.#nodes[index]?.giveRange(first, last - first);
      });
    }
  }

  /** Who is told of every free block that comes and goes: see {@link FrameBuddy.journal}. */
  set journal(journal: FrameBuddy['journal']) {
    for (const buddy of this.#nodes) buddy.journal = journal;
  }

  get freeFrames(): number {
    return this.#sum((buddy) => buddy.freeFrames());
  }

  get freeBytes(): number {
    return this.freeFrames * PAGE_SIZE;
  }

  /** Frames that are handed out. */
  get takenFrames(): number {
    return this.#taken.size;
  }

  /** Free frames that claims have not spoken for. */
  get unclaimedFrames(): number {
    return this.freeFrames - this.#claimedFrames;
  }

  /** Free blocks, in no particular order. */
  *blocks(): IterableIterator<{ readonly frame: number; readonly order: number; readonly zone: number }> {
    for (const buddy of this.#nodes) yield* buddy.blocks();
  }

  /** Free frames of a zone. */
  zoneFrames(zone: number): number {
    return this.#sum((buddy) => buddy.freeFrames(zone));
  }

  /** Frames that are free and wait for their scrub. */
  get dirtyFrames(): number {
    return this.#sum((buddy) => buddy.dirtyFrames());
  }

  /** Scrubs what is dirty, as processors do when idle. */
  scrub(): void {
    for (const buddy of this.#nodes) buddy.scrub();
  }

  /**
   * Speaks for frames that a domain will be given: others are refused them. XENMEM_claim_pages, 4.3 and later.
   * @returns whether so many are free and unclaimed
   */
  claim(frames: number): boolean {
    if (frames < 0 || frames > this.unclaimedFrames) return false;
    this.#claimedFrames += frames;
    return true;
  }

  /** Gives up what is left of a claim. */
  releaseClaim(frames: number): void {
    this.#claimedFrames = Math.max(0, this.#claimedFrames - frames);
  }

  /** Takes 2^order frames. */
  allocate(order: number, request: XenRequest = {}): XenAllocation {
    const { bits = 0, claimed = false } = request;
    const last = this.kind.zones === 'three' ? DOMAIN_ZONE : LAST_ZONE;
    if (order > this.kind.maxOrder) return this.#failed('order', 0, last);
    if (!claimed && 2 ** order > this.unclaimedFrames && 2 ** order <= this.freeFrames) return this.#failed('claimed', 0, last);
    const result = this.kind.zones === 'three' ? this.#allocateThree(order, bits, request) : this.#allocatePerBit(order, bits, request);
    if (result.ok) {
      this.#taken.add(result.frame, 2 ** order);
      if (claimed) this.releaseClaim(2 ** order);
    }
    return result;
  }

  /**
   * Takes `count` single frames without restriction, as that many requests of order 0 do.
   * @param claimed whether they were claimed before
   * @returns runs in the order that they are handed out in, or undefined where there are not so many
   */
  allocateSingles(count: number, claimed = false): { readonly first: number; readonly count: number; readonly step: 1 | -1 }[] | undefined {
    const { dmaBits, emergencyBytes = 0, zones } = this.kind;
    if (count > (claimed ? this.freeFrames : this.unclaimedFrames)) return undefined;
    // A pool below which ordinary requests may not go is the one thing that each request has to be asked about.
    if (emergencyBytes > 0 && dmaBits !== null) return this.#singlesOneByOne(count, claimed);
    const runs: { first: number; count: number; step: 1 | -1 }[] = [];
    let left = count;
    for (const buddy of this.#nodes) {
      for (let zone = zones === 'three' ? DOMAIN_ZONE : LAST_ZONE; zone >= 0 && left > 0; zone--) {
        for (const run of buddy.takeSingles(zone, left)) {
          runs.push(run);
          left -= run.count;
          this.#taken.add(run.step > 0 ? run.first : run.first - run.count + 1, run.count);
        }
      }
    }
    if (claimed) this.releaseClaim(count);
    return runs;
  }

  #singlesOneByOne(count: number, claimed: boolean): { first: number; count: number; step: 1 | -1 }[] | undefined {
    const runs: { first: number; count: number; step: 1 | -1 }[] = [];
    while (runs.length < count) {
      const got = this.allocate(0, { claimed });
      if (!got.ok) {
        for (const { first } of runs) this.free(first, 0);
        // A claim stands as it did.
        if (claimed) this.#claimedFrames += runs.length;
        return undefined;
      }
      runs.push({ first: got.frame, count: 1, step: 1 });
    }
    return runs;
  }

  /** Gives a range of frames back; the same as freeing each of them, in order. */
  freeRange(first: number, count: number, dirty = false): XenFreeProblem | undefined {
    if (this.#taken.countIn(first, count) !== count) return 'not-allocated';
    this.#taken.remove(first, count);
    const { cleanToHead } = this.kind;
    this.#nodeRanges.forEach((node, index) => {
      const from = Math.max(first, node.first);
      const to = Math.min(first + count, node.end);
      if (to > from) this.#nodes[index]?.giveRange(from, to - from, dirty && cleanToHead);
    });
    return undefined;
  }

  /**
   * Gives 2^order frames back.
   * @param dirty whether they must be scrubbed first: memory without an owner, or of a dying domain
   * @returns what speaks against it; nothing is changed then
   */
  free(frame: number, order: number, dirty = false): XenFreeProblem | undefined {
    const count = 2 ** order;
    if (frame % count !== 0) return 'misaligned';
    const owned = this.#taken.countIn(frame, count);
    if (owned !== count) return 'not-allocated';
    const node = this.#nodeRanges.findIndex(({ first, end }) => frame >= first && frame + count <= end);
    const buddy = this.#nodes[node];
    if (!buddy) return 'not-of-the-heap';
    this.#taken.remove(frame, count);
    buddy.give(frame, order, dirty && this.kind.cleanToHead);
    return undefined;
  }

  /**
   * Takes particular frames out of the heap, as a boot allocator or a boot module does before the heap exists.
   * @returns how many of them were free
   */
  withhold(first: number, count: number): number {
    return this.#sum((buddy) => buddy.reserve(first, count));
  }

  /** Marks frames as handed out that were never free: a boot module that a domain is given. */
  adopt(first: number, count: number): void {
    this.#taken.add(first, count);
  }

  #allocatePerBit(order: number, bits: number, { noDma = false, node, exactNode }: XenRequest): XenAllocation {
    // A width of a page or less names no frame.
    if (bits !== 0 && bits <= 12) return this.#failed('width', 1, 0);
    const top = zoneOfWidth(bits);
    const { dmaBits, emergencyBytes = 0 } = this.kind;
    const dmaZone = dmaBits === null ? 0 : zoneOfWidth(dmaBits);
    const take = (from: number, to: number): { frame: number; zone: number } | undefined => this.#takeByNode(order, from, to, node, exactNode);
    // A DMA width keeps the low zones for those who ask for them: others get them last, and not below the emergency pool.
    if (dmaBits !== null && top > dmaZone) {
      const found = take(top, dmaZone + 1);
      if (found) return { ok: true, ...found };
      if (noDma) return this.#failed('no-block', dmaZone + 1, top);
      if (emergencyBytes > 0 && this.#framesIn(1, dmaZone) < Math.ceil(emergencyBytes / PAGE_SIZE) + 2 ** order) return this.#failed('emergency-pool', 1, top);
    }
    const found = take(top, 1);
    return found ? { ok: true, ...found } : this.#failed('no-block', 1, top);
  }

  #allocateThree(order: number, bits: number, { machineBits = 64, node, exactNode, noDma = false }: XenRequest): XenAllocation {
    const restricted = bits !== 0 && bits < machineBits;
    if (restricted && this.kind.dmaBits !== null && bits < this.kind.dmaBits) return this.#failed('width-below-dma-bits', DMA_ZONE, DMA_ZONE);
    const take = (zone: number): { frame: number; zone: number } | undefined => this.#takeByNode(order, zone, zone, node, exactNode);
    if (restricted) {
      const found = take(DMA_ZONE);
      return found ? { ok: true, ...found } : this.#failed('no-block', DMA_ZONE, DMA_ZONE);
    }
    const found = take(DOMAIN_ZONE);
    if (found) return { ok: true, ...found };
    const { emergencyBytes = 0 } = this.kind;
    if (noDma) return this.#failed('no-block', DOMAIN_ZONE, DOMAIN_ZONE);
    if (emergencyBytes > 0 && this.#framesIn(DMA_ZONE, DMA_ZONE) < Math.ceil(emergencyBytes / PAGE_SIZE) + 2 ** order) return this.#failed('emergency-pool', DMA_ZONE, DOMAIN_ZONE);
    const low = take(DMA_ZONE);
    return low ? { ok: true, ...low } : this.#failed('no-block', DMA_ZONE, DOMAIN_ZONE);
  }

  /** Every zone of the node that is preferred, then of the next, round to it again. */
  #takeByNode(order: number, from: number, to: number, node = 0, exactNode = false): { frame: number; zone: number } | undefined {
    for (let i = 0; i < (exactNode ? 1 : this.#nodes.length); i++) {
      const found = this.#nodes[(node + i) % this.#nodes.length]?.take(order, from, to);
      if (found) return found;
    }
    return undefined;
  }

  #framesIn(from: number, to: number): number {
    let frames = 0;
    for (let zone = from; zone <= to; zone++) frames += this.zoneFrames(zone);
    return frames;
  }

  #sum(of: (buddy: FrameBuddy) => number): number {
    return this.#nodes.reduce((sum, buddy) => sum + of(buddy), 0);
  }

  #failed(cause: XenRefusalCause, from: number, to: number): XenAllocation {
    const largestOrder = to < from ? -1 : Math.max(...this.#nodes.map((buddy) => buddy.largestOrder(from, to)));
    return { ok: false, cause, freeBytes: this.#framesIn(from, to) * PAGE_SIZE, largestOrder };
  }
}
