import { SEGMENT_BYTES, SEGMENT_SLOTS, SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { buildPlatform } from '../core/platform/build-platform.ts';
import { factFromDefault } from '../core/platform/fact.ts';
import { type Reason, reason } from '../core/platform/reason.ts';
import { isXenPv } from '../core/platform/platform.ts';
import { type FailureItem, failureEvents, failureKey } from '../evidence/log/failure-facts.ts';
import type { LogItem } from '../evidence/log/log-items.ts';
import { itemsOfBoot } from '../evidence/log/items-of-boot.ts';
import type { LogBoot, LogReading } from '../evidence/log/read-log.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import { RULES } from '../ids.ts';
import { checkCommandLines } from './check-command-line.ts';
import { type CauseNote, type FailureCauseKey, type FailureSurroundings, failureCause } from './failure-cause.ts';
import { type Finding, type Headline, MOST_LINES, type OptionSuggestion, type Severity } from './finding.ts';
import { slotsOf } from './free-run.ts';
import { type CaseEvidence, knownCases } from './known-cases.ts';
import { logItemSpan } from './log-item-span.ts';
import { poolTrends } from './pool-trend.ts';
import { isReport, reportFindings } from './report-findings.ts';
import { suggestedAperture } from './suggested-aperture.ts';

/** min_align_mask of drivers that set one: drivers/nvme/host/pci.c, NVME_CTRL_PAGE_SIZE - 1. */
const MIN_ALIGN_MASKS: ReadonlyMap<string, number> = new Map([['nvme', 4095]]);

interface Group {
  readonly first: FailureItem;
  readonly lines: number[];
  count: number;
}

/** What the findings of one boot share. */
interface BootContext {
  readonly areas: number | undefined;
  readonly hasAreas: boolean;
  readonly minAlignMask: boolean;
  /** Largest order of the page allocator, where the release is known. */
  readonly maxOrder: number | undefined;
  readonly cases: Omit<CaseEvidence, 'item' | 'cause' | 'minAlignMask'>;
  readonly suggest: (totalSlots: number | null) => OptionSuggestion | undefined;
}

/**
 * What a boot log says is wrong, and what its aperture lines mean. Failures that agree are one finding at their first
 * line with their count, so that a log of ten thousand repeats stays readable. Each boot is judged by itself.
 * Source of the interpretation: the refusal rules of kernel/dma/swiotlb.c (see core/swiotlb) read backwards.
 */
export function checkLog(reading: LogReading): Finding[] {
  if (!reading.isKernelLog) return [];
  const findings = reading.boots.flatMap((boot) => findingsOf(boot, reading));
  return findings.sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column);
}

/** What was found in boots, by what they state: a log that is edited keeps the facts of the boots that an edit leaves alone. */
const FOUND = new WeakMap<LogBoot['facts'], readonly Finding[]>();

function findingsOf(boot: LogBoot, reading: LogReading): readonly Finding[] {
  const known = FOUND.get(boot.facts);
  if (known) return known;
  const findings = checkBoot(boot, [...itemsOfBoot(reading, boot.firstLine, boot.lastLine)]);
  FOUND.set(boot.facts, findings);
  return findings;
}

function checkBoot(boot: LogBoot, items: readonly LogItem[]): Finding[] {
  const findings: Finding[] = [];
  for (const item of items) {
    const finding = item.kind === 'failure' ? undefined : apertureFinding(item);
    if (finding) findings.push(finding);
  }
  findings.push(...checkCommandLines(items, boot.platform));
  const events = failureEvents(items);
  const reports = items.filter(isReport);
  if (events.length === 0 && reports.length === 0) return findings;
  const context = contextOf(boot, items);
  findings.push(...reportFindings(reports, items, context.maxOrder, (driver, cause) => knownCases({ ...context.cases, item: { driver }, cause, minAlignMask: 0 })));
  const groups = new Map<string, Group>();
  for (const item of events) {
    const key = failureKey(item);
    const group = groups.get(key);
    if (group) {
      group.count++;
      if (group.lines.length < MOST_LINES) group.lines.push(item.line);
    } else groups.set(key, { first: item, lines: [item.line], count: 1 });
  }
  const suppressed = suppressedNote(items, events);
  for (const group of groups.values()) findings.push(failureFinding(group, context, suppressed?.first === group.first ? suppressed.note : undefined));
  for (const trend of poolTrends(events)) if (trend.rising) findings.push(risingFinding(trend));
  return findings;
}

function contextOf(boot: LogBoot, items: readonly LogItem[]): BootContext {
  const platform = buildPlatform(boot.platform, { id: 'boot' });
  const { features } = platform;
  const areas = items.find((item) => item.kind === 'pool-areas');
  // A release that was not stated decides nothing: the assumed one's features are no evidence.
  const stated = boot.platform.kernelRelease !== undefined;
  const xenlinux = boot.platform.lineage?.value === 'xenlinux';
  return {
    areas: areas?.kind === 'pool-areas' ? areas.areas : undefined,
    hasAreas: stated && features.areas.value,
    minAlignMask: stated && features.minAlignMask.value,
    maxOrder: stated ? features.pageAllocatorMaxOrder.value : undefined,
    cases: {
      xenPv: boot.facts.environment.includes('xen-pv') || isXenPv(platform),
      xenlinux,
      encryption: boot.facts.memoryEncryption ?? undefined,
      environment: boot.facts.environment,
      apertureBytes: boot.platform.apertureBytes?.value,
      alignmentRegression: stated && features.alignmentCheck.value === 'all',
      commandLine: boot.facts.kernelCmdline ?? undefined,
    },
    suggest: (totalSlots) => suggestedAperture(totalSlots ?? (boot.platform.apertureBytes ? boot.platform.apertureBytes.value / SLOT_BYTES : null), boot.platform.lineage?.value),
  };
}

/**
 * Messages that the kernel's rate limit left out, and the failure that they are told with: the first of its kind. They are of
 * the same call, so of a mapping that failed in the same way; of which device is said only where there is no other.
 */
function suppressedNote(items: readonly LogItem[], events: readonly FailureItem[]): { first: FailureItem; note: CauseNote } | undefined {
  let count = 0;
  for (const item of items) if (item.kind === 'suppressed' && /^swiotlb_(?:tbl_)?map/.test(item.of)) count += item.count;
  const full = events.filter(({ failure }) => failure === 'buffer-full');
  const first = full[0];
  if (count === 0 || !first || !Number.isSafeInteger(count)) return undefined;
  return { first, note: { key: 'suppressed', count, ofThis: full.every(({ device }) => device !== null && device === first.device) } };
}

function risingFinding({ first, last, total, samples, devices }: ReturnType<typeof poolTrends>[number]): Finding {
  const at = samples.at(-1) ?? samples[0];
  return {
    ruleId: RULES.logApertureLeak, severity: 'warning', confidence: 'likely',
    span: at ? logItemSpan(at) : { line: 1, column: 1, endLine: 1, endColumn: 1 },
    headline: { key: 'log-rising', first, last, total, samples: samples.length, devices: devices.slice(0, 3) },
    explain: [reason('knob-swiotlb-size', { helps: 0 })], evidence: [],
    doubt: 'a load that grows looks the same: a driver that leaks keeps its slots when it is idle',
    lines: samples.slice(0, MOST_LINES).map(({ line }) => line),
  };
}

function apertureFinding(item: LogItem): Finding | undefined {
  const bytes = item.kind === 'pool' ? item.end - item.start : item.kind === 'xenlinux-aperture' ? item.megabytes * 2 ** 20 : undefined;
  if (bytes === undefined || bytes <= 0) return undefined;
  const slots = Math.floor(bytes / SLOT_BYTES);
  const fact = factFromDefault(SEGMENT_SLOTS, 'kernel/dma/swiotlb.c: IO_TLB_SEGSIZE, 128 slots of 2 KiB in every kernel from 2.6.16 to 7.3');
  return {
    ruleId: RULES.logAperture, severity: 'information', span: logItemSpan(item), confidence: 'certain',
    headline: { key: 'log-aperture', bytes, slots, segments: Math.ceil(slots / SEGMENT_SLOTS) },
    explain: [reason('segment-limit', { slots: SEGMENT_SLOTS, bytes: SEGMENT_BYTES }, fact)], evidence: [fact],
  };
}

function failureFinding({ first: item, lines, count }: Group, context: BootContext, suppressed: CauseNote | undefined): Finding {
  const mask = context.minAlignMask && item.driver !== null ? (MIN_ALIGN_MASKS.get(item.driver) ?? 0) : 0;
  const around: FailureSurroundings = { areas: context.areas, hasAreas: context.hasAreas, minAlignMask: mask, xenPv: context.cases.xenPv };
  const cause = failureCause(item, around);
  const { headline, explain, severity, ruleId, grows } = interpret(item, count, cause.key);
  const cases = knownCases({ ...context.cases, item, cause: cause.key, minAlignMask: mask });
  const suggestion = grows ? context.suggest(item.totalSlots) : undefined;
  return {
    ruleId, severity, span: logItemSpan(item), headline, explain, evidence: explain.flatMap((step) => (step.fact ? [step.fact] : [])), confidence: cause.confidence,
    cause: suppressed ? { ...cause, notes: [...cause.notes, suppressed] } : cause, lines,
    ...(cases.length > 0 ? { cases } : {}), ...(suggestion ? { suggestion } : {}),
  };
}

interface Interpretation {
  readonly ruleId: Finding['ruleId'];
  readonly severity: Severity;
  readonly headline: Headline;
  readonly explain: readonly Reason[];
  /** Whether a larger aperture is what helps. */
  readonly grows?: boolean;
}

const knobs = (size: 0 | 1): readonly Reason[] => [reason('knob-swiotlb-size', { helps: size }), reason('knob-scatter-gather', { helps: 1 }), reason('knob-wider-mask', { helps: 1 })];

function interpret(item: FailureItem, count: number, cause: FailureCauseKey): Interpretation {
  const { bytes, device, totalSlots: total, usedSlots: used } = item;
  const request = bytes === null ? [] : [reason('request-slots', { bytes, offset: 0, slots: slotsOf(bytes) })];
  const error = { severity: 'error' } as const;
  const segment = factFromDefault(SEGMENT_SLOTS, 'kernel/dma/swiotlb.c: IO_TLB_SEGSIZE, 128 slots of 2 KiB in every kernel from 2.6.16 to 7.3');
  const segmentLimit = reason('segment-limit', { slots: SEGMENT_SLOTS, bytes: SEGMENT_BYTES }, segment);
  switch (cause) {
    case 'oversize-with-offset':
      return { ...error, ruleId: RULES.logMappingOversize, headline: { key: 'log-oversize-offset', bytes: bytes ?? 0, limit: SEGMENT_BYTES - PAGE_SIZE, device, count }, explain: [...request, segmentLimit, ...knobs(0)] };
    case 'oversize':
      return { ...error, ruleId: RULES.logMappingOversize, headline: { key: 'log-oversize', bytes: bytes ?? 0, limit: SEGMENT_BYTES, device, count }, explain: [...request, segmentLimit, ...knobs(0)] };
    case 'exhausted':
      return {
        ...error, ruleId: RULES.logApertureExhausted, headline: { key: 'log-exhausted', bytes: bytes ?? 0, total: total ?? 0, used: used ?? 0, device, count }, grows: true,
        explain: [...request, reason('pool-exhausted', { total: total ?? 0, used: used ?? 0, slots: slotsOf(bytes ?? 0) }), ...knobs(1)],
      };
    case 'fragmented': case 'area-short': {
      const free = (total ?? 0) - (used ?? 0);
      const areas: readonly Reason[] = cause === 'area-short' ? [reason('knob-areas', { helps: 1 })] : [];
      return {
        ...error, ruleId: RULES.logApertureFragmented, headline: { key: 'log-fragmented', bytes: bytes ?? 0, total: total ?? 0, used: used ?? 0, device, count }, grows: true,
        // The line does not print the longest run: -1 stands for not stated.
        explain: [...request, reason('no-free-run', { free, longest: -1, slots: slotsOf(bytes ?? 0) }), ...areas, ...knobs(1)],
      };
    }
    case 'alignment-or-boundary':
      return {
        ...error, ruleId: RULES.logApertureFragmented, headline: { key: 'log-passed-over', bytes: bytes ?? 0, total: total ?? 0, used: used ?? 0, device, count },
        explain: [...request, ...knobs(0)],
      };
    case 'pool-full-unsized':
      return { ...error, ruleId: RULES.logApertureFull, headline: { key: 'log-full', bytes, device, count }, explain: [...request, ...knobs(1)], grows: bytes !== null };
    case 'no-pool': case 'bounce-disabled':
      return { ...error, ruleId: RULES.logNoPool, headline: { key: 'log-no-pool', bytes, device, count }, explain: [reason('pool-absent', {}), reason('knob-wider-mask', { helps: 1 })] };
    case 'beyond-mask':
      return {
        ...error, ruleId: RULES.logBeyondMask, headline: { key: 'log-beyond-mask', bytes, device, mask: item.mask ?? null, count },
        explain: [reason('knob-swiotlb-size', { helps: 0 }), reason('knob-wider-mask', { helps: 1 })],
      };
    case 'set-up':
      if (item.failure === 'init-failed') return { ...error, ruleId: RULES.logNoPool, headline: { key: 'log-init-failed' }, explain: [reason('knob-reserve', { helps: 1 })] };
      return { ruleId: RULES.logApertureReduced, severity: 'warning', headline: { key: 'log-reduced', bytes }, explain: [reason('knob-reserve', { helps: 1 })] };
    case 'coherent-fallback':
      return { ...error, ruleId: RULES.logFailure, headline: { key: 'log-other-failure', bytes, device, what: item.failure }, explain: [reason('knob-cma', { helps: 1 }), reason('knob-split', { helps: 1 }), reason('knob-wider-mask', { helps: 1 })] };
    case 'driver-bug': case 'unknown':
      return { ...error, ruleId: RULES.logFailure, headline: { key: 'log-other-failure', bytes, device, what: item.failure }, explain: request };
  }
}
