import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { commandLinesIn } from '../evidence/cmdline/boot-configuration.ts';
import { readKconfig } from '../evidence/kconfig/read-kconfig.ts';
import { LogReader } from '../evidence/log/log-reader.ts';
import type { LogReading } from '../evidence/log/read-log.ts';
import { causeLines, findingMessage } from '../render/finding-text.ts';
import { logFindingRecord } from '../render/log-finding-record.ts';
import { factLines } from '../render/log-report.ts';
import { bootTrends } from '../rules/boot-trends.ts';
import { checkBootConfiguration, optionReaderOf } from '../rules/check-command-line.ts';
import { checkConfig } from '../rules/check-config.ts';
import { checkLog } from '../rules/check-log.ts';
import type { Finding } from '../rules/finding.ts';
import { InputError } from './input-error.ts';
import { type LogPart, logParts } from './log-parts.ts';

/** What a shell takes for a program that Ctrl-C has ended. */
const INTERRUPTED = 130;
const MIB = 2 ** 20;
/** A progress line is drawn anew after so many bytes. */
const PROGRESS_STEP = 16 * MIB;
/** Characters of a log that make its reading long. */
const MUCH_LEFT = MIB;
/** Work that V8 sees done in a function before it optimises it; some five times its own. */
const INTERRUPT_BUDGET = 600_000;
const CONFIG_LINE = /^(?:# Automatically generated (?:file|make config)|CONFIG_\w{1,120}=|# CONFIG_\w{1,120} is not set)/m;

interface LogFile {
  readonly path: string;
  readonly reading: LogReading;
  /** The text of a kernel's configuration. */
  readonly config?: string;
  /** The text of a file that sets command lines. */
  readonly settings?: string;
}

/** `dma-aperture log [--json] FILE…`: kernel and Xen logs, and kernel configurations. @returns 0, or 130 where it was interrupted */
export async function logCommand(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean' } } });
  if (positionals.length === 0) throw new InputError('log: expected one or more log files, or - for standard input');
  // Most logs are read in less than a second, in which code that is optimised early does not pay for that.
  setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  const interrupt = { asked: false };
  const onInterrupt = (): void => {
    interrupt.asked = true;
  };
  process.once('SIGINT', onInterrupt);
  try {
    const files: LogFile[] = [];
    for (const path of positionals) {
      const file = await readFile(path, interrupt);
      if (!file) {
        process.stderr.write('dma-aperture: interrupted\n');
        return INTERRUPTED;
      }
      files.push(file);
    }
    const boot = files.find(({ reading }) => reading.isKernelLog)?.reading.platform;
    const reader = optionReaderOf(boot);
    const checked = files.map((file) => ({
      ...file,
      findings: [...(file.config === undefined ? checkLog(file.reading) : checkConfig(readKconfig(file.config, file.path).facts, boot)), ...(file.settings === undefined ? [] : checkBootConfiguration(file.path, file.settings, reader))],
    }));
    if (values.json) {
      write(`${JSON.stringify({ schema: 'dma-aperture/log@1', files: checked.map(fileRecord) }, null, 2)}\n`);
    } else write(checked.map(fileText).join('\n'));
    return 0;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** One file, read part by part; undefined where the user has had enough. */
async function readFile(path: string, interrupt: { readonly asked: boolean }): Promise<LogFile | undefined> {
  const reader = new LogReader(path);
  let first: string | undefined;
  let parts = 0;
  let drawn = 0;
  let settled = false;
  /** Characters behind the beginning of a long log that its sieve has left. */
  let left = 0;
  for await (const part of logParts(path, { countBy: () => reader.countApart })) {
    const { text, gaps, counted, apart, settles, bytes } = part;
    if (interrupt.asked) break;
    first ??= text;
    parts++;
    if (counted) reader.pushCounted(counted);
    else reader.push(text, gaps, apart);
    if (settles) reader.settle(apart);
    else if (settled) left += text.length;
    settled ||= settles;
    if (left > MUCH_LEFT) {
      // Most of what is read is garbage soon; V8 would let it grow to hundreds of megabytes.
      setFlagsFromString('--optimize-for-size');
      left = -Infinity;
    }
    if (process.stderr.isTTY && bytes - drawn >= PROGRESS_STEP) {
      drawn = bytes;
      drawProgress(path, part);
    }
  }
  if (drawn > 0) process.stderr.write('\r\u001b[K');
  if (interrupt.asked) return undefined;
  const reading = reader.end();
  if (parts !== 1 || first === undefined || reading.isKernelLog) return { path, reading };
  return { path, reading, ...(CONFIG_LINE.test(first.slice(0, 4096)) ? { config: first } : {}), ...(commandLinesIn(path, first).length > 0 ? { settings: first } : {}) };
}

function drawProgress(path: string, { bytes, total }: Pick<LogPart, 'bytes' | 'total'>): void {
  const of = total === undefined ? '' : ` of ${Math.round(total / MIB)}`;
  process.stderr.write(`\r\u001b[K${path}: ${Math.round(bytes / MIB)}${of} MiB read`);
}

type CheckedFile = LogFile & { readonly findings: readonly Finding[] };

function fileRecord({ path, reading, findings }: CheckedFile): unknown {
  return {
    path, facts: reading.facts, boots: reading.boots.map((boot) => ({ firstLine: boot.firstLine, lastLine: boot.lastLine, facts: boot.facts, trends: bootTrends(reading, boot) })), findings: findings.map(logFindingRecord),
    ...(reading.onlyFailuresFrom === undefined ? {} : { onlyFailuresFromLine: reading.onlyFailuresFrom }),
    ...(reading.failuresNotListed === undefined ? {} : { failuresNotListed: reading.failuresNotListed }),
  };
}

function fileText({ path, reading, config, settings, findings }: CheckedFile): string {
  if (!reading.isKernelLog && config === undefined && settings === undefined) return `${path}: not a kernel or Xen log; nothing read\n`;
  const lines = [path, ...(config === undefined && settings === undefined ? factLines(reading).map((line) => `  ${line}`) : [])];
  for (const finding of findings) {
    lines.push(`  ${path}:${finding.span.line}: ${finding.severity}: ${findingMessage(finding)} [${finding.ruleId}]`, ...causeLines(finding).map((line) => `      ${line}`));
  }
  if (reading.onlyFailuresFrom !== undefined) lines.push(`  from line ${reading.onlyFailuresFrom} on failures are counted and nothing else is told`);
  if (reading.failuresNotListed !== undefined) lines.push(`  ${reading.failuresNotListed} more failures, which differ from all that are listed`);
  return `${lines.join('\n')}\n`;
}
