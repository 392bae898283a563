import { type Fact, derivedFact, doubtOf, evidenceOf } from './fact.ts';
import type { Features } from './features.ts';

/** Features that the hypervisor's version decides; the kernel's release decides the others. */
const BY_XEN: readonly (keyof Features)[] = ['xenZones', 'xenMaxOrder', 'xenExchangeMaxOrder', 'xenDmaBits'];

/**
 * Ties every feature that a version table gave to the evidence that stated the version: a limit then leads to the banner
 * line that it follows from. Features that evidence gave directly keep their own place.
 */
export function tracedFeatures(features: Features, release: Fact<unknown> | undefined, xen: Fact<unknown> | undefined): Features {
  const traced = Object.entries(features).map(([name, feature]: [string, Fact<unknown>]) => {
    const stated = (BY_XEN as readonly string[]).includes(name) ? xen : release;
    if (feature.from.kind !== 'default' || !stated || evidenceOf(stated).length === 0) return [name, feature];
    const doubt = doubtOf(feature);
    return [name, { ...derivedFact(feature.value, feature.from.source, stated), ...(doubt === undefined ? {} : { doubt }) }];
  });
  const result: { [name: string]: unknown } = Object.fromEntries<unknown>(traced as [string, unknown][]);
  return result as unknown as Features;
}
