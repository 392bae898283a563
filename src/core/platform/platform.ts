import type { AddressRange } from '../units/addresses.ts';
import type { Fact } from './fact.ts';
import type { Features } from './features.ts';
import type { KernelRelease } from './kernel-release.ts';
import type { Dom0Memory, Domain, E820Entry, PlatformFacts } from './platform-facts.ts';
import type { XenVersion } from './xen-version.ts';

/** The aperture that a platform boots with. Sizes in slots of 2 KiB and bytes. */
export interface PlatformAperture {
  readonly bytes: Fact<number>;
  readonly areas: Fact<number>;
  /** Whether every mapping bounces (`swiotlb=force`, memory encryption). */
  readonly force: Fact<boolean>;
  /** The width that its memory was placed under, where known: XenLinux prints it. */
  readonly addressBits?: Fact<number>;
  /** First address: guest-physical under Xen PV, physical natively. */
  readonly start?: Fact<number>;
}

/** What this kernel on this hypervisor on this machine promises: a record of facts, each with where it comes from. */
export interface Platform {
  readonly id: string;
  /** `Xen 4.17 PV dom0 · Linux 6.1 · 64 MiB`. */
  readonly label: string;
  readonly domain: Fact<Domain>;
  readonly linux: Fact<KernelRelease>;
  readonly xen?: Fact<XenVersion>;
  readonly features: Features;
  readonly aperture: PlatformAperture;
  readonly memory: {
    readonly e820: Fact<readonly E820Entry[]>;
    /** Whether the map is the machine's (native, or Xen's own) or what the guest sees. */
    readonly space: 'machine' | 'guest-physical';
    readonly usableBytes: number;
    /** Memory of this domain at boot, where it differs from the machine's. */
    readonly domainBytes?: Fact<number>;
    /** `dom0_mem=` in full: limits and amounts that depend on the machine's memory. */
    readonly dom0Memory?: Fact<Dom0Memory>;
    /** Where Xen's log says that dom0's parts lie. Kernel: pseudo-physical; first chunk and RAM disk: machine memory. */
    readonly dom0Kernel?: Fact<AddressRange>;
    readonly dom0InitialChunk?: Fact<AddressRange>;
    readonly dom0Ramdisk?: Fact<AddressRange>;
    /** Bytes of DMA memory that Xen keeps from requests without a width (to 3.2). */
    readonly xenEmergencyPool?: Fact<number>;
  };
  readonly cmaBytes: Fact<number>;
  readonly possibleCpus: Fact<number>;
  /** Whether an IOMMU is in use, where evidence says so. */
  readonly iommuEnabled?: Fact<boolean>;
  /** The facts that the platform was built from, and the features that a person set: what a variant of it starts with. */
  readonly facts: PlatformFacts;
  readonly overrides?: Partial<Features>;
}

export function isXenPv(platform: Platform): boolean {
  return platform.domain.value === 'pv-dom0' || platform.domain.value === 'pv-domu';
}
