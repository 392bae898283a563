import { SEGMENT_SLOTS, SLOT_BYTES, type SwiotlbParameter } from '../core/platform/aperture-size.ts';
import { type Fact, derivedFact } from '../core/platform/fact.ts';
import { type Limit, coherentLimit, streamingLimit } from '../core/platform/limits.ts';
import type { Dom0Memory, Domain, E820Entry, MemoryAmount } from '../core/platform/platform-facts.ts';
import { type Platform, isXenPv } from '../core/platform/platform.ts';
import type { AddressRange } from '../core/units/addresses.ts';
import { formatAddress } from '../core/units/addresses.ts';
import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import { maskOfBits } from '../core/units/dma-mask.ts';
import { orderBytes } from '../core/units/pages.ts';
import type { FailureFacts } from '../evidence/log/log-facts.ts';
import type { Contradiction } from '../evidence/merge-facts.ts';
import type { ExplainLine } from '../protocol/panel-state.ts';
import type { PlatformSheet, SheetRoom, SheetRow } from '../protocol/platform-sheet.ts';
import { contradictionText } from '../render/contradiction-text.ts';
import { reasonText } from '../render/reason-text.ts';
import { CONFIG_SYMBOLS } from './config-symbols.ts';
import { evidenceRef, explainLine } from './panel-state-of.ts';
import { SheetRows } from './sheet-row.ts';

/** What a sheet is made of. */
export interface SheetSource {
  readonly platform: Platform;
  /** Where the facts come from, in a few words. */
  readonly detail: string;
  readonly assumed: boolean;
  readonly contradictions: readonly Contradiction[];
  /** Requests that failed, where the platform is a log's. */
  readonly failures: readonly FailureFacts[];
  /** The log that the failures stand in. */
  readonly logUri?: string;
}

const DOMAINS: Readonly<Record<Domain, string>> = {
  'native': 'bare machine', 'pv-dom0': 'Xen PV dom0', 'pv-domu': 'Xen PV domU', 'pvh-dom0': 'Xen PVH dom0', 'hvm': 'HVM, PVH or KVM guest',
};

/** The widths that drivers ask for most: ISA, old sound and network cards, 32-bit PCI, server cards. */
const MASK_BITS = [24, 30, 31, 32, 36, 40];

/** A device's failures beyond these add nothing to a list. */
const MOST_DEVICES = 50;

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
const asText = (value: number | string): string => String(value);
const order = (value: number): string => `order ${value}: ${formatBytes(orderBytes(value))}`;
const range = ({ start, end }: AddressRange): string => `${formatAddress(start)} to ${formatAddress(end)}, ${formatBytes(end - start)}`;

/** Every fact of a platform, by what it is about. */
export function platformSheet(source: SheetSource): PlatformSheet {
  const { platform, detail, assumed, contradictions } = source;
  const rows = new SheetRows(contradictions);
  const rooms: [SheetRoom, SheetRow[]][] = [
    ['kernel', kernelRows(platform, rows)], ['xen', xenRows(platform, rows)], ['memory', memoryRows(platform, rows)],
    ['swiotlb', swiotlbRows(platform, rows)], ['limits', limitRows(platform, rows)], ['devices', deviceRows(source, rows)],
    ['command-line', commandLineRows(platform, rows)], ['config', configRows(platform, rows)],
  ];
  return {
    id: platform.id, label: platform.label, detail, assumed,
    contradictions: rows.unshown.map((each) => {
      const from = evidenceRef(each.later);
      return { text: contradictionText(each), ...(from ? { from } : {}) };
    }),
    rooms: rooms.filter(([, found]) => found.length > 0).map(([id, found]) => ({ id, rows: found })),
  };
}

function kernelRows({ linux, domain, features, facts, possibleCpus }: Platform, rows: SheetRows): SheetRow[] {
  return [
    ...rows.row('kernelRelease', 'Release', linux, ({ text }) => text),
    ...rows.row('kernelBanner', 'Banner', facts.kernelBanner, asText),
    ...rows.row('lineage', 'Swiotlb of', facts.lineage, (lineage) => (lineage === 'xenlinux' ? 'XenLinux' : 'mainline')),
    ...rows.row('domain', 'Runs as', domain, (value) => DOMAINS[value]),
    ...rows.row('arch', 'Architecture', facts.arch, asText),
    ...rows.row('possibleCpus', 'Possible CPUs', possibleCpus, asText),
    ...rows.row('pageAllocatorMaxOrder', 'Page allocator', features.pageAllocatorMaxOrder, order),
    ...rows.row('atomicPools', 'Atomic pools', features.atomicPools, yesNo),
    ...rows.row('xenMaxMappingSize', 'Tells drivers the largest mapping', features.xenMaxMappingSize, yesNo),
  ];
}

function xenRows(platform: Platform, rows: SheetRows): SheetRow[] {
  const { xen, features, facts } = platform;
  if (!xen) return [];
  const contiguity = isXenPv(platform) ? [
    ...rows.row('maxContigOrder', 'Contiguous regions', features.maxContigOrder, (value) => (value === null ? 'no limit of their own' : order(value))),
    ...rows.row('xenExchangeMaxOrder', 'Exchange', features.xenExchangeMaxOrder, order),
    ...rows.row('coherentExchange', 'Coherent memory is exchanged', features.coherentExchange, (value) => (value === 'always' ? 'always' : 'when out of reach or scattered')),
    ...rows.row('coherentWidth', 'Width of an exchange', features.coherentWidth, (value) => (value === 'mask' ? 'the coherent mask' : '31 bits, whatever the mask')),
    ...rows.row('alignmentCheck', 'Alignment of machine addresses', features.alignmentCheck, (value) => ({ none: 'not checked', coherent: 'checked for coherent memory', all: 'checked for every mapping' })[value]),
  ] : [];
  return [
    ...rows.row('xenVersion', 'Version', xen, ({ text }) => text),
    ...contiguity,
    ...rows.row('xenMaxOrder', 'Heap', features.xenMaxOrder, order),
    ...rows.row('xenZones', 'Heap zones', features.xenZones, (value) => (value === 'three' ? 'three' : 'one an address bit')),
    ...rows.row('xenDmaBits', 'Memory kept for DMA', features.xenDmaBits, (bits) => (bits === null ? 'none' : `below ${bits} bits`)),
    ...rows.row('xenDmaWidthBits', 'DMA width of the heap', facts.xenDmaWidthBits, (bits) => `${bits} bits`),
  ];
}

function memoryRows({ memory, facts, cmaBytes }: Platform, rows: SheetRows): SheetRow[] {
  const entries = (map: readonly E820Entry[]): ExplainLine[] => map.map((entry) => ({ text: `${range(entry)} ${entry.type}` }));
  const usable = (map: readonly E820Entry[]): string => `${formatBytes(map.reduce((sum, { start, end, type }) => (type === 'usable' ? sum + end - start : sum), 0))} usable, ${map.length} entries`;
  const space = memory.space === 'machine' ? 'machine addresses' : 'guest-physical addresses';
  const other = memory.e820 === facts.machineE820 ? facts.e820 : facts.machineE820;
  return [
    ...rows.row(memory.e820 === facts.machineE820 ? 'machineE820' : 'e820', 'Memory map', memory.e820, (map) => `${usable(map)}, ${space}`, entries(memory.e820.value)),
    ...rows.row(other === facts.machineE820 ? 'machineE820' : 'e820', other === facts.machineE820 ? 'Map of the machine' : 'Map that Linux prints', other, usable, entries(other?.value ?? [])),
    ...rows.row('domainBytes', 'Memory of this domain', memory.domainBytes, formatBytes),
    ...rows.row('dom0Kernel', 'Dom0’s kernel', memory.dom0Kernel, range),
    ...rows.row('dom0InitialChunk', 'Dom0’s first pages', memory.dom0InitialChunk, range),
    ...rows.row('dom0Ramdisk', 'Dom0’s RAM disk', memory.dom0Ramdisk, range),
    ...rows.row('xenEmergencyPool', 'Xen’s emergency pool', memory.xenEmergencyPool, formatBytes),
    ...rows.row('cmaBytes', 'CMA', cmaBytes, (bytes) => (bytes === 0 ? 'none' : formatBytes(bytes))),
    ...rows.row('memoryEncryption', 'Memory encryption', facts.memoryEncryption, asText),
  ];
}

function swiotlbRows({ aperture, features, facts }: Platform, rows: SheetRows): SheetRow[] {
  const size = (bytes: number): string => (bytes === 0 ? 'none' : `${formatBytes(bytes)}: ${groupDigits(bytes / SLOT_BYTES)} slots, ${groupDigits(Math.ceil(bytes / SLOT_BYTES / SEGMENT_SLOTS))} segments`);
  return [
    ...rows.row('apertureBytes', 'Aperture', aperture.bytes, size),
    ...rows.row('swiotlbState', 'State', facts.swiotlbState, asText),
    ...rows.row('apertureStart', 'First address', aperture.start, (start) => formatAddress(start)),
    ...rows.row('areas', 'Areas', aperture.areas, asText),
    ...rows.row('force', 'Every mapping bounces', aperture.force, yesNo),
    ...rows.row('apertureAddressBits', 'Placed below', aperture.addressBits, (bits) => `${bits} bits`),
    ...rows.row('defaultApertureBytes', 'Size by default', features.defaultApertureBytes, formatBytes),
    ...rows.row('swiotlbUnit', 'Unit of swiotlb=', features.swiotlbUnit, (unit) => (unit === 'slots' ? 'slots of 2 KiB' : 'MiB')),
    ...rows.row('slotSearch', 'Slot search', features.slotSearch, (generation) => `generation ${generation}`),
    ...rows.row('minAlignMask', 'min_align_mask', features.minAlignMask, (there) => (there ? 'obeyed' : 'not there yet')),
    ...rows.row('dynamicPools', 'Grows by further pools', features.dynamicPools, yesNo),
    ...rows.row('overflowBuffer', 'Overflow buffer', features.overflowBuffer, (there) => (there ? '32 KiB' : 'none')),
  ];
}

function limitRows(platform: Platform, rows: SheetRows): SheetRow[] {
  const row = (id: string, name: string, limit: Limit): SheetRow[] => {
    const { binding, constraints } = limit;
    const condition = limit.applies === 'when-bounced' && limit.bytes !== Infinity ? ', where it must bounce' : '';
    const fact: Fact<number> = binding ? derivedFact(limit.bytes, reasonText(binding.because), binding.fact) : derivedFact(Infinity, 'nothing known bounds it');
    const notes = [...constraints.map(({ because }) => because), ...(binding?.knobs ?? [])].map(explainLine);
    return rows.row(id, name, fact, (bytes) => (bytes === Infinity ? 'not bounded' : `${formatBytesExact(bytes)}${condition}`), notes);
  };
  return [...row('coherentLimit', 'Coherent allocation', coherentLimit(platform)), ...row('streamingLimit', 'Streaming mapping', streamingLimit(platform))];
}

function deviceRows({ platform, failures, logUri }: SheetSource, rows: SheetRows): SheetRow[] {
  const { iommuEnabled, memory, facts } = platform;
  return [
    ...rows.row('iommuEnabled', 'IOMMU', iommuEnabled, (enabled) => `${enabled ? 'in use' : 'not in use'}${facts.iommuVendor ? `, ${facts.iommuVendor.value === 'amd' ? 'AMD' : 'Intel'}` : ''}`),
    ...rows.row('ownsDevice', 'Owns a device', facts.ownsDevice, yesNo),
    ...rows.row('reach', 'Reach of masks', memory.e820, (map) => `32 bits: ${formatBytes(reach(map, 32))} of ${formatBytes(memory.usableBytes)}`, MASK_BITS.map((bits) => ({
      text: `${bits} bits: ${formatBytes(reach(memory.e820.value, bits))} of ${formatBytes(memory.usableBytes)}`,
    }))),
    ...(logUri === undefined ? [] : failureRows(failures, logUri)),
  ];
}

/** Usable bytes that a device with a mask of so many bits reaches. */
function reach(map: readonly E820Entry[], bits: number): number {
  const end = maskOfBits(bits) + 1;
  return map.reduce((sum, entry) => (entry.type === 'usable' && entry.start < end ? sum + Math.min(entry.end, end) - entry.start : sum), 0);
}

/** Devices whose requests failed, in the order of the log. */
function failureRows(failures: readonly FailureFacts[], uri: string): SheetRow[] {
  const devices = new Map<string, FailureFacts[]>();
  for (const failure of failures) {
    if (failure.device !== null) devices.set(failure.device, [...devices.get(failure.device) ?? [], failure]);
  }
  const name = decodeURIComponent(uri.split('/').at(-1) ?? uri);
  const place = (line: number): { label: string; uri: string; line: number; column: number } => ({ label: `${name}:${line}`, uri, line, column: 1 });
  return [...devices].slice(0, MOST_DEVICES).map(([device, found]) => {
    const count = found.reduce((sum, each) => sum + each.count, 0);
    const driver = found.find((each) => each.driver !== null)?.driver;
    const line = Math.min(...found.map(({ lines }) => lines[0] ?? Infinity));
    const from = line === Infinity ? undefined : place(line);
    return {
      id: `failures ${device}`, name: device, value: `${groupDigits(count)} failed ${count === 1 ? 'request' : 'requests'}${driver === null || driver === undefined ? '' : `, driver ${driver}`}`,
      source: from?.label ?? name, ...(from ? { from } : {}),
      notes: found.map((each) => ({
        text: `${each.bytes === null ? 'size not stated' : formatBytesExact(each.bytes)}, ${groupDigits(each.count)} ${each.count === 1 ? 'time' : 'times'}`,
        ...(each.lines[0] === undefined ? {} : { from: place(each.lines[0]) }),
      })),
    };
  });
}

function commandLineRows({ facts }: Platform, rows: SheetRows): SheetRow[] {
  return [
    ...rows.row('linuxCommandLine', 'Linux', facts.linuxCommandLine, asText),
    ...rows.row('swiotlbParameter', 'swiotlb=', facts.swiotlbParameter, swiotlbText),
    ...rows.row('xenCommandLine', 'Xen', facts.xenCommandLine, asText),
    ...rows.row('dom0Memory', 'dom0_mem=', facts.dom0Memory, dom0Text),
    ...rows.row('memopMaxOrder', 'memop-max-order=', facts.memopMaxOrder, (orders) => orders.map((each) => each ?? '').join(',')),
    ...rows.row('xenDmaBitsOption', 'dma_bits=', facts.xenDmaBitsOption, asText),
  ];
}

function swiotlbText({ number, areas, words }: SwiotlbParameter): string {
  return [number, areas, ...words].filter((part) => part !== undefined).join(',');
}

function dom0Text({ amount, min, max }: Dom0Memory): string {
  const text = ({ bytes, percent }: MemoryAmount): string => [
    ...(percent === undefined ? [] : [`${percent} %`]), ...(bytes === 0 && percent !== undefined ? [] : [bytes < 0 ? `all but ${formatBytes(-bytes)}` : formatBytes(bytes)]),
  ].join(' + ');
  return [...(amount ? [text(amount)] : []), ...(min ? [`at least ${text(min)}`] : []), ...(max ? [`at most ${text(max)}`] : [])].join(', ');
}

/** The configuration's symbols that decide about DMA; of the others there are thousands. */
function configRows({ facts }: Platform, rows: SheetRows): SheetRow[] {
  return [...CONFIG_SYMBOLS].flatMap(([symbol, { says }]) => rows.row(symbol, symbol, facts.config?.get(symbol), asText, [{ text: says }]));
}
