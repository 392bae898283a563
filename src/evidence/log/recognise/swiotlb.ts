import { parseAddress } from '../../../core/units/addresses.ts';
import { MIB } from '../../../core/units/bytes.ts';
import { decimal } from '../recogniser.ts';
import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const MAPPED = /^(?:DMA: )?software IO TLB:? (?:mapped )?\[mem 0x([0-9a-f]{1,16}) ?- ?0x([0-9a-f]{1,16})\] \((\d{1,9}) ?MB\)(?: mapped at \[([0-9a-f]{8,16})-([0-9a-f]{8,16})\])?/;
const PLACED_MB = /^Placing (\d{1,9})MB software IO TLB between (?:0x)?([0-9a-f]{8,16}) - (?:0x)?([0-9a-f]{8,16})/;
const PLACED = /^Placing software IO TLB between 0x([0-9a-f]{1,16}) - 0x([0-9a-f]{1,16})/;
const AT_PHYS = /^software IO TLB at phys 0x([0-9a-f]{1,16}) - 0x([0-9a-f]{1,16})/;
const AREAS = /^software IO TLB: area num (\d{1,7})\./;
const ADJUSTED = /^software IO TLB: SWIOTLB bounce buffer size (adjusted|roundup) to (\d{1,9})MB/;
const SLABS = /^software IO TLB: SWIOTLB bounce buffer size adjusted (\d{1,12}) -> (\d{1,12}) slabs/;
const TORN_DOWN = /^software IO TLB: tearing down default memory pool/;
const NO_LOW = /^software IO TLB: No low mem/;
const BOUNCE = /^PCI-DMA: Using software bounce buffering for IO \(SWIOTLB\)/;
const LOWERING = /^(?:Xen-SWIOTLB|xen:swiotlb_xen): Lowering to (\d{1,9})MB/;
const RESTRICTED = /^Reserved memory: created restricted DMA pool at 0x([0-9a-f]{1,16}), size (\d{1,9}) MiB/;

/** The lines that mainline's swiotlb prints while it sets up: native kernels and pvops under Xen. */
export const swiotlbRecognisers: readonly Recogniser[] = [
  {
    id: 'swiotlb-mapped',
    family: 'swiotlb',
    formats: [
      'software IO TLB: mapped [mem %pa-%pa] (%luMB)',
      'software IO TLB: mapped [mem %#010llx-%#010llx] (%luMB)',
      'software IO TLB [mem %#010llx-%#010llx] (%luMB) mapped at [%p-%p]',
    ],
    era: '3.6 and later; the last format to 4.18, its end inclusive in the oldest',
    says: 'The pool: its guest-physical range, end exclusive. The virtual range is left out where the kernel hashed it.',
    keys: ['oftware IO TLB'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = MAPPED.exec(text);
      if (!match) return undefined;
      const [, from, to, megabytes, virtualStart, virtualEnd] = match;
      const pool = poolRange(from, to);
      if (!pool) return undefined;
      const size = decimal(megabytes);
      return {
        kind: 'pool',
        ...pool,
        ...(size === undefined ? {} : { megabytes: size }),
        ...(virtualStart === undefined || virtualEnd === undefined ? {} : { kernelRange: `${virtualStart}-${virtualEnd}` }),
      };
    },
  },
  {
    id: 'swiotlb-placed-virtual',
    family: 'swiotlb',
    formats: ['Placing %luMB software IO TLB between %p - %p', 'Placing %dMB software IO TLB between 0x%lx - 0x%lx'],
    era: '2.6.25 to 3.5',
    says: "The pool's size and kernel-virtual range; its physical range stands on the next line.",
    keys: ['oftware IO TLB between'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = PLACED_MB.exec(text);
      const megabytes = decimal(match?.[1]);
      if (!match || megabytes === undefined) return undefined;
      return { kind: 'pool-placed', megabytes, kernelRange: `0x${match[2] ?? ''}-0x${match[3] ?? ''}` };
    },
  },
  {
    id: 'swiotlb-placed',
    family: 'swiotlb',
    formats: ['Placing software IO TLB between 0x%lx - 0x%lx', 'software IO TLB at phys %#llx - %#llx'],
    era: '2.6.16 to 2.6.26; the second format 2.6.27 to 3.5',
    says: "The pool's physical range, end exclusive.",
    keys: ['oftware IO TLB between', 'oftware IO TLB at phys'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = AT_PHYS.exec(text) ?? PLACED.exec(text);
      const pool = match && poolRange(match[1], match[2]);
      return pool ? { kind: 'pool', ...pool } : undefined;
    },
  },
  {
    id: 'swiotlb-areas',
    family: 'swiotlb',
    formats: ['software IO TLB: area num %d.'],
    era: '6.0 and later',
    says: 'The pool is divided into so many areas, each with its own lock.',
    keys: ['area num '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const areas = decimal(AREAS.exec(text)?.[1]);
      return areas === undefined ? undefined : { kind: 'pool-areas', areas };
    },
  },
  {
    id: 'swiotlb-size-changed',
    family: 'swiotlb',
    formats: ['software IO TLB: SWIOTLB bounce buffer size adjusted to %luMB', 'software IO TLB: SWIOTLB bounce buffer size roundup to %luMB'],
    era: '5.11 and later; roundup from 6.0',
    says: 'The kernel changed the size by itself: for an encrypted guest, or to a power of two for the areas.',
    keys: ['bounce buffer size'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = ADJUSTED.exec(text);
      const megabytes = decimal(match?.[2]);
      if (!match || megabytes === undefined) return undefined;
      return { kind: match[1] === 'adjusted' ? 'pool-adjusted' : 'pool-roundup', megabytes };
    },
  },
  {
    id: 'swiotlb-slabs-adjusted',
    family: 'swiotlb',
    formats: ['software IO TLB: SWIOTLB bounce buffer size adjusted %lu -> %lu slabs'],
    era: '5.19 and later',
    says: 'The pool was halved until memory for it was found.',
    keys: ['bounce buffer size'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = SLABS.exec(text);
      const from = decimal(match?.[1]);
      const to = decimal(match?.[2]);
      return from === undefined || to === undefined ? undefined : { kind: 'pool-slabs-adjusted', from, to };
    },
  },
  {
    id: 'swiotlb-torn-down',
    family: 'swiotlb',
    formats: ['software IO TLB: tearing down default memory pool'],
    era: '5.14 and later',
    says: 'The pool was given back: an IOMMU takes over, or nothing needs it.',
    keys: ['tearing down default'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (TORN_DOWN.test(text) ? { kind: 'pool-torn-down' } : undefined),
  },
  {
    id: 'swiotlb-no-low-memory',
    family: 'swiotlb',
    formats: ['software IO TLB: No low mem'],
    era: '4.x and later',
    says: 'There is no pool: no memory was free below 4 GiB.',
    keys: ['No low mem'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (NO_LOW.test(text) ? { kind: 'no-low-memory' } : undefined),
  },
  {
    id: 'swiotlb-bounce-buffering',
    family: 'swiotlb',
    formats: ['PCI-DMA: Using software bounce buffering for IO (SWIOTLB)'],
    era: 'x86, XenLinux and mainline',
    says: 'The swiotlb is in use for devices that cannot reach all memory.',
    keys: ['oftware bounce'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (BOUNCE.test(text) ? { kind: 'bounce-buffering' } : undefined),
  },
  {
    id: 'swiotlb-xen-lowering',
    family: 'swiotlb',
    formats: ['Xen-SWIOTLB: Lowering to %luMB', 'xen:swiotlb_xen: Lowering to %luMB'],
    era: '2.6.37 to 5.18 as a Xen PV guest',
    says: 'Xen had no contiguous memory for the pool; it is tried again at half its size.',
    keys: ['Lowering to '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const megabytes = decimal(LOWERING.exec(text)?.[1]);
      return megabytes === undefined ? undefined : { kind: 'lowering', megabytes };
    },
  },
  {
    id: 'swiotlb-restricted-pool',
    family: 'swiotlb',
    formats: ['Reserved memory: created restricted DMA pool at %pa, size %ld MiB'],
    era: '5.15 and later',
    says: 'Devices bound to this pool of the device tree bounce every mapping through it.',
    keys: ['restricted DMA pool at'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = RESTRICTED.exec(text);
      const start = parseAddress(match?.[1] ?? '');
      const megabytes = decimal(match?.[2]);
      return start === undefined || megabytes === undefined ? undefined : { kind: 'restricted-pool', start, bytes: megabytes * MIB };
    },
  },
];

/** The half-open range between two printed addresses; the 3.6-era kernels print the last byte, which no slot begins at. */
function poolRange(from = '', to = ''): Pick<Extract<LogStatement, { kind: 'pool' }>, 'start' | 'end'> | undefined {
  const start = parseAddress(from);
  const last = parseAddress(to);
  if (start === undefined || last === undefined) return undefined;
  const end = last % 2048 === 2047 ? last + 1 : last;
  return end > start ? { start, end } : undefined;
}
