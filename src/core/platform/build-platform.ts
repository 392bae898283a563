import { GIB, MIB, formatBytes } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { SLOT_BYTES, apertureSize } from './aperture-size.ts';
import { defaultAperture } from './default-aperture.ts';
import { type Fact, derivedFact, factFromDefault } from './fact.ts';
import type { FeatureName, Features } from './features.ts';
import { type KernelRelease, atLeast, parseKernelRelease } from './kernel-release.ts';
import { mainlineFeatures, xenLinuxFeatures } from './linux-features.ts';
import type { Domain, E820Entry, PlatformFacts } from './platform-facts.ts';
import type { Platform, PlatformAperture } from './platform.ts';
import { tracedFeatures } from './traced-features.ts';
import { xenFeatures } from './xen-features.ts';
import { type XenVersion, parseXenVersion, xenAtLeast } from './xen-version.ts';

/** The release that is assumed where nothing states one: the newest long-term kernel that the tables were read against. */
const ASSUMED_RELEASE = '6.12.107';
const ASSUMED_XEN = '4.17.0';
/** What a dom0 of Xen 3 ran: mainline kernels have been dom0 since 2.6.37, which came with Xen 4.0. Xen's own releases up to 3.0.4 brought 2.6.16, those from 3.1 on 2.6.18. */
const ASSUMED_XENLINUX = { before31: '2.6.16.33-xen', from31: '2.6.18-xen' } as const;

export interface PlatformOptions {
  readonly id: string;
  /** Replaces the label that is made of the facts. */
  readonly label?: string;
  /** Features that a person sets by hand, over tables and evidence. */
  readonly overrides?: Partial<Pick<Features, FeatureName>>;
}

/**
 * Makes a platform of what evidence says, filling what it does not say with the kernel's and hypervisor's own defaults.
 * Never fails: facts that cannot be read leave the default, whose provenance then says so.
 */
export function buildPlatform(facts: PlatformFacts, options: PlatformOptions): Platform {
  const domain = domainOf(facts);
  const assumed = assumedRelease(facts, domain.value);
  const linux = releaseOf(facts, assumed);
  const underXen = domain.value !== 'native' && (facts.xenVersion !== undefined || domain.value !== 'hvm');
  const xen = underXen ? xenVersionOf(facts) : undefined;
  const xenLinux = facts.lineage?.value === 'xenlinux' || (facts.kernelRelease === undefined && assumed !== ASSUMED_RELEASE);
  const features = featuresOf(facts, linux.value, xenLinux, domain.value, xen?.value, options.overrides);
  const e820 = facts.machineE820 ?? facts.e820 ?? defaultMap();
  const possibleCpus = facts.possibleCpus ?? factFromDefault(1, 'no evidence states the number of CPUs: one is assumed');
  const aperture = apertureOf(facts, features, domain.value, possibleCpus);
  return {
    id: options.id,
    label: options.label ?? labelOf(linux.value, xen?.value, domain.value, aperture.bytes.value),
    domain, linux, ...(xen ? { xen } : {}), features, aperture,
    memory: {
      e820,
      space: facts.machineE820 !== undefined || domain.value === 'native' ? 'machine' : 'guest-physical',
      usableBytes: usableBytes(e820.value),
      ...(facts.domainBytes ? { domainBytes: facts.domainBytes } : {}),
      ...(facts.dom0Memory ? { dom0Memory: facts.dom0Memory } : {}),
      ...(facts.dom0Kernel ? { dom0Kernel: facts.dom0Kernel } : {}),
      ...(facts.dom0InitialChunk ? { dom0InitialChunk: facts.dom0InitialChunk } : {}),
      ...(facts.dom0Ramdisk ? { dom0Ramdisk: facts.dom0Ramdisk } : {}),
      ...(facts.xenEmergencyPool ? { xenEmergencyPool: facts.xenEmergencyPool } : {}),
    },
    cmaBytes: cmaOf(facts, domain.value),
    possibleCpus,
    ...(facts.iommuEnabled ? { iommuEnabled: facts.iommuEnabled } : {}),
    facts,
    ...(options.overrides ? { overrides: options.overrides } : {}),
  };
}

/** The release to assume where nothing states one: a kernel that this hypervisor can have started. */
function assumedRelease(facts: PlatformFacts, domain: Domain): string {
  const xen = facts.xenVersion && parseXenVersion(facts.xenVersion.value);
  if (domain !== 'pv-dom0' || !xen || xenAtLeast(xen, 4, 0) || facts.lineage?.value === 'mainline') return ASSUMED_RELEASE;
  return xenAtLeast(xen, 3, 1) ? ASSUMED_XENLINUX.from31 : ASSUMED_XENLINUX.before31;
}

function releaseOf(facts: PlatformFacts, assumedText: string): Fact<KernelRelease> {
  const text = facts.kernelRelease;
  const parsed = text && parseKernelRelease(text.value, facts.kernelBanner?.value ?? '');
  if (parsed) return derivedFact(parsed, 'the release that the kernel states', text, ...(facts.kernelBanner ? [facts.kernelBanner] : []));
  const assumed = parseKernelRelease(assumedText);
  if (!assumed) throw new RangeError(`not a release: ${assumedText}`);
  return { ...factFromDefault(assumed, `no evidence states the kernel's release: ${assumedText} is assumed`), doubt: 'the kernel\'s release is assumed' };
}

function domainOf(facts: PlatformFacts): Fact<Domain> {
  if (facts.domain) return facts.domain;
  if (facts.xenVersion) {
    // Only dom0 shares a console with the hypervisor: what Xen itself prints stands in no domU's log.
    const console = facts.xenCommandLine ?? facts.machineE820;
    if (console) return derivedFact('pv-dom0', 'the log carries the hypervisor\'s own lines', facts.xenVersion, console);
    return { ...derivedFact('pv-dom0', 'a hypervisor is stated and no domain: dom0 is assumed', facts.xenVersion), doubt: 'no evidence says whether this is dom0: it is assumed' };
  }
  return factFromDefault('native', 'no evidence of a hypervisor');
}

function xenVersionOf(facts: PlatformFacts): Fact<XenVersion> {
  const parsed = facts.xenVersion && parseXenVersion(facts.xenVersion.value);
  if (parsed) return derivedFact(parsed, 'the version that Xen states', facts.xenVersion);
  const assumed = parseXenVersion(ASSUMED_XEN);
  if (!assumed) throw new RangeError(`not a version: ${ASSUMED_XEN}`);
  return { ...factFromDefault(assumed, `no evidence states Xen's version: ${ASSUMED_XEN} is assumed`), doubt: 'Xen\'s version is assumed' };
}

function featuresOf(
  facts: PlatformFacts, release: KernelRelease, xenLinux: boolean, domain: Domain, xen: XenVersion | undefined,
  overrides: PlatformOptions['overrides'],
): Features {
  const base = xenLinux ? xenLinuxFeatures(release, xen !== undefined && !xenAtLeast(xen, 3, 1), domain, xen !== undefined && !xenAtLeast(xen, 3, 0, 4), xen !== undefined && !xenAtLeast(xen, 3, 0, 3)) : mainlineFeatures(release);
  const dmaBits = facts.xenDmaBitsOption ?? facts.xenDmaWidthBits;
  const hypervisor = xen
    ? xenFeatures(xen, domain, {
      ...(dmaBits ? { dmaBits } : {}),
      ...(facts.memopMaxOrder ? { memopMaxOrder: facts.memopMaxOrder } : {}),
      ...(facts.ownsDevice ? { ownsDevice: facts.ownsDevice } : {}),
    })
    : {};
  const config = facts.config;
  const dynamic = config?.get('CONFIG_SWIOTLB_DYNAMIC');
  const forcedOrder = config?.get('CONFIG_ARCH_FORCE_MAX_ORDER') ?? config?.get('CONFIG_FORCE_MAX_ZONEORDER');
  const fromEvidence: Partial<Record<FeatureName, unknown>> = Object.fromEntries(facts.treeFeatures ?? []);
  if (dynamic) fromEvidence.dynamicPools = derivedFact(dynamic.value === 'y' && domain === 'native', 'CONFIG_SWIOTLB_DYNAMIC; swiotlb-xen cannot grow', dynamic);
  if (forcedOrder && /^\d{1,2}$/.test(forcedOrder.value)) {
    // The symbol counts exclusively before 6.4 and inclusively from then on, as MAX_ORDER itself did.
    const inclusive = atLeast(release, 6, 4);
    fromEvidence.pageAllocatorMaxOrder = derivedFact(Number(forcedOrder.value) - (inclusive ? 0 : 1), inclusive ? 'largest order, inclusive' : 'MAX_ORDER is exclusive before 6.4', forcedOrder);
  }
  const defaultMb = config?.get('CONFIG_SWIOTLB_DEFAULT_SIZE_MB');
  if (defaultMb && /^\d{1,2}$/.test(defaultMb.value)) fromEvidence.defaultApertureBytes = derivedFact(Number(defaultMb.value) * MIB, 'CONFIG_SWIOTLB_DEFAULT_SIZE_MB', defaultMb);
  return { ...tracedFeatures({ ...base, ...hypervisor }, facts.kernelRelease, facts.xenVersion), ...fromEvidence, ...overrides } as Features;
}

function apertureOf(facts: PlatformFacts, features: Features, domain: Domain, cpus: Fact<number>): PlatformAperture {
  const force = forceOf(facts, features);
  const extra = {
    force,
    ...(facts.apertureAddressBits ? { addressBits: facts.apertureAddressBits } : {}),
    ...(facts.apertureStart ? { start: facts.apertureStart } : {}),
  };
  const none = (why: string, ...from: Fact<unknown>[]): PlatformAperture => ({
    bytes: from.length > 0 ? derivedFact(0, why, ...from) : factFromDefault(0, why),
    areas: derivedFact(0, why, ...from), ...extra,
  });
  if (facts.swiotlbState?.value === 'disabled') return none('the log says that there is no pool', facts.swiotlbState);
  const stated = facts.apertureBytes;
  if (!stated && domain === 'pv-domu' && features.swiotlbUnit.value === 'MiB' && !force.value) {
    return none('arch/i386/kernel/swiotlb.c: a domU has no aperture without swiotlb=force');
  }
  const needed = stated || domain !== 'native' || facts.swiotlbState || facts.apertureStart ? undefined : noNativePool(facts, force.value);
  if (needed) return none('arch/x86/kernel/pci-swiotlb.c: pci_swiotlb_detect: no pool where no memory lies above 4 GiB', needed);
  const isGuest = domain === 'pv-domu' && !stated && !facts.swiotlbState && !facts.apertureStart;
  if (isGuest && !force.value && !asksSoftIommu(facts)) return none('arch/x86/xen/pci-swiotlb-xen.c: pci_xen_swiotlb_detect: a domU has no pool without iommu=soft, swiotlb=force or a PCI frontend');
  const parameter = facts.swiotlbParameter;
  const byDefault = defaultAperture(facts, features);
  const size = apertureSize({
    ...(parameter ? { parameter: parameter.value } : {}),
    unit: features.swiotlbUnit.value, hasAreas: features.areas.value,
    powerOfTwo: features.swiotlbUnit.value === 'MiB' && features.slotSearch.value === 'A',
    defaultBytes: byDefault.value, possibleCpus: cpus.value,
  });
  const bytes = stated ?? derivedFact(
    size.slots * SLOT_BYTES, parameter ? 'swiotlb= with the kernel\'s rounding' : 'the default with the kernel\'s rounding',
    ...(parameter ? [parameter] : [byDefault]), ...(features.areas.value ? [cpus] : []),
  );
  const areas = facts.areas ?? derivedFact(features.areas.value ? size.areas : 1, features.areas.value ? 'CPUs, rounded up to a power of two' : 'one pool, one lock', ...(features.areas.value ? [cpus] : [features.areas]));
  return { bytes, areas, ...extra };
}

/** The memory map, where it shows that a machine needs no pool: none above 4 GiB, and nothing that asks for one all the same. */
function noNativePool(facts: PlatformFacts, force: boolean): Fact<readonly E820Entry[]> | undefined {
  const map = facts.machineE820 ?? facts.e820;
  if (!map || force || asksSoftIommu(facts) || facts.memoryEncryption) return undefined;
  return map.value.some(({ type, end }) => type === 'usable' && end > 4 * GIB) ? undefined : map;
}

/** `iommu=soft` on Linux's command line. */
function asksSoftIommu(facts: PlatformFacts): boolean {
  return facts.linuxCommandLine !== undefined && /(?:^|\s)iommu=(?:\S{0,200},)?soft(?:,|\s|$)/.test(facts.linuxCommandLine.value);
}

function forceOf(facts: PlatformFacts, features: Features): Fact<boolean> {
  const { swiotlbParameter: parameter, memoryEncryption, lineage } = facts;
  // XenLinux's `force` only gives a domU a pool; it does not make every mapping bounce.
  if (parameter && lineage?.value !== 'xenlinux' && parameter.value.words.some((word) => word === 'force')) {
    return derivedFact(true, 'swiotlb=force', parameter);
  }
  if (memoryEncryption && /guest|SEV|TDX/i.test(memoryEncryption.value) && features.encryptionForces.value) {
    return derivedFact(true, 'guest memory encryption forces every mapping to bounce', memoryEncryption, features.encryptionForces);
  }
  return factFromDefault(false, 'bouncing is not forced');
}

function cmaOf(facts: PlatformFacts, domain: Domain): Fact<number> {
  if (facts.cmaBytes) return facts.cmaBytes;
  const symbol = facts.config?.get('CONFIG_CMA_SIZE_MBYTES');
  const enabled = facts.config?.get('CONFIG_DMA_CMA');
  if (symbol && enabled?.value === 'y' && /^\d{1,6}$/.test(symbol.value) && domain === 'native') {
    return derivedFact(Number(symbol.value) * MIB, 'CONFIG_CMA_SIZE_MBYTES with CONFIG_DMA_CMA', symbol, enabled);
  }
  return factFromDefault(0, 'kernel/dma/Kconfig: CMA_SIZE_MBYTES 0 on x86');
}

/** What is drawn and computed with where no evidence gives a map: 8 GiB, with the usual hole below 4 GiB. */
function defaultMap(): Fact<readonly E820Entry[]> {
  return {
    ...factFromDefault(
      [
        { start: 0, end: 0x9_f000, type: 'usable' }, { start: 0x9_f000, end: 0x10_0000, type: 'reserved' },
        { start: 0x10_0000, end: 0xc000_0000, type: 'usable' }, { start: 0xc000_0000, end: 4 * GIB, type: 'reserved' },
        { start: 4 * GIB, end: 9 * GIB, type: 'usable' },
      ] satisfies E820Entry[],
      'no evidence gives a memory map: 8 GiB with a hole from 3 to 4 GiB is assumed',
    ),
    doubt: 'the memory map is assumed',
  };
}

/** Bytes of whole usable pages. */
export function usableBytes(map: readonly E820Entry[]): number {
  let pages = 0;
  for (const { start, end, type } of map) {
    if (type === 'usable') pages += Math.max(0, Math.floor(end / PAGE_SIZE) - Math.ceil(start / PAGE_SIZE));
  }
  return pages * PAGE_SIZE;
}

const DOMAIN_NAMES: Readonly<Record<Domain, string>> = {
  'native': '', 'pv-dom0': 'PV dom0', 'pv-domu': 'PV domU', 'pvh-dom0': 'PVH dom0', 'hvm': 'HVM guest',
};

function labelOf(linux: KernelRelease, xen: XenVersion | undefined, domain: Domain, bytes: number): string {
  const short = (version: readonly [number, number, number], three: boolean): string => version.slice(0, three ? 3 : 2).join('.');
  const parts: string[] = [];
  if (xen) parts.push(`Xen ${short(xen.version, xen.version[0] < 4)} ${DOMAIN_NAMES[domain]}`.trim());
  else if (domain !== 'native') parts.push(DOMAIN_NAMES[domain]);
  parts.push(`Linux ${linux.sublevel === 'unknown' || linux.version[2] === 0 ? short(linux.version, false) : short(linux.version, true)}${linux.candidate === undefined ? '' : `-rc${linux.candidate}`}`);
  if (!xen && domain === 'native') parts.push('native');
  parts.push(bytes > 0 ? formatBytes(bytes) : 'no aperture');
  return parts.join(' · ');
}
