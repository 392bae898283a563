import type { FoldingRange } from 'vscode-languageserver-types';
import type { LogItem } from '../evidence/log/log-items.ts';
import type { LogReading } from '../evidence/log/read-log.ts';

/** Fewer lines than this gain nothing from being folded. */
const FEWEST = 3;

/**
 * Where a phase of Linux's boot ends: its memory is set up once mm/page_alloc.c: mem_init_print_info has said how much there is,
 * and its own initialisation ends as init/main.c: kernel_init frees the memory of it. Both lines stand in every kernel from 2.6.
 */
const PHASE_ENDS: readonly { readonly begin: string; readonly pattern: RegExp }[] = [
  { begin: 'Memory: ', pattern: /(?<!\w)Memory: \d{1,12}[kK]\/\d{1,12}[kK] available/y },
  { begin: 'Freeing ', pattern: /Freeing (?:unused kernel (?:image )?(?:\(initmem\) )?|init )memory/y },
];

/** Boots, the phases of each, memory maps, and runs of failures, as ranges that fold. Lines count from 0 here. */
export function logFolding(reading: LogReading, lines: { readonly count: number; readonly of: (offset: number) => number }, text: string): FoldingRange[] {
  if (!reading.isKernelLog || reading.boots.length === 0) return [];
  const ranges: FoldingRange[] = [];
  const add = (startLine: number, endLine: number): void => {
    if (endLine - startLine + 1 >= FEWEST) ranges.push({ startLine, endLine });
  };
  const last = lastLineWithText(text, lines.count);
  const starts = reading.boots.map(({ firstLine }) => firstLine - 1);
  const bootAt = (line: number): number => countUpTo(starts, line) - 1;
  const marks = phaseMarks(reading, text, lines.of);
  const bounds = starts.map((start, index) => ({ start, end: (starts[index + 1] ?? last + 1) - 1 }));
  if (bounds.length > 1) for (const { start, end } of bounds) add(start, end);
  for (let at = 0; at < marks.length; at++) {
    const from = marks[at] ?? 0;
    const boot = bounds[Math.max(0, bootAt(from))];
    if (!boot) continue;
    const next = marks[at + 1];
    const end = next !== undefined && next <= boot.end ? next - 1 : boot.end;
    // An editor keeps one range a line: behind a boot's own line its first phase begins one later.
    add(bounds.length > 1 && from === boot.start ? from + 1 : from, end);
  }
  for (const [from, to] of runs(reading.items)) add(from, to);
  return ranges;
}

/** Lines at which a phase begins, rising, each once. */
function phaseMarks(reading: LogReading, text: string, lineOf: (offset: number) => number): number[] {
  const marks = new Set<number>();
  for (const { kind, line } of reading.items) if (kind === 'linux-banner' || kind === 'xen-banner') marks.add(line - 1);
  const starts = reading.boots.map(({ firstLine }) => firstLine - 1);
  for (const { begin, pattern } of PHASE_ENDS) {
    const seen = new Set<number>();
    // A long log is gone through by its words, many times faster than by patterns.
    for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + begin.length)) {
      pattern.lastIndex = at;
      if (!pattern.test(text)) continue;
      const line = lineOf(at);
      const boot = countUpTo(starts, line);
      // Of several lines of one kind the first ends the phase.
      if (boot === 0 || seen.has(boot)) continue;
      seen.add(boot);
      marks.add(line + 1);
    }
  }
  return [...marks].sort((a, b) => a - b);
}

/** Rows of a memory map, and failures, that stand line by line: first and last line of each run. */
function runs(items: readonly LogItem[]): [number, number][] {
  const found: [number, number][] = [];
  let kind = '';
  for (const item of items) {
    const line = item.line - 1;
    const group = item.kind === 'e820-heading' || item.kind === 'e820-row' ? 'map' : item.kind === 'failure' || item.kind === 'suppressed' ? 'failures' : '';
    const run = found.at(-1);
    if (group !== '' && group === kind && run && line - run[1] <= 1) run[1] = line;
    else if (group !== '') found.push([line, line]);
    kind = group;
  }
  return found;
}

/** How many of the rising numbers are at most `value`. */
function countUpTo(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lastLineWithText(text: string, count: number): number {
  return text.endsWith('\n') ? count - 2 : count - 1;
}
