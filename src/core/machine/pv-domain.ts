import { P2m } from './p2m.ts';
import type { XenAllocation, XenHeap } from './xen-heap.ts';

export type ExchangeResult =
  | { readonly ok: true; readonly frame: number; readonly zone: number }
  | { readonly ok: false; readonly cause: 'permission' | 'not-mapped' }
  | (Extract<XenAllocation, { ok: false }> & { readonly ok: false });

/** What a domain may ask of its hypervisor. */
export interface ExchangeRules {
  /** Largest order of one extent: memop-max-order. */
  readonly maxOrder: number;
  /** Address bits of the machine: width requests at or above it restrict nothing. */
  readonly machineBits: number;
}

/**
 * A PV domain: pseudo-physical pages and the machine frames behind them, taken from and given back to Xen's heap.
 * Source: xen/common/memory.c: memory_exchange; xen/arch/x86/domain_build.c (dom0_build.c): construct_dom0.
 */
export class PvDomain {
  readonly p2m = new P2m();
  readonly heap: XenHeap;
  readonly rules: ExchangeRules;

  constructor(heap: XenHeap, rules: ExchangeRules) {
    this.heap = heap;
    this.rules = rules;
  }

  /**
   * Gives the domain memory from pfn 0 on, in chunks as large as `chunkOrder` and Xen's heap allow.
   * @returns pages that could not be had
   */
  build(pages: number, chunkOrder: number): number {
    let pfn = 0;
    let order = Math.min(chunkOrder, this.heap.kind.maxOrder);
    while (pfn < pages) {
      while (order > 0 && 2 ** order > pages - pfn) order--;
      const got = this.heap.allocate(order, 0);
      if (got.ok) {
        this.p2m.set(pfn, [{ mfn: got.frame, count: 2 ** order }]);
        pfn += 2 ** order;
      } else if (order === 0) return pages - pfn;
      else order--;
    }
    return 0;
  }

  /**
   * Exchanges 2^order single pages for one extent below 2^bits: XENMEM_exchange with one chunk. The extent is taken from
   * memory that is free in Xen at that moment; only then are the domain's own frames freed.
   */
  exchange(pfn: number, order: number, bits: number): ExchangeResult {
    const count = 2 ** order;
    if (order > this.rules.maxOrder) return { ok: false, cause: 'permission' };
    const old = this.p2m.slice(pfn, count);
    if (old.reduce((sum, run) => sum + run.count, 0) !== count) return { ok: false, cause: 'not-mapped' };
    const got = this.heap.allocate(order, bits, this.rules.machineBits);
    if (!got.ok) return got;
    this.p2m.set(pfn, [{ mfn: got.frame, count }]);
    for (const run of old) for (let i = 0; i < run.count; i++) this.heap.free(run.mfn + i, 0);
    return got;
  }

  /**
   * Exchanges a contiguous extent back for single frames anywhere.
   * @returns whether Xen had the frames; otherwise the extent is kept
   */
  scatter(pfn: number, order: number): boolean {
    const count = 2 ** order;
    const extent = this.p2m.lookup(pfn);
    if (extent === undefined || this.p2m.machineRuns(pfn, count) !== 1) return false;
    const frames: { mfn: number; count: number }[] = [];
    for (let i = 0; i < count; i++) {
      const got = this.heap.allocate(0, 0);
      if (!got.ok) {
        for (const { mfn } of frames) this.heap.free(mfn, 0);
        return false;
      }
      frames.push({ mfn: got.frame, count: 1 });
    }
    this.p2m.set(pfn, frames);
    this.heap.free(extent, order);
    return true;
  }
}
