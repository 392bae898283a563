import { SEGMENT_BYTES, SLOT_BYTES } from '../platform/aperture-size.ts';
import { type Platform, isXenPv } from '../platform/platform.ts';
import { type PlatformChange, platformVariant } from '../platform/platform-variant.ts';
import type { Reason, ReasonKey } from '../platform/reason.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { PAGE_SIZE, orderBytes, orderFor } from '../units/pages.ts';
import { knownReleases } from './known-releases.ts';
import { type ScenarioRun, type StepResult, scenarioRun } from './run-scenario.ts';
import type { Scenario, ScenarioStep } from './scenario-schema.ts';

/** What is other than in the scenario. */
export type Setting =
  | { readonly kind: 'as-it-is' }
  /** Value of `swiotlb=`, in the unit of the kernel. */
  | { readonly kind: 'swiotlb'; readonly value: string }
  | { readonly kind: 'mask'; readonly devices: readonly string[]; readonly bits: number }
  /** The request in pieces of so many bytes: a scatterlist. */
  | { readonly kind: 'pieces'; readonly bytes: number }
  | { readonly kind: 'cma'; readonly bytes: number }
  | { readonly kind: 'domain-memory'; readonly bytes: number }
  | { readonly kind: 'config'; readonly symbol: string }
  /** `none`: no release serves the step; this is the newest. */
  | { readonly kind: 'linux' | 'xen'; readonly release: string; readonly none?: true };

/** What became of the step under a setting. */
export interface SettingRow {
  readonly setting: Setting;
  /** What the refusal's own reasons say of it; absent where they say nothing. */
  readonly claim?: 'helps' | 'does-not';
  /** Whether nothing of the step was refused. */
  readonly ok: boolean;
  /** Operations that were refused up to and with the step. */
  readonly refused: number;
  readonly highWaterSlots: number;
  /** Bytes that the aperture had. */
  readonly apertureBytes: number;
}

export interface SettingsProgress {
  readonly done: number;
  readonly total: number;
}

interface Trial {
  readonly setting: Setting;
  readonly claim?: 'helps' | 'does-not';
}

/** A mapping's pieces: half a segment, so that alignment and offsets leave each within one, and what a fragmented pool still has. */
const PIECES = [SEGMENT_BYTES / 2, 4 * PAGE_SIZE];

/**
 * Runs a scenario up to a step again under every setting that the refusal of the step speaks of and the model can change, and under other
 * releases: later ones until the first that serves it, else earlier ones from the latest on. By runs alone, never by what the reasons say.
 * It pauses as its runs do, and after each.
 * @param index of the step
 */
export function* trySettings(scenario: Scenario, platform: Platform, index: number): Generator<SettingsProgress, SettingRow[]> {
  const beginning = { ...scenario, steps: scenario.steps.slice(0, index + 1) };
  const step = beginning.steps[index];
  if (!step) return [];
  const releases = knownReleases(platform);
  const progress = { done: 0, total: 1 + releases.linux.length + releases.xen.length };
  const asItIs = yield* attempt(beginning, platform, { kind: 'as-it-is' }, progress);
  const trials = trialsFor(asItIs.run, asItIs.result, step);
  progress.total += trials.length;
  const rows = [asItIs.row];
  for (const { setting, claim } of trials) {
    const { row } = yield* attempt(beginning, platform, setting, progress);
    rows.push({ ...row, ...(claim ? { claim } : {}) });
  }
  for (const kind of ['linux', 'xen'] as const) {
    const found = yield* firstRelease(beginning, platform, kind, releases[kind], progress);
    if (found) rows.push(found);
  }
  return rows;
}

function* attempt(scenario: Scenario, platform: Platform, setting: Setting, progress: { done: number; total: number }): Generator<SettingsProgress, { run: ScenarioRun; result: StepResult; row: SettingRow }> {
  const [changed, on] = changedBy(scenario, platform, setting);
  const work = scenarioRun(changed, on);
  let step = work.next();
  for (; step.done !== true; step = work.next()) yield { ...progress };
  const run = step.value;
  const result = run.steps.at(-1)!;
  progress.done++;
  yield { ...progress };
  const refused = run.steps.reduce((sum, { failures }) => sum + failures, 0);
  return { run, result, row: { setting, ok: result.failures === 0, refused, highWaterSlots: run.totals.highWaterSlots, apertureBytes: run.system.machine.apertureBytes } };
}

/** The first release that serves the step where the present one does not: of the later ones, else of those before. */
function* firstRelease(scenario: Scenario, platform: Platform, kind: 'linux' | 'xen', releases: readonly string[], progress: { done: number; total: number }): Generator<SettingsProgress, SettingRow | undefined> {
  const present = versionOf(platform, kind);
  const variants = releases.map((release) => ({ release, version: versionOf(platformVariant(platform, { [kind]: release }, release), kind) }));
  const later = variants.filter(({ version }) => compare(version, present) > 0);
  const earlier = variants.filter(({ version }) => compare(version, present) < 0).reverse();
  let newest: SettingRow | undefined;
  for (const { release } of [...later, ...earlier]) {
    const { row } = yield* attempt(scenario, platform, { kind, release }, progress);
    if (row.ok) return row;
    if (release === later.at(-1)?.release || later.length === 0) newest ??= { ...row, setting: { kind, release, none: true } };
  }
  // None serves it: the newest stands for all.
  return newest;
}

function versionOf(platform: Platform, kind: 'linux' | 'xen'): readonly number[] {
  return kind === 'linux' ? platform.linux.value.version : (platform.xen?.value.version ?? []);
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The settings that the reasons of a refusal name, as far as the model can change them. */
function trialsFor(run: ScenarioRun, { outcome }: StepResult, step: ScenarioStep): Trial[] {
  const trials: Trial[] = [];
  const seen = new Set<ReasonKey>();
  for (const reason of outcome.explain) {
    if (!reason.key.startsWith('knob-') || seen.has(reason.key)) continue;
    seen.add(reason.key);
    const claim = 'helps' in reason.params && reason.params.helps === 1 ? 'helps' : 'does-not';
    for (const setting of settingsOf(reason, run, step)) trials.push({ setting, claim });
  }
  const { features, config } = { features: run.system.platform.features, config: run.platform.facts.config?.get('CONFIG_SWIOTLB_DYNAMIC') };
  const bounced = seen.has('knob-swiotlb-size') && run.system.machine.aperture !== undefined;
  // Kernels of 6.6 and later can be built so that the pool grows.
  if (bounced && !isXenPv(run.system.platform) && !features.dynamicPools.value && config?.value !== 'y' && compare(run.system.platform.linux.value.version, [6, 6]) >= 0) {
    trials.push({ setting: { kind: 'config', symbol: 'CONFIG_SWIOTLB_DYNAMIC' } });
  }
  return trials;
}

function settingsOf({ key }: Reason, run: ScenarioRun, step: ScenarioStep): Setting[] {
  const { machine, platform } = run.system;
  switch (key) {
    case 'knob-swiotlb-size': return machine.aperture ? [2, 4, 16].map((times) => machine.apertureBytes * times).filter((bytes) => bytes <= GIB).map((bytes) => swiotlb(platform, bytes, platform.aperture.areas.value)) : [swiotlb(platform, 64 * MIB, 1)];
    case 'knob-areas': return machine.aperture ? [swiotlb(platform, machine.apertureBytes, 1)] : [];
    case 'knob-wider-mask': {
      const devices = devicesOf(step).filter((name) => (run.scenario.devices[name]?.coherentMask ?? run.scenario.devices[name]?.mask ?? 32) < 64);
      return devices.length > 0 ? [{ kind: 'mask', devices, bits: 64 }] : [];
    }
    case 'knob-scatter-gather': return step.op === 'dma_map_single' ? PIECES.filter((bytes) => bytes < step.size).map((bytes) => ({ kind: 'pieces', bytes })) : [];
    case 'knob-cma': return 'size' in step && step.size !== undefined ? [{ kind: 'cma', bytes: Math.max(16 * MIB, 2 * orderBytes(orderFor(step.size))) }] : [];
    case 'knob-reserve': case 'knob-balloon': return machine.domain ? [{ kind: 'domain-memory', bytes: Math.max(256 * MIB, Math.floor((machine.domain.p2m.pages * PAGE_SIZE) / 2 / MIB) * MIB) }] : [];
    default: return [];
  }
}

function swiotlb(platform: Platform, bytes: number, areas: number): Setting {
  const { features, aperture } = platform;
  if (features.swiotlbUnit.value === 'MiB') return { kind: 'swiotlb', value: String(Math.ceil(bytes / MIB)) };
  return { kind: 'swiotlb', value: `${bytes / SLOT_BYTES}${features.areas.value ? `,${areas}` : ''}${aperture.force.value ? ',force' : ''}` };
}

function devicesOf(step: ScenarioStep): string[] {
  if (step.op === 'repeat') return [...new Set(step.steps.flatMap(devicesOf))];
  if (step.op === 'parallel') return [...new Set(step.cpus.flatMap(({ steps }) => steps.flatMap(devicesOf)))];
  return 'device' in step ? [step.device] : [];
}

/** A scenario and a platform with a setting. What a boot step states itself is changed there too. */
function changedBy(scenario: Scenario, platform: Platform, setting: Setting): [Scenario, Platform] {
  switch (setting.kind) {
    case 'as-it-is': return [scenario, platform];
    case 'mask': {
      const wide = setting.devices.map((name) => [name, { ...scenario.devices[name], mask: setting.bits, coherentMask: setting.bits }] as const);
      return [{ ...scenario, devices: { ...scenario.devices, ...Object.fromEntries(wide) } }, platform];
    }
    case 'pieces': return [{ ...scenario, steps: scenario.steps.map((step, index) => (index === scenario.steps.length - 1 ? inPieces(step, setting.bytes) : step)) }, platform];
    case 'swiotlb': return withChange(scenario, platform, { swiotlb: setting.value }, 'swiotlb', setting.value);
    case 'cma': return withChange(scenario, platform, { cmaBytes: setting.bytes }, 'cma', setting.bytes);
    case 'domain-memory': return withChange(scenario, platform, { domainBytes: setting.bytes }, 'domainMemory', setting.bytes);
    case 'config': return withChange(scenario, platform, { config: { [setting.symbol]: 'y' } }, 'config', { [setting.symbol]: 'y' });
    case 'linux': return withChange(scenario, platform, { linux: setting.release }, 'linux', setting.release);
    case 'xen': return withChange(scenario, platform, { xen: setting.release }, 'xen', setting.release);
  }
}

function withChange(scenario: Scenario, platform: Platform, change: PlatformChange, field: string, value: unknown): [Scenario, Platform] {
  const steps = scenario.steps.map((step) => (step.op === 'boot' && field in step ? { ...step, [field]: value } : step));
  return [{ ...scenario, steps }, platformVariant(platform, change, 'a setting that is tried')];
}

function inPieces(step: ScenarioStep, bytes: number): ScenarioStep {
  if (step.op !== 'dma_map_single') return step;
  const elements = Array.from({ length: Math.ceil(step.size / bytes) }, (_, at) => Math.min(bytes, step.size - at * bytes));
  const { device, id, cpu, direction } = step;
  return { op: 'dma_map_sg', device, elements, ...(id === undefined ? {} : { id }), ...(cpu === undefined ? {} : { cpu }), ...(direction === undefined ? {} : { direction }) };
}
