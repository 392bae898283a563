import type { Platform } from '../platform/platform.ts';
import { createDevice, type Device } from '../dma/device.ts';
import { DmaSystem } from '../dma/dma-system.ts';
import type { Outcome } from '../dma/outcome.ts';
import { reason } from '../platform/reason.ts';
import type { Scenario, ScenarioStep } from './scenario-schema.ts';

export interface StepResult {
  readonly index: number;
  readonly step: ScenarioStep;
  readonly outcome: Outcome;
  /** Slots in use after the step. */
  readonly used: number;
  /** What the step's `expect` asks for and did not get; absent where it is met or there is none. */
  readonly unmet?: UnmetExpectation;
}

export interface UnmetExpectation {
  readonly key: 'ok' | 'reason' | 'by' | 'byte' | 'copied';
  readonly expected: string | number | boolean;
  readonly actual: string | number | boolean;
}

export interface RunTotals {
  readonly steps: number;
  readonly succeeded: number;
  readonly refused: number;
  readonly unmet: number;
  readonly usedSlots: number;
  readonly highWaterSlots: number;
  readonly bouncedBytes: number;
  /** Bytes copied between buffers and bounce slots, at map, unmap and sync. */
  readonly copiedBytes: number;
  readonly coherentBytes: number;
}

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly platform: Platform;
  readonly steps: readonly StepResult[];
  readonly totals: RunTotals;
  /** The machine as the last step left it. */
  readonly system: DmaSystem;
}

/** Runs a scenario from boot to its last step. Deterministic: the same scenario and platform give the same result. */
export function runScenario(scenario: Scenario, platform: Platform): ScenarioRun {
  const system = new DmaSystem(platform, { contents: scenario.steps.some(readsContents) });
  const devices = new Map(Object.entries(scenario.devices).map(([name, options]) => [name, createDevice({
    name,
    ...(options.mask === undefined ? {} : { maskBits: options.mask }),
    ...(options.coherentMask === undefined ? {} : { coherentMaskBits: options.coherentMask }),
    ...(options.minAlignMask === undefined ? {} : { minAlignMask: options.minAlignMask }),
    ...(options.segmentBoundary === undefined ? {} : { boundaryMask: options.segmentBoundary }),
    ...(options.restrictedPool === undefined ? {} : { restrictedPool: { start: options.restrictedPool.start, bytes: options.restrictedPool.size } }),
  })]));
  const steps: StepResult[] = [];
  let bouncedBytes = 0;
  let copiedBytes = 0;
  for (const [index, step] of scenario.steps.entries()) {
    const outcome = perform(system, devices, step, index);
    if (outcome.ok) {
      bouncedBytes += bouncedBy(step, outcome);
      copiedBytes += outcome.copied ?? 0;
    }
    const unmet = compare(step, outcome);
    steps.push({ index, step, outcome, used: system.machine.aperture?.used ?? 0, ...(unmet ? { unmet } : {}) });
  }
  let coherentBytes = 0;
  for (const block of system.coherentBlocks.values()) coherentBytes += block.bytes;
  const succeeded = steps.filter(({ outcome }) => outcome.ok).length;
  return {
    scenario, platform, steps, system,
    totals: {
      steps: steps.length, succeeded, refused: steps.length - succeeded, unmet: steps.filter(({ unmet }) => unmet).length,
      usedSlots: system.machine.aperture?.used ?? 0, highWaterSlots: system.machine.aperture?.highWater ?? 0, bouncedBytes, copiedBytes, coherentBytes,
    },
  };
}

/** The id that a step is known by: its own, or one made of its place. */
export function stepId(step: ScenarioStep, index: number): string {
  return ('id' in step ? step.id : undefined) ?? `step-${index + 1}`;
}

function perform(system: DmaSystem, devices: ReadonlyMap<string, Device>, step: ScenarioStep, index: number): Outcome {
  const id = stepId(step, index);
  const device = 'device' in step ? devices.get(step.device) : undefined;
  if ('device' in step && !device) return { ok: false, reason: 'unknown-device', explain: [reason('unknown-device', { device: step.device })] };
  switch (step.op) {
    case 'dma_map_single': case 'dma_map_page':
      return device ? system.mapSingle(device, { id, bytes: step.size, page: step.op === 'dma_map_page', ...given(step, ['offset', 'cpu', 'direction', 'skipCpuSync', 'fill']) }) : noDevice();
    case 'dma_map_sg': return device ? system.mapSg(device, { id, elements: step.elements, ...given(step, ['cpu', 'direction', 'fill']) }) : noDevice();
    case 'dma_alloc_coherent': return device ? system.allocCoherent(device, id, step.size) : noDevice();
    case 'dma_unmap_single': case 'dma_unmap_page': return system.unmapSingle(id, step.skipCpuSync);
    case 'dma_unmap_sg': return system.unmapSg(id, step.skipCpuSync);
    case 'dma_free_coherent': return system.freeCoherent(id);
    case 'dma_sync_single_for_cpu': return system.syncForCpu(id, { ...partOf(step), ...given(step, ['direction']) });
    case 'dma_sync_single_for_device': return system.syncForDevice(id, { ...partOf(step), ...given(step, ['direction']) });
    case 'cpu_write': return system.cpuWrite(id, step.byte, partOf(step));
    case 'cpu_read': return system.cpuRead(id, partOf(step));
    case 'device_write': return system.deviceWrite(id, step.byte, partOf(step));
    case 'device_read': return system.deviceRead(id, partOf(step));
  }
}

/** The named members of a step that it states. */
function given<S extends ScenarioStep, K extends keyof S>(step: S, keys: readonly K[]): { [P in K]?: Exclude<S[P], undefined> } {
  const found: { [P in K]?: Exclude<S[P], undefined> } = {};
  for (const key of keys) if (step[key] !== undefined) found[key] = step[key] as Exclude<S[K], undefined>;
  return found;
}

function partOf(step: { readonly offset?: number | undefined; readonly size?: number | undefined }): { offset?: number; bytes?: number } {
  return { ...(step.offset === undefined ? {} : { offset: step.offset }), ...(step.size === undefined ? {} : { bytes: step.size }) };
}

/** Contents cost memory: they are kept only for scenarios that look at them. */
function readsContents(step: ScenarioStep): boolean {
  return step.op === 'cpu_read' || step.op === 'device_read';
}

function bouncedBy(step: ScenarioStep, outcome: Extract<Outcome, { ok: true }>): number {
  if (outcome.elements) return outcome.elements.reduce((sum, { by, bytes }) => sum + (by === 'bounce' ? bytes : 0), 0);
  return outcome.by === 'bounce' && (step.op === 'dma_map_single' || step.op === 'dma_map_page') ? step.size : 0;
}

function noDevice(): Outcome {
  return { ok: false, reason: 'unknown-device', explain: [reason('unknown-device', { device: '' })] };
}

function compare(step: ScenarioStep, outcome: Outcome): UnmetExpectation | undefined {
  const { expect } = step;
  if (!expect) return undefined;
  if (expect.ok !== undefined && expect.ok !== outcome.ok) return { key: 'ok', expected: expect.ok, actual: outcome.ok };
  if (expect.reason !== undefined) {
    const actual = outcome.ok ? 'no refusal' : outcome.reason;
    if (actual !== expect.reason) return { key: 'reason', expected: expect.reason, actual };
  }
  if (expect.by !== undefined) {
    const actual = outcome.ok ? (outcome.by ?? 'nothing') : 'refused';
    if (actual !== expect.by) return { key: 'by', expected: expect.by, actual };
  }
  if (expect.byte !== undefined) {
    const runs = outcome.ok ? (outcome.contents ?? []) : [];
    const actual = runs.length === 1 ? runs[0]?.byte : undefined;
    if (actual !== expect.byte) return { key: 'byte', expected: byteText(expect.byte), actual: runs.map(({ byte, count }) => `${byteText(byte)} × ${count}`).join(', ') || 'nothing' };
  }
  if (expect.copied !== undefined) {
    const actual = outcome.ok ? (outcome.copied ?? 0) : 0;
    if (actual !== expect.copied) return { key: 'copied', expected: expect.copied, actual };
  }
  return undefined;
}


function byteText(byte: number): string {
  return byte < 0 ? 'unknown' : `0x${byte.toString(16).padStart(2, '0')}`;
}
