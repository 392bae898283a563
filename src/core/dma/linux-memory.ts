import { LinuxPages } from '../machine/linux-pages.ts';
import type { P2m } from '../machine/p2m.ts';
import type { Platform } from '../platform/platform.ts';
import type { AddressRange } from '../units/addresses.ts';
import { MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';

/** Where a distribution's kernel lies where no log states it: from CONFIG_PHYSICAL_START on. */
const KERNEL: AddressRange = { start: 16 * MIB, end: 80 * MIB };

/** sizeof(struct page) on x86-64. */
const STRUCT_PAGE = 64;

/**
 * Linux's own pages after boot: what has frames and is not the kernel's own. Which of the rest early boot has taken is not
 * modelled, but that it takes from the bottom up is.
 */
export function linuxPages(platform: Platform, ranges: readonly AddressRange[]): LinuxPages {
  const { features, memory } = platform;
  const pages = new LinuxPages(ranges, features.pageAllocatorMaxOrder.value, features.bootPagesToTail.value);
  const kernel = memory.dom0Kernel?.value ?? KERNEL;
  pages.buddy.reserve(0, MIB / PAGE_SIZE);
  pages.buddy.reserve(Math.floor(kernel.start / PAGE_SIZE), Math.ceil((kernel.end - kernel.start) / PAGE_SIZE));
  return pages;
}

/** The pages of a domain that have frames, as ranges of bytes. */
export function populatedRanges(p2m: P2m): AddressRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { pfn, count } of p2m.runs) {
    const start = pfn * PAGE_SIZE;
    const last = ranges.at(-1);
    if (last?.end === start) last.end += count * PAGE_SIZE;
    else ranges.push({ start, end: start + count * PAGE_SIZE });
  }
  return ranges;
}

/** The first pfn, aligned to an order, of 2^order pages that all have frames. */
export function mappedBlock(p2m: P2m, order: number): number | undefined {
  const count = 2 ** order;
  for (const { start, end } of populatedRanges(p2m)) {
    const pfn = Math.ceil(start / PAGE_SIZE / count) * count;
    if ((pfn + count) * PAGE_SIZE <= end) return pfn;
  }
  return undefined;
}

/** The highest page-aligned start at which `bytes` fit below `limit`, or undefined. */
export function highestRoom(ranges: readonly AddressRange[], bytes: number, limit: number): number | undefined {
  let best: number | undefined;
  for (const { start, end } of ranges) {
    const at = Math.floor((Math.min(end, limit) - bytes) / PAGE_SIZE) * PAGE_SIZE;
    if (at >= start && (best === undefined || at > best)) best = at;
  }
  return best;
}

/**
 * Bytes at the top of memory that early boot takes before the aperture: an entry of mem_map for each page of the map, and 16
 * MiB of hash tables and page tables.
 */
export function bytesAboveAperture(mapEnd: number): number {
  return Math.ceil(((mapEnd / PAGE_SIZE) * STRUCT_PAGE + 16 * MIB) / (2 * MIB)) * 2 * MIB;
}

/**
 * Order of one pool for atomic allocations: 128 KiB for each GiB of memory, at least 128 KiB, at most the page allocator's
 * largest block. Source: kernel/dma/pool.c: dma_atomic_pool_init, atomic_pool_expand.
 */
export function atomicPoolOrder(totalPages: number, maxOrder: number): number {
  const pages = Math.max(32, Math.min(Math.floor(totalPages / 8192), 2 ** maxOrder));
  let order = 0;
  while (2 ** order < pages) order++;
  return order;
}
