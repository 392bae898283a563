import { SEGMENT_BYTES, SEGMENT_SLOTS, SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { factFromDefault } from '../core/platform/fact.ts';
import { type Reason, reason } from '../core/platform/reason.ts';
import type { FailureStatement, LogItem } from '../evidence/log/log-items.ts';
import type { LogReading } from '../evidence/log/read-log.ts';
import { RULES } from '../ids.ts';
import type { Finding, Headline, Severity, Span } from './finding.ts';

type Failure = Extract<LogItem, FailureStatement>;

/**
 * What a boot log says is wrong, and what its aperture lines mean. Failures that agree are one finding at their first
 * line with their count, so that a log of ten thousand repeats stays readable.
 * Source of the interpretation: the refusal rules of kernel/dma/swiotlb.c (see core/swiotlb) read backwards.
 */
export function checkLog(reading: LogReading): Finding[] {
  if (!reading.isKernelLog) return [];
  const findings: Finding[] = [];
  const groups = new Map<string, { first: Failure; count: number }>();
  for (const item of reading.items) {
    if (item.kind === 'failure') {
      const key = JSON.stringify([item.failure, item.bytes, item.device, item.totalSlots, item.usedSlots]);
      const group = groups.get(key);
      if (group) group.count++;
      else groups.set(key, { first: item, count: 1 });
    } else {
      const finding = apertureFinding(item);
      if (finding) findings.push(finding);
    }
  }
  for (const group of groups.values()) findings.push(failureFinding(group.first, group.count));
  return findings.sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column);
}

function spanOf(item: LogItem): Span {
  return { line: item.line, column: item.column, endLine: item.line, endColumn: item.endColumn };
}

function apertureFinding(item: LogItem): Finding | undefined {
  const bytes = item.kind === 'pool' ? item.end - item.start : item.kind === 'xenlinux-aperture' ? item.megabytes * 2 ** 20 : undefined;
  if (bytes === undefined || bytes <= 0) return undefined;
  const slots = Math.floor(bytes / SLOT_BYTES);
  const fact = factFromDefault(SEGMENT_SLOTS, 'kernel/dma/swiotlb.c: IO_TLB_SEGSIZE, 128 slots of 2 KiB in every kernel from 2.6.16 to 7.3');
  return {
    ruleId: RULES.logAperture, severity: 'information', span: spanOf(item), confidence: 'certain',
    headline: { key: 'log-aperture', bytes, slots, segments: Math.ceil(slots / SEGMENT_SLOTS) },
    explain: [reason('segment-limit', { slots: SEGMENT_SLOTS, bytes: SEGMENT_BYTES }, fact)], evidence: [fact],
  };
}

function failureFinding(item: Failure, count: number): Finding {
  const { headline, explain, severity, ruleId } = interpret(item, count);
  return { ruleId, severity, span: spanOf(item), headline, explain, evidence: explain.flatMap((step) => (step.fact ? [step.fact] : [])), confidence: 'certain' };
}

interface Interpretation {
  readonly ruleId: Finding['ruleId'];
  readonly severity: Severity;
  readonly headline: Headline;
  readonly explain: readonly Reason[];
}

const GROW: readonly Reason[] = [reason('knob-swiotlb-size', { helps: 1 }), reason('knob-scatter-gather', { helps: 1 }), reason('knob-wider-mask', { helps: 1 })];
const SPLIT: readonly Reason[] = [reason('knob-swiotlb-size', { helps: 0 }), reason('knob-scatter-gather', { helps: 1 }), reason('knob-wider-mask', { helps: 1 })];

function interpret(item: Failure, count: number): Interpretation {
  const { bytes, device, totalSlots: total, usedSlots: used } = item;
  if (item.failure === 'buffer-full' || item.failure === 'out-of-space') return interpretFull(item, count);
  if (item.failure === 'dma-mask-overflow') {
    return {
      ruleId: RULES.logBeyondMask, severity: 'error', headline: { key: 'log-beyond-mask', bytes, device, mask: item.mask ?? null, count },
      explain: [reason('knob-swiotlb-size', { helps: 0 }), reason('knob-wider-mask', { helps: 1 })],
    };
  }
  if (item.failure === 'no-pool' || item.failure === 'bounce-disabled') {
    return { ruleId: RULES.logNoPool, severity: 'error', headline: { key: 'log-no-pool', bytes, device, count }, explain: [reason('pool-absent', {}), reason('knob-wider-mask', { helps: 1 })] };
  }
  if (item.failure === 'reduced-allocation' || item.failure === 'init-alloc-retry') {
    return { ruleId: RULES.logApertureReduced, severity: 'warning', headline: { key: 'log-reduced', bytes }, explain: [reason('knob-reserve', { helps: 1 })] };
  }
  if (item.failure === 'init-failed') {
    return { ruleId: RULES.logNoPool, severity: 'error', headline: { key: 'log-init-failed' }, explain: [reason('knob-reserve', { helps: 1 })] };
  }
  return {
    ruleId: RULES.logFailure, severity: 'error', headline: { key: 'log-other-failure', bytes, device, what: item.failure },
    explain: total !== null && used !== null && bytes !== null ? [reason('request-slots', { bytes, offset: 0, slots: Math.ceil(bytes / SLOT_BYTES) })] : [],
  };
}

/** Why a pool was full: by the size that was asked for, and by how much of the pool was used. */
function interpretFull(item: Failure, count: number): Interpretation {
  const { bytes, device, totalSlots: total, usedSlots: used } = item;
  if (total === 0) {
    return { ruleId: RULES.logNoPool, severity: 'error', headline: { key: 'log-no-pool', bytes, device, count }, explain: [reason('pool-absent', {})] };
  }
  if (bytes === null) return { ruleId: RULES.logApertureFull, severity: 'error', headline: { key: 'log-full', bytes, device, count }, explain: [...GROW] };
  const slots = Math.ceil(bytes / SLOT_BYTES);
  const request = reason('request-slots', { bytes, offset: 0, slots });
  if (bytes > SEGMENT_BYTES) {
    const fact = factFromDefault(SEGMENT_SLOTS, 'kernel/dma/swiotlb.c: IO_TLB_SEGSIZE, 128 slots of 2 KiB in every kernel from 2.6.16 to 7.3');
    return {
      ruleId: RULES.logMappingOversize, severity: 'error', headline: { key: 'log-oversize', bytes, limit: SEGMENT_BYTES, device, count },
      explain: [request, reason('segment-limit', { slots: SEGMENT_SLOTS, bytes: SEGMENT_BYTES }, fact), ...SPLIT],
    };
  }
  if (total === null || used === null) {
    return { ruleId: RULES.logApertureFull, severity: 'error', headline: { key: 'log-full', bytes, device, count }, explain: [request, ...GROW] };
  }
  if (used + slots > total) {
    return {
      ruleId: RULES.logApertureExhausted, severity: 'error', headline: { key: 'log-exhausted', bytes, total, used, device, count },
      explain: [request, reason('pool-exhausted', { total, used, slots }), ...GROW],
    };
  }
  return {
    ruleId: RULES.logApertureFragmented, severity: 'error', headline: { key: 'log-fragmented', bytes, total, used, device, count },
    // The line does not print the longest run: -1 stands for not stated.
    explain: [request, reason('no-free-run', { free: total - used, longest: -1, slots }), ...GROW],
  };
}
