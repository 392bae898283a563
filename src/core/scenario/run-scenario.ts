import { createDevice, type Device } from '../dma/device.ts';
import { DmaSystem } from '../dma/dma-system.ts';
import type { Aperture } from '../swiotlb/aperture.ts';
import type { SearchRequest } from '../swiotlb/search-request.ts';
import { type Outcome, copiedBytes } from '../dma/outcome.ts';
import type { Platform } from '../platform/platform.ts';
import { platformVariant } from '../platform/platform-variant.ts';
import { reason } from '../platform/reason.ts';
import { type UnmetExpectation, unmetExpectation } from './expectation.ts';
import { performStep } from './perform-step.ts';
import { MachineRecorder } from './record-machine.ts';
import { NO_DEVICE, RESULTS, type RecordedResult, Recording } from './recording.ts';
import { runWorkload } from './run-workload.ts';
import { type BootStep, OPERATION_NAMES, type Scenario, type ScenarioStep, type SingleStep, type WorkloadStep } from './scenario-schema.ts';
import { WORKLOAD_SHAPES } from './workload-shapes.ts';

export interface StepResult {
  readonly index: number;
  readonly step: ScenarioStep;
  /** Of a step of many operations: how the first that was refused was, else that all went well. */
  readonly outcome: Outcome;
  /** Slots in use after the step. */
  readonly used: number;
  /** Operations that the step did, and how many of them were refused. */
  readonly operations: number;
  readonly failures: number;
  /** What the step's `expect`, or that of a step inside it, asks for and did not get; absent where it is met or there is none. */
  readonly unmet?: UnmetExpectation;
}

export interface RunTotals {
  readonly steps: number;
  readonly succeeded: number;
  readonly refused: number;
  readonly unmet: number;
  readonly operations: number;
  /** Streaming mappings that were refused. */
  readonly refusedMappings: number;
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
  /** Every operation; absent where none was asked for. */
  readonly recording?: Recording;
  /** The machine as the last step left it. */
  readonly system: DmaSystem;
}

/** Someone who looks on while one operation is done. */
export interface OperationWatch {
  /** Operations before it. */
  readonly operation: number;
  /** Hears of the search of each area before it begins; the request is the aperture's own. */
  readonly onSearch: (aperture: Aperture, request: SearchRequest) => void;
  readonly onOutcome: (outcome: Outcome) => void;
}

export interface RunOptions {
  readonly watch?: OperationWatch;
  /** Whether every operation is recorded: some 40 bytes each, the first `MAX_OPERATIONS` of them. */
  readonly record?: boolean;
}

/** How far a run has come. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
}

/** Operations between two pauses of a run: some milliseconds. */
const PAUSE = 4096;

/** Runs a scenario from boot to its last step. Deterministic: the same scenario and platform give the same result. */
export function runScenario(scenario: Scenario, platform: Platform, options: RunOptions = {}): ScenarioRun {
  const run = scenarioRun(scenario, platform, options);
  for (;;) {
    const { done, value } = run.next();
    if (done) return value;
  }
}

/** The same, with a pause every few thousand operations: whoever drives it can show progress, and stop by not asking again. */
export function* scenarioRun(scenario: Scenario, platform: Platform, options: RunOptions = {}): Generator<RunProgress, ScenarioRun> {
  return yield* new Runner(scenario, platform, options).run();
}

/** The id that a step is known by: its own, or one made of its place. */
export function stepId(step: ScenarioStep, index: number): string {
  return step.id ?? `step-${index + 1}`;
}

/** Operations that a step will do, where nothing is refused. */
function operationsOf(step: ScenarioStep, devices: Scenario['devices']): number {
  switch (step.op) {
    case 'workload': {
      const shape = step.shape ?? devices[step.device]?.shape;
      return 2 * step.ticks * (step.perTick ?? (shape ? WORKLOAD_SHAPES[shape].perTick : 1));
    }
    case 'repeat': return step.times * step.steps.reduce((sum, inner) => sum + operationsOf(inner, devices), 0);
    case 'parallel': return step.cpus.reduce((sum, { steps }) => sum + steps.length, 0);
    default: return 1;
  }
}

/** What the operations of one step have come to. */
interface Tally {
  operations: number;
  failures: number;
  refusal?: Extract<Outcome, { ok: false }>;
  unmet?: UnmetExpectation;
}

/** One operation of a step: `index` is the step's, `operation` the number of its name. */
interface Operation {
  readonly index: number;
  readonly operation: number;
  readonly device?: string;
  readonly cpu: number;
  readonly bytes: number;
}

class Runner {
  readonly #scenario: Scenario;
  readonly #platform: Platform;
  #system: DmaSystem;
  readonly #devices: ReadonlyMap<string, Device>;
  readonly #deviceIndex: ReadonlyMap<string, number>;
  readonly #recording: Recording | undefined;
  /** Of the machine that runs; absent where nothing is recorded, or no more. */
  #machine: MachineRecorder | undefined;
  readonly #watch: OperationWatch | undefined;
  readonly #total: number;
  readonly #contents: boolean;
  #done = 0;
  #bounced = 0;
  #copied = 0;
  #refusedMappings = 0;
  /** Of the machines before the last. */
  #highWater = 0;

  constructor(scenario: Scenario, platform: Platform, { record, watch }: RunOptions) {
    this.#scenario = scenario;
    this.#platform = platform;
    this.#contents = scenario.steps.some(readsContents);
    this.#system = new DmaSystem(platform, { contents: this.#contents });
    this.#devices = devicesOf(scenario);
    const names = [...this.#devices.keys()];
    this.#deviceIndex = new Map(names.map((name, index) => [name, index]));
    this.#recording = record === true ? this.#newRecording(names) : undefined;
    this.#watch = watch;
    this.#lookOn();
    this.#total = scenario.steps.reduce((sum, step) => sum + operationsOf(step, scenario.devices), 0);
  }

  #newRecording(devices: readonly string[]): Recording {
    const recording = new Recording(devices, OPERATION_NAMES);
    this.#journal(recording);
    return recording;
  }

  /** The slots of the machine that runs are recorded. */
  #journal(recording: Recording): void {
    const pool = this.#system.machine.aperture?.pool;
    if (pool) pool.journal = (first, count) => recording.addRun(first, count);
    this.#machine = new MachineRecorder(this.#system, recording.machine, recording.slotsFrom);
  }

  /** Tells who looks on of the searches of the machine that runs. */
  #lookOn(): void {
    const watch = this.#watch;
    const { aperture } = this.#system.machine;
    if (!watch || !aperture) return;
    aperture.watch = (request) => {
      if (this.#done === watch.operation) watch.onSearch(aperture, request);
    };
  }

  * run(): Generator<RunProgress, ScenarioRun> {
    const steps: StepResult[] = [];
    for (const [index, step] of this.#scenario.steps.entries()) {
      const tally: Tally = { operations: 0, failures: 0 };
      const outcome = yield* this.#step(step, index, tally);
      const unmet = unmetExpectation(step, outcome, tally.failures) ?? tally.unmet;
      this.#machine?.flush(this.#done, true);
      steps.push({ index, step, outcome, used: this.#used(), operations: tally.operations, failures: tally.failures, ...(unmet ? { unmet } : {}) });
    }
    let coherentBytes = 0;
    const system = this.#system;
    for (const block of system.coherentBlocks.values()) coherentBytes += block.bytes;
    const succeeded = steps.filter(({ outcome }) => outcome.ok).length;
    return {
      scenario: this.#scenario, platform: this.#platform, steps, system, ...(this.#recording ? { recording: this.#recording } : {}),
      totals: {
        steps: steps.length, succeeded, refused: steps.length - succeeded, unmet: steps.filter(({ unmet }) => unmet).length, operations: this.#done, refusedMappings: this.#refusedMappings,
        usedSlots: this.#used(), highWaterSlots: Math.max(this.#highWater, system.machine.aperture?.highWater ?? 0),
        bouncedBytes: this.#bounced, copiedBytes: this.#copied, coherentBytes,
      },
    };
  }

  * #step(step: ScenarioStep, index: number, tally: Tally): Generator<RunProgress, Outcome> {
    switch (step.op) {
      case 'workload':
        yield* this.#workload(step, index, stepId(step, index), tally);
        break;
      case 'repeat':
        yield* this.#repeat(step, index, tally);
        break;
      case 'parallel':
        yield* this.#parallel(step, index, tally);
        break;
      case 'boot':
        return this.#count(this.#boot(step), { index, operation: OPERATION_NAMES.indexOf(step.op), cpu: 0, bytes: 0 }, tally);
      default:
        return this.#single(step, index, stepId(step, index), tally);
    }
    return tally.refusal ?? { ok: true, explain: [] };
  }

  /** The machine of the scenario's platform with what the step changes, as it is after boot. */
  #boot({ linux, xen, swiotlb, cma, domainMemory, dmaEmergencyPool, config }: BootStep): Outcome {
    this.#highWater = Math.max(this.#highWater, this.#system.machine.aperture?.highWater ?? 0);
    const platform = platformVariant(this.#platform, {
      ...(linux === undefined ? {} : { linux }), ...(xen === undefined ? {} : { xen }), ...(swiotlb === undefined ? {} : { swiotlb }),
      ...(cma === undefined ? {} : { cmaBytes: cma }), ...(domainMemory === undefined ? {} : { domainBytes: domainMemory }),
      ...(dmaEmergencyPool === undefined ? {} : { emergencyPoolBytes: dmaEmergencyPool }), ...(config === undefined ? {} : { config }),
    }, 'the scenario\'s boot step');
    this.#system = new DmaSystem(platform, { contents: this.#contents });
    // The slots are those of the machine that is there in the end.
    this.#recording?.forgetRuns();
    if (this.#recording) this.#journal(this.#recording);
    this.#lookOn();
    return { ok: true, explain: [reason('booted', { label: platform.label })] };
  }

  * #repeat(step: Extract<ScenarioStep, { op: 'repeat' }>, index: number, tally: Tally): Generator<RunProgress> {
    // What a round makes is the round's own; what it does not make is of the scenario.
    const made = new Set(step.steps.flatMap((inner) => (('device' in inner || 'pool' in inner) && inner.id !== undefined ? [inner.id] : [])));
    for (let round = 1; round <= step.times; round++) {
      for (const [at, inner] of step.steps.entries()) {
        const own = inner.id ?? `${stepId(step, index)}.${at + 1}`;
        // `buffer#` is the round's own in any case: the way to what an earlier repetition made.
        const id = inner.id === undefined || made.has(inner.id) ? `${own}#${round}` : own.endsWith('#') ? `${own}${round}` : own;
        if (inner.op === 'workload') yield* this.#workload(inner, index, id, tally);
        else this.#inner(inner, index, id, tally);
        if (this.#done % PAUSE === 0) yield this.#progress();
      }
    }
  }

  * #parallel(step: Extract<ScenarioStep, { op: 'parallel' }>, index: number, tally: Tally): Generator<RunProgress> {
    const longest = Math.max(...step.cpus.map(({ steps }) => steps.length));
    for (let at = 0; at < longest; at++) {
      for (const { cpu, steps } of step.cpus) {
        const inner = steps[at];
        if (inner) this.#inner(inner, index, inner.id ?? `${stepId(step, index)}.cpu${cpu}.${at + 1}`, tally, cpu);
        if (this.#done % PAUSE === 0) yield this.#progress();
      }
    }
  }

  * #workload(step: WorkloadStep, index: number, id: string, tally: Tally): Generator<RunProgress> {
    const device = this.#devices.get(step.device);
    if (!device) return;
    const named = this.#scenario.devices[step.device]?.shape;
    const shape = WORKLOAD_SHAPES[step.shape ?? named ?? 'nic'];
    const map = OPERATION_NAMES.indexOf('dma_map_single');
    const unmap = OPERATION_NAMES.indexOf('dma_unmap_single');
    const before = { operations: tally.operations, failures: tally.failures };
    const load = runWorkload({
      id, ticks: step.ticks, seed: step.seed ?? 1, cpus: step.cpus ?? 1, leakEvery: step.leakEvery ?? 0, keep: step.keep ?? false,
      sizes: step.sizes?.map(({ from, to, weight }) => ({ from, to: to ?? from, weight: weight ?? 1 })) ?? shape.sizes,
      perTick: step.perTick ?? (step.shape ?? named ? shape.perTick : 1), lifetime: step.lifetime ?? shape.lifetime, direction: step.direction ?? shape.direction,
    }, {
      map: (request) => this.#count(this.#system.mapSingle(device, request), { index, operation: map, device: step.device, cpu: request.cpu ?? 0, bytes: request.bytes }, tally),
      unmap: (mapping) => this.#count(this.#system.unmapSingle(mapping), { index, operation: unmap, device: step.device, cpu: 0, bytes: 0 }, tally),
    });
    let paused = this.#done;
    while (load.next().done !== true) {
      if (this.#done - paused < PAUSE) continue;
      paused = this.#done;
      yield this.#progress();
    }
    // A step inside another has an expectation of its own.
    const failures = tally.failures - before.failures;
    const outcome: Outcome = failures > 0 && tally.refusal ? tally.refusal : { ok: true, explain: [] };
    const unmet = unmetExpectation(step, outcome, failures);
    if (unmet) tally.unmet ??= unmet;
  }

  #inner(step: SingleStep, index: number, id: string, tally: Tally, cpu = 0): void {
    const failures = tally.failures;
    const outcome = this.#single(step, index, id, tally, cpu);
    const unmet = unmetExpectation(step, outcome, tally.failures - failures);
    if (unmet) tally.unmet ??= unmet;
  }

  #single(step: SingleStep, index: number, id: string, tally: Tally, cpu = 0): Outcome {
    const bytes = bytesOf(step);
    const outcome = performStep(this.#system, this.#devices, step, id, cpu);
    const device = 'device' in step ? { device: step.device } : {};
    return this.#count(outcome, { index, operation: OPERATION_NAMES.indexOf(step.op), ...device, cpu: 'cpu' in step ? (step.cpu ?? cpu) : cpu, bytes }, tally);
  }

  #count(outcome: Outcome, what: Operation, tally: Tally): Outcome {
    if (this.#done === this.#watch?.operation) this.#watch.onOutcome(outcome);
    this.#done++;
    tally.operations++;
    const copied = copiedBytes(outcome);
    this.#copied += copied;
    if (outcome.ok) {
      if (outcome.elements) for (const { by, bytes } of outcome.elements) this.#bounced += by === 'bounce' ? bytes : 0;
      else if (outcome.by === 'bounce') this.#bounced += what.bytes;
    } else {
      tally.failures++;
      if (MAPS[what.operation] === true) this.#refusedMappings++;
      tally.refusal ??= outcome;
    }
    if (this.#recording) this.#record(this.#recording, outcome, what, copied);
    return outcome;
  }

  #record(recording: Recording, outcome: Outcome, what: Operation, copied: number): void {
    recording.add({
      step: what.index, operation: what.operation, device: what.device === undefined ? NO_DEVICE : (this.#deviceIndex.get(what.device) ?? NO_DEVICE),
      cpu: what.cpu, result: RESULTS.indexOf(resultOf(outcome, what.operation)), bytes: what.bytes, copied,
    });
    this.#machine?.flush(this.#done, STREAMING[what.operation] !== true);
    if (!recording.full) return;
    this.#machine?.stop();
    this.#machine = undefined;
  }

  #used(): number {
    return this.#system.machine.aperture?.used ?? 0;
  }

  #progress(): RunProgress {
    return { done: Math.min(this.#done, this.#total), total: this.#total };
  }
}

function devicesOf(scenario: Scenario): Map<string, Device> {
  return new Map(Object.entries(scenario.devices).map(([name, options]) => [name, createDevice({
    name,
    ...(options.mask === undefined ? {} : { maskBits: options.mask }),
    ...(options.coherentMask === undefined ? {} : { coherentMaskBits: options.coherentMask }),
    ...(options.minAlignMask === undefined ? {} : { minAlignMask: options.minAlignMask }),
    ...(options.segmentSize === undefined ? {} : { maxSegmentBytes: options.segmentSize }),
    ...(options.segmentBoundary === undefined ? {} : { boundaryMask: options.segmentBoundary }),
    ...(options.restrictedPool === undefined ? {} : { restrictedPool: { start: options.restrictedPool.start, bytes: options.restrictedPool.size } }),
  })]));
}

/** Contents cost memory: they are kept only for scenarios that look at them. */
function readsContents(step: ScenarioStep): boolean {
  if (step.op === 'repeat') return step.steps.some(readsContents);
  if (step.op === 'parallel') return step.cpus.some(({ steps }) => steps.some(readsContents));
  return step.op === 'cpu_read' || step.op === 'device_read';
}

function bytesOf(step: SingleStep): number {
  if ('elements' in step && step.elements) return step.elements.reduce((sum, bytes) => sum + bytes, 0);
  return 'size' in step ? (step.size ?? 0) : 0;
}

/** Whether an operation maps, ends a mapping, or works on one, by its number. */
const STREAMING: readonly boolean[] = OPERATION_NAMES.map((name) => /^(dma_(un)?map_|dma_sync_|cpu_|device_)/.test(name));
/** Whether an operation maps, by its number. */
const MAPS: readonly boolean[] = OPERATION_NAMES.map((name) => name.startsWith('dma_map_'));
/** Whether an operation ends a mapping or gives memory back, by its number. */
const RELEASES: readonly boolean[] = OPERATION_NAMES.map((name) => /unmap|free|destroy/.test(name));

function resultOf(outcome: Outcome, operation: number): RecordedResult {
  if (!outcome.ok) return 'refused';
  if (outcome.by !== undefined) return outcome.by;
  return RELEASES[operation] === true ? 'released' : 'done';
}
