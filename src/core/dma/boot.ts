import { CmaArea } from '../machine/cma-area.ts';
import { LinuxPages } from '../machine/linux-pages.ts';
import { PvDomain } from '../machine/pv-domain.ts';
import { XenHeap } from '../machine/xen-heap.ts';
import { SEGMENT_BYTES, SLOT_BYTES } from '../platform/aperture-size.ts';
import { type Platform, isXenPv } from '../platform/platform.ts';
import { xenAtLeast } from '../platform/xen-version.ts';
import { Aperture } from '../swiotlb/aperture.ts';
import type { AddressRange } from '../units/addresses.ts';
import { GIB, MIB } from '../units/bytes.ts';
import { PAGE_SIZE } from '../units/pages.ts';

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
}

/** Order of one aperture segment: 256 KiB. */
const SEGMENT_ORDER = 6;

/**
 * Boots a platform: gives the domain its memory, places the aperture and makes it contiguous segment by segment.
 * Natively the aperture lies below 4 GiB; under Xen PV its segments lie where Xen's heap has room below the width asked for.
 * Source: xen/arch/x86/domain_build.c; arch/i386/kernel/swiotlb.c: swiotlb_init (3.0.4: fixed width), drivers/xen/swiotlb-xen.c:
 * xen_swiotlb_fixup (from 18 bits upwards).
 */
export function boot(platform: Platform): BootedMachine {
  return isXenPv(platform) && platform.xen ? bootXen(platform) : bootNative(platform);
}

function usable(platform: Platform, from = 0): AddressRange[] {
  return platform.memory.e820.value
    .filter((entry) => entry.type === 'usable' && entry.end > from)
    .map((entry) => ({ start: Math.max(entry.start, from), end: entry.end }));
}

function bootNative(platform: Platform): BootedMachine {
  const pages = new LinuxPages(usable(platform), platform.features.pageAllocatorMaxOrder.value);
  const bytes = platform.aperture.bytes.value;
  // memblock hands out from the top downwards; an aperture below 4 GiB lands under the highest memory there.
  const start = platform.aperture.start?.value ?? (bytes > 0 ? highestRoom(usable(platform), bytes, 4 * GIB) : undefined);
  const cmaBytes = platform.cmaBytes.value;
  if (bytes > 0 && start !== undefined) pages.buddy.reserve(Math.floor(start / PAGE_SIZE), Math.ceil(bytes / PAGE_SIZE));
  const cmaStart = cmaBytes > 0 ? highestRoom(usable(platform), cmaBytes, start ?? 4 * GIB) : undefined;
  if (cmaStart !== undefined) pages.buddy.reserve(Math.floor(cmaStart / PAGE_SIZE), Math.ceil(cmaBytes / PAGE_SIZE));
  return {
    platform, pages,
    ...(bytes > 0 && start !== undefined ? { aperture: apertureAt(platform, bytes, start), apertureBytes: bytes } : { apertureBytes: 0 }),
    ...(cmaStart !== undefined ? { cma: new CmaArea(cmaStart, cmaBytes) } : {}),
  };
}

function apertureAt(platform: Platform, bytes: number, start: number): Aperture {
  const slots = bytes / SLOT_BYTES;
  const areas = platform.features.areas.value ? Math.max(1, platform.aperture.areas.value) : 1;
  return new Aperture(platform.features.slotSearch.value, slots, slots % areas === 0 ? areas : 1, start);
}

function bootXen(platform: Platform): BootedMachine {
  const { features, xen } = platform;
  const version = xen?.value;
  if (!version) throw new RangeError('a Xen platform states its hypervisor');
  // Xen keeps memory below 1 MiB out of its heap.
  const ranges = usable(platform, MIB);
  const heap = new XenHeap({
    zones: features.xenZones?.value ?? 'per-bit', maxOrder: features.xenMaxOrder?.value ?? 18,
    dmaBits: features.xenDmaBits?.value ?? null, cleanToHead: xenAtLeast(version, 4, 10),
  }, ranges);
  const machineEnd = Math.max(...ranges.map((range) => range.end), 0);
  let machineBits = 12;
  while (2 ** machineBits < machineEnd) machineBits++;
  const domain = new PvDomain(heap, { maxOrder: features.xenExchangeMaxOrder?.value ?? 20, machineBits });
  const free = heap.freeBytes;
  const asked = platform.memory.domainBytes?.value ?? free - Math.min(free / 16, 128 * MIB);
  const domainPages = Math.floor(Math.min(asked, free) / PAGE_SIZE);
  domain.build(domainPages, xenAtLeast(version, 4, 1) ? heap.kind.maxOrder : 9);
  const pages = new LinuxPages([{ start: 0, end: domain.p2m.pages * PAGE_SIZE }], features.pageAllocatorMaxOrder.value);
  const asking = platform.aperture.bytes.value;
  if (asking === 0) return { platform, pages, domain, apertureBytes: 0 };
  // XenLinux takes low pages; swiotlb-xen takes any, and memblock hands out from the top downwards.
  const lowest = features.swiotlbUnit.value === 'MiB';
  const roomBelow = Math.max(0, domain.p2m.pages * PAGE_SIZE - asking);
  const start = platform.aperture.start?.value ?? (lowest ? Math.min(16 * MIB, roomBelow) : Math.floor(roomBelow / SEGMENT_BYTES) * SEGMENT_BYTES);
  const segments = placeSegments(platform, domain, start, asking / SEGMENT_BYTES);
  const bytes = segments.length * SEGMENT_BYTES;
  if (bytes === 0) return { platform, pages, domain, apertureBytes: 0 };
  pages.buddy.reserve(start / PAGE_SIZE, bytes / PAGE_SIZE);
  return { platform, pages, domain, aperture: apertureAt(platform, bytes, start), segments, apertureBytes: bytes };
}

/** Makes the aperture contiguous segment by segment. @returns machine addresses of the segments that could be placed */
function placeSegments(platform: Platform, domain: PvDomain, start: number, count: number): number[] {
  const fixed = platform.features.coherentWidth.value === 'fixed-31' ? (platform.aperture.addressBits?.value ?? 30) : undefined;
  const segments: number[] = [];
  let bits = fixed ?? SEGMENT_ORDER + 12;
  for (let i = 0; i < count; i++) {
    const pfn = start / PAGE_SIZE + i * 2 ** SEGMENT_ORDER;
    let result = domain.exchange(pfn, SEGMENT_ORDER, bits);
    while (!result.ok && fixed === undefined && bits < 32) result = domain.exchange(pfn, SEGMENT_ORDER, ++bits);
    if (!result.ok) break;
    segments.push(result.frame * PAGE_SIZE);
  }
  return segments;
}

/** The highest page-aligned start at which `bytes` fit below `limit`, or undefined. */
function highestRoom(ranges: readonly AddressRange[], bytes: number, limit: number): number | undefined {
  let best: number | undefined;
  for (const { start, end } of ranges) {
    const at = Math.floor((Math.min(end, limit) - bytes) / PAGE_SIZE) * PAGE_SIZE;
    if (at >= start && (best === undefined || at > best)) best = at;
  }
  return best;
}
