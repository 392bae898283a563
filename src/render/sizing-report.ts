import type { ApertureSizing, SizingPoint } from '../core/scenario/size-aperture.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { explainJson, type ExplainJson } from './explain-json.ts';
import { reasonText } from './reason-text.ts';
import { csvLine, markdownTable } from './tables.ts';

const HEADINGS = ['swiotlb=', 'Aperture', 'Areas', 'Failures', 'High water (slots)'];

function cells(point: SizingPoint): string[] {
  return [point.swiotlb, formatBytes(point.bytes), String(point.areas), groupDigits(point.failures), groupDigits(point.highWaterSlots)];
}

/** What the search came to, in a sentence or two. */
export function sizingSummary(sizing: ApertureSizing): string {
  const { present, smallest, unserved, curve } = sizing;
  const now = `With the present aperture of ${formatBytes(present.bytes)} ${present.failures === 0 ? 'nothing fails' : failing(present.failures)}.`;
  if (smallest && present.failures === 0) return `${now} The load would do with swiotlb=${smallest.swiotlb} (${formatBytes(smallest.bytes)}): what fails in life and not here is not for want of size.`;
  if (smallest) return `${now} The smallest aperture without a failure is swiotlb=${smallest.swiotlb} (${formatBytes(smallest.bytes)}${smallest.areas > 1 ? `, ${smallest.areas} areas` : ''}).`;
  const largest = curve.at(-1);
  return `${now} No size helps: with ${formatBytes(largest?.bytes ?? 0)} ${failing(largest?.failures ?? 0)} still.${unserved ? ` ${reasonText(unserved)}.` : ''}`;
}

function failing(count: number): string {
  return count === 1 ? '1 mapping fails' : `${groupDigits(count)} mappings fail`;
}

export function sizingText(sizing: ApertureSizing): string {
  const rows = [HEADINGS, ...sizing.curve.map(cells)];
  const widths = HEADINGS.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const table = rows.map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ').trimEnd());
  return `${sizing.scenario.name}\nPlatform: ${sizing.platform.label}\n\n${table.join('\n')}\n\n${sizingSummary(sizing)}\n`;
}

export function sizingMarkdown(sizing: ApertureSizing): string {
  return `# The aperture for: ${sizing.scenario.name}\n\nPlatform: ${sizing.platform.label}\n\n${sizingSummary(sizing)}\n\n${markdownTable(HEADINGS, sizing.curve.map(cells))}`;
}

export function sizingCsv(sizing: ApertureSizing): string {
  return [csvLine(['swiotlb', 'bytes', 'areas', 'failures', 'highWaterSlots']), ...sizing.curve.map((point) => csvLine([point.swiotlb, point.bytes, point.areas, point.failures, point.highWaterSlots]))].join('');
}

export interface SizingJson {
  readonly schema: 'dma-aperture/size@1';
  readonly scenario: string;
  readonly platform: string;
  readonly present: SizingPoint;
  readonly smallest: SizingPoint | null;
  readonly unserved?: ExplainJson;
  readonly curve: readonly SizingPoint[];
}

export function sizingJson({ scenario, platform, present, smallest, unserved, curve }: ApertureSizing): SizingJson {
  return { schema: 'dma-aperture/size@1', scenario: scenario.name, platform: platform.label, present, smallest: smallest ?? null, ...(unserved ? { unserved: explainJson(unserved) } : {}), curve };
}
