import { SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';
import type { Platform } from '../platform/platform.ts';
import { type Reason, reason } from '../platform/reason.ts';
import type { Aperture, MapResult } from '../swiotlb/aperture.ts';
import type { Device } from './device.ts';
import { mapRefusal, overflowStep } from './map-refusal.ts';
import type { StreamingResult } from './map-streaming.ts';
import { type Outcome, refused } from './outcome.ts';

/** What a mapping that must bounce asks of the pool. @param address of its first byte, or its offset in a page */
export function requestSteps(device: Device, bytes: number, address: number, why: Reason): Reason[] {
  const offset = (address % SLOT_BYTES) & device.minAlignMask;
  const steps: Reason[] = device.restrictedPool ? [reason('restricted-pool', { bytes: device.restrictedPool.bytes })] : [];
  steps.push(why, reason('request-slots', { bytes, offset, slots: Math.ceil((bytes + offset) / SLOT_BYTES) }));
  return steps;
}

/** Where its slots were found. @param address bus address of its first byte */
export function foundSteps({ slot, area, slots, address: tlbAddress, origin }: Extract<MapResult, { ok: true }>, address: number): Reason[] {
  const found = reason('found-slot', { slot, segment: Math.floor(slot / SEGMENT_SLOTS), area, address });
  return origin === 'transient' ? [reason('pool-transient', { slots, address: tlbAddress }), found] : [found];
}

/** Why a mapping that must bounce was refused. */
export function streamingRefusal(
  platform: Platform, aperture: Aperture | undefined, device: Device, bytes: number, steps: readonly Reason[],
  result: Exclude<StreamingResult, { kind: 'direct' | 'bounced' }>,
): Outcome {
  const overflow = overflowStep(platform, bytes);
  const before = overflow ? [...steps, overflow] : steps;
  if (result.kind === 'no-pool' || !aperture) return refused(before, reason('pool-absent', {}, platform.aperture.bytes));
  if (result.kind === 'refused') return mapRefusal(platform, aperture, device, before, result.result);
  const knobs = [reason('knob-swiotlb-size', { helps: 0 }), reason('knob-wider-mask', { helps: 1 })];
  return refused(before, reason('slot-beyond-mask', { address: result.bus, bytes, mask: device.dmaMask }), knobs);
}
