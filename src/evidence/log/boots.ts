import { formatAddress } from '../../core/units/addresses.ts';
import { MIB } from '../../core/units/bytes.ts';
import { environmentOf } from './environment.ts';
import { failureFacts } from './failure-facts.ts';
import { bannerOf, commandLineOf, firstOf, itemsOf, mapRows, wholeMapRows } from './item-queries.ts';
import { NO_SWIOTLB_FACTS } from './log-facts.ts';
import { memoryStateFacts } from './memory-state-facts.ts';
import { bannerArch } from './recognise/machine.ts';
import type { E820Entry } from '../../core/platform/platform-facts.ts';
import type { IommuFacts, LogFacts, SwiotlbFacts } from './log-facts.ts';
import type { Kind } from './item-queries.ts';
import type { E820Map, LogItem } from './log-items.ts';

/** What Linux prints while it boots, so that a banner behind it begins another boot. */
const LINUX_BOOT: ReadonlySet<Kind> = new Set<Kind>(['pool', 'pool-placed', 'xenlinux-pool', 'pool-areas', 'pool-torn-down', 'bounce-buffering', 'cma', 'memory']);

/** What is printed when CMA areas have long been reserved: arch/*: setup_arch reserves them, mem_init follows. */
const BEHIND_CMA: ReadonlySet<Kind> = new Set<Kind>(['pool', 'pool-placed', 'pool-areas', 'pool-torn-down', 'memory']);

/** Tells, item by item, where a log's next boot begins. Xen's part of a boot comes before Linux's. */
export class BootDivider {
  #xen = false;
  #linux = false;
  #booted = false;
  #behindCma = false;

  /** @returns whether the next item is the first of another boot than those before */
  begins(item: LogItem): boolean {
    const begins = this.#isFirst(item);
    if (begins) this.#xen = this.#linux = this.#booted = this.#behindCma = false;
    if (item.kind === 'linux-banner') this.#linux = true;
    else if (item.kind === 'xen-banner') this.#xen = true;
    else if (LINUX_BOOT.has(item.kind) || (item.kind === 'e820-row' && item.map !== 'machine')) this.#booted = true;
    if (BEHIND_CMA.has(item.kind)) this.#behindCma = true;
    return begins;
  }

  #isFirst(item: LogItem): boolean {
    switch (item.kind) {
      case 'linux-banner': return this.#linux || this.#booted;
      case 'xen-banner': return this.#xen || this.#linux || this.#booted;
      // Excerpts of several boots have no banners.
      case 'cma': return this.#behindCma;
      default: return false;
    }
  }
}

/** Divides a log's items into boots. */
export function splitBoots(items: readonly LogItem[]): LogItem[][] {
  const boots: LogItem[][] = [[]];
  const divider = new BootDivider();
  for (const item of items) {
    if (divider.begins(item)) boots.push([]);
    boots.at(-1)?.push(item);
  }
  return joinHypervisor(boots.filter((boot) => boot.length > 0));
}

/**
 * `xl dmesg` pasted behind `dmesg`: Xen's messages alone, behind a boot of a PV kernel that has none of Xen's, are of the
 * same boot, unless the two name different versions.
 */
function joinHypervisor(boots: readonly LogItem[][]): LogItem[][] {
  const joined: LogItem[][] = [];
  for (const boot of boots) {
    const before = joined.at(-1);
    const version = before && firstOf(before, 'xen-seen')?.version;
    const hypervisorOnly = !boot.some(isOfLinux) && firstOf(boot, 'xen-banner');
    const waiting = before !== undefined && !firstOf(before, 'xen-banner') && (version !== undefined || mapRows(before, 'xen-pv').length > 0);
    if (waiting && hypervisorOnly && (version === undefined || version === hypervisorOnly.version)) before.push(...boot);
    else joined.push(boot);
  }
  return joined;
}

function isOfLinux({ recogniser }: LogItem): boolean {
  // A crash dump of Xen's names the architecture too.
  return recogniser !== 'architecture' && (!recogniser.startsWith('xen-') || recogniser.startsWith('xen-version-'));
}

/** The facts that the items of one boot state. `silent`: a whole boot log that has no word of the swiotlb. */
export function bootFacts(items: readonly LogItem[], silent: boolean): LogFacts {
  const banner = bannerOf(items);
  // A boot that is cut off before its memory is set up says nothing by its silence.
  const told = banner?.kind === 'linux-banner' && firstOf(items, 'memory') !== undefined;
  return {
    kernelVersion: banner?.release ?? xlInfo(items, 'release'),
    xenVersion: firstOf(items, 'xen-banner')?.version ?? firstOf(items, 'xen-seen')?.version ?? xlInfo(items, 'xen_version'),
    arch: archOf(items)?.arch ?? null,
    environment: environmentOf(items),
    swiotlb: swiotlbFacts(items, silent && told),
    softwareBounceBuffering: firstOf(items, 'bounce-buffering') ? true : null,
    failures: failureFacts(items),
    iommu: iommuFacts(items),
    memoryEncryption: firstOf(items, 'memory-encryption')?.active ?? null,
    cmaBytes: cmaOf(items)?.bytes ?? null,
    kernelCmdline: commandLineOf(items, 'linux-command-line')?.commandLine ?? null,
    xenCmdline: commandLineOf(items, 'xen-command-line')?.commandLine ?? xlInfo(items, 'xen_commandline'),
    e820UsableBytes: usableBytes(items, 'firmware'),
    xenPvMapUsableBytes: usableBytes(items, 'xen-pv'),
    xenE820UsableBytes: usableBytes(items, 'machine'),
    xenDmaWidthBits: firstOf(items, 'xen-dma-width')?.bits ?? null,
    xenDom0MaxVcpus: firstOf(items, 'dom0-max-vcpus')?.count ?? null,
    ...memoryStateFacts(items),
  };
}

/** A field of `xl info`, where it says something. */
export function xlInfo(items: readonly LogItem[], field: string): string | null {
  const value = itemsOf(items, 'xl-info').find((item) => item.field === field)?.value;
  return value === undefined || value === '' ? null : value;
}

/** Where a CMA total is printed it holds; else the areas' sum. */
export function cmaOf(items: readonly LogItem[]): { bytes: number; item: LogItem } | undefined {
  const total = itemsOf(items, 'memory').find(({ cmaBytes }) => cmaBytes !== null && cmaBytes > 0);
  if (total?.cmaBytes) return { bytes: total.cmaBytes, item: total };
  const areas = itemsOf(items, 'cma');
  const bytes = areas.reduce((sum, area) => sum + area.bytes, 0);
  return areas[0] && Number.isSafeInteger(bytes) ? { bytes, item: areas[0] } : undefined;
}

/**
 * The architecture and the item that says so: a line of one architecture only, the banner, or an e820 map (or an IOMMU that only
 * x86 machines have) and what only 64-bit kernels have: a zone below 4 GiB, or mainline's swiotlb (arch/x86/Kconfig: X86_64
 * selects SWIOTLB).
 */
export function archOf(items: readonly LogItem[]): { arch: string; item: LogItem } | undefined {
  const said = firstOf(items, 'arch');
  if (said) return { arch: said.arch, item: said };
  const banner = bannerOf(items);
  const named = banner && bannerArch(`${banner.release} ${banner.rest}`);
  if (banner && named !== undefined) return { arch: named, item: banner };
  const map = firstOf(items, 'e820-row');
  const wide = firstOf(items, 'word-size') ?? items.find((item) => (item.kind === 'xenlinux-kernel-range' && item.range.startsWith('0xffff')) || (item.kind === 'pool' && map?.map === 'firmware'));
  if (map && wide) return { arch: 'x86_64', item: map };
  const iommu = items.find((item) => item.kind === 'iommu' && item.vendor !== null);
  const bounces = firstOf(items, 'pool') ?? items.find((item) => item.kind === 'failure' && item.totalSlots !== null);
  return iommu && bounces ? { arch: 'x86_64', item: iommu } : undefined;
}

function usableBytes(items: readonly LogItem[], map: E820Map): number | null {
  const rows: readonly E820Entry[] = wholeMapRows(items, map).map(({ entry }) => entry);
  if (rows.length === 0) return null;
  const bytes = rows.reduce((sum, { type, start, end }) => (type === 'usable' ? sum + end - start : sum), 0);
  return bytes > 0 ? bytes : null;
}

function iommuFacts(items: readonly LogItem[]): IommuFacts {
  const all = itemsOf(items, 'iommu');
  return {
    vendor: all.find(({ enabled, vendor }) => enabled === true && vendor !== null)?.vendor ?? all.find(({ vendor }) => vendor !== null)?.vendor ?? null,
    enabled: all.find(({ enabled }) => enabled !== null)?.enabled ?? null,
  };
}

function swiotlbFacts(items: readonly LogItem[], silent: boolean): SwiotlbFacts {
  const pool = firstOf(items, 'pool');
  const placed = firstOf(items, 'pool-placed');
  const aperture = firstOf(items, 'xenlinux-aperture');
  const xenlinux = firstOf(items, 'xenlinux-pool');
  const tornDown = firstOf(items, 'pool-torn-down');
  const kernelRange = firstOf(items, 'xenlinux-kernel-range')?.range ?? placed?.kernelRange ?? pool?.kernelRange ?? null;
  const slabs = firstOf(items, 'pool-slabs-adjusted');
  const slots = itemsOf(items, 'failure').find(({ totalSlots }) => totalSlots !== null && totalSlots > 0)?.totalSlots ?? itemsOf(items, 'pool-counter').find(({ of }) => of === 'nslabs')?.slots ?? null;
  const enabled = pool ?? placed ?? aperture ?? xenlinux;
  const disabled = tornDown ?? firstOf(items, 'pool-disabled');
  return {
    ...NO_SWIOTLB_FACTS,
    state: enabled ? 'enabled' : disabled ? 'disabled' : silent ? 'absent' : null,
    sizeBytes: poolBytes(items),
    physStart: pool ? formatAddress(pool.start) : null,
    physEnd: pool ? formatAddress(pool.end) : null,
    kernelRange,
    busRange: firstOf(items, 'xenlinux-bus-range')?.range ?? null,
    addressBits: firstOf(items, 'xenlinux-address-size')?.bits ?? null,
    slots,
    areas: firstOf(items, 'pool-areas')?.areas ?? null,
    adjustedToMB: firstOf(items, 'pool-adjusted')?.megabytes ?? null,
    roundupToMB: firstOf(items, 'pool-roundup')?.megabytes ?? null,
    slabsAdjusted: slabs ? [slabs.from, slabs.to] : null,
    tornDown: tornDown ? true : null,
  };
}

/** The pool's size: from its range, which is exact, else from the megabytes printed. */
export function poolBytes(items: readonly LogItem[]): number | null {
  const pool = firstOf(items, 'pool');
  if (pool) return pool.end - pool.start;
  const megabytes = firstOf(items, 'pool-placed')?.megabytes ?? firstOf(items, 'xenlinux-aperture')?.megabytes;
  return megabytes === undefined ? null : megabytes * MIB;
}
