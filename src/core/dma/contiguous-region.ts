import type { ExchangeResult, PvDomain } from '../machine/pv-domain.ts';
import type { Features } from '../platform/features.ts';

/** Order up to which the frame list is static: MIN_CONTIG_ORDER of 6.14, MAX_CONTIG_ORDER before. */
const STATIC_ORDER = 9;

export type RegionResult = ExchangeResult | { readonly ok: false; readonly cause: 'contig-order' | 'early-boot' };

/**
 * xen_create_contiguous_region: exchanges 2^order pages for one machine extent below 2^bits.
 * Source: arch/i386/mm/hypervisor.c, arch/x86/xen/mmu.c, mmu_pv.c: MAX_CONTIG_ORDER 9 to 6.13; alloc_discontig_frames() from
 * 6.14 on, which has no list beyond order 9 until the page allocator is up.
 * @param early whether the kernel still boots with its static list
 */
export function createContiguousRegion(features: Pick<Features, 'maxContigOrder'>, domain: PvDomain, pfn: number, order: number, bits: number, early = false): RegionResult {
  const limit = features.maxContigOrder.value;
  if (limit !== null && order > limit) return { ok: false, cause: 'contig-order' };
  if (limit === null && early && order > STATIC_ORDER) return { ok: false, cause: 'early-boot' };
  return domain.exchange(pfn, order, bits);
}

/**
 * xen_destroy_contiguous_region: scatters an extent over single frames.
 * @returns whether it was: it is kept contiguous where Xen has not as many free, or where the order was never allowed
 */
export function destroyContiguousRegion(features: Pick<Features, 'maxContigOrder'>, domain: PvDomain, pfn: number, order: number): boolean {
  const limit = features.maxContigOrder.value;
  return (limit === null || order <= limit) && domain.scatter(pfn, order);
}
