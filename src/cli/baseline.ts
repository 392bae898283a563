import * as v from 'valibot';
import type { FileRecords, FindingJson, OtherRecord, ScanRecord } from '../render/scan-record.ts';
import { InputError } from './input-error.ts';
import { readInput } from './read-input.ts';

const BASELINE_SCHEMA = 'dma-aperture/baseline@1';

const schema = v.object({
  schema: v.literal(BASELINE_SCHEMA),
  findings: v.array(v.object({
    rule: v.string(), file: v.string(), function: v.string(), fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
    /** For people: a baseline may be read, and what is wrong in it mended. */
    message: v.optional(v.string()),
  })),
});

type Entry = v.InferOutput<typeof schema>['findings'][number];

/**
 * Marks the findings that a baseline file has as suppressed, each as often as the file has it.
 * @returns the records, and how many of the file's findings were not found any more
 * @throws InputError where the file is no baseline
 */
export function applyBaseline(path: string, records: FileRecords): { readonly records: FileRecords; readonly gone: number } {
  const left = new Map<string, number>();
  for (const { fingerprint } of readBaseline(path)) left.set(fingerprint, (left.get(fingerprint) ?? 0) + 1);
  const mark = (finding: FindingJson): FindingJson => {
    const count = left.get(finding.fingerprint) ?? 0;
    if (count === 0) return finding;
    left.set(finding.fingerprint, count - 1);
    return finding.suppressed ? finding : { ...finding, suppressed: { kind: 'baseline', reason: `in ${path}` } };
  };
  const marked = <T extends ScanRecord | OtherRecord>(record: T): T => (record.findings.length === 0 ? record : { ...record, findings: record.findings.map(mark) });
  const result = { calls: records.calls.map(marked), others: records.others.map(marked) };
  return { records: result, gone: [...left.values()].reduce((sum, count) => sum + count, 0) };
}

function readBaseline(path: string): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(readInput(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${path}: expected JSON that --write-baseline wrote`);
    throw error;
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output.findings;
  const [issue] = parsed.issues;
  throw new InputError(`${path}: ${v.getDotPath(issue) ?? 'whole file'}: expected what --write-baseline wrote: ${issue.message}`);
}

/** A baseline of all findings that no comment ignores, sorted so that a change of it reads well. */
export function baselineText({ calls, others }: FileRecords): string {
  const entries = [...calls, ...others].flatMap(({ file, function: within, findings }): Entry[] => (
    findings.filter(({ suppressed }) => suppressed?.kind !== 'comment').map(({ ruleId, fingerprint, message }) => ({ rule: ruleId, file, function: within, fingerprint, message }))
  ));
  const sorted = entries.sort((a, b) => compare(a.file, b.file) || compare(a.rule, b.rule) || compare(a.fingerprint, b.fingerprint));
  return `${JSON.stringify({ schema: BASELINE_SCHEMA, findings: sorted }, null, 2)}\n`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
