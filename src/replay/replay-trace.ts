import { buildPlatform } from '../core/platform/build-platform.ts';
import { SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { type Fact, doubtOf } from '../core/platform/fact.ts';
import type { Platform } from '../core/platform/platform.ts';
import { formatAddress } from '../core/units/addresses.ts';
import type { MapOperation, Trace, TraceOperation } from '../evidence/trace/trace-operation.ts';
import { BootKnowledge } from './boot-knowledge.ts';
import { type NamedTrace, nextOperation } from './next-operation.ts';
import { type CoherentMemory, type CoherentReplay, coherentReplay } from './replay-coherent.ts';
import { StreamingReplay } from './replay-streaming.ts';
import { MATCHED, type StepVerdict, differs } from './step-verdict.ts';

/** The first operation whose outcome is not the one that the trace states. */
export interface Mismatch {
  readonly line: number;
  readonly seq: number;
  /** Kind of operation: `map`, `unmap`, `slots`, … */
  readonly operation: string;
  readonly stated: string;
  readonly predicted: string;
}

/** How a trace that has no `#end` goes on, as far as that can be known. */
export interface CutEnd {
  /** Sequence number of the operation that would have followed. */
  readonly seq: number;
  readonly operation: string;
  /** `livelock`: the kernel searches for ever at this operation. `unknown`: nothing states the plan's next operation. */
  readonly outcome: 'livelock' | 'direct' | 'bounced' | 'refused' | 'out-of-reach' | 'no-pool' | 'unknown';
  /** Where the operation was found, or what can be said without it. */
  readonly basis: string;
}

export interface TraceReplay {
  readonly trace: string;
  /** Line of `#trace`. */
  readonly line: number;
  /** The release as printed, and the stable release where the banner states it. */
  readonly kernel: string;
  readonly release: string;
  readonly generation: string;
  readonly domain: string;
  /** Doubts about the features that the release leaves open. */
  readonly doubt?: string;
  /** Operations that state something to compare, and those of them whose every statement the core predicts. */
  readonly ops: number;
  readonly matched: number;
  readonly byKind: Readonly<Record<string, { readonly ops: number; readonly matched: number }>>;
  /** Refused mappings by cause, as the core gives them. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Aperture segments whose machine address an operation was the first to state. */
  readonly learntSegments: number;
  readonly firstMismatch?: Mismatch;
  /** Present where the trace has no `#end`. */
  readonly cut?: CutEnd;
}

/**
 * Replays all traces of one file.
 * @param others further traces in which the plan of a trace that was cut short may be found; asked for only then
 */
export function replayTraces(path: string, traces: readonly Trace[], others: () => readonly NamedTrace[] = () => []): TraceReplay[] {
  let first: Trace | undefined;
  let knowledge: BootKnowledge | undefined;
  let memory: CoherentMemory | undefined;
  return traces.map((trace) => {
    if (!first || !knowledge || !knowledge.covers(trace, first)) {
      first = trace;
      knowledge = new BootKnowledge(traces, trace);
      memory = undefined;
    }
    const coherent = coherentReplay(trace, platformOfTrace(trace).features, memory);
    memory = coherent.memory;
    return replayTrace(trace, knowledge, coherent, () => [...traces.map((other) => ({ path, trace: other })), ...others()]);
  });
}

function replayTrace(trace: Trace, knowledge: BootKnowledge, coherent: CoherentReplay, others: () => readonly NamedTrace[]): TraceReplay {
  const platform = platformOfTrace(trace);
  const { features } = platform;
  const streaming = new StreamingReplay(trace, features, knowledge);
  const counts = new Map<string, { ops: number; matched: number }>();
  let firstMismatch: Mismatch | undefined;
  const judge = (kind: string, line: number, seq: number, verdict: StepVerdict): void => {
    let count = counts.get(kind);
    if (!count) counts.set(kind, count = { ops: 0, matched: 0 });
    count.ops++;
    if (verdict.matched) count.matched++;
    else firstMismatch ??= { line, seq, operation: kind, stated: verdict.stated, predicted: verdict.predicted };
  };
  const step = (operation: TraceOperation): void => {
    // Both sides hear of every operation: a mask that is set matters to both.
    const own = coherent.step(operation);
    const verdict = streaming.step(operation) ?? own;
    if (verdict) judge(operation.kind, operation.line, operation.seq, verdict);
  };
  // The lists at the start are known only where nothing is in use.
  if (trace.aperture.used > 0) judge('start', trace.aperture.line, -1, differs(`used=${trace.aperture.used}`, 'a trace that starts with used=0: the lists of a pool in use are not stated'));
  else {
    for (const operation of trace.setup) {
      const verdict = setupVerdict(operation);
      if (verdict) judge('setup', operation.line, operation.seq, verdict);
    }
    trace.operations.forEach(step);
    if (trace.areasEnd) judge('end', trace.areasEnd.line, trace.operations.at(-1)?.seq ?? 0, streaming.end(trace.areasEnd.areas, trace.areasEnd.used));
  }
  const doubt = doubtIn([features.slotSearch, features.minAlignMask, features.alignmentCheck, features.xenMaxMappingSize]);
  let ops = 0;
  let matched = 0;
  for (const count of counts.values()) {
    ops += count.ops;
    matched += count.matched;
  }
  return {
    trace: trace.name, line: trace.line, kernel: trace.release, release: platform.linux.value.version.join('.'), generation: features.slotSearch.value,
    domain: platform.domain.value, ...(doubt === undefined ? {} : { doubt }), ops, matched, byKind: Object.fromEntries(counts),
    refusals: Object.fromEntries(streaming.refusals), learntSegments: knowledge.learntSegments.size,
    ...(firstMismatch ? { firstMismatch } : {}),
    ...(trace.ended ? {} : { cut: cutEnd(trace, streaming, others()) }),
  };
}

/**
 * The platform that a trace's own state lines describe; its features come from `#uts` by the platform's tables, its aperture from `#tlb`.
 * @param uri of the file, where facts lead to its lines
 */
export function platformOfTrace(trace: Trace, uri = trace.name): Platform {
  const fact = <T>(value: T, line = trace.line): Fact<T> => ({ value, from: { kind: 'log', uri, line, column: 1 } });
  const domain = trace.xenPv ? (trace.initialDomain ? 'pv-dom0' : 'pv-domu') : 'native';
  const { slots, areas, start, force, line } = trace.aperture;
  return buildPlatform({
    kernelRelease: fact(trace.release), kernelBanner: fact(trace.banner), domain: fact(domain),
    ...(slots > 0
      ? { apertureBytes: fact(slots * SLOT_BYTES, line), apertureStart: fact(start, line), areas: fact(Math.max(1, areas), line), swiotlbParameter: fact({ words: force ? ['force'] : [] }, line) }
      : { swiotlbState: fact('disabled', line) }),
  }, { id: 'trace' });
}

/** Masks that the plan's runner sets directly before the trace: they take, whatever the device had. */
function setupVerdict(operation: TraceOperation): StepVerdict | undefined {
  if (operation.kind !== 'set' || (operation.what !== 'rawmask' && operation.what !== 'rawcmask')) return undefined;
  const mask = (1n << (operation.argument > 64n ? 64n : operation.argument)) - 1n;
  return operation.rc === 0 && operation.value === mask ? MATCHED : differs(`rc=${operation.rc} value=${String(operation.value)}`, `rc=0 value=${mask}`);
}

function doubtIn(facts: readonly Fact<unknown>[]): string | undefined {
  for (const fact of facts) {
    const doubt = doubtOf(fact);
    if (doubt !== undefined) return doubt;
  }
  return undefined;
}

function cutEnd(trace: Trace, streaming: StreamingReplay, others: readonly NamedTrace[]): CutEnd {
  const next = nextOperation(trace, others);
  if (next) {
    const { operation, from } = next;
    if (operation.kind !== 'map') return { seq: operation.seq, operation: operation.kind, outcome: 'unknown', basis: `the plan goes on with no mapping: ${from}` };
    const answer = streaming.attempt(operation);
    const outcome = !answer ? 'unknown' : answer.kind === 'refused' && answer.cause === 'livelock' ? 'livelock' : answer.kind;
    return { seq: operation.seq, operation: mapText(operation), outcome, basis: `the plan's next line, from ${from}` };
  }
  return { seq: (trace.operations.at(-1)?.seq ?? -1) + 1, operation: 'unknown', outcome: 'unknown', basis: endlessText(streaming, trace) };
}

function mapText({ bytes, origAddress, cpu }: MapOperation): string {
  return `map ${bytes} bytes at ${formatAddress(origAddress)} on CPU ${cpu}`;
}

/** Without the plan's text: the sizes at which a mapping on the last CPU would be searched for ever in the state at the cut. */
function endlessText(streaming: StreamingReplay, trace: Trace): string {
  const last = trace.operations.findLast((operation): operation is MapOperation => operation.kind === 'map');
  if (!last || !streaming.aperture) return 'no trace of the same plan was given that goes on further';
  const { aperture } = streaming;
  let smallest: number | undefined;
  const sizes = Array.from({ length: 128 }, (_, index) => (index + 1) * 2048);
  for (const bytes of sizes) {
    const hints = aperture.pool.hint.slice();
    const answer = streaming.attempt({ origAddress: last.origAddress, bytes, cpu: last.cpu });
    if (answer?.kind === 'bounced') aperture.unmap(answer.slots.address);
    aperture.pool.hint.set(hints);
    if (answer?.kind === 'refused' && answer.cause === 'livelock') {
      smallest = bytes;
      break;
    }
  }
  return smallest === undefined
    ? 'no trace of the same plan was given that goes on further; no size that a mapping like the last could have is searched for ever'
    : `no trace of the same plan was given that goes on further; in this state a mapping like the last of ${smallest} bytes or more is searched for ever`;
}
