import type { TraceReplay } from '../replay/replay-trace.ts';

/** One replayed file. */
export interface ReplayedFile {
  readonly path: string;
  readonly traces: readonly TraceReplay[];
}

export interface ReplayJson {
  readonly schema: 'dma-aperture/replay@1';
  readonly traces: readonly ({ readonly path: string } & TraceReplay)[];
}

/** A replay as the contract `dma-aperture/replay@1` gives it: one entry a trace. */
export function replayJson(files: readonly ReplayedFile[]): ReplayJson {
  return { schema: 'dma-aperture/replay@1', traces: files.flatMap(({ path, traces }) => traces.map((trace) => ({ path, ...trace }))) };
}

/** A replay as text for a terminal: a file with a line a trace, the first difference of each under it, and the sums. */
export function replayText(files: readonly ReplayedFile[]): string {
  const lines: string[] = [];
  let ops = 0;
  let matched = 0;
  let count = 0;
  for (const { path, traces } of files) {
    lines.push(path);
    for (const trace of traces) {
      count++;
      ops += trace.ops;
      matched += trace.matched;
      const state = trace.ops === trace.matched ? 'all matched' : `${trace.ops - trace.matched} NOT MATCHED`;
      lines.push(`  ${trace.trace.padEnd(14)} ${trace.release.padEnd(10)} ${trace.generation.padEnd(3)} ${String(trace.matched).padStart(7)} of ${String(trace.ops).padStart(7)} operations: ${state}`);
      if (trace.doubt !== undefined) lines.push(`    in doubt: ${trace.doubt}`);
      const { firstMismatch: first, cut } = trace;
      if (first) lines.push(`    ${path}:${first.line}: ${first.operation} ${first.seq}: the trace states ${first.stated}; the core ${first.predicted}`);
      if (cut) lines.push(`    ends without #end; next would be ${cut.operation} (${cut.seq}): ${cut.outcome} — ${cut.basis}`);
    }
  }
  lines.push(`${matched} of ${ops} operations matched in ${count} ${count === 1 ? 'trace' : 'traces'} of ${files.length} ${files.length === 1 ? 'file' : 'files'}`);
  return `${lines.join('\n')}\n`;
}
