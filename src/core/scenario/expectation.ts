import { type Outcome, copiedBytes } from '../dma/outcome.ts';
import type { ScenarioStep } from './scenario-schema.ts';

export interface UnmetExpectation {
  readonly key: 'ok' | 'reason' | 'by' | 'byte' | 'copied' | 'failures';
  readonly expected: string | number | boolean;
  readonly actual: string | number | boolean;
}

/** The first thing that a step's `expect` asks for and did not get. @param failures refused requests of a step of many */
export function unmetExpectation({ expect }: ScenarioStep, outcome: Outcome, failures: number): UnmetExpectation | undefined {
  if (!expect) return undefined;
  if (expect.ok !== undefined && expect.ok !== outcome.ok) return { key: 'ok', expected: expect.ok, actual: outcome.ok };
  if (expect.reason !== undefined) {
    const actual = outcome.ok ? 'no refusal' : outcome.reason;
    if (actual !== expect.reason) return { key: 'reason', expected: expect.reason, actual };
  }
  if (expect.by !== undefined) {
    const actual = outcome.ok ? (outcome.by ?? 'nothing') : 'refused';
    if (actual !== expect.by) return { key: 'by', expected: expect.by, actual };
  }
  if (expect.byte !== undefined) {
    const runs = outcome.ok ? (outcome.contents ?? []) : [];
    const actual = runs.length === 1 ? runs[0]?.byte : undefined;
    if (actual !== expect.byte) return { key: 'byte', expected: byteText(expect.byte), actual: runs.map(({ byte, count }) => `${byteText(byte)} × ${count}`).join(', ') || 'nothing' };
  }
  if (expect.copied !== undefined) {
    const actual = copiedBytes(outcome);
    if (actual !== expect.copied) return { key: 'copied', expected: expect.copied, actual };
  }
  if (expect.failures !== undefined && expect.failures !== failures) return { key: 'failures', expected: expect.failures, actual: failures };
  return undefined;
}

function byteText(byte: number): string {
  return byte < 0 ? 'unknown' : `0x${byte.toString(16).padStart(2, '0')}`;
}
