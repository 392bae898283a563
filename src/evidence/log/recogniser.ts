import type { LogStatement } from './log-items.ts';

/** A message to be read: its text from the first character that is not prefix, lines that mail had wrapped put together. */
export interface LogMessage {
  readonly text: string;
  /** Whether `text` was put together from several lines, so that blanks inside it are not certain. */
  readonly joined: boolean;
  /** Whether a line follows that no frame tells apart from the rest of this message. */
  readonly cut: boolean;
  /** The part of `text` that stands on the message's first line. */
  readonly ownText: string;
  readonly speaker: 'linux' | 'xen' | 'bare';
  /** A line without a prefix in a log whose lines have one: a program's output, or a file pasted behind the log. */
  readonly pasted: boolean;
}

/**
 * One line format, or a group of formats that say the same. The table of them is also the reference of log lines, so
 * each carries its era and a sentence on what it means.
 */
export interface Recogniser {
  /** Stable, kebab-case. */
  readonly id: string;
  readonly family: 'banner' | 'command-line' | 'swiotlb' | 'swiotlb-xenlinux' | 'failure' | 'e820' | 'xen' | 'iommu' | 'encryption' | 'memory' | 'machine' | 'driver';
  /** The literal format, with printf's conversions for the fields. */
  readonly formats: readonly string[];
  /** Versions in which the format occurs, in words. */
  readonly era: string;
  /** What the line says, one sentence. */
  readonly says: string;
  /** Literal text, one of which stands in every line of this format; what the reader looks for before anything else. */
  readonly keys: readonly string[];
  /** Only lines of this speaker (or of none known) are read. */
  readonly speaker: 'linux' | 'xen' | 'either';
  /** Only within so many lines behind an item of that kind. */
  readonly after?: { readonly kind: LogStatement['kind']; readonly lines: number };
  /** Also read from a line without a prefix among lines that have one: the format leaves no doubt. */
  readonly unframed?: boolean;
  /** Read until it has matched once in a boot. */
  readonly once?: boolean;
  /** The fields, or undefined where the message is not of this format. */
  readonly parse: (message: LogMessage) => LogStatement | undefined;
}

/** A decimal number below 2^53, or undefined. */
export function decimal(digits: string | undefined): number | undefined {
  if (digits === undefined || digits.length > 16 || digits.startsWith('-')) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A count of units as bytes, or undefined where that is beyond 2^53: a damaged number. */
export function bytesOf(count: number | undefined, unit: number): number | undefined {
  return count === undefined || !Number.isSafeInteger(count * unit) ? undefined : count * unit;
}
