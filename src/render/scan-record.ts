import { evidenceOf } from '../core/platform/fact.ts';
import type { CheckedCall } from '../rules/check-source.ts';
import type { Severity } from '../rules/finding.ts';
import { findingMessage } from './finding-text.ts';

/** A size as the scan's output carries it: bytes as numbers. */
export interface SizeJson {
  readonly kind: 'exact' | 'bounded' | 'unknown';
  readonly bytes?: number;
  readonly min?: number;
  readonly max?: number;
  /** Nothing but the width of a 32 bit type sets `max`. */
  readonly byType?: true;
  /** Who sets the size, where that is user space or the device. */
  readonly origin?: 'user' | 'device';
  readonly why: string;
}

/** One call site of `dma-aperture scan`. */
export interface ScanRecord {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  readonly api: string;
  readonly family: string;
  readonly device: string;
  readonly sizeText: string;
  readonly size: SizeJson;
  readonly findings: readonly {
    readonly ruleId: string;
    readonly severity: Severity;
    readonly message: string;
    readonly confidence: string;
    readonly line: number;
    readonly column: number;
    readonly endLine: number;
    readonly endColumn: number;
    /** Places that the deciding fact was read from. */
    readonly evidence: readonly { readonly uri: string; readonly line: number; readonly column: number }[];
  }[];
}

export function scanRecord(file: string, { call, findings }: CheckedCall): ScanRecord {
  const { size } = call;
  const common = { kind: size.kind, why: size.why, ...(size.kind !== 'exact' && size.origin ? { origin: size.origin } : {}) };
  return {
    file, line: call.line, column: call.column, function: call.function, api: call.api, family: call.family,
    device: call.deviceText, sizeText: call.sizeText,
    size: size.kind === 'exact' ? { ...common, bytes: size.bytes }
      : size.kind === 'bounded' ? { ...common, ...(size.min === undefined ? {} : { min: size.min }), ...(size.max === undefined ? {} : { max: size.max }), ...(size.byType ? { byType: true } : {}) }
        : common,
    findings: findings.map((finding) => ({
      ruleId: finding.ruleId, severity: finding.severity, message: findingMessage(finding), confidence: finding.confidence, ...finding.span,
      evidence: finding.evidence.flatMap(evidenceOf).filter(({ kind }) => kind !== 'built-in').map(({ uri, line, column }) => ({ uri, line, column })),
    })),
  };
}

/** A record as a line of text: place, call, size; its findings under it, in the form that editors and CI read. */
export function scanText(record: ScanRecord): string {
  const { size } = record;
  const bytes = size.kind === 'exact' ? `${size.bytes} B` : size.kind === 'bounded' ? `${size.min ?? 0}..${size.max ?? '?'} B` : 'unknown';
  const where = `${record.file}:${record.line}:${record.column}`;
  const lines = [`${where}: ${record.api} ${oneLine(record.sizeText)} = ${bytes} (${size.why}) in ${record.function || '?'}`];
  for (const finding of record.findings) lines.push(`${record.file}:${finding.line}:${finding.column}: ${finding.severity}: ${finding.message} [${finding.ruleId}]`);
  return lines.join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
