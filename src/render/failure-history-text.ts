import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import type { FailureFacts } from '../evidence/log/log-facts.ts';

/**
 * What a log says of one device's failures altogether: how many, between which lines, of which sizes.
 * @returns undefined where there is no more than one
 */
export function failureHistoryText(failures: readonly FailureFacts[], device: string): string | undefined {
  const its = failures.filter((each) => each.device === device);
  const count = its.reduce((sum, each) => sum + each.count, 0);
  if (count < 2) return undefined;
  const lines = its.flatMap((each) => [each.lines[0], each.lines.at(-1)]).filter((line) => line !== undefined);
  const sizes = its.map(({ bytes }) => bytes).filter((bytes) => bytes !== null);
  const from = Math.min(...sizes);
  const to = Math.max(...sizes);
  const sized = sizes.length === 0 ? '' : from === to ? `, each of ${formatBytes(from)}` : `, of ${formatBytes(from)} to ${formatBytes(to)}`;
  return `${groupDigits(count)} failures of ${device} in this log, lines ${groupDigits(Math.min(...lines))} to ${groupDigits(Math.max(...lines))}${sized}`;
}
