import { bootFacts, splitBoots } from './boots.ts';
import { NO_LOG_FACTS } from './log-facts.ts';
import { platformOfBoot } from './platform-of-boot.ts';
import { counterOf } from './recognise/memory-state.ts';
import type { KeptItems } from './kept-items.ts';
import type { LogItem } from './log-items.ts';
import type { LogBoot, LogReading } from './read-log.ts';
import type { Survey } from './survey.ts';

/** From so many lines on, a boot log that has no word of the swiotlb says that there is none. */
const WHOLE_BOOT_LINES = 250;

/** So many lines of a log are more than prose quotes. */
const EXCERPT_LINES = 8;
const TELLING: ReadonlySet<LogItem['kind']> = new Set<LogItem['kind']>(['failure', 'pool', 'pool-placed', 'pool-areas', 'pool-torn-down', 'xenlinux-pool']);

/** What was read of a log's lines. */
export interface LogLines {
  readonly uri: string;
  readonly survey: Survey;
  readonly kept: KeptItems;
  /** Whether any line has a word of the swiotlb. */
  readonly wordSeen: boolean;
  /** A text of a line at most. */
  readonly short: string;
}

/** What one boot states. */
export type BootStatement = Pick<LogBoot, 'facts' | 'platform'>;

export function stateBoot(items: readonly LogItem[], silent: boolean, uri: string): BootStatement {
  return { facts: bootFacts(items, silent), platform: platformOfBoot(items, uri) };
}

/**
 * Divides a log into boots and says what each states.
 * @param state says it of one boot, given its items and whether the log is silent about the swiotlb
 */
export function assembleReading({ uri, survey, kept, wordSeen, short }: LogLines, state: typeof stateBoot = stateBoot): LogReading {
  const { failures, onlyFailuresFrom } = kept;
  let items: readonly LogItem[] = kept.items;
  if (!isKernelLog(survey, items)) {
    const counter = counterItem(uri, short);
    if (!counter) return { uri, isKernelLog: false, items: [], boots: [], facts: NO_LOG_FACTS, platform: {} };
    items = [...items, counter];
  }
  const silent = survey.lines >= WHOLE_BOOT_LINES && !wordSeen;
  const boots = splitBoots(items).map((part, index) => ({
    index,
    firstLine: part[0]?.line ?? 1,
    lastLine: part.at(-1)?.line ?? 1,
    ...state(part, silent, uri),
  }));
  const facts = { ...(boots[0]?.facts ?? bootFacts([], false)), failures: failures.facts() };
  return { uri, isKernelLog: true, items, boots, facts, platform: boots[0]?.platform ?? {}, ...(onlyFailuresFrom === undefined ? {} : { onlyFailuresFrom }), ...(failures.unlisted > 0 ? { failuresNotListed: failures.unlisted } : {}) };
}

/** A file of /sys/kernel/debug/swiotlb holds a number alone: its name says which. */
function counterItem(uri: string, short: string): LogItem | undefined {
  const of = counterOf(/(?:^|[/\\])io_tlb_(nslabs|used|used_hiwater|transient_nslabs)$/.exec(uri)?.[1]);
  const digits = /^(\d{1,12})\s{0,4}$/.exec(short)?.[1];
  if (of === undefined || digits === undefined) return undefined;
  return { kind: 'pool-counter', of, slots: Number(digits), recogniser: 'swiotlb-debugfs', line: 1, column: 1, endColumn: digits.length + 1, text: digits };
}

/**
 * A text is a log where its lines are framed as the kernel's are; without frames (old kernels, early consoles) where it
 * has a banner or little else than messages. Prose and source code that quote a message or two are neither.
 */
function isKernelLog(survey: Survey, items: readonly LogItem[]): boolean {
  const { sampled, certain, framed, foreign } = survey;
  if (foreign) return false;
  if (sampled === 0) return items.length > 0;
  if (certain > 0 && certain * 4 >= sampled) return items.length > 0 || (certain >= 3 && certain * 2 >= sampled);
  if (items.length === 0) return false;
  // A bug report, with an excerpt of a log among much else: lines that say enough of the swiotlb, under prefixes that leave no doubt.
  if (certain >= EXCERPT_LINES && !survey.patch && items.some(({ kind }) => TELLING.has(kind))) return true;
  if (framed * 4 >= sampled) return true;
  if (items.some((item) => (item.kind === 'linux-banner' || item.kind === 'xen-banner') && item.rest.includes('@'))) return true;
  const lines = new Set(items.map(({ line }) => line)).size;
  if (items.some(({ kind }) => kind === 'iomem-row') && lines * 4 >= sampled) return true;
  return lines * 2 >= sampled;
}
