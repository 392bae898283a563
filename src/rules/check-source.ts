import type { DmaCall, SourceScan } from '../csource/scan-source.ts';
import { type PlatformLimits, checkCall } from './check-call.ts';
import type { Finding } from './finding.ts';
import { LineIndex } from './line-index.ts';

/** A call with what the rules say of it. */
export interface CheckedCall {
  readonly call: DmaCall;
  readonly findings: readonly Finding[];
}

/** Checks every call of a file; a finding stands at the size argument, or at the call where that is empty. */
export function checkSource(scan: SourceScan, text: string, limits: PlatformLimits): CheckedCall[] {
  const lines = new LineIndex(text);
  return scan.calls.map((call) => {
    const span = call.sizeEnd > call.sizeStart ? lines.span(call.sizeStart, call.sizeEnd) : lines.span(call.start, call.end);
    return { call, findings: checkCall(call, limits, span) };
  });
}
