import type { PvDomain } from './pv-domain.ts';

/** How a version's toolstack asks for a PV guest's memory. */
export interface DomUPolicy {
  /** `2M`: extents of 2 MiB while Xen has them, then single pages (4.6 and later). `single`: pages one by one. */
  readonly extents: '2M' | 'single';
  /** XENMEM_claim_pages beforehand (4.3 and later): too little memory is refused before any is taken. */
  readonly claims: boolean;
  /** XENMEMF_exact_node: the node that all of it must come from. */
  readonly node?: number;
}

export interface DomUReport {
  /** Pages that the guest has. */
  readonly pages: number;
  /** Of them, those in extents of 2 MiB. */
  readonly inExtents: number;
}

const EXTENT_ORDER = 9;
const EXTENT_PAGES = 2 ** EXTENT_ORDER;
/** SUPERPAGE_BATCH_SIZE: extents of one hypercall; a batch ends with the first that Xen does not have. */
const BATCH = 512;

/**
 * Gives a PV guest its memory, or none where Xen has not as much: a guest that cannot be built is destroyed again.
 * Source: tools/libs/guest/xg_dom_x86.c: meminit_pv (tools/libxc/xc_dom_x86.c: arch_setup_meminit before 4.7).
 */
export function buildDomU(domain: PvDomain, policy: DomUPolicy, pages: number): DomUReport {
  const { heap } = domain;
  if (policy.claims && !heap.claim(pages)) return { pages: 0, inExtents: 0 };
  const request = { claimed: policy.claims, ...(policy.node === undefined ? {} : { node: policy.node, exactNode: true }) };
  let inExtents = 0;
  for (let left = policy.extents === '2M' ? Math.floor(pages / EXTENT_PAGES) : 0; left > 0;) {
    const batch = Math.min(left, BATCH);
    inExtents += domain.populate(inExtents, batch, EXTENT_ORDER, 0, request);
    left -= batch;
  }
  const done = inExtents + domain.populate(inExtents, pages - inExtents, 0, 0, request);
  // What is left of a claim is cancelled, whether the guest was built or not.
  if (policy.claims) heap.releaseClaim(pages - done);
  if (done === pages) return { pages, inExtents };
  domain.destroy();
  return { pages: 0, inExtents: 0 };
}
