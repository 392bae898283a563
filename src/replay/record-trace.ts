import { type MapVerdict, mapReasons } from './map-reasons.ts';
import { NO_DEVICE, RESULTS, type RecordedResult, Recording } from '../core/scenario/recording.ts';
import type { RunProgress } from '../core/scenario/run-scenario.ts';
import type { Aperture } from '../core/swiotlb/aperture.ts';
import type { SearchRequest } from '../core/swiotlb/search-request.ts';
import { SEGMENT_BYTES } from '../core/platform/aperture-size.ts';
import type { Trace, TraceOperation } from '../evidence/trace/trace-operation.ts';
import { BootKnowledge } from './boot-knowledge.ts';
import { platformOfTrace } from './replay-trace.ts';
import { StreamingReplay } from './replay-streaming.ts';
import type { StepVerdict } from './step-verdict.ts';

/** What a recording of traces calls their operations; what states or asks something alone is none. */
const NAMES: Readonly<Partial<Record<TraceOperation['kind'], string>>> = {
  map: 'dma_map_single', unmap: 'dma_unmap_single', alloc: 'dma_alloc_coherent', free: 'dma_free_coherent', pages: 'alloc_pages', 'pages-freed': 'free_pages', set: 'set',
};
const OPERATION_NAMES = Object.values(NAMES);
const DEVICE = 'device';
/** Operations between two pauses. */
const PAUSE = 4096;

/** One plan in a recording. */
export interface RecordedPlan {
  readonly trace: Trace;
  readonly operations: number;
  readonly refused: number;
}

/** Plans of one boot that follow each other, as a recording that can be played. */
export interface TraceRecording {
  readonly recording: Recording;
  readonly plans: readonly RecordedPlan[];
  /** Line of each operation, ascending. */
  readonly lines: Uint32Array;
  /** Where the search of each area began at the start. */
  readonly hints: readonly number[];
  /** Machine address of each segment of the aperture, where lines state all of them. */
  readonly segments: readonly number[] | undefined;
  /** The first line that the model does not answer as the kernel did: the recording ends before it. */
  readonly fault: { readonly line: number; readonly stated: string; readonly predicted: string } | undefined;
  /** Whether the last plan was cut short. */
  readonly cut: boolean;
}

/** Someone who looks on while one operation is done. */
export interface TraceWatch {
  /** Operations before it. */
  readonly operation: number;
  readonly onSearch: (aperture: Aperture, request: SearchRequest) => void;
  readonly onOutcome: (line: number, verdict: MapVerdict | undefined) => void;
}

/**
 * The plans around one that are one recording: of the same boot, each beginning with an empty aperture as the one before left it.
 * @param index of a plan
 * @returns the index of the first of them, and the index behind the last
 */
export function plansThatFollow(traces: readonly Trace[], index: number): readonly [number, number] {
  let first = index;
  let end = index + 1;
  while (first > 0 && follows(traces[first - 1]!, traces[first]!)) first--;
  while (end < traces.length && follows(traces[end - 1]!, traces[end]!)) end++;
  return [first, end];
}

function follows(before: Trace, after: Trace): boolean {
  const { areasEnd } = before;
  if (!before.ended || !areasEnd || areasEnd.used > 0 || after.aperture.used > 0 || before.banner !== after.banner || before.release !== after.release) return false;
  if (before.aperture.start !== after.aperture.start || before.aperture.slots !== after.aperture.slots || before.aperture.areas !== after.aperture.areas) return false;
  const hints = new Map(areasEnd.areas.map(({ area, hint }) => [area, hint]));
  return after.areas.every(({ area, hint }) => hints.get(area) === hint);
}

/**
 * Records plans as the model does them, held against what each line states: what is shown is then both. Pauses every few thousand operations.
 * @param traces that follow each other: see {@link plansThatFollow}
 * @param boot all traces of the file: lines of any of them may state where the aperture lies
 */
export function* recordTraces(traces: readonly Trace[], boot: readonly Trace[], watch?: TraceWatch): Generator<RunProgress, TraceRecording> {
  const recorder = new TraceRecorder(traces, boot, watch);
  return yield* recorder.run();
}

class TraceRecorder {
  readonly #traces: readonly Trace[];
  readonly #boot: readonly Trace[];
  readonly #watch: TraceWatch | undefined;
  readonly #recording = new Recording([DEVICE], OPERATION_NAMES);
  readonly #lines: number[] = [];
  readonly #plans: RecordedPlan[] = [];
  #fault: TraceRecording['fault'];
  #done = 0;

  constructor(traces: readonly Trace[], boot: readonly Trace[], watch: TraceWatch | undefined) {
    this.#traces = traces;
    this.#boot = boot;
    this.#watch = watch;
  }

  * run(): Generator<RunProgress, TraceRecording> {
    const [first] = this.#traces;
    const knowledge = first && new BootKnowledge(this.#boot, first);
    const total = this.#traces.reduce((sum, trace) => sum + trace.operations.length, 0);
    if (first && first.aperture.used > 0) this.#fault = { line: first.aperture.line, stated: `used=${first.aperture.used}`, predicted: 'a trace that starts with used=0: the lists of a pool in use are not stated' };
    for (const [step, trace] of this.#traces.entries()) {
      if (this.#fault || !knowledge) break;
      yield* this.#plan(trace, step, knowledge, total);
    }
    return {
      recording: this.#recording, plans: this.#plans, lines: Uint32Array.from(this.#lines),
      hints: (first?.areas ?? []).map(({ hint }) => hint), segments: first && knowledge && segmentsOf(first, knowledge), fault: this.#fault,
      cut: this.#traces.at(-1)?.ended === false,
    };
  }

  * #plan(trace: Trace, step: number, knowledge: BootKnowledge, total: number): Generator<RunProgress> {
    const platform = platformOfTrace(trace);
    const streaming = new StreamingReplay(trace, platform.features, knowledge);
    const { aperture } = streaming;
    const plan = { operations: 0, refused: 0 };
    if (aperture) {
      aperture.pool.journal = (first, count) => this.#recording.addRun(first, count);
      const watch = this.#watch;
      if (watch) aperture.watch = (request) => { if (this.#done === watch.operation) watch.onSearch(aperture, request); };
    }
    for (const operation of trace.operations) {
      let outcome: MapVerdict | undefined;
      streaming.answered = (answer, device) => {
        if (this.#done === this.#watch?.operation && operation.kind === 'map') outcome = mapReasons(platform, aperture, device, operation, answer);
      };
      const verdict = streaming.step(operation);
      if (verdict && !verdict.matched) {
        this.#fault = faultOf(operation, verdict);
        this.#recording.dropPending();
        break;
      }
      if (NAMES[operation.kind] === undefined) continue;
      if (this.#done === this.#watch?.operation) this.#watch.onOutcome(operation.line, outcome);
      this.#record(operation, step);
      plan.operations++;
      if (resultOf(operation) === 'refused') plan.refused++;
      if (++this.#done % PAUSE === 0) yield { done: this.#done, total };
    }
    if (aperture) aperture.pool.journal = aperture.watch = undefined;
    this.#plans.push({ trace, ...plan });
  }

  #record(operation: TraceOperation, step: number): void {
    if (this.#recording.full) return;
    const named = 'cpu' in operation;
    this.#recording.add({
      step, operation: OPERATION_NAMES.indexOf(NAMES[operation.kind] ?? ''), device: named ? 0 : NO_DEVICE, cpu: named ? operation.cpu : 0,
      result: RESULTS.indexOf(resultOf(operation)), bytes: 'bytes' in operation ? operation.bytes : 0, copied: 0,
    });
    this.#lines.push(operation.line);
  }
}

/** What the line states, in a recording's words. */
function resultOf(operation: TraceOperation): RecordedResult {
  switch (operation.kind) {
    case 'map': return ({ BOUNCE: 'bounce', DIRECT: 'direct', FAIL: 'refused', BADPLAN: 'done' } as const)[operation.result];
    case 'unmap': return operation.result === 'OK' ? 'released' : 'done';
    case 'alloc': return operation.result === 'FAIL' ? 'refused' : operation.remapped ? 'exchange' : 'pages';
    case 'pages': return operation.result === 'FAIL' ? 'refused' : 'pages';
    case 'free': return operation.result === 'OK' ? 'released' : 'done';
    case 'pages-freed': return 'released';
    case 'set': return operation.rc === 0 ? 'done' : 'refused';
    default: return 'done';
  }
}

function faultOf({ line }: TraceOperation, { stated, predicted }: Extract<StepVerdict, { matched: false }>): NonNullable<TraceRecording['fault']> {
  return { line, stated, predicted };
}

function segmentsOf({ xenPv, aperture: { start, end } }: Trace, knowledge: BootKnowledge): number[] | undefined {
  if (!xenPv) return undefined;
  const segments: number[] = [];
  for (let address = start; address < end; address += SEGMENT_BYTES) {
    const bus = knowledge.busOf(address);
    if (bus === undefined) return undefined;
    segments.push(bus);
  }
  return segments;
}
