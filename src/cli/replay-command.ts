import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readTrace } from '../evidence/trace/read-trace.ts';
import type { Trace } from '../evidence/trace/trace-operation.ts';
import { type ReplayedFile, replayJson, replayText } from '../render/replay-report.ts';
import type { NamedTrace } from '../replay/next-operation.ts';
import { replayTraces } from '../replay/replay-trace.ts';
import { InputError } from './input-error.ts';
import { readInput } from './read-input.ts';

const TRACE_FILE = /\.csv(\.gz)?$/;

/** `dma-aperture replay [--json] TRACE…`. @returns 0, or 1 where an operation does not match */
export function replayCommand(args: readonly string[], write: (text: string) => void): number {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { json: { type: 'boolean' } } });
  if (positionals.length === 0) throw new InputError('replay: expected one or more traces (.csv, .csv.gz)');
  // Everything is read and replayed before anything is written: bad input leaves no half output.
  const files: ReplayedFile[] = positionals.map((path) => ({ path, traces: replayTraces(path, tracesOf(path), () => companions(path, positionals)) }));
  if (values.json) write(`${JSON.stringify(replayJson(files), null, 2)}\n`);
  else write(replayText(files));
  return files.some(({ traces }) => traces.some(({ ops, matched }) => ops !== matched)) ? 1 : 0;
}

function tracesOf(path: string): readonly Trace[] {
  const reading = readTrace(readInput(path), path);
  if (reading.ok) return reading.traces;
  const { line, column, expected, found } = reading.problem;
  throw new InputError(`${path}:${line}:${column}: expected ${expected}, found ${found}`);
}

/** Where the plan of a trace that was cut short may be found: the other traces given, and those that stand beside it. */
function companions(path: string, given: readonly string[]): NamedTrace[] {
  const directory = dirname(resolve(path));
  let beside: string[] = [];
  try {
    beside = readdirSync(directory).filter((name) => TRACE_FILE.test(name)).map((name) => join(directory, name));
  } catch {
    // Standard input, or a folder that cannot be listed: the traces given are all there is.
  }
  const known = new Set([resolve(path)]);
  const found: NamedTrace[] = [];
  for (const other of [...given, ...beside.sort()]) {
    if (known.has(resolve(other)) || other === '-') continue;
    known.add(resolve(other));
    try {
      for (const trace of tracesOf(other)) found.push({ path: other, trace });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return found;
}
