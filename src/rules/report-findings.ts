import { type Reason, reason } from '../core/platform/reason.ts';
import type { LogItem } from '../evidence/log/log-items.ts';
import { RULES } from '../ids.ts';
import type { FailureCauseKey } from './failure-cause.ts';
import { type Finding, type Headline, MOST_LINES } from './finding.ts';
import type { KnownCaseId } from './known-cases.ts';
import { logItemSpan } from './log-item-span.ts';

/** What the page allocator, the DMA API's debugging and drivers report of themselves. */
export type ReportItem = Extract<LogItem, { kind: 'order-failure' | 'dma-debug' | 'map-sg-failed' }>;

/** Smaller blocks fail when memory is short altogether, which says nothing of DMA. */
const LEAST_ORDER = 4;
/** Lines behind a failure within which its memory information stands: a stack and a page of counters. */
const MEMORY_INFORMATION = 150;

export function isReport(item: LogItem): item is ReportItem {
  return (item.kind === 'order-failure' && item.order >= LEAST_ORDER) || item.kind === 'dma-debug' || item.kind === 'map-sg-failed';
}

/** One finding for reports that agree, at the first of them. */
export function reportFindings(reports: readonly ReportItem[], items: readonly LogItem[], maxOrder: number | undefined, casesOf: (driver: string, cause: FailureCauseKey) => readonly KnownCaseId[]): Finding[] {
  const groups = new Map<string, [ReportItem, ...ReportItem[]]>();
  for (const item of reports) {
    const key = JSON.stringify(item.kind === 'order-failure' ? [item.kind, item.order, item.task] : [item.kind, item.driver, item.device, item.kind === 'dma-debug' ? [item.report, item.bytes, item.limit] : item.error]);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()].map((group): Finding => {
    const [item] = group;
    const cases = item.kind === 'map-sg-failed' ? casesOf(item.driver, 'unknown') : [];
    return {
      ruleId: item.kind === 'order-failure' ? RULES.logPageAllocation : item.kind === 'dma-debug' ? RULES.logDmaDebug : RULES.logFailure,
      severity: item.kind === 'map-sg-failed' ? 'error' : 'warning', span: logItemSpan(item), confidence: 'certain',
      headline: headlineOf(item, group.length, items, maxOrder), explain: knobsOf(item, maxOrder), evidence: [],
      lines: group.slice(0, MOST_LINES).map(({ line }) => line), ...(cases.length > 0 ? { cases } : {}),
    };
  });
}

function headlineOf(item: ReportItem, count: number, items: readonly LogItem[], maxOrder: number | undefined): Headline {
  switch (item.kind) {
    case 'order-failure':
      return { key: 'log-order-failed', order: item.order, task: item.task, largest: largestFree(item.line, items), beyond: maxOrder !== undefined && item.order > maxOrder, count };
    case 'dma-debug':
      return { key: 'log-dma-debug', report: item.report, driver: item.driver, device: item.device, bytes: item.bytes, limit: item.limit, count };
    case 'map-sg-failed':
      return { key: 'log-map-sg-failed', driver: item.driver, device: item.device, error: item.error, count };
  }
}

/** The largest order that had a free block in any zone, from the memory information behind a failure. */
function largestFree(line: number, items: readonly LogItem[]): number | null {
  let largest: number | null = null;
  for (const item of items) {
    if (item.kind !== 'free-blocks' || item.line <= line || item.line > line + MEMORY_INFORMATION) continue;
    largest = Math.max(largest ?? -1, item.blocks.findLastIndex((free) => free > 0));
  }
  return largest;
}

function knobsOf(item: ReportItem, maxOrder: number | undefined): readonly Reason[] {
  if (item.kind === 'dma-debug') return item.report === 'segment-too-long' ? [reason('knob-scatter-gather', { helps: 1 })] : [];
  const steps = item.kind === 'order-failure' && maxOrder !== undefined && item.order > maxOrder ? [reason('page-allocator-limit', { order: maxOrder, bytes: 4096 * 2 ** maxOrder })] : [];
  return [...steps, reason('knob-scatter-gather', { helps: 1 })];
}
