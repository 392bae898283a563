import type { P2m } from '../machine/p2m.ts';
import type { Features } from '../platform/features.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { PAGE_SIZE, orderBytes, pagesFor } from '../units/pages.ts';

/** Bytes that the kernel tests and clears for a coherent request: rounded to 2^order pages (to 6.0) or to a page. */
export function coherentBytes(features: Pick<Features, 'coherentRounding'>, bytes: number, order: number): number {
  return features.coherentRounding.value === 'order' ? orderBytes(order) : pagesFor(bytes) * PAGE_SIZE;
}

/**
 * Why pages must be exchanged before a device can use them coherently under Xen PV; undefined where they serve as they are.
 * Source: drivers/xen/swiotlb-xen.c: xen_swiotlb_alloc_coherent, range_straddles_page_boundary, range_requires_alignment;
 * arch/i386/kernel/pci-dma-xen.c: dma_alloc_coherent (XenLinux: always).
 * @param bytes as `coherentBytes` gives them
 * @param mask last address that the device reaches
 */
export function exchangeNeed(
  features: Pick<Features, 'coherentExchange' | 'alignmentCheck'>, p2m: P2m, pfn: number, order: number, bytes: number, mask: number,
): Reason | undefined {
  if (features.coherentExchange.value === 'always') return reason('exchange-always', {}, features.coherentExchange);
  const address = p2m.lookup(pfn)! * PAGE_SIZE;
  if (address + bytes - 1 > mask) return reason('exchange-needed-reach', { address: address + bytes - 1, bytes, mask });
  const pages = pagesFor(bytes);
  const runs = p2m.machineRuns(pfn, pages);
  if (runs !== 1) return reason('exchange-needed-scattered', { runs, pages });
  const block = orderBytes(order);
  if (features.alignmentCheck.value !== 'none' && (pfn * PAGE_SIZE) % block === 0 && address % block !== 0) {
    return reason('exchange-needed-alignment', { order, address }, features.alignmentCheck);
  }
  return undefined;
}
