import type { Fact } from '../platform/fact.ts';
import type { Features } from '../platform/features.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { PAGE_SIZE, orderBytes, orderFor, pagesFor } from '../units/pages.ts';
import type { Device } from './device.ts';

/** What the choice between direct and bounced rests on, beside the device and the buffer. */
export interface BounceContext {
  readonly features: Features;
  /** Whether every mapping of this device bounces. */
  readonly force: Fact<boolean>;
  /** Under Xen PV: the number of machine-contiguous runs that pages `pfn` to `pfn + count - 1` stand in. */
  readonly machineRuns?: (pfn: number, count: number) => number;
}

/**
 * Why a streaming mapping must bounce; undefined where it goes direct.
 * Source: drivers/xen/swiotlb-xen.c: xen_swiotlb_map_page with dma_capable and range_straddles_page_boundary; kernel/dma/direct.h:
 * dma_direct_map_page; arch/i386/kernel/pci-dma-xen.c (3.0.4): start address and the first page's bit alone.
 * @param physical address of the buffer as the kernel sees it
 * @param bus address of its first byte as the device sees it
 */
export function bounceReason(
  context: BounceContext, device: Device, physical: number, bus: number, bytes: number, inContiguousRegion: boolean,
): Reason | undefined {
  const { features, force, machineRuns } = context;
  const last = bus + bytes - 1;
  if (features.contiguityTest.value === 'first-page-bit') {
    if (bus > device.dmaMask) return reason('bounce-beyond-mask', { address: last, bytes, mask: device.dmaMask });
    const crosses = (physical % PAGE_SIZE) + bytes > PAGE_SIZE;
    return crosses && !inContiguousRegion ? reason('bounce-discontiguous', { pages: pagesFor((physical % PAGE_SIZE) + bytes), runs: 0 }, features.contiguityTest) : undefined;
  }
  if (last > device.dmaMask) return reason('bounce-beyond-mask', { address: last, bytes, mask: device.dmaMask });
  if (machineRuns) {
    const pfn = Math.floor(physical / PAGE_SIZE);
    const pages = Math.floor((physical + bytes - 1) / PAGE_SIZE) - pfn + 1;
    if (pages > 1) {
      const runs = machineRuns(pfn, pages);
      if (runs !== 1) return reason('bounce-discontiguous', { pages, runs });
      const order = orderFor(bytes);
      if (features.alignmentCheck.value === 'all' && physical % orderBytes(order) === 0 && bus % orderBytes(order) !== 0) {
        return reason('bounce-unaligned', { order, address: bus }, features.alignmentCheck);
      }
    }
  }
  return force.value ? reason('bounce-forced', {}, force) : undefined;
}
