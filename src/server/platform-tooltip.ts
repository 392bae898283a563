import { coherentLimit, streamingLimit } from '../core/platform/limits.ts';
import type { Platform } from '../core/platform/platform.ts';
import { formatBytes } from '../core/units/bytes.ts';
import { escapeMarkdown } from '../render/finding-text.ts';
import { platformFacts } from './panel-state-of.ts';

/** The active platform for the status item's tooltip: limits first, then every fact with its place. */
export function platformTooltip(platform: Platform, detail: string): string {
  const coherent = coherentLimit(platform);
  const streaming = streamingLimit(platform);
  const when = streaming.applies === 'when-bounced' ? ' where it must bounce' : '';
  const lines = [
    `**${escapeMarkdown(platform.label)}**`, ...(detail === '' ? [] : [escapeMarkdown(detail)]), '',
    `- Coherent allocation: at most ${formatBytes(coherent.bytes)}`,
    `- Streaming mapping: ${streaming.bytes === Infinity ? 'not bounded by the aperture' : `at most ${formatBytes(streaming.bytes)}${when}`}`,
    '', '| fact | value | from |', '|---|---|---|',
    ...platformFacts(platform).map(({ name, value, from }) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} | ${from ? escapeMarkdown(from.label) : 'default'} |`),
  ];
  return lines.join('\n');
}
