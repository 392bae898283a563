import { decimal } from '../recogniser.ts';
import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const ENABLED = /^Software IO TLB enabled:/;
const PROCESSOR = /^Xen reported: \d{1,6}\.\d{3} MHz processor/;
const DISABLED = /^Software IO TLB disabled/;
const APERTURE = /^Aperture: {1,12}(\d{1,9}) megabytes/;
const KERNEL_RANGE = /^Kernel range: {1,4}(?:0x)?([0-9a-f]{8,16}) - (?:0x)?([0-9a-f]{8,16})/;
const BUS_RANGE = /^Bus range: {1,8}0x([0-9a-f]{1,16}) - 0x([0-9a-f]{1,16})/;
const ADDRESS_SIZE = /^Address size: {1,4}(\d{1,2}) bits/;
const BLOCK = { kind: 'xenlinux-pool', lines: 8 } as const;

/** The block of lines that the swiotlb of XenLinux prints: 2.6.16/18-xen and its forward ports, lib/swiotlb-xen.c. */
export const xenlinuxRecognisers: readonly Recogniser[] = [
  {
    id: 'xenlinux-enabled',
    family: 'swiotlb-xenlinux',
    formats: ['Software IO TLB enabled: '],
    era: 'XenLinux: Xen 3.0.0 and later, and forward ports',
    says: 'The aperture of a XenLinux kernel follows; its `swiotlb=` counts MiB.',
    keys: ['oftware IO TLB enabled'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (ENABLED.test(text) ? { kind: 'xenlinux-pool' } : undefined),
  },
  {
    id: 'xenlinux-processor',
    family: 'swiotlb-xenlinux',
    formats: ['Xen reported: %u.%03u MHz processor.'],
    era: 'XenLinux and its forward ports; mainline says `Detected`',
    says: 'A XenLinux kernel runs paravirtualised on Xen: its `swiotlb=` counts MiB.',
    keys: ['Xen reported: '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (PROCESSOR.test(text) ? { kind: 'environment', name: 'xen-pv' } : undefined),
  },
  {
    id: 'xenlinux-disabled',
    family: 'swiotlb-xenlinux',
    formats: ['Software IO TLB disabled'],
    era: 'XenLinux',
    says: 'No aperture: the default of a domU, or `swiotlb=off`. A buffer that needs one ends in a fatal DMA error.',
    keys: ['oftware IO TLB disabled'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (DISABLED.test(text) ? { kind: 'pool-disabled' } : undefined),
  },
  {
    id: 'xenlinux-aperture',
    family: 'swiotlb-xenlinux',
    formats: [' Aperture:     %lu megabytes'],
    era: 'XenLinux',
    says: 'The size of the aperture.',
    keys: ['Aperture:'],
    speaker: 'linux',
    after: BLOCK,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const megabytes = decimal(APERTURE.exec(text)?.[1]);
      return megabytes === undefined ? undefined : { kind: 'xenlinux-aperture', megabytes };
    },
  },
  {
    id: 'xenlinux-kernel-range',
    family: 'swiotlb-xenlinux',
    formats: [' Kernel range: 0x%016lx - 0x%016lx', ' Kernel range: %p - %p'],
    era: 'XenLinux; without 0x from Xen 3.1',
    says: 'Where the aperture stands in kernel-virtual addresses, end exclusive.',
    keys: ['Kernel range:'],
    speaker: 'linux',
    after: BLOCK,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const range = between(KERNEL_RANGE.exec(text));
      return range && { kind: 'xenlinux-kernel-range', ...range };
    },
  },
  {
    id: 'xenlinux-bus-range',
    family: 'swiotlb-xenlinux',
    formats: [' Bus range:    0x%016lx - 0x%016lx'],
    era: 'XenLinux of Xen 3.0.0 to 3.0.2',
    says: 'The machine addresses of the aperture, end exclusive: it is one contiguous region there.',
    keys: ['Bus range:'],
    speaker: 'linux',
    after: BLOCK,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const range = between(BUS_RANGE.exec(text));
      return range && { kind: 'xenlinux-bus-range', ...range };
    },
  },
  {
    id: 'xenlinux-address-size',
    family: 'swiotlb-xenlinux',
    formats: [' Address size: %u bits'],
    era: 'XenLinux of Xen 3.0.4 and later',
    says: 'The width that the aperture was placed under; no property of a device.',
    keys: ['Address size:'],
    speaker: 'linux',
    after: BLOCK,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const bits = decimal(ADDRESS_SIZE.exec(text)?.[1]);
      return bits === undefined || bits < 12 || bits > 64 ? undefined : { kind: 'xenlinux-address-size', bits };
    },
  },
];

/** A printed range with its size; kernel-virtual addresses need all 64 bits. */
function between(match: RegExpExecArray | null): { range: string; bytes: number } | undefined {
  if (!match) return undefined;
  const [, from = '', to = ''] = match;
  const bytes = Number(BigInt(`0x${to}`) - BigInt(`0x${from}`));
  return bytes > 0 && Number.isSafeInteger(bytes) ? { range: `0x${from}-0x${to}`, bytes } : undefined;
}
