import { SEGMENT_BYTES, SLOT_BYTES } from '../platform/aperture-size.ts';
import { factFromDefault } from '../platform/fact.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { Aperture } from '../swiotlb/aperture.ts';
import { DynamicPools } from '../swiotlb/dynamic-pools.ts';
import { maskOfBits } from '../units/dma-mask.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import type { BootedMachine } from './boot.ts';
import type { Device } from './device.ts';
import type { StreamingContext } from './map-streaming.ts';

/**
 * Which pool a device bounces through: the default one, the set that grows from it (CONFIG_SWIOTLB_DYNAMIC), or a restricted
 * pool of its own.
 */
export class DevicePools {
  readonly dynamic: DynamicPools | undefined;
  readonly #machine: BootedMachine;
  readonly #default: StreamingContext;
  readonly #restricted = new Map<string, { readonly aperture: Aperture; readonly context: StreamingContext }>();

  constructor(machine: BootedMachine) {
    this.#machine = machine;
    const { platform, aperture, domain } = machine;
    this.dynamic = aperture && platform.features.dynamicPools.value && !domain ? new DynamicPools(aperture, poolMemory(machine), maskOfBits(32)) : undefined;
    const source = this.dynamic ?? aperture;
    this.#default = {
      features: platform.features, force: platform.aperture.force,
      ...(domain ? { machineRuns: (pfn: number, count: number) => domain.p2m.machineRuns(pfn, count) } : {}),
      ...(source ? { aperture: source } : {}),
      slotBusAddress: (address) => this.busAddress(address),
    };
  }

  contextOf(device: Device): StreamingContext {
    return this.#restrictedOf(device)?.context ?? this.#default;
  }

  /** The pool that a device has for itself. */
  restrictedOf(device: Device): Aperture | undefined {
    return this.#restrictedOf(device)?.aperture;
  }

  /** The pool that a refusal speaks of. */
  apertureOf(device: Device): Aperture | undefined {
    return this.#restrictedOf(device)?.aperture ?? this.#machine.aperture;
  }

  /** Bus address of a slot: its segment's machine address under Xen PV. */
  busAddress(tlbAddress: number): number {
    const { aperture, segments } = this.#machine;
    if (!aperture || !segments) return tlbAddress;
    const inside = tlbAddress - aperture.pool.start;
    return (segments[Math.floor(inside / SEGMENT_BYTES)] ?? 0) + (inside % SEGMENT_BYTES);
  }

  /** Runs the background job where it is due: it comes before the next operation. */
  settle(): Reason | undefined {
    if (!this.dynamic?.growthPending) return undefined;
    const added = this.dynamic.grow();
    return added
      ? reason('pool-added', { slots: added.pool.slots, address: added.pool.start })
      : reason('pool-growth-failed', { slots: this.#machine.aperture!.pool.slots });
  }

  /**
   * CONFIG_DMA_RESTRICTED_POOL (5.15 and later): a reserved range as the device's only pool, one area, everything bounces.
   * Source: kernel/dma/swiotlb.c: rmem_swiotlb_device_init.
   */
  #restrictedOf(device: Device): { readonly aperture: Aperture; readonly context: StreamingContext } | undefined {
    const { restrictedPool } = device;
    const { features } = this.#machine.platform;
    // Kernels before generation C know no pool but the one.
    if (!restrictedPool || /^[AB]/.test(features.slotSearch.value)) return undefined;
    let made = this.#restricted.get(device.name);
    if (!made) {
      const aperture = new Aperture(features.slotSearch.value, Math.floor(restrictedPool.bytes / SLOT_BYTES), 1, restrictedPool.start);
      const force = factFromDefault(true, 'kernel/dma/swiotlb.c: rmem_swiotlb_device_init sets force_bounce');
      made = { aperture, context: { features, force, aperture, slotBusAddress: (address) => address } };
      this.#restricted.set(device.name, made);
    }
    return made;
  }
}

/** The machine's page allocator as pools ask it: from the zone that the limit leaves, as GFP_DMA and GFP_DMA32 do. */
function poolMemory({ pages, platform }: BootedMachine): ConstructorParameters<typeof DynamicPools>[1] {
  return {
    maxOrder: platform.features.pageAllocatorMaxOrder.value,
    allocate: (order, limit) => {
      const zone = limit <= maskOfBits(24) ? 0 : limit <= maskOfBits(32) ? 1 : 2;
      for (let lower: 0 | 1 | 2 = zone; ; lower = lower === 2 ? 1 : 0) {
        const pfn = pages.allocate(order, lower);
        if (pfn !== undefined) {
          if ((pfn + 2 ** order) * PAGE_SIZE - 1 <= limit) return pfn * PAGE_SIZE;
          pages.free(pfn, order);
        }
        if (lower === 0) return undefined;
      }
    },
    free: (address, order) => pages.free(address / PAGE_SIZE, order),
  };
}
