import { P2m, type P2mRun } from './p2m.ts';
import type { XenAllocation, XenHeap, XenRequest } from './xen-heap.ts';

/** Frames of one allocation, or of several single ones that follow each other up or down. */
interface FreshRun {
  readonly mfn: number;
  readonly count: number;
  readonly step: 1 | -1;
}

type HeapRefusal = Extract<XenAllocation, { ok: false }>;

export type ExchangeResult =
  | { readonly ok: true; readonly frame: number; readonly zone: number }
  | { readonly ok: false; readonly cause: 'permission' | 'not-mapped' }
  | HeapRefusal;

/**
 * Outcome of a whole XENMEM_exchange: `exchanged` extents were given up, and the new ones stand in their place in the p2m, in
 * the order that Xen reports them in. Chunks that were done stay done where a later one fails.
 */
export type ExchangeReport =
  | { readonly ok: true; readonly exchanged: number }
  | { readonly ok: false; readonly exchanged: number; readonly refusal: Exclude<ExchangeResult, { ok: true }> };

/** What a domain may ask of its hypervisor. */
export interface ExchangeRules {
  /** Largest order of one extent: memop-max-order, or what Xen grants a domain that owns I/O memory. */
  readonly maxOrder: number;
  /** Address bits of the machine: width requests at or above it restrict nothing in 3.0.x. */
  readonly machineBits: number;
  /** domain_clamp_alloc_bitsize(): the width that a 32-bit domain on a 64-bit Xen is held to. */
  readonly clampBits?: number;
}

export interface ExchangeRequest {
  /** First pages of the extents that are given up, 2^inOrder pages each. */
  readonly pfns: readonly number[];
  readonly inOrder: number;
  readonly outOrder: number;
  readonly bits: number;
}

/**
 * A PV domain: pseudo-physical pages and the machine frames behind them, taken from and given back to Xen's heap.
 * Every method leaves p2m, m2p and heap consistent, whatever it is asked; a refusal changes nothing.
 * Source: xen/common/memory.c: memory_exchange, increase_reservation, populate_physmap, decrease_reservation, steal_page.
 */
export class PvDomain {
  readonly p2m = new P2m();
  /** Machine frame to page: the inverse of `p2m`. */
  readonly #m2p = new P2m();
  readonly heap: XenHeap;
  readonly rules: ExchangeRules;
  /** Told of machine frames that the domain is given, and by a negative count of those that it loses; absent where nobody keeps a record. */
  journal: ((mfn: number, count: number) => void) | undefined;

  constructor(heap: XenHeap, rules: ExchangeRules) {
    this.heap = heap;
    this.rules = rules;
  }

  /** Page that a machine frame stands behind, or undefined. */
  pageOf(mfn: number): number | undefined {
    return this.#m2p.lookup(mfn);
  }

  /** Gives the domain frames that are already taken out of the heap. */
  map(pfn: number, frames: readonly { readonly mfn: number; readonly count: number }[]): void {
    this.#set(pfn, frames);
  }

  /**
   * Moves pages to other pfns, their frames with them: xen_remap_memory() around holes of the memory map.
   * @returns false where frames stand behind the new pages already; nothing is moved then
   */
  move(pfn: number, count: number, to: number): boolean {
    if (this.p2m.slice(to, count).length > 0) return false;
    const frames = this.p2m.slice(pfn, count);
    this.#unset(pfn, count);
    for (const run of frames) this.#set(to + run.pfn - pfn, [run]);
    return true;
  }

  /**
   * Populates pages with extents of 2^order frames below 2^bits: XENMEM_populate_physmap, balloon up.
   * @param request what else the heap is asked: a node, memory that was claimed
   * @returns pages that were populated; fewer than asked where Xen has no more
   */
  populate(pfn: number, extents: number, order = 0, bits = 0, request: XenRequest = {}): number {
    const count = 2 ** order;
    let done = 0;
    if (order === 0 && this.p2m.slice(pfn, extents).length === 0) {
      const { freeFrames, unclaimedFrames } = this.heap;
      const available = Math.min(extents, request.claimed === true ? freeFrames : unclaimedFrames);
      const singles = this.#freshSingles(available, bits, request);
      if (singles) {
        this.#set(pfn, singles.flatMap(({ mfn, count: frames, step }) => (step > 0 ? [{ mfn, count: frames }] : Array.from({ length: frames }, (_, i) => ({ mfn: mfn - i, count: 1 })))));
        return available;
      }
    }
    while (done < extents * count) {
      if (this.p2m.slice(pfn + done, count).length > 0) break;
      const got = this.#allocate(order, bits, request);
      if (!got.ok) break;
      this.#set(pfn + done, [{ mfn: got.frame, count }]);
      done += count;
    }
    return done;
  }

  /**
   * Gives pages back to Xen: XENMEM_decrease_reservation, balloon down.
   * @returns pages that had frames to give back
   */
  decrease(pfn: number, count: number): number {
    const frames = this.p2m.slice(pfn, count);
    this.#unset(pfn, count);
    let given = 0;
    for (const run of frames) {
      this.heap.freeRange(run.mfn, run.count);
      given += run.count;
    }
    return given;
  }

  /** Gives every page back, as a dying domain does: its memory is scrubbed. */
  destroy(): void {
    const { runs } = this.p2m;
    this.p2m.clear();
    this.#m2p.clear();
    for (const run of runs) this.heap.freeRange(run.mfn, run.count, true);
  }

  /**
   * XENMEM_exchange: gives extents up for others of the same size in all, chunk by chunk. A chunk is as large as the larger of
   * the two extents; its new extents come out of memory that is free at that moment, only then are its old frames freed.
   */
  exchangeExtents({ pfns, inOrder, outOrder, bits }: ExchangeRequest): ExchangeReport {
    const inCount = 2 ** inOrder;
    const outCount = 2 ** outOrder;
    const perChunk = Math.max(1, outCount / inCount);
    let exchanged = 0;
    const failed = (refusal: Exclude<ExchangeResult, { ok: true }>): ExchangeReport => ({ ok: false, exchanged, refusal });
    if (Math.max(inOrder, outOrder) > this.rules.maxOrder) return failed({ ok: false, cause: 'permission' });
    if (pfns.length % perChunk !== 0) return failed({ ok: false, cause: 'not-mapped' });
    while (exchanged < pfns.length) {
      const chunk = pfns.slice(exchanged, exchanged + perChunk);
      const old = chunk.flatMap((pfn) => this.p2m.slice(pfn, inCount));
      // Pages that are not the domain's own, or named twice, cannot be stolen from it.
      const whole = old.reduce((sum, run) => sum + run.count, 0) === chunk.length * inCount;
      if (!whole || overlap(chunk, inCount)) return failed({ ok: false, cause: 'not-mapped' });
      const fresh = this.#freshExtents((chunk.length * inCount) / outCount, outOrder, bits);
      if (!Array.isArray(fresh)) return failed(fresh);
      this.#replaceChunk(chunk, inCount, old, fresh);
      exchanged += chunk.length;
    }
    return { ok: true, exchanged };
  }

  /** Exchanges 2^order single pages from `pfn` on for one extent below 2^bits: what xen_create_contiguous_region asks for. */
  exchange(pfn: number, order: number, bits: number): ExchangeResult {
    const count = 2 ** order;
    if (order > this.rules.maxOrder) return { ok: false, cause: 'permission' };
    const old = this.p2m.slice(pfn, count);
    if (old.reduce((sum, run) => sum + run.count, 0) !== count) return { ok: false, cause: 'not-mapped' };
    const got = this.#allocate(order, bits);
    if (!got.ok) return got;
    this.#set(pfn, [{ mfn: got.frame, count }]);
    this.#freeStolen(old);
    return got;
  }

  /**
   * Exchanges a contiguous extent back for single frames anywhere: xen_destroy_contiguous_region.
   * @returns whether Xen had the frames; otherwise the extent is kept
   */
  scatter(pfn: number, order: number): boolean {
    if (this.p2m.machineRuns(pfn, 2 ** order) !== 1) return false;
    return this.exchangeExtents({ pfns: [pfn], inOrder: order, outOrder: 0, bits: 0 }).ok;
  }

  #allocate(order: number, bits: number, request: XenRequest = {}): XenAllocation {
    const { machineBits, clampBits } = this.rules;
    const clamped = clampBits === undefined ? bits : bits === 0 ? clampBits : Math.min(bits, clampBits);
    return this.heap.allocate(order, { ...request, bits: clamped, machineBits });
  }

  /** Single frames without restriction all at once, in the order that they are had; undefined where each must be asked for. */
  #freshSingles(count: number, bits: number, { node, claimed = false }: XenRequest = {}): FreshRun[] | undefined {
    if (bits !== 0 || node !== undefined || this.rules.clampBits !== undefined) return undefined;
    return this.heap.allocateSingles(count, claimed)?.map(({ first, count: frames, step }) => ({ mfn: first, count: frames, step }));
  }

  /** New extents of one chunk, in the order that they are had; all or none. */
  #freshExtents(extents: number, order: number, bits: number): FreshRun[] | HeapRefusal {
    const singles = order === 0 ? this.#freshSingles(extents, bits) : undefined;
    if (singles) return singles;
    const fresh: FreshRun[] = [];
    while (fresh.length < extents) {
      const got = this.#allocate(order, bits);
      if (!got.ok) {
        for (const { mfn } of fresh) this.heap.free(mfn, order);
        return got;
      }
      fresh.push({ mfn: got.frame, count: 2 ** order, step: 1 });
    }
    return fresh;
  }

  #replaceChunk(pfns: readonly number[], inCount: number, old: readonly P2mRun[], fresh: readonly FreshRun[]): void {
    // out_chunk_list is filled at its head and emptied from there: what was had last comes first.
    const frames = [...fresh].reverse().map(({ mfn, count, step }) => ({ mfn: step > 0 ? mfn : mfn - count + 1, count }));
    const [only] = pfns;
    if (pfns.length === 1 && only !== undefined) this.#set(only, frames);
    else {
      // The new frames go to the old pages in order, an extent at a time.
      let at = 0;
      let used = 0;
      for (const pfn of pfns) {
        for (let page = 0; page < inCount;) {
          const frame = frames[at];
          if (!frame) return;
          const count = Math.min(inCount - page, frame.count - used);
          this.#set(pfn + page, [{ mfn: frame.mfn + used, count }]);
          page += count;
          used += count;
          if (used === frame.count) {
            at++;
            used = 0;
          }
        }
      }
    }
    this.#freeStolen(old);
  }

  /** Frames that were stolen have no owner: they are scrubbed before another may have them. */
  #freeStolen(old: readonly P2mRun[]): void {
    for (const run of old) this.heap.freeRange(run.mfn, run.count, true);
  }

  #set(pfn: number, frames: readonly { readonly mfn: number; readonly count: number }[]): void {
    const count = frames.reduce((sum, run) => sum + run.count, 0);
    this.#forget(pfn, count);
    this.p2m.set(pfn, frames);
    for (const { mfn, pages } of inverse(pfn, frames)) this.#m2p.set(mfn, pages);
    if (this.journal !== undefined) for (const run of frames) this.journal(run.mfn, run.count);
  }

  #unset(pfn: number, count: number): void {
    this.#forget(pfn, count);
    this.p2m.remove(pfn, count);
  }

  /** The frames behind pages are no more known by them. */
  #forget(pfn: number, count: number): void {
    for (const { mfn, count: frames } of this.p2m.slice(pfn, count)) {
      this.#m2p.remove(mfn, frames);
      if (this.journal !== undefined) this.journal(mfn, -frames);
    }
  }
}

/** The inverse of a run of pages: what stands at each machine frame, by ranges of consecutive frames. */
function inverse(pfn: number, frames: readonly { readonly mfn: number; readonly count: number }[]): { mfn: number; pages: { mfn: number; count: number }[] }[] {
  let at = pfn;
  const entries = frames.map(({ mfn, count }) => {
    at += count;
    return { mfn, count, pfn: at - count };
  });
  if (entries.length > 1) entries.sort((a, b) => a.mfn - b.mfn);
  const ranges: { mfn: number; pages: { mfn: number; count: number }[] }[] = [];
  let end = -1;
  for (const { mfn, count, pfn: page } of entries) {
    if (mfn === end) ranges.at(-1)?.pages.push({ mfn: page, count });
    else ranges.push({ mfn, pages: [{ mfn: page, count }] });
    end = mfn + count;
  }
  return ranges;
}

/** Whether extents of `count` pages overlap. */
function overlap(pfns: readonly number[], count: number): boolean {
  const sorted = [...pfns].sort((a, b) => a - b);
  return sorted.some((pfn, i) => i > 0 && pfn < sorted[i - 1]! + count);
}
