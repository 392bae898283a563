import type { Dom0Memory, MemoryAmount } from '../platform/platform-facts.ts';
import { MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';

/** What is kept back where `dom0_mem=` states no amount: a sixteenth of the memory, at most 128 MiB. */
const RESERVE_DIVISOR = 16;
const RESERVE_MOST = (128 * MIB) / PAGE_SIZE;

/**
 * Pages that dom0 is built with.
 * Source: xen/arch/x86/dom0_build.c: dom0_compute_nr_pages, get_memsize (domain_build.c: compute_dom0_nr_pages before 4.11).
 * @param available pages that Xen has to give
 */
export function dom0Pages(memory: Dom0Memory, available: number): number {
  const min = pagesOf(memory.min, available, 0);
  const max = pagesOf(memory.max, available, Infinity);
  const stated = pagesOf(memory.amount, available, 0);
  const pages = stated > 0 ? stated : available - Math.min(Math.floor(available / RESERVE_DIVISOR), RESERVE_MOST);
  return Math.max(0, Math.min(Math.max(pages, min), max, available));
}

/** A negative amount is what is left out of the memory; a percentage counts on top. */
function pagesOf(amount: MemoryAmount | undefined, available: number, unset: number): number {
  if (!amount) return unset;
  const pages = Math.trunc(amount.bytes / PAGE_SIZE) + Math.floor(((amount.percent ?? 0) * available) / 100);
  return amount.bytes < 0 ? Math.max(0, available + pages) : pages;
}
