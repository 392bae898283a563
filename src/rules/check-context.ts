import { type Platform, isXenPv } from '../core/platform/platform.ts';
import { type Reason, reason } from '../core/platform/reason.ts';
import type { Observation, SourceContext } from '../csource/context/observation.ts';
import { RULES, type RuleId } from '../ids.ts';
import type { Finding, Severity } from './finding.ts';
import type { LineIndex } from './line-index.ts';

/** From this width on every kernel takes a mask: nothing lies beyond. */
const NEVER_REFUSED_BITS = 52;

/** What the text around a file's DMA calls shows, as findings on a platform. */
export function checkContext(context: SourceContext, platform: Platform, lines: LineIndex): Finding[] {
  return context.observations.flatMap((seen): Finding[] => {
    const judged = judge(seen, platform);
    if (!judged) return [];
    const { start, end, other, mend } = seen;
    return [{
      ruleId: judged.ruleId, severity: judged.severity, span: lines.span(start, end), confidence: 'certain',
      headline: { key: 'seen', seen }, explain: judged.explain, evidence: judged.facts,
      ...(other ? { related: [{ span: lines.span(other.start, other.end), what: 'mapped-here' as const }] } : {}),
      ...(mend ? { fixes: [{ kind: 'as-mapped' as const, span: lines.span(mend.start, mend.end), text: mend.text }] } : {}),
    }];
  });
}

interface Judgement {
  readonly ruleId: RuleId;
  readonly severity: Severity;
  readonly explain: readonly Reason[];
  readonly facts: Finding['evidence'];
}

function judge(seen: Observation, platform: Platform): Judgement | undefined {
  const pv = isXenPv(platform);
  const bouncing = pv || platform.aperture.force.value;
  switch (seen.kind) {
    case 'mask-unchecked':
      // Masks of 32 bits and more are never refused natively on x86 (dma_direct_supported).
      if (seen.bits !== null && seen.bits >= NEVER_REFUSED_BITS) return undefined;
      return {
        ruleId: RULES.maskUnchecked, severity: seen.bits === null || seen.bits < 32 ? 'warning' : 'information', facts: [platform.domain],
        explain: [reason('mask-can-be-refused', { bits: seen.bits ?? 0 }, platform.domain)],
      };
    case 'mapping-unchecked':
      return {
        ruleId: RULES.mappingErrorUnchecked, severity: 'warning', facts: [platform.features.overflowBuffer],
        explain: [platform.features.overflowBuffer.value ? reason('mapping-fails-into-overflow', {}, platform.features.overflowBuffer) : reason('mapping-can-fail', {}, platform.features.overflowBuffer)],
      };
    case 'unsynced':
      return {
        ruleId: RULES.missingSync, severity: bouncing ? 'error' : 'warning', facts: [platform.domain],
        explain: [reason('bounce-has-a-copy', {}, platform.domain)],
      };
    case 'unmap-mismatch': {
      // The aperture joins no elements: the wrong number harms only behind an IOMMU.
      const harmless = seen.of === 'count' && platform.iommuEnabled?.value !== true;
      return {
        ruleId: RULES.unmapMismatch, severity: harmless ? 'information' : 'warning', facts: [platform.domain],
        explain: [seen.of === 'count' ? reason('merged-by-iommu-only', {}, platform.iommuEnabled ?? platform.domain) : reason('bounce-has-a-copy', {}, platform.domain)],
      };
    }
    case 'cpu-address':
      return {
        ruleId: RULES.busAddressFromVirt, severity: pv ? 'warning' : 'information', facts: [platform.domain],
        explain: [pv ? reason('guest-physical-is-not-machine', {}, platform.domain) : reason('physical-is-bus-by-luck', {}, platform.domain), reason('knob-map-it', { helps: 1 }), ...(pv ? [reason('knob-iommu', { helps: 0 })] : [])],
      };
    case 'unmappable-memory':
      return {
        ruleId: RULES.mapOfStackOrVmalloc, severity: seen.memory === 'kvmalloc' ? 'warning' : 'error', facts: [],
        explain: [reason('not-in-direct-map', {}), reason('knob-kmalloc', { helps: 1 })],
      };
  }
}
