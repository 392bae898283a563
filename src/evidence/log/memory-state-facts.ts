import { decimal } from './recogniser.ts';
import { itemsOf } from './item-queries.ts';
import type { LogFacts } from './log-facts.ts';
import type { LogItem } from './log-items.ts';

type MemoryState = Pick<LogFacts, 'pageAllocationFailures' | 'dmaDebugReports' | 'xenHeapZones' | 'freeBlocks' | 'poolCounters' | 'xenMemoryMiB' | 'iomemSystemRamBytes'>;

/** What a log and the files pasted beside it say of memory while the system ran. Fields are absent where nothing says them. */
export function memoryStateFacts(items: readonly LogItem[]): MemoryState {
  const orders = itemsOf(items, 'order-failure').map(({ order, task, line }) => ({ order, task, line }));
  const reports = itemsOf(items, 'dma-debug').map(({ report, driver, device, bytes, limit, line }) => ({ report, driver, device, bytes, limit, line }));
  const blocks = itemsOf(items, 'free-blocks').map(({ node, zone, blocks: free, line }) => ({ node, zone, blocks: free, line }));
  const zones = firstDump(items);
  const counters = itemsOf(items, 'pool-counter');
  const ram = itemsOf(items, 'iomem-row').filter(({ name }) => name === 'System RAM');
  const mib = (field: string): number | undefined => decimal(itemsOf(items, 'xl-info').find((item) => item.field === field && /^\d{1,12}$/.test(item.value))?.value);
  const total = mib('total_memory');
  const free = mib('free_memory');
  return {
    ...(orders.length > 0 ? { pageAllocationFailures: orders } : {}),
    ...(reports.length > 0 ? { dmaDebugReports: reports } : {}),
    ...(zones.length > 0 ? { xenHeapZones: zones } : {}),
    ...(blocks.length > 0 ? { freeBlocks: blocks } : {}),
    ...(counters.length > 0 ? { poolCounters: Object.fromEntries(counters.map(({ of, slots }) => [of, slots])) } : {}),
    ...(total === undefined && free === undefined ? {} : { xenMemoryMiB: { ...(total === undefined ? {} : { total }), ...(free === undefined ? {} : { free }) } }),
    ...(ram.length > 0 ? { iomemSystemRamBytes: ram.reduce((sum, { start, end }) => sum + end - start, 0) } : {}),
  };
}

/** The zones up to where one comes again: the next dump. */
function firstDump(items: readonly LogItem[]): NonNullable<MemoryState['xenHeapZones']> {
  const seen = new Set<string>();
  const zones: { node: number; zone: number; pages: number; order?: number }[] = [];
  for (const { node, zone, pages, order } of itemsOf(items, 'xen-heap-zone')) {
    const key = `${node}/${zone}/${order ?? ''}`;
    if (seen.has(key)) break;
    seen.add(key);
    zones.push({ node, zone, pages, ...(order === undefined ? {} : { order }) });
  }
  return zones;
}
