import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { readTrace } from '../../../src/evidence/trace/read-trace.ts';
import type { Trace } from '../../../src/evidence/trace/trace-operation.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/traces/', import.meta.url));

export const TRACE_NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.trace.csv.gz')).map((name) => name.replace('.trace.csv.gz', ''));

export function traceText(name: string): string {
  return gunzipSync(readFileSync(`${FOLDER}${name}.trace.csv.gz`)).toString();
}

export function tracesIn(text: string, path = 'trace.csv'): readonly Trace[] {
  const reading = readTrace(text, path);
  if (!reading.ok) throw new Error(`${path}:${reading.problem.line}: expected ${reading.problem.expected}, found ${reading.problem.found}`);
  return reading.traces;
}
