import { bootFacts, splitBoots } from './boots.ts';
import { failureFacts } from './failure-facts.ts';
import { cleanLine } from './frame-line.ts';
import { NO_LOG_FACTS } from './log-facts.ts';
import { messagesOfLine } from './messages.ts';
import { platformOfBoot } from './platform-of-boot.ts';
import { RECOGNISERS } from './recogniser-table.ts';
import { surveyText } from './survey.ts';
import type { PlatformFacts } from '../../core/platform/platform-facts.ts';
import type { LogFacts } from './log-facts.ts';
import type { LogItem, LogStatement } from './log-items.ts';
import type { PlacedMessage } from './messages.ts';
import type { Recogniser } from './recogniser.ts';
import type { Survey } from './survey.ts';

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
}

const PREFILTER = new RegExp([...new Set(RECOGNISERS.flatMap(({ keys }) => keys))].map((key) => key.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'));
const SWIOTLB_WORD = /swiotlb|software io tlb|sw-iommu/i;
/** From so many lines on, a boot log that has no word of the swiotlb says that there is none. */
const WHOLE_BOOT_LINES = 250;

/**
 * Reads a boot log, a `dmesg`, an `xl dmesg` or a serial capture. One pass over the text, in time linear in its length;
 * never throws.
 * @param uri named in every fact's provenance
 */
export function readLog(text: string, uri: string): LogReading {
  const survey = surveyText(text);
  const items = recogniseLines(text, survey);
  if (!isKernelLog(survey, items)) {
    return { uri, isKernelLog: false, items: [], boots: [], facts: NO_LOG_FACTS, platform: {} };
  }
  const parts = splitBoots(items);
  const silent = survey.lines >= WHOLE_BOOT_LINES && !SWIOTLB_WORD.test(text);
  const boots = parts.map((part, index) => ({
    index,
    firstLine: part[0]?.line ?? 1,
    lastLine: part.at(-1)?.line ?? 1,
    facts: bootFacts(part, silent),
    platform: platformOfBoot(part, uri),
  }));
  const facts = { ...(boots[0]?.facts ?? bootFacts([], false)), failures: failureFacts(items) };
  return { uri, isKernelLog: true, items, boots, facts, platform: boots[0]?.platform ?? {} };
}

function recogniseLines(text: string, survey: Survey): LogItem[] {
  const items: LogItem[] = [];
  const lastLineOf = new Map<LogStatement['kind'], number>();
  let seenOnce = new Set<string>();
  let skipTo = 0;
  let line = 0;
  for (let from = 0; from < text.length; ) {
    line++;
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    if (from >= skipTo && PREFILTER.test(survey.coloured ? cleanLine(text.slice(from, to), false).text : text.slice(from, to))) {
      for (const message of messagesOfLine(text, from, to, survey)) {
        const item = recognise(message, line, lastLineOf, seenOnce);
        if (!item) continue;
        if (item.kind === 'linux-banner' || item.kind === 'xen-banner') seenOnce = new Set();
        lastLineOf.set(item.kind, line);
        items.push(item);
        if (needsNextLine(message, item.recogniser)) skipTo = Math.max(skipTo, message.joinedEnd);
      }
    }
    from = to + 1;
  }
  return items;
}

function recognise(message: PlacedMessage, line: number, lastLineOf: ReadonlyMap<string, number>, seenOnce: Set<string>): LogItem | undefined {
  for (const recogniser of RECOGNISERS) {
    if (!applies(recogniser, message, line, lastLineOf, seenOnce)) continue;
    const statement = recogniser.parse(message);
    if (!statement) continue;
    if (recogniser.once) seenOnce.add(recogniser.id);
    return { ...statement, recogniser: recogniser.id, line, column: message.offset + 1, endColumn: message.endOffset + 1, text: message.ownText };
  }
  return undefined;
}

/** Whether a message that was put together is none without the lines that were joined, so that these are spoken for. */
function needsNextLine(message: PlacedMessage, id: string): boolean {
  if (message.text === message.ownText) return false;
  return RECOGNISERS.find((recogniser) => recogniser.id === id)?.parse({ ...message, text: message.ownText, joined: false }) === undefined;
}

function applies({ id, keys, speaker, after, once }: Recogniser, message: PlacedMessage, line: number, lastLineOf: ReadonlyMap<string, number>, seenOnce: ReadonlySet<string>): boolean {
  if (speaker !== 'either' && message.speaker !== 'bare' && message.speaker !== speaker) return false;
  if (once && seenOnce.has(id)) return false;
  if (after) {
    const opened = lastLineOf.get(after.kind);
    if (opened === undefined || line - opened > after.lines) return false;
  }
  return keys.some((key) => message.text.includes(key));
}

/**
 * A text is a log where its lines are framed as the kernel's are; without frames (old kernels, early consoles) where it
 * has a banner or little else than messages. Prose and source code that quote a message or two are neither.
 */
function isKernelLog(survey: Survey, items: readonly LogItem[]): boolean {
  const { sampled, certain, framed } = survey;
  if (sampled === 0) return items.length > 0;
  if (certain > 0 && certain * 4 >= sampled) return items.length > 0 || (certain >= 3 && certain * 2 >= sampled);
  if (items.length === 0) return false;
  if (framed * 4 >= sampled) return true;
  if (items.some((item) => (item.kind === 'linux-banner' || item.kind === 'xen-banner') && item.rest.includes('@'))) return true;
  return new Set(items.map(({ line }) => line)).size * 2 >= sampled;
}
