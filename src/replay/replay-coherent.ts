import type { Features } from '../core/platform/features.ts';
import type { Trace, TraceOperation } from '../evidence/trace/trace-operation.ts';
import type { StepVerdict } from './step-verdict.ts';

/** The coherent side of a replay: told every operation of a trace in order, it judges those that are its own. */
export interface CoherentReplay {
  /** @returns undefined where the operation is not of this side, or states nothing by itself */
  step(operation: TraceOperation): StepVerdict | undefined;
}

/**
 * Replays coherent allocations, plain pages, p2m and heap readings.
 * @param trace its setup operations come first, then its operations
 */
export function coherentReplay(_trace: Trace, _features: Features): CoherentReplay {
  return { step: () => undefined };
}
