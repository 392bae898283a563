import type { ScenarioRun, StepResult } from '../core/scenario/run-scenario.ts';
import type { ScenarioStep } from '../core/scenario/scenario-schema.ts';
import { formatAddress } from '../core/units/addresses.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { type ExplainJson, explainJson } from './explain-json.ts';
import { knobOf, reasonText } from './reason-text.ts';

export interface RunJson {
  readonly schema: 'dma-aperture/run@1';
  readonly scenario: string;
  readonly path: string;
  readonly platform: string;
  readonly steps: readonly {
    readonly index: number;
    readonly op: string;
    readonly ok: boolean;
    readonly device?: string;
    readonly id?: string;
    readonly size?: number;
    readonly by?: string;
    readonly reason?: string;
    readonly address?: string;
    readonly explain: readonly ExplainJson[];
    readonly unmet?: string;
  }[];
  readonly totals: ScenarioRun['totals'];
}

/** A run as the contract `dma-aperture/run@1` gives it: addresses `0x…`, sizes bytes. */
export function runJson(run: ScenarioRun, path: string): RunJson {
  return {
    schema: 'dma-aperture/run@1', scenario: run.scenario.name, path, platform: run.platform.label,
    steps: run.steps.map((result) => {
      const { step, outcome } = result;
      const unmet = unmetText(result);
      return {
        index: result.index, op: step.op, ok: outcome.ok,
        ...('device' in step ? { device: step.device } : {}),
        ...(step.op !== 'dma_unmap_single' && step.op !== 'dma_free_coherent' ? { size: step.size } : {}),
        ...(step.id === undefined ? {} : { id: step.id }),
        ...(outcome.ok && outcome.by !== undefined ? { by: outcome.by } : {}),
        ...(outcome.ok ? {} : { reason: outcome.reason }),
        ...(outcome.ok && outcome.address !== undefined ? { address: formatAddress(outcome.address) } : {}),
        explain: outcome.explain.map(explainJson),
        ...(unmet === undefined ? {} : { unmet }),
      };
    }),
    totals: run.totals,
  };
}

/** A step as a person reads it: `dma_map_single 512 KiB for capture-card`. */
export function stepTitle(step: ScenarioStep): string {
  if (step.op === 'dma_unmap_single' || step.op === 'dma_free_coherent') return `${step.op} ${step.id}`;
  return `${step.op} ${formatBytes(step.size)} for ${step.device}`;
}

const SERVED: Readonly<Record<string, string>> = {
  direct: 'direct', bounce: 'bounced', pages: 'as the page allocator gave it', exchange: 'exchanged with the hypervisor', cma: 'from the CMA area',
};

/** What became of a step, in one sentence. */
export function outcomeText(result: StepResult): string {
  const { outcome } = result;
  if (outcome.ok) {
    const how = outcome.by === undefined ? '' : `, ${SERVED[outcome.by] ?? outcome.by}`;
    return `ok${how}${outcome.address === undefined ? '' : ` at ${formatAddress(outcome.address)}`}`;
  }
  const decisive = outcome.explain.find((step) => step.key === outcome.reason);
  return decisive ? reasonText(decisive) : outcome.reason;
}

/** What a step's `expect` asked for and did not get; undefined where it is met. */
export function unmetText(result: StepResult): string | undefined {
  const { unmet } = result;
  if (!unmet) return undefined;
  const name = { ok: 'success', reason: 'reason', by: 'served by' }[unmet.key];
  return `expected ${name} ${String(unmet.expected)}, got ${String(unmet.actual)}`;
}

/** A run as text for a terminal: a line a step, its chain indented under it. */
export function runText(run: ScenarioRun, path: string): string {
  const lines = [`${run.scenario.name}  (${path})`, `Platform: ${run.platform.label}`, ''];
  for (const result of run.steps) {
    lines.push(`${String(result.index + 1).padStart(3)}  ${stepTitle(result.step)}`, `     ${result.outcome.ok ? '' : 'FAILED: '}${outcomeText(result)}`);
    for (const step of result.outcome.explain) {
      if (step.key !== (result.outcome.ok ? undefined : result.outcome.reason)) lines.push(`       ${knobOf(step) === undefined ? '·' : '>'} ${reasonText(step)}`);
    }
    const unmet = unmetText(result);
    if (unmet !== undefined) lines.push(`     NOT AS EXPECTED: ${unmet}`);
  }
  const { totals } = run;
  lines.push(
    '', `${totals.steps} steps: ${totals.succeeded} succeeded, ${totals.refused} refused; ${totals.unmet === 0 ? 'all as expected' : `${totals.unmet} not as expected`}`,
    `Slots in use ${groupDigits(totals.usedSlots)}, high water ${groupDigits(totals.highWaterSlots)}; ${formatBytes(totals.bouncedBytes)} bounced, ${formatBytes(totals.coherentBytes)} coherent`,
  );
  return `${lines.join('\n')}\n`;
}
