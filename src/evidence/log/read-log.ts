import { LogReader } from './log-reader.ts';
import type { PlatformFacts } from '../../core/platform/platform-facts.ts';
import type { LogFacts } from './log-facts.ts';
import type { LogItem } from './log-items.ts';

/** One boot of a log: Xen's part and Linux's, where both are there. */
export interface LogBoot {
  readonly index: number;
  /** First and last recognised line, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly facts: LogFacts;
  readonly platform: PlatformFacts;
}

export interface LogReading {
  readonly uri: string;
  /** Whether the text is a kernel's or Xen's log at all; nothing is read from any other. */
  readonly isKernelLog: boolean;
  /** Every recognised line, in order. */
  readonly items: readonly LogItem[];
  readonly boots: readonly LogBoot[];
  /** The first boot's facts, and the failures of the whole text. */
  readonly facts: LogFacts;
  /** The first boot's platform. */
  readonly platform: PlatformFacts;
  /** The line from which on only failures are counted, of a log too long to tell all of it. */
  readonly onlyFailuresFrom?: number;
  /** Failures beyond those in `facts`, of a log with too many that differ. */
  readonly failuresNotListed?: number;
}

/**
 * Reads a boot log, a `dmesg`, an `xl dmesg` or a serial capture. One pass over the text, in time linear in its length;
 * never throws.
 * @param uri named in every fact's provenance
 */
export function readLog(text: string, uri: string): LogReading {
  const reader = new LogReader(uri);
  reader.push(text);
  return reader.end();
}
