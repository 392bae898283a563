import { buildPlatform } from './build-platform.ts';
import type { Fact } from './fact.ts';
import type { PlatformFacts } from './platform-facts.ts';
import type { Platform } from './platform.ts';
import { parseSwiotlbParameter } from './swiotlb-parameter.ts';

/** What is other than on the machine that a platform describes. */
export interface PlatformChange {
  /** Value of `swiotlb=`, in the unit of the kernel. */
  readonly swiotlb?: string;
  /** `cma=` in bytes. */
  readonly cmaBytes?: number;
  readonly linux?: string;
  readonly xen?: string;
}

/** Facts that an evidence of the boot states about its aperture: another `swiotlb=` makes them void. */
const OF_THE_APERTURE = ['apertureBytes', 'apertureStart', 'areas', 'swiotlbState', 'apertureAddressBits'] as const;

/**
 * The same machine with another setting: built from the same facts, less those that the setting makes void.
 * @param why what the changed facts rest on, in words
 */
export function platformVariant(platform: Platform, change: PlatformChange, why: string): Platform {
  const fact = <T>(value: T): Fact<T> => ({ value, from: { kind: 'default', source: why } });
  const facts: { -readonly [K in keyof PlatformFacts]: PlatformFacts[K] } = { ...platform.facts };
  if (change.swiotlb !== undefined) {
    for (const name of OF_THE_APERTURE) delete facts[name];
    facts.swiotlbParameter = fact(parseSwiotlbParameter(change.swiotlb));
  }
  if (change.cmaBytes !== undefined) facts.cmaBytes = fact(change.cmaBytes);
  if (change.linux !== undefined) {
    delete facts.kernelBanner;
    delete facts.treeMaxContigOrder;
    delete facts.config;
    facts.kernelRelease = fact(change.linux);
  }
  if (change.xen !== undefined) facts.xenVersion = fact(change.xen);
  return buildPlatform(facts, { id: platform.id, ...(platform.overrides ? { overrides: platform.overrides } : {}) });
}
