import { parseAddress } from '../../../core/units/addresses.ts';
import { KIB } from '../../../core/units/bytes.ts';
import { bytesOf, decimal } from '../recogniser.ts';
import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const HEAP = /^Domain heap initialised(?::? DMA width (\d{1,2}) bits)?/;
const VCPUS = /^Dom0 has maximum (\d{1,6}) VCPUs/;
const BUILT = /^\*\*\* (?:LOADING DOMAIN 0|Building a (PVH?) Dom0) \*\*\*/;
const SYSTEM_RAM = /^System RAM: \d{1,12}MB \((\d{1,14})kB\)/;
const IO_VIRT = /^I\/O virtualisation (en|dis)abled/;
const XEN_VTD = /^(?:\[VT-D\]|Intel VT-d )/;
const XEN_AMD = /^AMD-Vi: /;

const PLACED: readonly (readonly ['kernel' | 'initial' | 'ramdisk', RegExp])[] = [
  ['kernel', /^Dom0 kernel: .{0,80}paddr (0x[0-9a-f]{1,16}) -> (0x[0-9a-f]{1,16})/],
  ['initial', /^Dom0 alloc\.: {1,4}([0-9a-f]{8,16})->([0-9a-f]{8,16})/],
  ['ramdisk', /^Init\. ramdisk: {0,4}([0-9a-f]{8,16})->([0-9a-f]{8,16})/],
];

/** What Xen prints of its heap, of domain 0 and of the IOMMU. */
export const xenRecognisers: readonly Recogniser[] = [
  {
    id: 'xen-heap-initialised',
    family: 'xen',
    formats: ['Domain heap initialised: DMA width %u bits', 'Domain heap initialised', 'Domain heap initialised DMA width %u bits'],
    era: 'Xen 3.0.4 to 3.2 with a colon; 3.3 and later without, and the width only where one is in force',
    says: 'Memory below this width is kept for requests that name a width; without one nothing is kept.',
    keys: ['Domain heap'],
    speaker: 'xen',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = HEAP.exec(text);
      return match ? { kind: 'xen-dma-width', bits: decimal(match[1]) ?? null } : undefined;
    },
  },
  {
    id: 'xen-dom0-vcpus',
    family: 'xen',
    formats: ['Dom0 has maximum %u VCPUs'],
    era: 'Xen 3.0 and later',
    says: 'The processors that dom0 may have.',
    keys: ['Dom0 has maximum'],
    speaker: 'xen',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const count = decimal(VCPUS.exec(text)?.[1]);
      return count === undefined ? undefined : { kind: 'dom0-max-vcpus', count };
    },
  },
  {
    id: 'xen-dom0-built',
    family: 'xen',
    formats: ['*** LOADING DOMAIN 0 ***', '*** Building a PV Dom%d ***', '*** Building a PVH Dom%d ***'],
    era: 'Xen to 4.10; 4.11 and later',
    says: 'Whether dom0 is PV, and so needs swiotlb-xen, or PVH.',
    keys: ['LOADING DOMAIN 0', 'Building a PV'],
    speaker: 'xen',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = BUILT.exec(text);
      return match ? { kind: 'dom0-built', mode: match[1] === 'PVH' ? 'pvh' : 'pv' } : undefined;
    },
  },
  {
    id: 'xen-dom0-placed',
    family: 'xen',
    formats: [' Dom0 kernel: %s-bit, lsb, paddr %# -> %#', ' Dom0 alloc.:   %p->%p (%lu pages to be allocated)', ' Init. ramdisk: %p->%p'],
    era: 'every Xen; the RAM disk as machine memory from 4.0 on',
    says: "Where dom0's first pages, its kernel and its initial RAM disk lie.",
    keys: ['Dom0 kernel: ', 'Dom0 alloc.: ', 'Init. ramdisk: '],
    speaker: 'xen',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      for (const [part, pattern] of PLACED) {
        const match = pattern.exec(text.trimStart());
        const start = parseAddress(match?.[1] ?? '');
        const end = parseAddress(match?.[2] ?? '');
        // A virtual address of old kernels is no place in memory.
        if (start !== undefined && end !== undefined && end > start && end <= 2 ** 52) return { kind: 'dom0-placed', part, start, end };
      }
      return undefined;
    },
  },
  {
    id: 'xen-system-ram',
    family: 'xen',
    formats: ['System RAM: %luMB (%lukB)'],
    era: 'every Xen',
    says: 'The usable memory of the machine.',
    keys: ['System RAM: '],
    speaker: 'xen',
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => {
      const bytes = speaker === 'xen' ? bytesOf(decimal(SYSTEM_RAM.exec(text)?.[1]), KIB) : undefined;
      return bytes === undefined ? undefined : { kind: 'xen-system-ram', bytes };
    },
  },
  {
    id: 'xen-iommu',
    family: 'iommu',
    formats: ['I/O virtualisation %sabled', 'Intel VT-d %s', 'AMD-Vi: %s'],
    era: 'Xen 3.3 and later',
    says: "Whether Xen itself uses the machine's IOMMU. A PV dom0 needs its swiotlb all the same.",
    keys: ['I/O virtualisation ', 'Intel VT-d', '[VT-D]', 'AMD-Vi: '],
    speaker: 'xen',
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => {
      if (speaker !== 'xen') return undefined;
      const switched = IO_VIRT.exec(text)?.[1];
      if (switched !== undefined) return { kind: 'iommu', vendor: null, enabled: switched === 'en' };
      if (XEN_VTD.test(text)) return { kind: 'iommu', vendor: 'intel', enabled: null };
      return XEN_AMD.test(text) ? { kind: 'iommu', vendor: 'amd', enabled: null } : undefined;
    },
  },
];
