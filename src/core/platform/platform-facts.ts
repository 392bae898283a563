import type { AddressRange } from '../units/addresses.ts';
import type { SwiotlbParameter } from './aperture-size.ts';
import type { Fact } from './fact.ts';
import type { FeatureName } from './features.ts';

/** How Linux runs: on the bare machine, as a Xen PV domain, or as a guest that sees its own physical memory (HVM, PVH, KVM). */
export type Domain = 'native' | 'pv-dom0' | 'pv-domu' | 'pvh-dom0' | 'hvm';

/** The lineage of the kernel's swiotlb: XenLinux (2.6.16/18-xen and forward ports) or mainline (pvops and native). */
export type Lineage = 'xenlinux' | 'mainline';

export interface E820Entry extends AddressRange {
  readonly type: 'usable' | 'reserved' | 'acpi-data' | 'acpi-nvs' | 'unusable' | 'other';
}

/** One amount of memory as `dom0_mem=` states it: bytes (negative: all but so much), and a share of the machine's memory on top. */
export interface MemoryAmount {
  readonly bytes: number;
  readonly percent?: number;
}

/** `dom0_mem=[min:A,][max:B,]C`. */
export interface Dom0Memory {
  readonly amount?: MemoryAmount;
  readonly min?: MemoryAmount;
  readonly max?: MemoryAmount;
}

/**
 * What evidence says of one machine, one boot: every field a fact with its place, absent where nothing says it.
 * Readers of evidence produce it, `buildPlatform` alone consumes it; several can be merged, later ones overriding.
 */
export interface PlatformFacts {
  /** `uname -r`: `6.1.0-56-amd64`. */
  readonly kernelRelease?: Fact<string>;
  /** The rest of the `Linux version` line, where distributions state the stable release: `… Debian 6.1.192-2 …`. */
  readonly kernelBanner?: Fact<string>;
  readonly lineage?: Fact<Lineage>;
  /** `4.17.7`, `3.0.3-0`. */
  readonly xenVersion?: Fact<string>;
  readonly domain?: Fact<Domain>;
  readonly arch?: Fact<string>;
  readonly linuxCommandLine?: Fact<string>;
  readonly xenCommandLine?: Fact<string>;
  /** `swiotlb=` of the Linux command line, parsed; the unit of its number is the lineage's. */
  readonly swiotlbParameter?: Fact<SwiotlbParameter>;
  /** `dma_bits=` of Xen's command line. */
  readonly xenDmaBitsOption?: Fact<number>;
  /** `memop-max-order=` of Xen's command line, position by position. */
  readonly memopMaxOrder?: Fact<readonly (number | undefined)[]>;
  /** Memory of the domain in bytes, as `dom0_mem=` or a domain's configuration states it. */
  readonly domainBytes?: Fact<number>;
  /** Whether the domain owns I/O memory, as one with a device passed through does; it decides what Xen exchanges for it. */
  readonly ownsDevice?: Fact<boolean>;
  /** `dom0_mem=` of Xen's command line, in full. */
  readonly dom0Memory?: Fact<Dom0Memory>;
  /** `Dom0 kernel: … paddr %# -> %#`: where dom0's kernel lies, pseudo-physical. */
  readonly dom0Kernel?: Fact<AddressRange>;
  /** `Dom0 alloc.:`: machine memory of dom0's first pages. */
  readonly dom0InitialChunk?: Fact<AddressRange>;
  /** `Init. ramdisk:`: machine memory that dom0 is given with its initial RAM disk in it. */
  readonly dom0Ramdisk?: Fact<AddressRange>;
  /** `dma_emergency_pool=`, `lowmem_emergency_pool=` of Xen's command line, in bytes. */
  readonly xenEmergencyPool?: Fact<number>;
  /** The map that Linux prints; in a PV guest pseudo-physical. */
  readonly e820?: Fact<readonly E820Entry[]>;
  /** The map that Xen prints: the machine's own. */
  readonly machineE820?: Fact<readonly E820Entry[]>;
  readonly swiotlbState?: Fact<'enabled' | 'disabled'>;
  readonly apertureBytes?: Fact<number>;
  /** First address of the pool: guest-physical under Xen PV. Never a virtual address. */
  readonly apertureStart?: Fact<number>;
  /** `Address size: %u bits` of XenLinux: the width that the pool was placed under. */
  readonly apertureAddressBits?: Fact<number>;
  readonly areas?: Fact<number>;
  readonly possibleCpus?: Fact<number>;
  readonly memoryEncryption?: Fact<string>;
  readonly cmaBytes?: Fact<number>;
  readonly iommuEnabled?: Fact<boolean>;
  readonly iommuVendor?: Fact<'intel' | 'amd'>;
  /** `Domain heap initialised: DMA width %u bits` of Xen. */
  readonly xenDmaWidthBits?: Fact<number>;
  /** Kernel configuration: symbol with `CONFIG_`, value as written (`y`, `m`, `n`, a number, a string without quotes). */
  readonly config?: ReadonlyMap<string, Fact<string>>;
  /** Features that the source text of the kernel's tree decides: a Fact of {@link Features}' own type each. */
  readonly treeFeatures?: ReadonlyMap<FeatureName, Fact<unknown>>;
}
