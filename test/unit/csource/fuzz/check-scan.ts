import { lspRange } from '../../../../src/render/lsp-diagnostic.ts';
import { findingMessage } from '../../../../src/render/finding-text.ts';
import type { CheckedSource } from '../../../../src/rules/check-source.ts';
import type { Span } from '../../../../src/rules/finding.ts';
import type { DmaCall, SourceScan } from '../../../../src/csource/scan-source.ts';
import { nameAt } from '../../../../src/csource/scan-source.ts';
import type { SizeResult } from '../../../../src/csource/evaluate/evaluate-size.ts';

/** What is wrong with a scan, whatever the text was: sizes that are no sizes, places outside the text, sentences with a hole. */
export function wrongInScan(text: string, scan: SourceScan, checked: CheckedSource): string[] {
  const lines = text.split('\n');
  const wrong: string[] = [];
  for (const call of scan.calls) {
    const of = `${call.api} at ${call.line}:${call.column}`;
    for (const problem of [...wrongCall(text, call), ...wrongSize(call.size, call.unit === 'mask'), ...(call.allocation ? wrongSize(call.allocation, false) : [])]) wrong.push(`${of}: ${problem}`);
    if (!isPlace(call.line, call.column, lines)) wrong.push(`${of}: no place of the text`);
  }
  for (const { start, end, other, mend } of [...scan.context.observations, ...scan.context.masks.map(({ start, end }) => ({ start, end, other: undefined, mend: undefined }))]) {
    for (const span of [{ start, end }, other, mend]) if (span && !isWithin(span.start, span.end, text)) wrong.push(`seen at ${span.start} to ${span.end}: outside the text`);
  }
  const findings = [...checked.calls.flatMap((each) => each.findings), ...checked.others];
  for (const finding of findings) {
    const message = findingMessage(finding);
    if (hasHole(message)) wrong.push(`says "${message.slice(0, 200)}"`);
    for (const span of [finding.span, ...(finding.related ?? []).map((related) => related.span), ...(finding.fixes ?? []).map((fix) => fix.span)]) {
      if (!isSpan(span, lines)) wrong.push(`${finding.ruleId}: ${JSON.stringify(span)} is outside the text`);
    }
    const range = lspRange(finding.span);
    if (range.start.line < 0 || range.start.character < 0) wrong.push(`${finding.ruleId}: a negative range`);
  }
  return wrong;
}

/** Words that stand where a value should: the text itself holds none of them. What is `undefined in C` is a value's own reason. */
export function hasHole(message: string): boolean {
  return /\b(?:NaN|undefined(?! in C)|Infinity)\b|\[object /.test(message);
}

function wrongCall(text: string, call: DmaCall): string[] {
  const wrong: string[] = [];
  if (!isWithin(call.start, call.end, text)) wrong.push('the call is outside the text');
  if (!isWithin(call.sizeStart, call.sizeEnd, text) || call.sizeStart < call.start || call.sizeEnd > call.end) wrong.push('the size argument is outside the call');
  if (call.sizeText !== text.slice(call.sizeStart, call.sizeEnd)) wrong.push('the size argument is not what the text says');
  const name = nameAt(call);
  if (text.slice(call.start, call.start + name.length) !== name) wrong.push('the call does not begin with its name');
  return wrong;
}

function wrongSize(size: SizeResult, wide: boolean): string[] {
  const wrong: string[] = [];
  if (size.why === '' || hasHole(size.why)) wrong.push(`why is "${size.why}"`);
  for (const step of size.steps) {
    if (step.value !== undefined && !/^-?\d+$/.test(step.value)) wrong.push(`a step is ${step.value}`);
    if (step.at && (step.at.line < 1 || step.at.column < 1)) wrong.push('a step is nowhere');
  }
  if (size.kind === 'unknown') return wrong;
  const ends = size.kind === 'exact' ? [size.bytes] : [size.min, size.max];
  for (const end of ends) if (end !== undefined && (!Number.isInteger(end) || end < 0 || (!wide && !Number.isSafeInteger(end)))) wrong.push(`${end} is no size`);
  if (size.kind === 'bounded' && (size.min ?? 0) > (size.max ?? Infinity)) wrong.push(`from ${size.min ?? ''} to ${size.max ?? ''}`);
  if (size.exactly && (size.exactly.min < 0n || size.exactly.max < size.exactly.min)) wrong.push(`exactly ${size.exactly.min} to ${size.exactly.max}`);
  return wrong;
}

function isWithin(start: number, end: number, text: string): boolean {
  return Number.isInteger(start) && start >= 0 && start <= end && end <= text.length;
}

function isSpan({ line, column, endLine, endColumn }: Span, lines: readonly string[]): boolean {
  return isPlace(line, column, lines) && isPlace(endLine, endColumn, lines) && (line < endLine || (line === endLine && column <= endColumn));
}

function isPlace(line: number, column: number, lines: readonly string[]): boolean {
  const text = lines[line - 1];
  return text !== undefined && column >= 1 && column <= text.length + 1;
}
