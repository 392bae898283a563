import { MIB, groupDigits } from '../core/units/bytes.ts';
import { SEGMENT_BYTES, SEGMENT_SLOTS, SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { builtInPlatform, DEFAULT_PLATFORM_ID } from '../core/platform/built-in-platforms.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import { parseScenario } from '../core/scenario/parse-scenario.ts';
import { runScenario } from '../core/scenario/run-scenario.ts';
import { platformOf } from '../core/scenario/scenario-platform.ts';
import type { FailureFacts } from '../evidence/log/log-facts.ts';
import { inlinePlatform } from './inline-platform.ts';
import type { DraftStep, ScenarioDraft } from './scenario-draft.ts';

/** More groups of failures than a person reads: the most frequent ones are taken. */
const MOST_FAILURES = 12;
/** IO_TLB_DEFAULT_SIZE in slots, for a log that states none. */
const DEFAULT_SLOTS = (64 * MIB) / SLOT_BYTES;

/**
 * A scenario of what a boot log shows: its platform, the devices that failed, and for each size and fill of the aperture that the log
 * states, a load that fills it so far and the mapping that then failed. Every mapping is made to bounce, as those of the log did; what
 * held the slots is not in a log: single slots stand for it, or gaps in every segment where enough slots were free and none in a row.
 * What the model then serves all the same is left without an expectation, and says so.
 * @param name the log's, for people
 * @returns undefined where the log has no failure of a mapping with a size
 */
export function scenarioFromLog(name: string, facts: PlatformFacts, failures: readonly FailureFacts[]): ScenarioDraft | undefined {
  const shown = failures.filter(({ kind, bytes }) => (kind === 'buffer-full' || kind === 'out-of-space') && bytes !== null && bytes > 0)
    .sort((a, b) => b.count - a.count).slice(0, MOST_FAILURES);
  const [first] = shown;
  if (!first) return undefined;
  const noPool = shown.every(({ totalSlots }) => totalSlots === 0);
  const stated = facts.apertureBytes?.value ?? (first.totalSlots ?? 0) * SLOT_BYTES;
  const slots = stated === 0 ? DEFAULT_SLOTS : stated / SLOT_BYTES;
  // Without a pool nothing can be made to bounce: what reaches no memory above 4 GiB has to.
  const mask = noPool ? 32 : 64;
  const devices: Record<string, { mask: number }> = noPool ? {} : { others: { mask } };
  // Failures at the same fill stand in one.
  const fills = new Map<string, FailureFacts[]>();
  for (const failure of shown) {
    const key = JSON.stringify(fillOf(failure, slots, ''));
    fills.set(key, [...(fills.get(key) ?? []), failure]);
    devices[deviceName(failure)] = { mask };
  }
  const steps = [...fills.values()].flatMap((group, at): Record<string, unknown>[] => {
    const { before, after, note } = fillOf(group[0]!, slots, `held-${at + 1}`);
    const failing = group.map((failure) => ({
      op: 'dma_map_single', device: deviceName(failure), size: failure.bytes, note: `${countText(failure)}${note}`,
      expect: { ok: false, ...((failure.bytes ?? 0) > SEGMENT_BYTES && !noPool ? { reason: 'segment-limit' } : {}) },
    }));
    return [...before, ...failing, ...after];
  });
  return asTheModelHasIt({
    name: `From ${name}`, description: `The failures of ${name}, with the load that its lines state. Written from the log; edit it freely.`,
    platform: noPool ? { ...inlinePlatform(facts), swiotlb: 'noforce' } : inlinePlatform(facts, { force: true, apertureBytes: stated }), devices, steps,
    remarks: { ...(noPool ? { devices: ['The log says that there was no pool, and not how far the device reaches: 32 bits stand for it.'] } : {}), ...(stated === 0 && !noPool ? { platform: ['The log does not state the size of the aperture: the default of 64 MiB stands for it.'] } : {}) },
  });
}

function countText({ count, usedSlots }: FailureFacts): string {
  return `${count === 1 ? 'Once' : `${groupDigits(count)} times`} in the log${usedSlots === null ? '' : `, with ${groupDigits(usedSlots)} slots in use`}.`;
}

interface Fill {
  readonly before: readonly Record<string, unknown>[];
  readonly after: readonly Record<string, unknown>[];
  readonly note: string;
}

/** What stands in the aperture when a mapping fails. @param slots of the aperture */
function fillOf({ bytes, usedSlots, totalSlots }: FailureFacts, slots: number, id: string): Fill {
  const total = totalSlots ?? slots;
  // A kernel that prints no numbers was out of space.
  const used = usedSlots ?? total;
  const need = Math.ceil((bytes ?? 0) / SLOT_BYTES);
  if (used === 0 || total === 0 || need > SEGMENT_SLOTS) return { before: [], after: [], note: '' };
  const note = usedSlots === null ? ' The log does not say how many slots were in use: all of them, here.' : '';
  const segments = Math.floor(total / SEGMENT_SLOTS);
  const gap = Math.ceil((total - used) / Math.max(1, segments));
  const map = (name: string, count: number): Record<string, unknown> => ({ op: 'dma_map_single', device: 'others', id: name, size: count * SLOT_BYTES });
  const undo = (name: string, times: number): Record<string, unknown> => ({ op: 'repeat', times, steps: [{ op: 'dma_unmap_single', id: `${name}#` }] });
  if (total - used >= need && gap < need && gap < SEGMENT_SLOTS) {
    const open = `${id}-gap`;
    return {
      before: [
        { op: 'repeat', times: segments, steps: [map(id, SEGMENT_SLOTS - gap), map(open, gap)], note: `${groupDigits(total - used)} slots were free and no ${groupDigits(need)} in a row: ${gap} in every segment, here.` },
        undo(open, segments),
      ],
      after: [undo(id, segments)], note,
    };
  }
  return { before: [{ op: 'repeat', times: used, steps: [map(id, 1)], note: `What held ${groupDigits(used)} slots, as single ones.` }], after: [undo(id, used)], note };
}

/** The draft without the expectations that a run of it does not meet: then something decided that the log does not show. */
function asTheModelHasIt(draft: ScenarioDraft): ScenarioDraft {
  const active = builtInPlatform(DEFAULT_PLATFORM_ID);
  const parsed = parseScenario(JSON.stringify({ name: draft.name, platform: draft.platform, devices: draft.devices, steps: draft.steps }));
  if (!parsed.ok || !active) return draft;
  const { steps } = runScenario(parsed.scenario, platformOf(parsed.scenario, active));
  return {
    ...draft,
    steps: draft.steps.map((step, at): DraftStep => {
      if (!steps[at]?.unmet || !('expect' in step)) return step;
      const { expect: _, note, ...rest } = step;
      return { ...rest, note: `${typeof note === 'string' ? `${note} ` : ''}The model serves it in this state: something decided that the log does not show.` };
    }),
  };
}

function deviceName({ device, driver }: FailureFacts): string {
  return [driver, device].filter((part) => part !== null).join(' ') || 'device';
}
