import { BUILT_IN_PLATFORMS, builtInPlatform } from '../core/platform/built-in-platforms.ts';
import { streamingLimit } from '../core/platform/limits.ts';
import type { DmaCall, SourceScan } from '../csource/scan-source.ts';
import { checkCall } from './check-call.ts';
import { checkContext } from './check-context.ts';
import { checkMasks } from './check-masks.ts';
import type { Finding } from './finding.ts';
import { LineIndex } from './line-index.ts';
import { type PlatformLimits, limitsOf } from './platform-limits.ts';
import { severityUnder } from './rule-policy.ts';
import { type PlacedFinding, applySuppressions, covers } from './suppressions.ts';

/** A call with what the rules say of it. */
export interface CheckedCall {
  readonly call: DmaCall;
  readonly findings: readonly Finding[];
}

/** What the rules say of a file. Findings that a comment ignores are among them, and say so. */
export interface CheckedSource {
  /** Every call in the order of the text, with the findings that stand in it. */
  readonly calls: readonly CheckedCall[];
  /** Findings that stand in no such call. */
  readonly others: readonly Finding[];
}

/** Checks every call of a file and what surrounds it; a call's finding stands at the size argument, or at the call where that is empty. */
export function checkSource(scan: SourceScan, text: string, limits: PlatformLimits): CheckedSource {
  const lines = new LineIndex(text);
  const placed = findAll(scan, lines, limits);
  let elsewhere: readonly FoundAt[] | undefined;
  const { findings, problems } = applySuppressions(placed.map(({ at }) => at), text, lines, (rule, line) => {
    elsewhere ??= BUILT_IN_PLATFORMS.flatMap(({ id }) => {
      const platform = builtInPlatform(id);
      return platform ? findAll(scan, lines, limitsOf(platform)) : [];
    });
    return elsewhere.some(({ at }) => at.finding.ruleId === rule && covers(line, at.firstLine, at.lastLine));
  });
  const of = new Map<DmaCall | undefined, Finding[]>();
  for (const [index, found] of findings.entries()) {
    const call = placed[index]?.call;
    const finding = underPolicy(found, limits);
    if (!finding) continue;
    const list = of.get(call);
    if (list) list.push(finding);
    else of.set(call, [finding]);
  }
  return {
    calls: scan.calls.map((call) => ({ call, findings: of.get(call) ?? [] })),
    others: [...(of.get(undefined) ?? []), ...problems.flatMap((problem) => underPolicy(problem, limits) ?? [])].sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column),
  };
}

function underPolicy(finding: Finding, { policy }: PlatformLimits): Finding | undefined {
  const severity = severityUnder(policy, finding.ruleId, finding.severity);
  return severity && { ...finding, severity };
}

interface FoundAt {
  readonly at: PlacedFinding;
  /** The call that it stands in. */
  readonly call: DmaCall | undefined;
}

function findAll(scan: SourceScan, lines: LineIndex, platformLimits: PlatformLimits): FoundAt[] {
  const { context, calls } = scan;
  const limits = withAlignment(platformLimits, calls);
  const found: FoundAt[] = [];
  for (const call of calls) {
    const findings = checkCall(call, limits, context, call.sizeEnd > call.sizeStart ? lines.span(call.sizeStart, call.sizeEnd) : lines.span(call.start, call.end));
    const lastLine = findings.length > 0 ? lines.at(call.end).line : call.line;
    for (const finding of findings) found.push({ call, at: { finding, firstLine: call.line, lastLine } });
  }
  for (const finding of [...checkContext(context, limits.platform, lines), ...checkMasks(context.masks, limits.platform, lines)]) {
    const { span } = finding;
    const call = calls.find((each) => !isBefore(span, lines.at(each.start)) && isBefore(span, lines.at(each.end)));
    found.push({ call, at: { finding, firstLine: call?.line ?? span.line, lastLine: Math.max(span.endLine, call ? lines.at(call.end).line : 0) } });
  }
  return found;
}

/** The limits of a device whose driver asks for aligned slots: what lies before them is lost to a mapping. */
function withAlignment(limits: PlatformLimits, calls: readonly DmaCall[]): PlatformLimits {
  const masks = calls.flatMap(({ api, size }) => (api === 'dma_set_min_align_mask' && size.kind === 'exact' ? [size.bytes] : []));
  return masks.length === 0 ? limits : { ...limits, streaming: streamingLimit(limits.platform, Math.min(...masks)) };
}

function isBefore(span: Finding['span'], place: { line: number; column: number }): boolean {
  return span.line < place.line || (span.line === place.line && span.column < place.column);
}
