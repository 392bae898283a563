import { SEGMENT_BYTES, SEGMENT_SLOTS, SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { evidenceOf, type Fact } from '../core/platform/fact.ts';
import { type Limit, coherentLimit, streamingLimit } from '../core/platform/limits.ts';
import { type Platform, isXenPv } from '../core/platform/platform.ts';
import type { Reason } from '../core/platform/reason.ts';
import { DmaSystem } from '../core/dma/dma-system.ts';
import { type ScenarioRun, stepId } from '../core/scenario/run-scenario.ts';
import { type AddressRange, formatAddress } from '../core/units/addresses.ts';
import { formatBytes, groupDigits } from '../core/units/bytes.ts';
import { maskOfBits } from '../core/units/dma-mask.ts';
import { FrameSet } from '../core/units/frame-set.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import { rangesOf } from '../protocol/machine-ranges.ts';
import type { EvidenceRef, ExplainLine, PanelAperture, PanelMachine, PanelRegion, PanelState, PanelStep } from '../protocol/panel-state.ts';
import { evidenceLabel, provenanceText } from '../render/provenance-text.ts';
import { freeBlocks } from './free-blocks.ts';
import { knobOf, reasonText } from '../render/reason-text.ts';
import { outcomeText, stepTitle } from '../render/run-report.ts';

/** The masks whose reach is told for every machine. */
const MASK_BITS = [24, 30, 31, 32, 36, 64];

/** The panel's picture of a platform as it stands after boot. */
export function platformPanelState(platform: Platform): PanelState {
  return panelState(platform, new DmaSystem(platform), platform.label);
}

/**
 * The panel's picture of a run.
 * @param uri of the scenario's text, with the line of each step, where it is a file
 */
export function runPanelState(run: ScenarioRun, source?: { readonly uri: string; readonly lines: readonly number[] }): PanelState {
  const steps = run.steps.map((result): PanelStep => {
    const line = source?.lines[result.index];
    return {
      index: stepNumber(result.index), op: result.step.op, ok: result.outcome.ok,
      summary: `${stepTitle(result.step)}: ${outcomeText(result)}`,
      explain: result.outcome.explain.map(explainLine),
      ...(source && line !== undefined ? { from: { label: `${lastPart(source.uri)}:${line}`, uri: source.uri, line, column: 1 } } : {}),
    };
  });
  return {
    ...panelState(run.platform, run.system, run.scenario.name, madeBy(run)),
    scenario: { name: run.scenario.name, ...(source ? { uri: source.uri } : {}), steps },
  };
}

/** People count steps from 1, in the terminal and in the panel alike. */
export function stepNumber(index: number): number {
  return index + 1;
}

/** The number of the step that made each mapping which is still in force, by the mapping's name. */
function madeBy(run: ScenarioRun): ReadonlyMap<string, number> {
  return new Map(run.steps.filter(({ outcome }) => outcome.ok).map(({ step, index }) => [stepId(step, index), stepNumber(index)]));
}

function panelState(platform: Platform, system: DmaSystem, title: string, steps: ReadonlyMap<string, number> = new Map()): PanelState {
  const aperture = apertureState(system, steps);
  return {
    version: 1, title,
    platform: { label: platform.label, facts: platformFacts(platform) },
    ...(aperture ? { aperture } : {}),
    machine: machineState(platform, system),
    limits: [limitState('Coherent allocation', coherentLimit(platform)), limitState('Streaming mapping', streamingLimit(platform))],
  };
}

/** The facts of a platform as name and value, with the place that each was read from. */
export function platformFacts(platform: Platform): { name: string; value: string; from?: EvidenceRef }[] {
  const { features, aperture } = platform;
  const row = (name: string, value: string, fact: Fact<unknown>): { name: string; value: string; from?: EvidenceRef } => {
    const from = evidenceRef(fact);
    return { name, value: fact.doubt === undefined ? value : `${value} (${fact.doubt})`, ...(from ? { from } : {}) };
  };
  const rows = [row('Kernel', platform.linux.value.text, platform.linux)];
  if (platform.xen) rows.push(row('Hypervisor', `Xen ${platform.xen.value.text}`, platform.xen));
  rows.push(
    row('Domain', platform.domain.value, platform.domain),
    row('Aperture', aperture.bytes.value > 0 ? `${formatBytes(aperture.bytes.value)}, ${groupDigits(aperture.bytes.value / SLOT_BYTES)} slots` : 'none', aperture.bytes),
    row('Areas', String(aperture.areas.value), aperture.areas),
    row('Bouncing forced', aperture.force.value ? 'yes' : 'no', aperture.force),
    row('Slot search', `generation ${features.slotSearch.value}`, features.slotSearch),
    row('Page allocator', `order ${features.pageAllocatorMaxOrder.value}`, features.pageAllocatorMaxOrder),
  );
  if (isXenPv(platform)) {
    const order = features.maxContigOrder;
    rows.push(row('Contiguous regions', order.value === null ? 'no limit of their own' : `order ${order.value}`, order));
    if (features.xenExchangeMaxOrder) rows.push(row('Exchange', `order ${features.xenExchangeMaxOrder.value}`, features.xenExchangeMaxOrder));
  }
  rows.push(row('Memory map', `${formatBytes(platform.memory.usableBytes)} usable, ${platform.memory.space}`, platform.memory.e820));
  return rows;
}

export function explainLine(reason: Reason): ExplainLine {
  const from = reason.fact && evidenceRef(reason.fact);
  const knob = knobOf(reason);
  const source = reason.fact && !from ? ` (${provenanceText(reason.fact)})` : '';
  return { text: `${reasonText(reason)}${source}`, ...(from ? { from } : {}), ...(knob ? { knob } : {}) };
}

/** The place that a fact was read from, where a person can open it. */
export function evidenceRef(fact: Fact<unknown>): EvidenceRef | undefined {
  const evidence = evidenceOf(fact).find(({ kind }) => kind !== 'built-in' && kind !== 'setting');
  return evidence && { label: evidenceLabel(evidence), uri: evidence.uri, line: Math.max(1, evidence.line), column: Math.max(1, evidence.column) };
}

export function limitState(name: string, limit: Limit): PanelState['limits'][number] {
  const binding = limit.binding?.because;
  const condition = limit.applies === 'when-bounced' && limit.bytes !== Infinity ? 'Where it must bounce: ' : '';
  return {
    name, bytes: limit.bytes === Infinity ? null : limit.bytes,
    text: binding ? `${condition}${reasonText(binding)}` : 'Nothing known bounds it',
    explain: [...limit.constraints.map((constraint) => constraint.because), ...(limit.binding?.knobs ?? [])].map(explainLine),
  };
}

function apertureState(system: DmaSystem, steps: ReadonlyMap<string, number>): PanelAperture | undefined {
  const { aperture, segments, apertureBytes } = system.machine;
  if (!aperture) return undefined;
  const { pool } = aperture;
  const mappings: PanelAperture['mappings'] = [];
  for (const mapping of system.mappings.values()) {
    if (mapping.slot === undefined || mapping.slots === undefined) continue;
    const step = steps.get(mapping.id);
    mappings.push({ id: mapping.id, first: mapping.slot, slots: mapping.slots, bytes: mapping.bytes, device: mapping.device.name, ...(step === undefined ? {} : { step }) });
  }
  return {
    slots: pool.slots, slotBytes: SLOT_BYTES, segmentSlots: SEGMENT_SLOTS, bytes: apertureBytes, used: aperture.used, highWater: aperture.highWater,
    start: formatAddress(pool.start),
    areas: Array.from({ length: pool.areas }, (_, area) => ({ first: area * pool.areaSlots, slots: pool.areaSlots, used: pool.used[area] ?? 0, hint: pool.hint[area] ?? 0 })),
    mappings,
    ...(segments ? { segmentMachine: segments.map((address) => formatAddress(address)) } : {}),
  };
}

function machineState(platform: Platform, system: DmaSystem): PanelMachine {
  const { e820, space, usableBytes } = platform.memory;
  const ranges = e820.value.filter(({ start, end }) => end > start);
  const from = evidenceRef(e820);
  const segments = apertureRanges(system);
  const blocks = freeBlocks(platform, system);
  return {
    ...(blocks ? { freeBlocks: blocks } : {}),
    ramBytes: usableBytes, space,
    ranges: ranges.map(({ start, end, type }) => ({ start: formatAddress(start), end: formatAddress(end), type, ...(from ? { from } : {}) })),
    regions: regions(platform, system, segments),
    masks: MASK_BITS.map((bits) => {
      const last = maskOfBits(bits);
      let reachBytes = 0;
      for (const { start, end, type } of ranges) if (type === 'usable' && start <= last) reachBytes += Math.min(end, last + 1) - start;
      return { bits, reachBytes, ...(segments.length > 0 ? { apertureReachable: segments.every(({ end }) => end - 1 <= last) } : {}) };
    }),
  };
}

function apertureRanges(system: DmaSystem): AddressRange[] {
  const { aperture, segments, apertureBytes } = system.machine;
  if (!aperture) return [];
  if (!segments) return [{ start: aperture.pool.start, end: aperture.pool.start + apertureBytes }];
  return framesOf(segments.map((start) => ({ first: start / PAGE_SIZE, count: SEGMENT_BYTES / PAGE_SIZE })));
}

function regions(platform: Platform, system: DmaSystem, segments: readonly AddressRange[]): PanelRegion[] {
  const { domain } = system.machine;
  const found: PanelRegion[] = [];
  const add = (kind: PanelRegion['kind'], label: string, ranges: readonly AddressRange[]): void => {
    for (const { start, end } of ranges) found.push({ start: formatAddress(start), end: formatAddress(end), kind, label });
  };
  add('aperture', 'aperture', segments);
  for (const block of system.coherentBlocks.values()) {
    const size = Math.ceil(block.bytes / PAGE_SIZE) * PAGE_SIZE;
    add('contiguous', block.id, [{ start: block.address, end: block.address + size }]);
  }
  if (domain) {
    add('domain', ownDomain(platform), framesOf(domain.p2m.runs.map(({ mfn, count }) => ({ first: mfn, count }))));
    for (const [id, guest] of system.guests) add('domain', id, framesOf(guest.p2m.runs.map(({ mfn, count }) => ({ first: mfn, count }))));
    add('free', 'free in Xen', framesOf(Array.from(domain.heap.blocks(), ({ frame, order }) => ({ first: frame, count: 2 ** order }))));
  }
  return found;
}

/** What the domain that runs the drivers is called. */
export function ownDomain({ domain }: Platform): string {
  return domain.value === 'pv-dom0' ? 'dom0' : 'this domain';
}

/** Frames as ranges of bytes: those that touch are one. */
function framesOf(runs: readonly { readonly first: number; readonly count: number }[]): AddressRange[] {
  const frames = new FrameSet();
  for (const { first, count } of [...runs].sort((a, b) => a.first - b.first)) frames.add(first, count);
  return rangesOf(frames);
}

function lastPart(uri: string): string {
  return decodeURIComponent(uri.split('/').at(-1) ?? uri);
}
