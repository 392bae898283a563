import { archOf, cmaOf, poolBytes } from './boots.ts';
import { domainOf } from './environment.ts';
import { bannerOf, commandLineOf, firstOf, linuxOptionsLineOf, mapRows, wholeMapRows } from './item-queries.ts';
import type { Evidence, Fact } from '../../core/platform/fact.ts';
import type { AddressRange } from '../../core/units/addresses.ts';
import type { E820Entry, PlatformFacts } from '../../core/platform/platform-facts.ts';
import type { E820Map, LogItem } from './log-items.ts';

/** IO_TLB_SHIFT is 11 in every kernel. */
const SLOT_BYTES = 2048;

/** One boot's facts with the place that each was read from. Machine and guest-physical addresses stand in different fields. */
export function platformOfBoot(items: readonly LogItem[], uri: string): PlatformFacts {
  const from = ({ line, column, endColumn, text }: LogItem): Evidence => ({ kind: 'log', uri, line, column, endColumn, text });
  const fact = <T>(value: T | null | undefined, item: LogItem | undefined): Fact<T> | undefined => (item === undefined || value === undefined || value === null ? undefined : { value, from: from(item) });

  const banner = bannerOf(items);
  const xen = firstOf(items, 'xen-banner') ?? firstOf(items, 'xen-seen');
  const domain = domainOf(items);
  const arch = archOf(items);
  const linuxLine = linuxOptionsLineOf(items);
  const xenLine = commandLineOf(items, 'xen-command-line');
  const pool = firstOf(items, 'pool');
  const xenlinux = firstOf(items, 'xenlinux-pool') ?? firstOf(items, 'pool-disabled') ?? items.find(({ recogniser }) => recogniser === 'xenlinux-processor');
  const enabled = pool ?? firstOf(items, 'pool-placed') ?? firstOf(items, 'xenlinux-aperture') ?? firstOf(items, 'xenlinux-pool');
  const disabled = firstOf(items, 'pool-torn-down') ?? firstOf(items, 'pool-disabled') ?? firstOf(items, 'no-low-memory');
  // A pool that was printed and then given back serves nobody.
  const off = disabled && (!enabled || disabled.line > enabled.line);
  // Kernels from 6.0 on print no pool line under `swiotlb=force`; what a full buffer says of its size still holds.
  // Only mainline's full buffer tells of slots.
  const full = items.find((item) => item.kind === 'failure' && item.totalSlots !== null && item.totalSlots > 0);
  const fullBytes = full?.kind === 'failure' && full.totalSlots !== null ? full.totalSlots * SLOT_BYTES : undefined;
  const mainline = pool ?? firstOf(items, 'pool-placed') ?? firstOf(items, 'pool-areas') ?? firstOf(items, 'pool-torn-down') ?? firstOf(items, 'xen-seen') ?? full;
  const bits = firstOf(items, 'xenlinux-address-size');
  const areas = firstOf(items, 'pool-areas');
  const cpus = firstOf(items, 'cpus');
  const encryption = firstOf(items, 'memory-encryption');
  const cma = cmaOf(items);
  const iommu = items.find((item) => item.kind === 'iommu' && item.enabled !== null);
  const width = items.find((item) => item.kind === 'xen-dma-width' && item.bits !== null);

  const placed = (part: 'kernel' | 'initial' | 'ramdisk'): Fact<AddressRange> | undefined => {
    const item = items.find((candidate) => candidate.kind === 'dom0-placed' && candidate.part === part);
    return item?.kind === 'dom0-placed' ? fact({ start: item.start, end: item.end }, item) : undefined;
  };

  return without<PlatformFacts>({
    kernelRelease: fact(banner?.release, banner),
    kernelBanner: fact(banner?.rest === '' ? undefined : banner?.rest, banner),
    lineage: xenlinux ? fact('xenlinux' as const, xenlinux) : fact('mainline' as const, mainline),
    xenVersion: fact(xen?.version, xen),
    domain: fact(domain?.domain, domain?.item),
    arch: fact(arch?.arch, arch?.item),
    linuxCommandLine: fact(linuxLine?.commandLine, linuxLine),
    xenCommandLine: fact(xenLine?.commandLine, xenLine),
    e820: map(items, mapRows(items, 'xen-pv').length > 0 ? 'xen-pv' : 'firmware', from),
    machineE820: map(items, 'machine', from),
    swiotlbState: off && !full ? fact('disabled' as const, disabled) : fact('enabled' as const, enabled ?? full),
    apertureBytes: enabled ? fact(poolBytes(items), enabled) : fact(fullBytes, full),
    apertureStart: fact(pool?.start, pool),
    apertureAddressBits: fact(bits?.bits, bits),
    areas: fact(areas?.areas, areas),
    possibleCpus: fact(cpus?.possible, cpus),
    memoryEncryption: fact(encryption?.active, encryption),
    cmaBytes: fact(cma?.bytes, cma?.item),
    iommuEnabled: iommu?.kind === 'iommu' ? fact(iommu.enabled, iommu) : undefined,
    iommuVendor: iommu?.kind === 'iommu' && iommu.recogniser !== 'xen-iommu' ? fact(iommu.vendor, iommu) : undefined,
    dom0Kernel: placed('kernel'),
    dom0InitialChunk: placed('initial'),
    dom0Ramdisk: placed('ramdisk'),
    xenDmaWidthBits: width?.kind === 'xen-dma-width' ? fact(width.bits, width) : undefined,
  });
}

/** A map as one fact: it stands where its first row does. */
function map(items: readonly LogItem[], of: E820Map, from: (item: LogItem) => Evidence): Fact<readonly E820Entry[]> | undefined {
  const rows = wholeMapRows(items, of);
  const first = rows[0];
  return first && { value: rows.map(({ entry }) => entry), from: from(first) };
}

/** The record without the fields that nothing was found for: absent, as exactOptionalPropertyTypes wants it. */
function without<T extends object>(record: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
