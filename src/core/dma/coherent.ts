import type { PvDomain } from '../machine/pv-domain.ts';
import { coherentLimit } from '../platform/limits.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { bitsOfMask, maskOfBits } from '../units/dma-mask.ts';
import { PAGE_SIZE, orderBytes, orderFor } from '../units/pages.ts';
import type { BootedMachine } from './boot.ts';
import { createContiguousRegion, destroyContiguousRegion } from './contiguous-region.ts';
import type { Device } from './device.ts';
import { coherentBytes, exchangeNeed } from './exchange-need.ts';
import { type Outcome, refused } from './outcome.ts';

/** Coherent memory that is in force. */
export interface CoherentBlock {
  readonly id: string;
  readonly device: Device;
  readonly bytes: number;
  readonly order: number;
  readonly pfn: number;
  /** Bus address. */
  readonly address: number;
  /** Whether Xen gave other frames for it, which its release gives back: PageXenRemapped. */
  readonly exchanged: boolean;
  readonly cma: boolean;
}

interface Allocation {
  readonly outcome: Outcome;
  readonly block?: CoherentBlock;
}

/**
 * dma_alloc_coherent: pages of the kernel's allocator, exchanged for contiguous machine frames in reach where Xen PV needs it.
 * Source: drivers/xen/swiotlb-xen.c: xen_swiotlb_alloc_coherent; arch/x86/xen/mmu_pv.c: xen_create_contiguous_region;
 * arch/i386/kernel/pci-dma-xen.c: dma_alloc_coherent (XenLinux); kernel/dma/direct.c: dma_direct_alloc.
 */
export function allocateCoherent(machine: BootedMachine, device: Device, id: string, bytes: number): Allocation {
  const { platform, pages, cma } = machine;
  if (!(Number.isInteger(bytes) && bytes > 0)) return { outcome: refused([], reason('bad-size', { bytes })) };
  const order = orderFor(bytes);
  const steps: Reason[] = [reason('request-order', { bytes, order, blockBytes: orderBytes(order) })];
  // dma_alloc_contiguous() leaves single pages to the page allocator.
  if (cma && bytes > PAGE_SIZE) {
    const address = cma.allocate(bytes);
    if (address !== undefined && address + bytes - 1 <= device.coherentMask) {
      return {
        outcome: { ok: true, by: 'cma', address, explain: [...steps, reason('cma-limit', { bytes: cma.bytes }, platform.cmaBytes)] },
        block: { id, device, bytes, order, pfn: address / PAGE_SIZE, address, exchanged: false, cma: true },
      };
    }
    if (address !== undefined) cma.free(address);
  }
  // Refusals that need no state come first, as the kernel meets them; the others that would follow are told with them.
  const over = coherentLimit(platform).constraints.filter((constraint) => constraint.id !== 'cma' && orderBytes(order) > constraint.bytes);
  const first = over.find((constraint) => constraint.id === 'page-allocator') ?? over[0];
  if (first && (first.id === 'page-allocator' || platform.features.coherentExchange.value === 'always')) {
    const others = over.filter((constraint) => constraint !== first).map((constraint) => constraint.because);
    return { outcome: refused([...steps, ...others], first.because, first.knobs) };
  }
  const got = takePages(machine, device, order, bytes);
  if (got === undefined) {
    return { outcome: refused(steps, reason('no-guest-pages', { order, freeBytes: pages.buddy.freeFrames() * PAGE_SIZE, largestOrder: pages.buddy.largestOrder() })) };
  }
  steps.push(reason('pages-got', { order, address: got * PAGE_SIZE }));
  const result = machine.domain ? makeReachable(machine, machine.domain, device, got, order, bytes, steps) : reachNatively(device, got, bytes, steps);
  if (!result.ok) {
    pages.free(got, order);
    return { outcome: result.outcome };
  }
  return { outcome: result.outcome, block: { id, device, bytes, order, pfn: got, address: result.address, exchanged: result.exchanged, cma: false } };
}

/** Gives coherent memory back; exchanged frames are scattered again first, as xen_destroy_contiguous_region does. */
export function freeCoherent(machine: BootedMachine, block: CoherentBlock): Outcome {
  const explain = [reason('gave-back', { order: block.order, address: block.address })];
  if (block.cma) machine.cma?.free(block.address);
  else {
    if (block.exchanged && machine.domain) {
      destroyContiguousRegion(machine.platform.features, machine.domain, block.pfn, block.order);
      machine.domain.heap.scrub();
    }
    machine.pages.free(block.pfn, block.order);
  }
  return { ok: true, address: block.address, explain };
}

type Reached =
  | { readonly ok: true; readonly address: number; readonly exchanged: boolean; readonly outcome: Outcome }
  | { readonly ok: false; readonly outcome: Outcome };

/**
 * Pages for a request: under Xen PV of any zone, as their own address says nothing of the machine's; natively of the zone that
 * the mask names, then of the zones below it while what was had is out of reach. Source: kernel/dma/direct.c:
 * dma_direct_optimal_gfp_mask, __dma_direct_alloc_pages.
 */
function takePages(machine: BootedMachine, device: Device, order: number, bytes: number): number | undefined {
  const { pages, domain } = machine;
  if (domain) return pages.allocate(order);
  const mask = device.coherentMask;
  let zone: 0 | 1 | 2 = mask <= maskOfBits(24) ? 0 : mask <= maskOfBits(32) ? 1 : 2;
  for (;;) {
    const pfn = pages.allocate(order, zone);
    if (pfn === undefined || pfn * PAGE_SIZE + bytes - 1 <= mask || zone === 0) return pfn;
    pages.free(pfn, order);
    zone = zone === 2 ? 1 : 0;
  }
}

function reachNatively(device: Device, pfn: number, bytes: number, steps: readonly Reason[]): Reached {
  const address = pfn * PAGE_SIZE;
  const fits = address + bytes - 1 <= device.coherentMask;
  const params = { address, bytes, mask: device.coherentMask };
  if (!fits) return { ok: false, outcome: refused(steps, reason('exchange-needed-reach', params), [reason('knob-wider-mask', { helps: 1 })]) };
  return { ok: true, address, exchanged: false, outcome: { ok: true, by: 'pages', address, explain: [...steps, reason('used-as-is', params)] } };
}

function makeReachable(machine: BootedMachine, domain: PvDomain, device: Device, pfn: number, order: number, bytes: number, steps: Reason[]): Reached {
  const { platform } = machine;
  const { features } = platform;
  const size = coherentBytes(features, bytes, order);
  const address = domain.p2m.lookup(pfn)! * PAGE_SIZE;
  const need = exchangeNeed(features, domain.p2m, pfn, order, size, device.coherentMask);
  if (!need) {
    const explain = [...steps, reason('used-as-is', { address, bytes: size, mask: device.coherentMask })];
    return { ok: true, address, exchanged: false, outcome: { ok: true, by: 'pages', address, explain } };
  }
  steps.push(need);
  const over = coherentLimit(platform).constraints.filter((constraint) => constraint.id !== 'cma' && orderBytes(order) > constraint.bytes);
  const [first, ...others] = over;
  if (first) return { ok: false, outcome: refused([...steps, ...others.map((constraint) => constraint.because)], first.because, first.knobs) };
  const bits = features.coherentWidth.value === 'fixed-31' ? 31 : bitsOfMask(device.coherentMask);
  steps.push(reason('exchange-width', { bits, fixed: features.coherentWidth.value === 'fixed-31' ? 1 : 0 }, features.coherentWidth));
  const result = createContiguousRegion(features, domain, pfn, order, bits);
  // Between two requests idle processors scrub what the exchange gave back.
  domain.heap.scrub();
  if (!result.ok) {
    // Where the width is the kernel's own and every request is exchanged, the mask decides nothing.
    const byMask = features.coherentWidth.value === 'fixed-31' && features.coherentExchange.value === 'always' ? 0 : 1;
    const reserve = [reason('knob-reserve', { helps: 1 }), reason('knob-wider-mask', { helps: byMask }), reason('knob-swiotlb-size', { helps: 0 })];
    const heapOrder = features.xenMaxOrder!;
    const decisive = result.cause === 'width-below-dma-bits'
      ? reason('exchange-width-below-dma-bits', { bits, dmaBits: features.xenDmaBits!.value! }, features.xenDmaBits)
      : result.cause === 'order' || result.cause === 'permission'
        ? reason('xen-heap-order-limit', { order: heapOrder.value, bytes: orderBytes(heapOrder.value) }, heapOrder)
        : reason('exchange-zone-empty', { order, bits, freeBytes: 'freeBytes' in result ? result.freeBytes : 0, largestOrder: 'largestOrder' in result ? result.largestOrder : -1 });
    return { ok: false, outcome: refused(steps, decisive, reserve) };
  }
  const given = result.frame * PAGE_SIZE;
  const explain = [...steps, reason('exchanged', { order, address: given, zone: result.zone, bits })];
  return { ok: true, address: given, exchanged: true, outcome: { ok: true, by: 'exchange', address: given, explain } };
}
