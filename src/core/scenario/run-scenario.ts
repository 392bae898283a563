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
  readonly key: 'ok' | 'reason' | 'by';
  readonly expected: string | boolean;
  readonly actual: string | boolean;
}

export interface RunTotals {
  readonly steps: number;
  readonly succeeded: number;
  readonly refused: number;
  readonly unmet: number;
  readonly usedSlots: number;
  readonly highWaterSlots: number;
  readonly bouncedBytes: number;
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
  const system = new DmaSystem(platform);
  const devices = new Map(Object.entries(scenario.devices).map(([name, options]) => [name, createDevice({
    name,
    ...(options.mask === undefined ? {} : { maskBits: options.mask }),
    ...(options.coherentMask === undefined ? {} : { coherentMaskBits: options.coherentMask }),
    ...(options.minAlignMask === undefined ? {} : { minAlignMask: options.minAlignMask }),
    ...(options.segmentBoundary === undefined ? {} : { boundaryMask: options.segmentBoundary }),
  })]));
  const steps: StepResult[] = [];
  let bouncedBytes = 0;
  for (const [index, step] of scenario.steps.entries()) {
    const outcome = perform(system, devices, step, index);
    if (outcome.ok && outcome.by === 'bounce' && 'size' in step) bouncedBytes += step.size;
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
      usedSlots: system.machine.aperture?.used ?? 0, highWaterSlots: system.machine.aperture?.highWater ?? 0, bouncedBytes, coherentBytes,
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
    case 'dma_map_single':
      return device ? system.mapSingle(device, {
        id, bytes: step.size, ...(step.offset === undefined ? {} : { offset: step.offset }), ...(step.cpu === undefined ? {} : { cpu: step.cpu }),
      }) : noDevice();
    case 'dma_alloc_coherent': return device ? system.allocCoherent(device, id, step.size) : noDevice();
    case 'dma_unmap_single': return system.unmapSingle(id);
    case 'dma_free_coherent': return system.freeCoherent(id);
  }
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
  return undefined;
}

