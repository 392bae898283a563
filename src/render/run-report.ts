import type { StrategyAnswer } from '../core/dma/strategies/strategy.ts';
import type { ScenarioRun, StepResult } from '../core/scenario/run-scenario.ts';
import type { BootStep, ScenarioStep } from '../core/scenario/scenario-schema.ts';
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
    /** Of a step of many operations: how many, and how many of them were refused. */
    readonly operations?: number;
    readonly failures?: number;
    /** Bytes copied between buffer and bounce slots. */
    readonly copied?: number;
    /** Of a read: runs of equal bytes, -1 where nothing has said what they are. */
    readonly contents?: readonly { readonly byte: number; readonly count: number }[];
    readonly elements?: readonly { readonly address: string; readonly bytes: number; readonly by: string }[];
    /** What a strategy would give, cost and leave, in bytes. */
    readonly strategy?: Omit<StrategyAnswer, 'explain'>;
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
        ...('size' in step && step.size !== undefined ? { size: step.size } : {}),
        ...(step.id === undefined ? {} : { id: step.id }),
        ...(outcome.ok && outcome.by !== undefined ? { by: outcome.by } : {}),
        ...(outcome.ok ? {} : { reason: outcome.reason }),
        ...(outcome.ok && outcome.address !== undefined ? { address: formatAddress(outcome.address) } : {}),
        ...(result.operations > 1 ? { operations: result.operations, failures: result.failures } : {}),
        ...(outcome.ok && outcome.copied !== undefined ? { copied: outcome.copied } : {}),
        ...(outcome.ok && outcome.contents ? { contents: outcome.contents } : {}),
        ...(outcome.ok && outcome.elements ? { elements: outcome.elements.map(({ address, bytes, by }) => ({ address: formatAddress(address), bytes, by })) } : {}),
        ...(outcome.strategy ? { strategy: strategyJson(outcome.strategy) } : {}),
        explain: outcome.explain.map(explainJson),
        ...(unmet === undefined ? {} : { unmet }),
      };
    }),
    totals: run.totals,
  };
}

function strategyJson({ id, feasible, pieceBytes, pieces, cost, remains }: StrategyAnswer): Omit<StrategyAnswer, 'explain'> {
  return { id, feasible, pieceBytes, pieces, cost, remains };
}

/** A step as a person reads it: `dma_map_single 512 KiB for capture-card`. */
export function stepTitle(step: ScenarioStep): string {
  if (step.op === 'workload') return `${step.op} ${step.shape ?? step.id ?? ''}`.trimEnd() + `, ${groupDigits(step.ticks)} ticks for ${step.device}`;
  if (step.op === 'repeat') return `${step.op} ${step.steps.map(({ op }) => op).join(', ')} × ${groupDigits(step.times)}`;
  if (step.op === 'parallel') return `${step.op} on ${step.cpus.length} CPUs`;
  if (step.op === 'dma_map_sg') return `${step.op} ${step.elements ? `${step.elements.length} elements, ` : ''}${formatBytes(step.elements?.reduce((sum, bytes) => sum + bytes, 0) ?? step.size ?? 0)} for ${step.device}`;
  if (step.op === 'boot') return bootTitle(step);
  if (step.op === 'dma_pool_alloc') return `${step.op} from ${step.pool}`;
  if (step.op === 'strategy') return `${step.op} ${step.strategy}: ${formatBytes(step.size)} at ${step.mask ?? 32} bits`;
  if (step.op === 'remove_device') return `${step.op} ${step.device}`;
  if ('device' in step) return `${step.op} ${formatBytes(step.size)} for ${step.device}`;
  const byte = 'byte' in step ? ` ${byteText(step.byte)}` : '';
  const part = 'size' in step && step.size !== undefined ? ` ${formatBytes(step.size)}` : '';
  return `${step.op}${step.id === undefined ? '' : ` ${step.id}`}${byte}${part}${'offset' in step && step.offset !== undefined ? ` at ${step.offset}` : ''}`;
}

/** `boot swiotlb=131072, Linux 6.12` */
function bootTitle({ linux, xen, swiotlb, cma, domainMemory, dmaEmergencyPool, config }: BootStep): string {
  const changes = [
    ...(linux === undefined ? [] : [`Linux ${linux}`]), ...(xen === undefined ? [] : [`Xen ${xen}`]), ...(swiotlb === undefined ? [] : [`swiotlb=${swiotlb}`]),
    ...(cma === undefined ? [] : [`cma=${formatBytes(cma)}`]), ...(domainMemory === undefined ? [] : [`dom0_mem=${formatBytes(domainMemory)}`]),
    ...(dmaEmergencyPool === undefined ? [] : [`dma_emergency_pool=${formatBytes(dmaEmergencyPool)}`]),
    ...Object.entries(config ?? {}).map(([symbol, value]) => `${symbol}=${value}`),
  ];
  return `boot ${changes.join(', ') || 'as before'}`;
}

const SERVED: Readonly<Record<string, string>> = {
  direct: 'direct', bounce: 'bounced', pages: 'as the page allocator gave it', exchange: 'exchanged with the hypervisor', cma: 'from the CMA area', pool: 'from its restricted pool',
};

/** What became of a step, in one sentence. */
export function outcomeText(result: StepResult): string {
  const { outcome } = result;
  if (result.operations > 1) {
    const many = `${groupDigits(result.operations)} operations, ${groupDigits(result.failures)} refused`;
    const first = outcome.ok ? undefined : outcome.explain.find((step) => step.key === outcome.reason);
    return first ? `${many}, the first: ${reasonText(first)}` : many;
  }
  if (outcome.ok) {
    if (outcome.contents) return `ok: ${outcome.contents.slice(0, 4).map(({ byte, count }) => `${byteText(byte)} × ${groupDigits(count)}`).join(', ')}${outcome.contents.length > 4 ? ', …' : ''}`;
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
  const name = { ok: 'success', reason: 'reason', by: 'served by', byte: 'every byte', copied: 'copied bytes', failures: 'failures' }[unmet.key];
  return `expected ${name} ${String(unmet.expected)}, got ${String(unmet.actual)}`;
}

function byteText(byte: number): string {
  return byte < 0 ? 'unknown' : `0x${byte.toString(16).padStart(2, '0')}`;
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
    '', `${totals.steps} steps${totals.operations > totals.steps ? ` (${groupDigits(totals.operations)} operations)` : ''}: ${totals.succeeded} succeeded, ${totals.refused} refused; ${totals.unmet === 0 ? 'all as expected' : `${totals.unmet} not as expected`}`,
    `Slots in use ${groupDigits(totals.usedSlots)}, high water ${groupDigits(totals.highWaterSlots)}; ${formatBytes(totals.bouncedBytes)} bounced, ${formatBytes(totals.copiedBytes)} copied, ${formatBytes(totals.coherentBytes)} coherent`,
  );
  return `${lines.join('\n')}\n`;
}
