import { type Fact, derivedFact, factFromDefault } from './fact.ts';
import type { Features } from './features.ts';
import type { Domain } from './platform-facts.ts';
import { type XenVersion, xenAtLeast } from './xen-version.ts';

export type XenFeatures = Required<Pick<Features, 'xenZones' | 'xenMaxOrder' | 'xenExchangeMaxOrder' | 'xenDmaBits'>>;

/**
 * What a hypervisor does, by version (x86).
 * @param memopMaxOrder the value of `memop-max-order=` on Xen's command line, where given: largest orders of a plain domU,
 *   the control domain, the hardware domain and a domU with a device, as far as written
 * @param ownsDevice whether a domU owns I/O memory; one that maps memory for DMA does
 */
export function xenFeatures(
  xen: XenVersion,
  domain: Domain,
  options: { readonly dmaBits?: Fact<number>; readonly memopMaxOrder?: Fact<readonly (number | undefined)[]>; readonly ownsDevice?: Fact<boolean> } = {},
): XenFeatures {
  const maxOrder = xenAtLeast(xen, 4, 0)
    ? factFromDefault(18, 'xen/include/asm-x86/config.h: MAX_ORDER 2 * PAGETABLE_ORDER = 18 (1 GiB), Xen 4.0 and later')
    : factFromDefault(20, 'xen/include/xen/mm.h: MAX_ORDER 20 (4 GiB), Xen 3.0 to 3.4');
  return {
    xenZones: xenAtLeast(xen, 3, 1)
      ? factFromDefault('per-bit', 'xen/common/page_alloc.c: a zone an address bit, Xen 3.1 and later')
      : factFromDefault('three', 'xen/common/page_alloc.c: zones XEN, DOM and DMADOM, Xen 3.0.x'),
    xenMaxOrder: maxOrder,
    xenExchangeMaxOrder: exchangeMaxOrder(xen, domain, maxOrder.value, options.memopMaxOrder, options.ownsDevice),
    xenDmaBits: options.dmaBits ?? dmaBits(xen),
  };
}

function dmaBits(xen: XenVersion): Fact<number | null> {
  if (xenAtLeast(xen, 3, 3)) return factFromDefault(null, 'xen/common/page_alloc.c: dma_bitsize off without NUMA, Xen 3.3 and later');
  if (xenAtLeast(xen, 3, 1)) return factFromDefault(32, 'xen/include/asm-x86/config.h: CONFIG_DMA_BITSIZE 32, Xen 3.1 and 3.2');
  if (xenAtLeast(xen, 3, 0, 4)) return factFromDefault(30, 'xen/common/page_alloc.c: dma_bits 30 (1 GiB), Xen 3.0.4');
  return factFromDefault(31, 'xen/include/asm-x86/config.h: MAX_DMADOM_PFN 0x7ffff (2 GiB), Xen 3.0.2 and 3.0.3');
}

function exchangeMaxOrder(
  xen: XenVersion,
  domain: Domain,
  heapMaxOrder: number,
  option: Fact<readonly (number | undefined)[]> | undefined,
  device: Fact<boolean> | undefined,
): Fact<number> {
  const dom0 = domain === 'pv-dom0' || domain === 'pvh-dom0';
  const plain = !dom0 && device?.value === false;
  if (!xenAtLeast(xen, 4, 7)) {
    if (!plain) return factFromDefault(heapMaxOrder, 'xen/common/memory.c: memory_exchange bounded by MAX_ORDER alone for a domain that owns I/O memory, before Xen 4.7');
    const open = xenAtLeast(xen, 4, 0) ? 9 : 0;
    return derivedFact(open, `xen/common/memory.c: multipage_allocation_permitted: order ${open} without I/O memory, ${open === 0 ? '3.0.3 to 3.4' : '4.0 to 4.6'}`, device);
  }
  const defaults = [9, 18, 12, 12] as const;
  const set = option?.value ?? [];
  const orderOf = (index: 0 | 1 | 2 | 3): number => Math.min(set[index] ?? defaults[index], heapMaxOrder);
  // Dom0 is hardware and control domain at once: the larger of the two applies. A domU that maps for DMA owns a device.
  const value = dom0 ? Math.max(orderOf(1), orderOf(2)) : orderOf(plain ? 0 : 3);
  if (option !== undefined) return { value, from: option.from };
  return factFromDefault(
    value,
    `xen/common/memory.c: max_order(), memop-max-order 9,18,12,12 on x86, Xen 4.7 and later: ${dom0 ? 'dom0 is control domain' : plain ? 'domain without a device' : 'domain with a device'}`,
  );
}
