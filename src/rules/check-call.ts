import { type Fact, doubtOf } from '../core/platform/fact.ts';
import { type Limit, coherentLimit, streamingLimit } from '../core/platform/limits.ts';
import type { Platform } from '../core/platform/platform.ts';
import { type Reason, reason } from '../core/platform/reason.ts';
import { orderBytes, orderFor } from '../core/units/pages.ts';
import type { DmaCall } from '../csource/scan-source.ts';
import { RULES, type RuleId } from '../ids.ts';
import type { Finding, Headline, Severity, Span } from './finding.ts';

/** The part of a platform that calls are checked against; made once for all calls. */
export interface PlatformLimits {
  readonly platform: Platform;
  readonly coherent: Limit;
  readonly streaming: Limit;
}

export function limitsOf(platform: Platform): PlatformLimits {
  return { platform, coherent: coherentLimit(platform), streaming: streamingLimit(platform) };
}

/**
 * Holds the size of one call against what the platform promises. An unknown size is never a finding; a bounded one is where
 * even its least exceeds the limit, or, as information, where its largest may.
 */
export function checkCall(call: DmaCall, limits: PlatformLimits, span: Span): Finding[] {
  if (call.family === 'coherent') return checkCoherent(call, limits.coherent, span);
  if (call.family === 'streaming') return checkStreaming(call, limits.streaming, limits.platform, span);
  return [];
}

function checkCoherent(call: DmaCall, limit: Limit, span: Span): Finding[] {
  const over = exceeding(call, (bytes) => orderBytes(orderFor(bytes)) > limit.bytes);
  const { binding } = limit;
  if (!over || !binding) return [];
  const order = orderFor(over.bytes);
  const ruleId: RuleId = binding.id === 'page-allocator' || binding.id === 'cma' ? RULES.coherentExceedsPageAllocator : RULES.coherentExceedsContiguousLimit;
  const headline: Headline = { key: 'coherent-over', api: call.api, bytes: over.bytes, order, limit: limit.bytes, bounded: !over.certain };
  const steps = [reason('request-order', { bytes: over.bytes, order, blockBytes: orderBytes(order) })];
  return [finding(ruleId, over.certain ? 'error' : 'information', span, headline, steps, limit, [])];
}

function checkStreaming(call: DmaCall, limit: Limit, platform: Platform, span: Span): Finding[] {
  const over = exceeding(call, (bytes) => bytes > limit.bytes);
  if (!over || !limit.binding) return [];
  const bounced = limit.applies === 'when-bounced';
  const headline: Headline = { key: 'streaming-over', api: call.api, bytes: over.bytes, limit: limit.bytes, bounced, bounded: !over.certain };
  const steps = [reason('request-slots', { bytes: over.bytes, offset: 0, slots: Math.ceil(over.bytes / 2048) })];
  const severity: Severity = !over.certain ? 'information' : bounced ? 'warning' : 'error';
  // The segment is a constant of every kernel; that a mapping must bounce follows from the aperture and the domain.
  return [finding(RULES.streamingExceedsSegment, severity, span, headline, steps, limit, [platform.aperture.bytes, platform.domain])];
}

/** The size that exceeds, and whether it does for certain (exact, or the least of a bounded size). */
function exceeding(call: DmaCall, exceeds: (bytes: number) => boolean): { bytes: number; certain: boolean } | undefined {
  const { size } = call;
  if (size.kind === 'exact') return size.bytes > 0 && exceeds(size.bytes) ? { bytes: size.bytes, certain: true } : undefined;
  if (size.kind !== 'bounded') return undefined;
  if (size.min !== undefined && size.min > 0 && exceeds(size.min)) return { bytes: size.min, certain: true };
  if (size.max !== undefined && size.max > 0 && !size.byType && exceeds(size.max)) return { bytes: size.max, certain: false };
  return undefined;
}

function finding(ruleId: RuleId, severity: Severity, span: Span, headline: Headline, steps: readonly Reason[], limit: Limit, also: readonly Fact<unknown>[]): Finding {
  const { binding } = limit;
  const doubt = [...(binding ? [binding.fact] : []), ...also].map(doubtOf).find((each) => each !== undefined);
  const over = limit.constraints.filter((constraint) => constraint !== binding && 'bytes' in headline && headline.bytes !== null && headline.bytes > constraint.bytes);
  return {
    ruleId,
    // What rests on an assumption is not stated as an error.
    severity: doubt !== undefined && severity === 'error' ? 'warning' : severity,
    span, headline,
    explain: [...steps, ...(binding ? [binding.because] : []), ...over.map((constraint) => constraint.because), ...(binding?.knobs ?? [])],
    evidence: binding ? [binding.fact, ...over.map((constraint) => constraint.fact), ...also] : [],
    confidence: doubt === undefined ? 'certain' : 'likely',
    ...(doubt === undefined ? {} : { doubt }),
  };
}
