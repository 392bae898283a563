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

/** The rows of a map, each once: consoles repeat what they missed. A row that overlaps one before is of another boot's map. */
export function mapRows(items: readonly LogItem[], map: E820Map): ItemOf<'e820-row'>[] {
  const rows: ItemOf<'e820-row'>[] = [];
  for (const row of itemsOf(items, 'e820-row')) {
    const { start, end } = row.entry;
    if (row.map === map && !rows.some(({ entry }) => start < entry.end && entry.start < end)) rows.push(row);
  }
  return rows;
}

/** The rows of a map of which nothing shows that the first are missing: a log may begin within it. */
export function wholeMapRows(items: readonly LogItem[], map: E820Map): ItemOf<'e820-row'>[] {
  const rows = mapRows(items, map);
  const [first] = rows;
  const headed = first !== undefined && itemsOf(items, 'e820-heading').some((heading) => (heading.map === 'machine') === (map === 'machine') && heading.line <= first.line);
  return headed || first?.entry.start === 0 ? rows : [];
}
