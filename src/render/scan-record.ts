import { evidenceOf } from '../core/platform/fact.ts';
import type { CheckedCall, CheckedSource } from '../rules/check-source.ts';
import type { Finding, FindingSuppression, Severity } from '../rules/finding.ts';
import { fingerprint } from '../rules/fingerprint.ts';
import { type AmountUnit, amountText } from './amount-text.ts';
import { findingMessage } from './finding-text.ts';
import { fixText } from './fix-text.ts';
import { knobOf, reasonText } from './reason-text.ts';

/** A size as the scan's output carries it: a number of bytes, or of the record's unit; a mask as a whole number of up to 64 bits. */
export interface SizeJson {
  readonly kind: 'exact' | 'bounded' | 'unknown';
  readonly bytes?: number | bigint;
  readonly min?: number | bigint;
  readonly max?: number | bigint;
  /** Nothing but the width of a 32 bit type sets `max`. */
  readonly byType?: true;
  /** Who sets the size, where that is user space or the device. */
  readonly origin?: 'user' | 'device';
  readonly why: string;
}

/** A place in a text; lines and columns count from 1, columns in UTF-16 units. */
interface RegionJson {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A finding of `dma-aperture scan`. */
export interface FindingJson extends RegionJson {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly message: string;
  readonly confidence: string;
  /** Places that the deciding fact was read from. */
  readonly evidence: readonly { readonly uri: string; readonly line: number; readonly column: number }[];
  /** Other places of the file that belong to it. */
  readonly related?: readonly RegionJson[];
  /** Why, step by step. */
  readonly explain: readonly string[];
  /** What the driver or the machine's owner can do. */
  readonly options: readonly string[];
  readonly fixes?: readonly (RegionJson & { readonly title: string; readonly text: string })[];
  /** The same wherever the lines move: rule, file, function and the text as written. */
  readonly fingerprint: string;
  readonly suppressed?: FindingSuppression;
}

/** Findings of one place. */
interface PlaceRecord {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  readonly findings: readonly FindingJson[];
}

/** One call site of `dma-aperture scan`. */
export interface ScanRecord extends PlaceRecord {
  readonly api: string;
  /** The macro of the driver that stands here in place of the call. */
  readonly viaMacro?: string;
  /** The function of the driver that is called here, and hands the size on. */
  readonly viaFunction?: string;
  readonly family: string;
  /** What the size counts. */
  readonly unit: AmountUnit;
  readonly device: string;
  readonly sizeText: string;
  readonly size: SizeJson;
  /** Of a pool: bytes that it asks of the coherent allocator at a time. */
  readonly allocation?: SizeJson;
}

/** What was found in a file beside its call sites. */
export type OtherRecord = PlaceRecord;

/** Everything that the scan of a file gives. */
export interface FileRecords {
  readonly calls: readonly ScanRecord[];
  readonly others: readonly OtherRecord[];
}

export function fileRecords(file: string, { calls, others }: CheckedSource): FileRecords {
  const seen = new Map<string, number>();
  return {
    calls: calls.map((checked) => scanRecord(file, checked, seen)),
    others: others.map((finding) => ({
      file, line: finding.span.line, column: finding.span.column, function: functionOf(finding), findings: [findingJson(finding, file, functionOf(finding), '', seen)],
    })),
  };
}

function functionOf({ headline }: Finding): string {
  return headline.key === 'seen' ? headline.seen.function : '';
}

function scanRecord(file: string, { call, findings }: CheckedCall, seen: Map<string, number>): ScanRecord {
  return {
    file, line: call.line, column: call.column, function: call.function, api: call.api, ...(call.viaMacro === undefined ? {} : { viaMacro: call.viaMacro }), ...(call.viaFunction === undefined ? {} : { viaFunction: call.viaFunction }),
    family: call.family, unit: call.unit, device: call.deviceText, sizeText: call.sizeText, size: sizeJson(call.size),
    ...(call.allocation ? { allocation: sizeJson(call.allocation) } : {}),
    findings: findings.map((finding) => findingJson(finding, file, call.function, `${call.api} ${oneLine(call.sizeText)}`, seen)),
  };
}

function sizeJson(size: CheckedCall['call']['size']): SizeJson {
  const common = { kind: size.kind, why: size.why, ...(size.kind !== 'exact' && size.origin ? { origin: size.origin } : {}) };
  if (size.kind === 'unknown') return common;
  if (size.kind === 'exact') return { ...common, bytes: size.exactly?.max ?? size.bytes };
  const { min, max, exactly } = size;
  return { ...common, ...(min === undefined ? {} : { min: exactly?.min ?? min }), ...(max === undefined ? {} : { max: exactly?.max ?? max }), ...(size.byType ? { byType: true } : {}) };
}

function findingJson(finding: Finding, file: string, within: string, text: string, seen: Map<string, number>): FindingJson {
  const { ruleId, severity, confidence, span, evidence, related, fixes, suppressed } = finding;
  const message = findingMessage(finding);
  // Where several findings of a function agree in all that lasts, their order tells them apart.
  const key = [ruleId, file, within, text === '' ? message : text].join('\n');
  const nth = seen.get(key) ?? 0;
  seen.set(key, nth + 1);
  return {
    ruleId, severity, message, confidence, ...span,
    evidence: evidence.flatMap(evidenceOf).filter(({ kind }) => kind !== 'built-in').map(({ uri, line, column }) => ({ uri, line, column })),
    ...(related ? { related: related.map(({ span: at }) => at) } : {}),
    explain: finding.explain.filter((step) => knobOf(step) === undefined).map(reasonText),
    options: finding.explain.filter((step) => knobOf(step) === 'helps').map(reasonText),
    ...(fixes ? { fixes: fixes.map((fix) => ({ ...fix.span, title: fixText(fix), text: fix.text })) } : {}),
    fingerprint: fingerprint(nth === 0 ? key : `${key}\n${nth}`),
    ...(suppressed ? { suppressed } : {}),
  };
}

/** A record as lines of text: place, call, size; its findings under it, in the form that editors and CI read. Suppressed ones are left out. */
export function scanText(record: ScanRecord | OtherRecord): string {
  const lines: string[] = [];
  if ('size' in record) {
    const { size, allocation } = record;
    const by = record.viaMacro ?? (record.viaFunction === undefined ? undefined : `${record.viaFunction}()`);
    const via = by === undefined ? '' : ` (by ${by})`;
    const asks = allocation === undefined ? '' : `, allocates ${sizeText(allocation, record.unit)}`;
    const amount = `${sizeText(size, record.unit)}${asks} (${size.why})`;
    lines.push(`${record.file}:${record.line}:${record.column}: ${record.api}${via} ${oneLine(record.sizeText)} = ${amount} in ${record.function || '?'}`);
  }
  for (const finding of record.findings) {
    if (!finding.suppressed) lines.push(`${record.file}:${finding.line}:${finding.column}: ${finding.severity}: ${finding.message} [${finding.ruleId}]`);
  }
  return lines.join('\n');
}

function sizeText(size: SizeJson, unit: AmountUnit): string {
  if (size.kind === 'unknown') return 'unknown';
  if (size.kind === 'exact') return amountText(size.bytes ?? 0, unit);
  return `${amountText(size.min ?? 0, unit)}..${size.max === undefined ? '?' : amountText(size.max, unit)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
