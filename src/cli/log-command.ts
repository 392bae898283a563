import { parseArgs } from 'node:util';
import { readLog, type LogReading } from '../evidence/log/read-log.ts';
import { causeLines, findingMessage } from '../render/finding-text.ts';
import { logFindingRecord } from '../render/log-finding-record.ts';
import { factLines } from '../render/log-report.ts';
import { checkLog } from '../rules/check-log.ts';
import { InputError } from './input-error.ts';
import { readInput } from './read-input.ts';

/** `dma-aperture log [--json] FILE…`. @returns 0 */
export function logCommand(args: readonly string[], write: (text: string) => void): number {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean' } } });
  if (positionals.length === 0) throw new InputError('log: expected one or more log files, or - for standard input');
  const readings = positionals.map((path) => ({ path, reading: readLog(readInput(path), path) }));
  if (values.json) {
    const files = readings.map(({ path, reading }) => ({
      path, facts: reading.facts, boots: reading.boots.map(({ firstLine, lastLine, facts }) => ({ firstLine, lastLine, facts })), findings: checkLog(reading).map(logFindingRecord),
    }));
    write(`${JSON.stringify({ schema: 'dma-aperture/log@1', files }, null, 2)}\n`);
  } else write(readings.map(({ path, reading }) => logText(path, reading)).join('\n'));
  return 0;
}

function logText(path: string, reading: LogReading): string {
  if (!reading.isKernelLog) return `${path}: not a kernel or Xen log; nothing read\n`;
  const lines = [path, ...factLines(reading).map((line) => `  ${line}`)];
  for (const finding of checkLog(reading)) {
    lines.push(`  ${path}:${finding.span.line}: ${finding.severity}: ${findingMessage(finding)} [${finding.ruleId}]`, ...causeLines(finding).map((line) => `      ${line}`));
  }
  return `${lines.join('\n')}\n`;
}
