import { SEGMENT_BYTES, SLOT_BYTES } from '../core/platform/aperture-size.ts';
import type { PlatformFacts } from '../core/platform/platform-facts.ts';
import { groupDigits } from '../core/units/bytes.ts';
import type { FailureFacts } from '../evidence/log/log-facts.ts';
import { inlinePlatform } from './inline-platform.ts';
import type { ScenarioDraft } from './scenario-draft.ts';

/** More groups of failures than a person reads: the most frequent ones are taken. */
const MOST_FAILURES = 12;

/**
 * A scenario of what a boot log shows: its platform, the devices that failed, and for each size and fill of the aperture that the log
 * states, a load that fills it so far and the mapping that then failed. Every mapping is made to bounce, as those of the log did; what
 * held the slots is not in a log, so pages stand for it.
 * @param name the log's, for people
 * @returns undefined where the log has no failure of a mapping with a size
 */
export function scenarioFromLog(name: string, facts: PlatformFacts, failures: readonly FailureFacts[]): ScenarioDraft | undefined {
  const shown = failures.filter(({ kind, bytes }) => (kind === 'buffer-full' || kind === 'out-of-space') && bytes !== null && bytes > 0)
    .sort((a, b) => b.count - a.count).slice(0, MOST_FAILURES);
  if (shown.length === 0) return undefined;
  const devices: Record<string, { mask: number }> = { others: { mask: 64 } };
  const steps = shown.flatMap((failure, at): Record<string, unknown>[] => {
    const device = deviceName(failure);
    devices[device] = { mask: 64 };
    const bytes = failure.bytes ?? 0;
    const held = failure.usedSlots ?? 0;
    const id = `held-${at + 1}`;
    const failing = {
      op: 'dma_map_single', device, size: bytes, note: `${failure.count === 1 ? 'Once' : `${groupDigits(failure.count)} times`} in the log${failure.usedSlots === null ? '' : `, with ${groupDigits(held)} slots in use`}.`,
      ...(bytes > SEGMENT_BYTES ? { expect: { ok: false, reason: 'segment-limit' } } : { expect: { ok: false } }),
    };
    if (held === 0 || bytes > SEGMENT_BYTES) return [failing];
    return [
      { op: 'repeat', times: held, steps: [{ op: 'dma_map_single', device: 'others', id, size: SLOT_BYTES }], note: `What held ${groupDigits(held)} slots, as single ones.` },
      failing,
      { op: 'repeat', times: held, steps: [{ op: 'dma_unmap_single', id: `${id}#` }] },
    ];
  });
  return { name: `From ${name}`, description: `The failures of ${name}, with the load that its lines state. Written from the log; edit it freely.`, platform: inlinePlatform(facts, { force: true, apertureBytes: (shown[0]?.totalSlots ?? 0) * SLOT_BYTES }), devices, steps };
}

function deviceName({ device, driver }: FailureFacts): string {
  return [driver, device].filter((part) => part !== null).join(' ') || 'device';
}
