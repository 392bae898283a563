import type { DocumentLink } from 'vscode-languageserver-types';
import { firstOf, linuxOptionsLineOf } from '../evidence/log/item-queries.ts';
import type { LogItem } from '../evidence/log/log-items.ts';
import type { LogReading } from '../evidence/log/read-log.ts';
import { itemsOfBoot } from '../evidence/log/items-of-boot.ts';

/** An editor asks for the links of a whole document at once; behind this many the failures repeat what the first ones say. */
const MOST_LINKS = 5000;

/** What explains a failure: where the aperture was set up, changed or given up. The nearest of these before the failure leads. */
const POOL_KINDS: ReadonlySet<LogItem['kind']> = new Set<LogItem['kind']>([
  'pool', 'pool-placed', 'xenlinux-aperture', 'xenlinux-pool', 'pool-disabled', 'pool-torn-down', 'no-low-memory',
]);

/** The options that give the aperture its size or take it away, as a command line writes them. */
const LINUX_OPTION = /(?<=^|\s)(?:swiotlb|iommu|mem_encrypt)=\S{1,80}/;

/**
 * Ways from a line to the one that explains it: a failure leads to the aperture it found full, and the aperture to the option
 * of the command line that sized it. Targets are `uri#Lline,column`, counted from 1.
 */
export function logLinks(reading: LogReading): DocumentLink[] {
  const links: DocumentLink[] = [];
  for (const boot of reading.boots) {
    let pool: LogItem | undefined;
    const items = [...itemsOfBoot(reading, boot.firstLine, boot.lastLine)];
    const commandLine = linuxOptionsLineOf(items) ?? firstOf(items, 'linux-command-line');
    for (const item of items) {
      if (links.length >= MOST_LINKS) return links;
      if (POOL_KINDS.has(item.kind)) {
        // The first line of an aperture states its range; lines behind it repeat its size.
        if (!pool || item.kind === 'pool-torn-down') pool = item;
        const option = commandLine && LINUX_OPTION.exec(commandLine.text);
        if (commandLine && option) {
          const column = commandLine.column + option.index;
          links.push(link(item, poolRange(item), reading.uri, commandLine.line, column, `${option[0]} on the command line, line ${commandLine.line}`));
        }
      } else if (item.kind === 'failure' && pool) {
        links.push(link(item, failureRange(item), reading.uri, pool.line, pool.column, `The aperture of this boot, line ${pool.line}`));
      }
    }
  }
  return links;
}

function link(item: LogItem, [from, to]: readonly [number, number], uri: string, line: number, column: number, tooltip: string): DocumentLink {
  return {
    range: { start: { line: item.line - 1, character: from }, end: { line: item.line - 1, character: to } },
    target: `${uri}#L${line},${column}`, tooltip,
  };
}

/** The words that name the aperture, so that the rest of the line stays plain text; else the whole message. */
function failureRange(item: LogItem): [number, number] {
  return rangeOf(item, /swiotlb buffer is full|out of sw-iommu space|swiotlb buffer/i);
}

function poolRange(item: LogItem): [number, number] {
  return rangeOf(item, /\(\d{1,9}MB\)|\d{1,9} ?(?:MB|megabytes|kilobytes)/i);
}

/** Offsets of a match within the raw line. Only where the message stands as it was written can a place in it be told. */
function rangeOf(item: LogItem, pattern: RegExp): [number, number] {
  const from = item.column - 1;
  const match = item.endColumn - item.column === item.text.length ? pattern.exec(item.text) : null;
  return match ? [from + match.index, from + match.index + match[0].length] : [from, item.endColumn - 1];
}
