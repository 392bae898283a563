import type { MapOperation, Trace, TraceOperation } from '../evidence/trace/trace-operation.ts';

/** The operation that a plan asks for behind the last one of a trace that was cut short. */
export interface NextOperation {
  /** As the other trace of the same plan states it; of a mapping, the address is moved to the cut trace's own buffer. */
  readonly operation: TraceOperation;
  /** The trace that it was found in. */
  readonly from: string;
}

export interface NamedTrace {
  readonly path: string;
  readonly trace: Trace;
}

/**
 * Finds what a cut trace's plan asks for next, in other traces of the same plan: the plan's own text is not part of a trace,
 * but another kernel that ran it got further. The other trace must ask for the same operations up to the cut.
 */
export function nextOperation(cut: Trace, others: readonly NamedTrace[]): NextOperation | undefined {
  const done = planLines(cut);
  for (const { path, trace } of others) {
    if (trace === cut || trace.name !== cut.name) continue;
    const lines = planLines(trace);
    if (lines.length <= done.length || !done.every((line, index) => line.text === lines[index]?.text)) continue;
    const next = lines[done.length];
    if (!next) continue;
    const { operation } = next;
    const moved = operation.kind === 'map' ? moveTo(operation, next.source, done.at(-1)?.source ?? sourceOf(cut)) : operation;
    return { operation: moved, from: `${path} (trace ${trace.name}, line ${operation.line})` };
  }
  return undefined;
}

interface PlanLine {
  readonly text: string;
  readonly operation: TraceOperation;
  /** Address of the buffer that is mapped, at this line. */
  readonly source: number;
}

/** What the plan asked for, line by line: results, and what only the kernel or the place in memory decides, left out. */
function planLines(trace: Trace): PlanLine[] {
  const found: PlanLine[] = [];
  let source = sourceOf(trace);
  for (const operation of trace.operations) {
    switch (operation.kind) {
      case 'source': source = operation.physical; break;
      case 'map': found.push({ text: `m ${operation.seq} ${operation.cpu} ${operation.id} ${operation.bytes} ${operation.origAddress - source}`, operation, source }); break;
      case 'unmap': found.push({ text: `u ${operation.seq} ${operation.cpu} ${operation.id}`, operation, source }); break;
      case 'set': found.push({ text: `k ${operation.seq} ${operation.what} ${operation.argument}`, operation, source }); break;
      case 'alloc': found.push({ text: `c ${operation.seq} ${operation.cpu} ${operation.id} ${operation.bytes}`, operation, source }); break;
      case 'free': found.push({ text: `f ${operation.seq} ${operation.cpu} ${operation.id}`, operation, source }); break;
      case 'query': case 'slots': found.push({ text: `${operation.kind} ${operation.seq}`, operation, source }); break;
      default:
    }
  }
  return found;
}

function sourceOf(trace: Trace): number {
  const first = trace.operations.find((operation) => operation.kind === 'source');
  return first?.kind === 'source' ? first.physical : 0;
}

function moveTo(operation: MapOperation, from: number, to: number): MapOperation {
  return { ...operation, origAddress: operation.origAddress - from + to };
}
