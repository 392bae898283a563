import type { DmaSystem } from '../core/dma/dma-system.ts';
import { LAST_ZONE, framesOfZone } from '../core/machine/address-zone.ts';
import type { Platform } from '../core/platform/platform.ts';
import { formatAddress } from '../core/units/addresses.ts';
import { GIB, MIB } from '../core/units/bytes.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import type { PanelFreeBlocks } from '../protocol/panel-state.ts';

type Zone = Omit<PanelFreeBlocks['zones'][number], 'orders'>;

/**
 * The zones of the allocator that hands out machine memory, in its own order, up to the end of memory: Xen's heap under Xen, else the
 * kernel's pages. An index is the allocator's number of the zone.
 */
export function memoryZones({ memory }: Platform, { machine }: DmaSystem): Zone[] {
  const end = Math.max(...memory.e820.value.filter(({ type }) => type === 'usable').map((range) => range.end), 0);
  if (!machine.domain) return between(['DMA', 'DMA32', 'Normal'], [0, 16 * MIB, 4 * GIB, Math.max(end, 4 * GIB + PAGE_SIZE)]);
  const { zones, dmaBits } = machine.domain.heap.kind;
  // Xen 3.0.x: what stands below its DMA width, and the rest.
  if (zones === 'three') return between(['DMA', 'domain'], [0, dmaBits === null ? PAGE_SIZE : 2 ** dmaBits, Math.max(end, 2 ** (dmaBits ?? 0) + PAGE_SIZE)]);
  return Array.from({ length: LAST_ZONE + 1 }, (_, zone) => {
    // Frame 0 is never handed out: zone 0 stands for nothing.
    const { first, end: behind } = zone === 0 ? { first: 0, end: 1 } : framesOfZone(zone);
    return { name: String(zone), start: formatAddress(first * PAGE_SIZE), end: formatAddress(behind * PAGE_SIZE) };
  });
}

/** Free blocks by zone and order; zones without one are left out. */
export function freeBlocks(platform: Platform, system: DmaSystem): PanelFreeBlocks | undefined {
  const { domain, pages } = system.machine;
  const counts: number[][] = [];
  for (const { order, zone } of domain ? domain.heap.blocks() : pages.buddy.blocks()) {
    const orders = (counts[zone] ??= []);
    while (orders.length <= order) orders.push(0);
    orders[order]! += 1;
  }
  const zones = memoryZones(platform, system).flatMap((zone, index) => (counts[index] ? [{ ...zone, orders: counts[index] }] : []));
  return zones.length > 0 ? { allocator: domain ? 'Xen' : 'Linux', zones } : undefined;
}

function between(names: readonly string[], bounds: readonly number[]): Zone[] {
  return names.map((name, index) => ({ name, start: formatAddress(bounds[index] ?? 0), end: formatAddress(bounds[index + 1] ?? 0) }));
}
