import type { AddressRange } from '../units/addresses.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';

/** sizeof(struct page_info) on x86-64. */
const PAGE_INFO_BYTES = 32;
const FRAME_TABLE_ALIGN = 2 * MIB;

/**
 * Xen's image (relocated under 4 GiB) and its page tables, per-CPU areas and domain structures: what 4.17 was seen to keep on
 * machines of 2 and 6 GiB with two processors, 7.2 MiB in all. It grows with processors; no answer hangs on its exact size.
 */
const IMAGE_BYTES = 2 * MIB;
const STRUCTURE_BYTES = 5 * MIB;

/** xenheap_megabytes: 3.x keeps its own heap below 16 MiB; it went with 4.0 on x86-64. */
const XENHEAP_END = 16 * MIB;

/**
 * Machine memory that Xen keeps for itself: the frame table, its image and structures, from the top of memory downwards as the
 * boot allocator hands them out, and in 3.x the Xen heap at the bottom.
 * Source: xen/arch/x86/setup.c: __start_xen; xen/arch/x86/x86_64/mm.c: paging_init, init_frametable.
 * @param ranges usable machine memory, ascending
 * @param hasXenHeap Xen 3.x
 * @param above what lies at the top already: boot modules
 */
export function xenFootprint(ranges: readonly AddressRange[], hasXenHeap: boolean, above?: AddressRange): AddressRange[] {
  const kept: AddressRange[] = [];
  const end = Math.max(0, ...ranges.map((range) => range.end));
  if (hasXenHeap) kept.push({ start: 0, end: XENHEAP_END });
  const free = above ? ranges.flatMap((range) => without(range, above)) : [...ranges];
  const take = (bytes: number, align: number, limit: number): void => {
    for (const range of [...free].sort((a, b) => b.end - a.end)) {
      const start = Math.floor((Math.min(range.end, limit) - bytes) / align) * align;
      if (start < range.start) continue;
      kept.push({ start, end: start + bytes });
      free.splice(free.indexOf(range), 1, ...without(range, { start, end: start + bytes }));
      return;
    }
  };
  take(IMAGE_BYTES, FRAME_TABLE_ALIGN, 4 * GIB);
  take(Math.ceil(((end / PAGE_SIZE) * PAGE_INFO_BYTES) / FRAME_TABLE_ALIGN) * FRAME_TABLE_ALIGN, FRAME_TABLE_ALIGN, Infinity);
  take(STRUCTURE_BYTES, PAGE_SIZE, Infinity);
  return kept;
}

function without(range: AddressRange, hole: AddressRange): AddressRange[] {
  return [{ start: range.start, end: Math.min(range.end, hole.start) }, { start: Math.max(range.start, hole.end), end: range.end }].filter((part) => part.end > part.start);
}
