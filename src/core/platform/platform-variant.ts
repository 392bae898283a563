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
  /** `dom0_mem=` in bytes. */
  readonly domainBytes?: number;
  /** `dma_emergency_pool=` in bytes (3.0.4 to 3.2). */
  readonly emergencyPoolBytes?: number;
  /** Symbols of the kernel's configuration, beside those that are known. */
  readonly config?: Readonly<Record<string, string>>;
  readonly linux?: string;
  readonly xen?: string;
}

/** Without what a boot states about its aperture: another `swiotlb=` makes that void. */
function withoutAperture(facts: PlatformFacts): PlatformFacts {
  const left: { -readonly [K in keyof PlatformFacts]: PlatformFacts[K] } = { ...facts };
  delete left.apertureBytes;
  delete left.apertureStart;
  delete left.apertureAddressBits;
  delete left.areas;
  delete left.swiotlbState;
  return left;
}

/**
 * The same machine with another setting: built from the same facts, less those that the setting makes void.
 * @param why what the changed facts rest on, in words
 */
export function platformVariant(platform: Platform, change: PlatformChange, why: string): Platform {
  const fact = <T>(value: T): Fact<T> => ({ value, from: { kind: 'default', source: why } });
  const facts: { -readonly [K in keyof PlatformFacts]: PlatformFacts[K] } = { ...(change.swiotlb === undefined ? platform.facts : withoutAperture(platform.facts)) };
  if (change.swiotlb !== undefined) {
    facts.swiotlbParameter = fact(parseSwiotlbParameter(change.swiotlb));
  }
  if (change.cmaBytes !== undefined) facts.cmaBytes = fact(change.cmaBytes);
  if (change.domainBytes !== undefined) {
    facts.domainBytes = fact(change.domainBytes);
    // Where a boot of another size laid dom0 out.
    delete facts.dom0Memory;
    delete facts.dom0Kernel;
    delete facts.dom0InitialChunk;
    delete facts.dom0Ramdisk;
  }
  if (change.emergencyPoolBytes !== undefined) facts.xenEmergencyPool = fact(change.emergencyPoolBytes);
  if (change.linux !== undefined) {
    delete facts.kernelBanner;
    delete facts.treeFeatures;
    delete facts.config;
    facts.kernelRelease = fact(change.linux);
  }
  if (change.config !== undefined) facts.config = new Map([...(facts.config ?? []), ...Object.entries(change.config).map(([symbol, value]): [string, Fact<string>] => [symbol, fact(value)])]);
  if (change.xen !== undefined) facts.xenVersion = fact(change.xen);
  return buildPlatform(facts, { id: platform.id, ...(platform.overrides ? { overrides: platform.overrides } : {}) });
}
