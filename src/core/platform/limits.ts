import { orderBytes } from '../units/pages.ts';
import { SEGMENT_BYTES, SEGMENT_SLOTS } from './aperture-size.ts';
import { type Fact, factFromDefault } from './fact.ts';
import { type Platform, isXenPv } from './platform.ts';
import { type Reason, reason } from './reason.ts';

/** One thing that bounds a request: its bytes, the reason, and what would and would not change it. */
export interface Constraint {
  readonly id: 'page-allocator' | 'cma' | 'contig-order' | 'xen-exchange-order' | 'segment' | 'pool' | 'mask-memory';
  /** Largest request that passes, in bytes. */
  readonly bytes: number;
  /** The fact that says so. */
  readonly fact: Fact<unknown>;
  readonly because: Reason;
  readonly knobs: readonly Reason[];
}

/** How large a request may be, and which fact says so. */
export interface Limit {
  readonly kind: 'coherent' | 'streaming';
  /** In bytes; Infinity where nothing known bounds it. */
  readonly bytes: number;
  /** The constraint that sets `bytes`; absent where nothing does. */
  readonly binding?: Constraint;
  /** Every constraint, tightest first. */
  readonly constraints: readonly Constraint[];
  /**
   * When the limit applies. `always`: to every request. `when-bounced`: only where the mapping must bounce, which
   * natively depends on the device's mask.
   */
  readonly applies: 'always' | 'when-bounced';
}

/**
 * The largest coherent allocation that a platform promises a device with a coherent mask of 32 bits.
 * Under Xen PV it is the least of the page allocator's order, the order limit of xen_create_contiguous_region and the order
 * that XENMEM_exchange grants; natively the page allocator's or CMA's. Free memory below the mask is the model's question.
 */
export function coherentLimit(platform: Platform): Limit {
  const { features } = platform;
  const pv = isXenPv(platform);
  const constraints: Constraint[] = [];
  const order = features.pageAllocatorMaxOrder.value;
  const cma = platform.cmaBytes.value;
  if (!pv && cma > orderBytes(order)) {
    constraints.push({
      id: 'cma', bytes: cma, fact: platform.cmaBytes, because: reason('cma-limit', { bytes: cma }, platform.cmaBytes),
      knobs: [reason('knob-cma', { helps: 1 }), reason('knob-swiotlb-size', { helps: 0 }), reason('knob-scatter-gather', { helps: 1 })],
    });
  } else {
    constraints.push({
      id: 'page-allocator', bytes: orderBytes(order), fact: features.pageAllocatorMaxOrder,
      because: reason('page-allocator-limit', { order, bytes: orderBytes(order) }, features.pageAllocatorMaxOrder),
      knobs: [reason('knob-cma', { helps: pv ? 0 : 1 }), reason('knob-swiotlb-size', { helps: 0 }), reason('knob-scatter-gather', { helps: 1 })],
    });
  }
  if (pv) {
    const contig = features.maxContigOrder;
    if (contig.value !== null) {
      constraints.push({
        id: 'contig-order', bytes: orderBytes(contig.value), fact: contig,
        because: reason('contig-order-limit', { order: contig.value, bytes: orderBytes(contig.value) }, contig),
        knobs: [
          reason('knob-contig-order', { helps: 1, release: '6.14' }), reason('knob-scatter-gather', { helps: 1 }),
          reason('knob-swiotlb-size', { helps: 0 }),
        ],
      });
    }
    const exchange = features.xenExchangeMaxOrder;
    if (exchange) {
      constraints.push({
        id: 'xen-exchange-order', bytes: orderBytes(exchange.value), fact: exchange,
        because: reason('xen-exchange-order-limit', { order: exchange.value, bytes: orderBytes(exchange.value) }, exchange),
        knobs: [reason('knob-memop-max-order', { helps: 1, order: exchange.value + 1 }), reason('knob-swiotlb-size', { helps: 0 })],
      });
    }
  }
  return limitOf('coherent', constraints, 'always');
}

/**
 * The largest streaming mapping that a platform promises: one segment of 128 slots wherever the mapping can bounce.
 * Under Xen PV a buffer of several pages is direct only by luck, as its machine frames are consecutive only by luck.
 * @param minAlignMask the device's min_align_mask, 0 for none
 */
export function streamingLimit(platform: Platform, minAlignMask = 0): Limit {
  const { features, aperture } = platform;
  const pv = isXenPv(platform);
  if (aperture.bytes.value === 0 && !pv) return { kind: 'streaming', bytes: Infinity, constraints: [], applies: 'when-bounced' };
  const cost = features.minAlignMask.value && minAlignMask > 0 ? Math.ceil(minAlignMask / 2048) * 2048 : 0;
  const fact = factFromDefault(SEGMENT_SLOTS, 'kernel/dma/swiotlb.c: IO_TLB_SEGSIZE 128 slots of 2 KiB, in every kernel from 2.6.16 to 7.3');
  const knobs = [
    reason('knob-swiotlb-size', { helps: 0 }), reason('knob-scatter-gather', { helps: 1 }),
    reason('knob-segsize', { helps: 1, bytes: 2 * SEGMENT_BYTES }), reason('knob-iommu', { helps: pv ? 0 : 1 }),
  ];
  const because = reason('segment-limit', { slots: SEGMENT_SLOTS, bytes: SEGMENT_BYTES - cost }, fact);
  const constraint: Constraint = { id: 'segment', bytes: SEGMENT_BYTES - cost, fact, because, knobs };
  const applies = pv || aperture.force.value ? 'always' : 'when-bounced';
  return limitOf('streaming', [constraint], applies);
}

function limitOf(kind: Limit['kind'], constraints: readonly Constraint[], applies: Limit['applies']): Limit {
  const sorted = [...constraints].sort((a, b) => a.bytes - b.bytes);
  const binding = sorted[0]!;
  return { kind, bytes: binding.bytes, binding, constraints: sorted, applies };
}
