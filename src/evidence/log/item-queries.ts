import type { E820Entry } from '../../core/platform/platform-facts.ts';
import type { E820Map, LogItem, LogStatement } from './log-items.ts';

export type Kind = LogStatement['kind'];
export type ItemOf<K extends Kind> = Extract<LogItem, { kind: K }>;

export function itemsOf<K extends Kind>(items: readonly LogItem[], kind: K): ItemOf<K>[] {
  return items.filter((item): item is ItemOf<K> => item.kind === kind);
}

export function firstOf<K extends Kind>(items: readonly LogItem[], kind: K): ItemOf<K> | undefined {
  return items.find((item): item is ItemOf<K> => item.kind === kind);
}

/** The banner; where a log has none, /proc/version that stands in it. */
export function bannerOf(items: readonly LogItem[]): ItemOf<'linux-banner'> | ItemOf<'linux-release'> | undefined {
  return firstOf(items, 'linux-banner') ?? firstOf(items, 'linux-release');
}

/** The first command line that came through whole. */
export function commandLineOf(items: readonly LogItem[], kind: 'linux-command-line' | 'xen-command-line'): (ItemOf<'linux-command-line'> | ItemOf<'xen-command-line'>) | undefined {
  return itemsOf(items, kind).find(({ commandLine }) => commandLine !== null);
}

/**
 * The line that holds all of Linux's options. What a boot configuration in the initrd or the kernel adds (lib/bootconfig.c, 5.6 and
 * later; init/main.c: setup_command_line) stands in `Kernel command line:` alone, which comes behind the early line.
 */
export function linuxOptionsLineOf(items: readonly LogItem[]): ItemOf<'linux-command-line'> | undefined {
  const whole = itemsOf(items, 'linux-command-line').filter(({ commandLine }) => commandLine !== null);
  return whole.find(({ recogniser }) => recogniser === 'linux-command-line') ?? whole[0];
}

/** More than any kernel has: include/asm/e820/types.h: E820_MAX_ENTRIES, 128 and three for each of 1,024 nodes. */
const MOST_ROWS = 4096;

/** The rows of a map, each once: consoles repeat what they missed. A row that overlaps one before is of another boot's map. */
export function mapRows(items: readonly LogItem[], map: E820Map): ItemOf<'e820-row'>[] {
  const rows: ItemOf<'e820-row'>[] = [];
  const byStart: E820Entry[] = [];
  for (const row of itemsOf(items, 'e820-row')) {
    if (row.map === map && rows.length < MOST_ROWS && putBetween(byStart, row.entry)) rows.push(row);
  }
  return rows;
}

/** Puts a range among others that rise and do not overlap. @returns false where it overlaps one of them */
function putBetween(byStart: E820Entry[], entry: E820Entry): boolean {
  let from = 0;
  for (let to = byStart.length; from < to; ) {
    const middle = (from + to) >> 1;
    if ((byStart[middle]?.start ?? 0) < entry.start) from = middle + 1;
    else to = middle;
  }
  const before = byStart[from - 1];
  const behind = byStart[from];
  if ((before && before.end > entry.start) || (behind && behind.start < entry.end)) return false;
  byStart.splice(from, 0, entry);
  return true;
}

/** The rows of a map of which nothing shows that the first are missing: a log may begin within it. */
export function wholeMapRows(items: readonly LogItem[], map: E820Map): ItemOf<'e820-row'>[] {
  const rows = mapRows(items, map);
  const [first] = rows;
  const headed = first !== undefined && itemsOf(items, 'e820-heading').some((heading) => (heading.map === 'machine') === (map === 'machine') && heading.line <= first.line);
  return headed || first?.entry.start === 0 ? rows : [];
}
