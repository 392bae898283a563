import { MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import type { PvDomain } from './pv-domain.ts';
import type { XenAllocation, XenRequest } from './xen-heap.ts';

/** How a version of Xen gives dom0 its memory. */
export interface Dom0Policy {
  /** `largest`: blocks as large as fit, from memory not kept for DMA first (4.1 and later). `2M`: chunks of at most 2 MiB. */
  readonly chunks: 'largest' | '2M';
  /** Whether the kernel's own area comes from the DMA zone: 3.0.x. */
  readonly kernelBelowDma: boolean;
  /** Whether the p2m table is allocated apart from it: kernels with XEN_ELFNOTE_INIT_P2M on Xen 4.0 and later. */
  readonly separateP2m: boolean;
}

/** Order of the first chunk where no log states it: 128 MiB hold a distribution's kernel, its page tables and structures. */
const INITIAL_ORDER = 15;
const CHUNK_ORDER = 9;
/** Bytes of a p2m entry; the table is had in blocks of 2 MiB. */
const P2M_ENTRY = 8;

export interface Dom0Parts {
  readonly pages: number;
  /** Machine frames of the first chunk, where a log states them. */
  readonly initial?: { readonly frame: number; readonly count: number };
  /** Machine frames of the RAM disk, which become dom0's. */
  readonly ramdisk?: { readonly frame: number; readonly count: number };
}

/**
 * Gives dom0 its memory: the chunk that its kernel is loaded into, the RAM disk's frames, the p2m table, then the rest.
 * Source: xen/arch/x86/pv/dom0_build.c (domain_build.c before 4.11): dom0_construct_pv, alloc_chunk, setup_pv_physmap.
 * @returns pages that could not be had
 */
export function buildDom0(domain: PvDomain, policy: Dom0Policy, parts: Dom0Parts): number {
  const { heap } = domain;
  let pfn = 0;
  const give = (frame: number, count: number): void => {
    domain.map(pfn, [{ mfn: frame, count }]);
    pfn += count;
  };
  const { initial, ramdisk } = parts;
  if (initial && heap.withhold(initial.frame, initial.count) === initial.count) {
    heap.adopt(initial.frame, initial.count);
    give(initial.frame, Math.min(initial.count, parts.pages));
  } else {
    let order = INITIAL_ORDER;
    while (order > 0 && 2 ** order > parts.pages) order--;
    const got = policy.kernelBelowDma ? heap.allocate(order, { bits: heap.kind.dmaBits ?? 0 }) : undefined;
    const first = got?.ok ? { ...got, order } : allocateDown(domain, order, {});
    if (first.ok) give(first.frame, 2 ** first.order);
  }
  if (ramdisk && pfn + ramdisk.count <= parts.pages) {
    heap.withhold(ramdisk.frame, ramdisk.count);
    heap.adopt(ramdisk.frame, ramdisk.count);
    give(ramdisk.frame, ramdisk.count);
  }
  if (policy.separateP2m) {
    // Two page tables, then the table itself.
    const blocks = Math.ceil((parts.pages * P2M_ENTRY) / (2 * MIB));
    for (const [count, order] of [[2, 0], [blocks, CHUNK_ORDER]] as const) {
      for (let i = 0; i < count && pfn + 2 ** order <= parts.pages; i++) {
        const got = heap.allocate(order);
        if (got.ok) give(got.frame, 2 ** order);
      }
    }
  }
  return policy.chunks === 'largest' ? largestChunks(domain, pfn, parts.pages) : smallChunks(domain, pfn, parts.pages);
}

/** alloc_chunk() of 4.1 and later: orders only fall; memory kept for DMA is touched last, 2 MiB at a time. */
function largestChunks(domain: PvDomain, from: number, pages: number): number {
  const { heap } = domain;
  let pfn = from;
  let lastOrder = heap.kind.maxOrder;
  let request: XenRequest = { noDma: true, exactNode: true };
  while (pfn < pages) {
    const left = pages - pfn;
    let order = 0;
    while (2 ** order < left) order++;
    if (order > lastOrder) order = lastOrder;
    else if (2 ** order !== left) order--;
    const got = allocateDown(domain, order, request);
    if (!got.ok) {
      if (!request.noDma) return left;
      lastOrder = CHUNK_ORDER;
      request = {};
      continue;
    }
    lastOrder = got.order;
    domain.map(pfn, [{ mfn: got.frame, count: 2 ** got.order }]);
    pfn += 2 ** got.order;
  }
  return 0;
}

function smallChunks(domain: PvDomain, from: number, pages: number): number {
  let pfn = from;
  let order = CHUNK_ORDER;
  while (pfn < pages) {
    while (order > 0 && 2 ** order > pages - pfn) order--;
    const got = allocateDown(domain, order, {});
    if (!got.ok) return pages - pfn;
    order = got.order;
    domain.map(pfn, [{ mfn: got.frame, count: 2 ** order }]);
    pfn += 2 ** order;
  }
  return 0;
}

/** Asks for ever smaller blocks until one is had. */
function allocateDown(domain: PvDomain, from: number, request: XenRequest): (Extract<XenAllocation, { ok: true }> & { readonly order: number }) | Extract<XenAllocation, { ok: false }> {
  for (let order = Math.min(from, domain.heap.kind.maxOrder); ; order--) {
    const got = domain.heap.allocate(order, request);
    if (got.ok) return { ...got, order };
    if (order === 0) return got;
  }
}

/** A range of machine memory as whole frames. */
export function framesOfRange(range: { readonly start: number; readonly end: number }): { readonly frame: number; readonly count: number } {
  const frame = Math.floor(range.start / PAGE_SIZE);
  return { frame, count: Math.ceil(range.end / PAGE_SIZE) - frame };
}
