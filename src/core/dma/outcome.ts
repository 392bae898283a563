import type { Reason, ReasonKey } from '../platform/reason.ts';
import type { ContentRun } from './contents.ts';
import type { StrategyAnswer } from './strategies/strategy.ts';

/** How a request was served. */
export type ServedBy = 'direct' | 'bounce' | 'pages' | 'exchange' | 'cma' | 'pool';

/** What became of one step: success with its address, or the reason of refusal; either way the chain that led there. */
export type Outcome =
  | {
    readonly ok: true;
    readonly by?: ServedBy;
    /** Bus address that the device is given: a machine address under Xen PV. */
    readonly address?: number;
    /** Bus address and bytes of each element of a mapped scatterlist. */
    readonly elements?: readonly { readonly address: number; readonly bytes: number; readonly by: ServedBy }[];
    /** What a read of contents found. */
    readonly contents?: readonly ContentRun[];
    /** Bytes that the step copied between buffers and bounce slots. */
    readonly copied?: number;
    /** What a strategy would give, cost and leave. */
    readonly strategy?: StrategyAnswer;
    readonly explain: readonly Reason[];
  }
  | {
    readonly ok: false;
    /** Key of the reason that decided. */
    readonly reason: ReasonKey;
    readonly strategy?: StrategyAnswer;
    readonly explain: readonly Reason[];
  };

/** Bytes that a step copied between buffers and bounce slots; 0 where it was refused or copies nothing. */
export function copiedBytes(outcome: Outcome): number {
  return outcome.ok ? (outcome.copied ?? 0) : 0;
}

export function refused(explain: readonly Reason[], decisive: Reason, knobs: readonly Reason[] = []): Outcome {
  return { ok: false, reason: decisive.key, explain: [...explain, decisive, ...knobs] };
}
