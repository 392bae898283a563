import { buildDom0, framesOfRange } from '../machine/build-dom0.ts';
import { buildDomU } from '../machine/build-domu.ts';
import { CmaArea } from '../machine/cma-area.ts';
import { dom0Pages } from '../machine/dom0-size.ts';
import type { LinuxPages } from '../machine/linux-pages.ts';
import { PvDomain } from '../machine/pv-domain.ts';
import { xenFootprint } from '../machine/xen-footprint.ts';
import { XenHeap } from '../machine/xen-heap.ts';
import { SEGMENT_BYTES, SEGMENT_SLOTS, SLOT_BYTES } from '../platform/aperture-size.ts';
import { type Platform, isXenPv } from '../platform/platform.ts';
import type { Reason } from '../platform/reason.ts';
import { type XenVersion, xenAtLeast } from '../platform/xen-version.ts';
import { Aperture } from '../swiotlb/aperture.ts';
import type { AddressRange } from '../units/addresses.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { domUPolicy } from './other-domains.ts';
import { atomicPoolOrder, bytesAboveAperture, highestRoom, linuxPages, populatedRanges } from './linux-memory.ts';
import { placeAperture } from './place-aperture.ts';

/** A machine as it stands after boot: memory handed out, the aperture placed. */
export interface BootedMachine {
  readonly platform: Platform;
  readonly pages: LinuxPages;
  readonly aperture?: Aperture;
  /** Machine address of every aperture segment of 256 KiB; absent natively, where the aperture is contiguous. */
  readonly segments?: readonly number[];
  readonly domain?: PvDomain;
  readonly cma?: CmaArea;
  /** Bytes that the aperture has, after Xen could not give all that was asked for. */
  readonly apertureBytes: number;
  /** What went another way than asked while booting. */
  readonly notes: readonly Reason[];
}

/**
 * Boots a platform: gives the domain its memory, places the aperture and makes it contiguous segment by segment.
 * Natively the aperture lies below 4 GiB; under Xen PV its segments lie where Xen's heap has room below the width asked for.
 */
export function boot(platform: Platform): BootedMachine {
  return isXenPv(platform) && platform.xen ? bootXen(platform, platform.xen.value) : bootNative(platform);
}

function usable(platform: Platform, from = 0): AddressRange[] {
  return platform.memory.e820.value
    .filter((entry) => entry.type === 'usable' && entry.end > from)
    .map((entry) => ({ start: Math.max(entry.start, from), end: entry.end }));
}

function bootNative(platform: Platform): BootedMachine {
  const pages = linuxPages(platform, usable(platform));
  const { bytes, start } = nativeAperture(platform, populated(pages));
  const cmaBytes = platform.cmaBytes.value;
  if (bytes > 0 && start !== undefined) pages.buddy.reserve(Math.floor(start / PAGE_SIZE), Math.ceil(bytes / PAGE_SIZE));
  const cmaStart = cmaBytes > 0 ? highestRoom(usable(platform), cmaBytes, start ?? 4 * GIB) : undefined;
  if (cmaStart !== undefined) pages.buddy.reserve(Math.floor(cmaStart / PAGE_SIZE), Math.ceil(cmaBytes / PAGE_SIZE));
  endBoot(platform, pages);
  return {
    platform, pages, notes: [],
    ...(bytes > 0 && start !== undefined ? { aperture: apertureAt(platform, bytes, start), apertureBytes: bytes } : { apertureBytes: 0 }),
    ...(cmaStart !== undefined ? { cma: new CmaArea(cmaStart, cmaBytes) } : {}),
  };
}

/** What boot leaves to drivers: whole blocks, less the pools for allocations that may not sleep. */
function endBoot(platform: Platform, pages: LinuxPages): void {
  pages.endBoot();
  if (!platform.features.atomicPools.value) return;
  const order = atomicPoolOrder(pages.buddy.freeFrames(), platform.features.pageAllocatorMaxOrder.value);
  for (const zone of [2, 0, 1] as const) pages.allocate(order, zone);
}

/**
 * Size and place of a native aperture: memblock hands out from the top downwards, below 4 GiB. Where no room is that large,
 * kernels of 5.19 and later ask again for half of it, down to IO_TLB_MIN_SLABS; older ones go without.
 */
function nativeAperture(platform: Platform, ranges: readonly AddressRange[]): { bytes: number; start?: number } {
  let bytes = platform.aperture.bytes.value;
  const stated = platform.aperture.start?.value;
  if (bytes === 0 || stated !== undefined) return { bytes, ...(stated === undefined ? {} : { start: stated }) };
  for (;;) {
    const start = highestRoom(ranges, bytes, 4 * GIB);
    if (start !== undefined) return { bytes, start };
    if (platform.features.apertureFallback.value !== 'halve' || bytes <= MIB) return { bytes: 0 };
    bytes = Math.ceil(bytes / 2 / SEGMENT_BYTES) * SEGMENT_BYTES;
  }
}

/** Free memory of Linux's own allocator as ranges of bytes, ascending. */
function populated(pages: LinuxPages): AddressRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { first, count } of [...pages.buddy.ranges()].sort((a, b) => a.first - b.first)) {
    const start = first * PAGE_SIZE;
    const end = start + count * PAGE_SIZE;
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges;
}

function apertureAt(platform: Platform, bytes: number, start: number): Aperture {
  const slots = bytes / SLOT_BYTES;
  let areas = platform.features.areas.value ? Math.max(1, platform.aperture.areas.value) : 1;
  // limit_nareas(): no area is smaller than a segment.
  while (areas > 1 && (slots % areas !== 0 || slots / areas < SEGMENT_SLOTS)) areas = Math.floor(areas / 2);
  return new Aperture(platform.features.slotSearch.value, slots, areas, start);
}

function bootXen(platform: Platform, version: XenVersion): BootedMachine {
  const { features } = platform;
  const domain = buildDomain(platform, version);
  const isXenLinux = features.swiotlbUnit.value === 'MiB';
  const pageCount = domain.p2m.pages;
  if (!isXenLinux && platform.domain.value === 'pv-dom0') moveOutOfHoles(platform, domain, pageCount);
  const ranges = populatedRanges(domain.p2m);
  const pages = linuxPages(platform, ranges);
  const asking = platform.aperture.bytes.value;
  const start = asking === 0 ? undefined : apertureStart(platform, ranges, asking, isXenLinux);
  const { segments, bytes, notes } = start === undefined ? { segments: [], bytes: 0, notes: [] } : placeAperture(platform, domain, start, asking);
  if (start !== undefined) pages.buddy.reserve(start / PAGE_SIZE, bytes / PAGE_SIZE);
  endBoot(platform, pages);
  if (start === undefined || bytes === 0) return { platform, pages, domain, apertureBytes: 0, notes };
  return { platform, pages, domain, aperture: apertureAt(platform, bytes, start), segments, apertureBytes: bytes, notes };
}

function buildDomain(platform: Platform, version: XenVersion): PvDomain {
  const { features, memory } = platform;
  // Xen keeps memory below 1 MiB out of its heap.
  const ranges = usable(platform, MIB);
  const heap = new XenHeap({
    zones: features.xenZones?.value ?? 'per-bit', maxOrder: features.xenMaxOrder?.value ?? 18,
    dmaBits: features.xenDmaBits?.value ?? null, cleanToHead: xenAtLeast(version, 4, 10),
    ...(memory.xenEmergencyPool ? { emergencyBytes: memory.xenEmergencyPool.value } : {}),
  }, ranges);
  const { dom0Ramdisk: ramdisk, dom0InitialChunk: initial } = memory;
  for (const { start, end } of xenFootprint(ranges, !xenAtLeast(version, 4, 0), ramdisk?.value)) {
    const { frame, count } = framesOfRange({ start, end });
    heap.withhold(frame, count);
  }
  const machineEnd = Math.max(...ranges.map((range) => range.end), 0);
  let machineBits = 12;
  while (2 ** machineBits < machineEnd) machineBits++;
  const domain = new PvDomain(heap, { maxOrder: features.xenExchangeMaxOrder?.value ?? 20, machineBits });
  // A RAM disk's frames are no part of the heap, but of what dom0 is given.
  const available = heap.freeFrames + (ramdisk ? framesOfRange(ramdisk.value).count : 0);
  const stated = memory.dom0Memory?.value ?? (memory.domainBytes ? { amount: { bytes: memory.domainBytes.value } } : {});
  const newer = xenAtLeast(version, 4, 1);
  if (platform.domain.value === 'pv-domu') {
    // A guest that runs has been built: no more can be its own than the machine had.
    buildDomU(domain, domUPolicy(version), dom0Pages(stated, heap.freeFrames));
  } else buildDom0(domain, { chunks: newer ? 'largest' : '2M', kernelBelowDma: features.xenZones?.value === 'three', separateP2m: newer }, {
    pages: dom0Pages(stated, available),
    ...(initial ? { initial: framesOfRange(initial.value) } : {}), ...(ramdisk ? { ramdisk: framesOfRange(ramdisk.value) } : {}),
  });
  // By the time that it runs, idle processors have scrubbed what its building left.
  heap.scrub();
  return domain;
}

/**
 * Pages of a PV dom0 that would lie in holes of the machine's map are moved behind its memory: arch/x86/xen/setup.c:
 * xen_set_identity_and_remap.
 */
function moveOutOfHoles(platform: Platform, domain: PvDomain, pageCount: number): void {
  const ram = usable(platform).map(({ start, end }) => ({ first: Math.ceil(start / PAGE_SIZE), end: Math.floor(end / PAGE_SIZE) })).sort((a, b) => a.first - b.first);
  let target = pageCount;
  const room = (): number => {
    for (const range of ram) {
      if (target < range.first) target = range.first;
      if (target < range.end) return range.end - target;
    }
    return 0;
  };
  let hole = 0;
  for (const { first, end } of [...ram, { first: Infinity, end: Infinity }]) {
    for (let pfn = hole; pfn < Math.min(first, pageCount);) {
      const count = Math.min(Math.min(first, pageCount) - pfn, room());
      // Where the map ends, the rest is given back to Xen.
      if (count === 0) {
        domain.decrease(pfn, Math.min(first, pageCount) - pfn);
        break;
      }
      domain.move(pfn, count, target);
      pfn += count;
      target += count;
    }
    hole = end;
  }
}

function apertureStart(platform: Platform, ranges: readonly AddressRange[], bytes: number, isXenLinux: boolean): number | undefined {
  const stated = platform.aperture.start?.value;
  if (stated !== undefined && ranges.some((range) => stated >= range.start && stated + bytes <= range.end)) return stated;
  const room = highestRoom(ranges, bytes, Infinity);
  if (room === undefined) return undefined;
  // XenLinux takes low pages; swiotlb-xen takes any, from the top downwards, under what early boot has taken before.
  if (isXenLinux) return Math.min(16 * MIB, room);
  const above = bytesAboveAperture(Math.max(...usable(platform).map((range) => range.end)));
  const end = Math.max(...ranges.map((range) => range.end));
  return Math.floor((highestRoom(ranges, bytes, Math.max(bytes, end - above)) ?? room) / SEGMENT_BYTES) * SEGMENT_BYTES;
}
