import type { Fact } from '../core/platform/fact.ts';
import { type Platform, isXenPv } from '../core/platform/platform.ts';
import { type Reason, reason } from '../core/platform/reason.ts';
import type { MaskCall } from '../csource/context/observation.ts';
import { RULES } from '../ids.ts';
import type { Finding } from './finding.ts';
import { withDoubt } from './limit-finding.ts';
import type { LineIndex } from './line-index.ts';

/** Streaming masks from which part of the aperture, or all of it, may lie out of reach: a mapping that must bounce then fails. */
export function checkMasks(masks: readonly MaskCall[], platform: Platform, lines: LineIndex): Finding[] {
  return masks.flatMap((mask): Finding[] => {
    if (mask.of === 'coherent' || mask.bits === null || mask.bits >= 32 || platform.aperture.bytes.value === 0) return [];
    const place = placeOfAperture(platform);
    if (place.last !== null && place.last < 2 ** mask.bits) return [];
    const end = place.exact && place.last !== null ? place.last + 1 : null;
    return [withDoubt({
      ruleId: RULES.maskBelowAperture, severity: end === null ? 'information' : 'warning', span: lines.span(mask.start, mask.end), confidence: 'certain',
      headline: { key: 'mask-below-aperture', api: mask.api, bits: mask.bits, end },
      explain: [place.because, reason('mask-can-be-refused', { bits: mask.bits }), reason('knob-wider-mask', { helps: 1 }), reason('knob-swiotlb-size', { helps: 0 }), reason('knob-iommu', { helps: isXenPv(platform) ? 0 : 1 })],
      evidence: [place.fact],
    }, [platform.domain, platform.aperture.bytes])];
  });
}

interface Place {
  /** Last address of the aperture as a device sees it, or the last that it can have; null where only 4 GiB bound it. */
  readonly last: number | null;
  readonly exact: boolean;
  readonly fact: Fact<unknown>;
  readonly because: Reason;
}

/** Where the aperture lies for a device. Under Xen PV its guest-physical address says nothing of the machine's. */
function placeOfAperture({ aperture, domain, features }: Platform): Place {
  const pv = domain.value === 'pv-dom0' || domain.value === 'pv-domu';
  if (!pv && aperture.start) {
    const last = aperture.start.value + aperture.bytes.value - 1;
    return { last, exact: true, fact: aperture.start, because: reason('aperture-end', { address: last + 1 }, aperture.start) };
  }
  const bits = aperture.addressBits?.value ?? (pv && features.apertureWidth.value !== 'escalating' ? (features.apertureWidth.value === 'fixed-30' ? 30 : 31) : undefined);
  const fact = aperture.addressBits ?? features.apertureWidth;
  if (pv && bits !== undefined) return { last: 2 ** bits - 1, exact: false, fact, because: reason('aperture-below-bits', { bits }, fact) };
  return { last: null, exact: false, fact: aperture.bytes, because: reason('aperture-below-4-gib', {}, aperture.bytes) };
}
