import type { DmaSystem } from '../core/dma/dma-system.ts';
import { framesOfZone } from '../core/machine/address-zone.ts';
import { formatAddress } from '../core/units/addresses.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import type { PanelFreeBlocks } from '../protocol/panel-state.ts';

interface Block {
  readonly frame: number;
  readonly order: number;
  readonly zone: number;
}

const LINUX_ZONES = ['DMA', 'DMA32', 'Normal'];
/** Xen 3.0.x: what stands below its DMA width, and the rest. */
const OLD_XEN_ZONES = ['DMA', 'domain'];

/** Free blocks by zone and order of the allocator that hands out machine memory: Xen's heap under Xen, else the kernel's pages. */
export function freeBlocks(system: DmaSystem): PanelFreeBlocks | undefined {
  const { domain, pages } = system.machine;
  if (!domain) return blocksOf('Linux', pages.buddy.blocks(), (zone) => LINUX_ZONES[zone] ?? String(zone));
  const { heap } = domain;
  return blocksOf('Xen', heap.blocks(), (zone) => (heap.kind.zones === 'three' ? (OLD_XEN_ZONES[zone] ?? String(zone)) : String(zone)), heap.kind.zones === 'per-bit');
}

/** @param perBit whether a zone is a power of two of frames: its addresses are then known by its number */
function blocksOf(allocator: PanelFreeBlocks['allocator'], blocks: Iterable<Block>, name: (zone: number) => string, perBit = false): PanelFreeBlocks | undefined {
  const zones = new Map<number, { start: number; end: number; orders: number[] }>();
  for (const { frame, order, zone } of blocks) {
    let found = zones.get(zone);
    if (!found) zones.set(zone, found = { start: Infinity, end: 0, orders: [] });
    while (found.orders.length <= order) found.orders.push(0);
    found.orders[order] = (found.orders[order] ?? 0) + 1;
    found.start = Math.min(found.start, frame);
    found.end = Math.max(found.end, frame + 2 ** order);
  }
  if (zones.size === 0) return undefined;
  return {
    allocator,
    zones: [...zones].sort(([a], [b]) => a - b).map(([zone, { start, end, orders }]) => {
      const { first, end: behind } = perBit ? framesOfZone(zone) : { first: start, end };
      return { name: name(zone), start: formatAddress(first * PAGE_SIZE), end: formatAddress(behind * PAGE_SIZE), orders };
    }),
  };
}
