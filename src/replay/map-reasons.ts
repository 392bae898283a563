import type { Device } from '../core/dma/device.ts';
import type { StreamingResult } from '../core/dma/map-streaming.ts';
import { foundSteps, requestSteps, streamingRefusal } from '../core/dma/streaming-reasons.ts';
import type { Platform } from '../core/platform/platform.ts';
import { type Reason, reason } from '../core/platform/reason.ts';
import type { Aperture } from '../core/swiotlb/aperture.ts';
import type { MapOperation } from '../evidence/trace/trace-operation.ts';

/** What the model says of a mapping of a trace, and why. */
export interface MapVerdict {
  readonly ok: boolean;
  readonly explain: readonly Reason[];
}

/** Why a mapping of a trace came out as it did. @param answer the model's, which is what the trace states too */
export function mapReasons(platform: Platform, aperture: Aperture | undefined, device: Device, operation: MapOperation, answer: StreamingResult): MapVerdict {
  const { bytes, origAddress } = operation;
  if (answer.kind === 'direct') return { ok: true, explain: [reason('direct-in-reach', { address: answer.bus, bytes, mask: device.dmaMask })] };
  const steps = requestSteps(device, bytes, origAddress, answer.why);
  if (answer.kind !== 'bounced') return { ok: false, explain: streamingRefusal(platform, aperture, device, bytes, steps, answer).explain };
  // What the model does not know, where a slot's machine memory lies, the trace has decided.
  if (operation.result === 'FAIL') return { ok: false, explain: [...steps, ...foundSteps(answer.slots, answer.slots.address)] };
  return { ok: true, explain: [...steps, ...foundSteps(answer.slots, operation.bus)] };
}
