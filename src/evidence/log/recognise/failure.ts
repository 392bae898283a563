import { maskOfBits } from '../../../core/units/dma-mask.ts';
import { parseAddress } from '../../../core/units/addresses.ts';
import { MIB } from '../../../core/units/bytes.ts';
import { decimal } from '../recogniser.ts';
import type { FailureKind } from '../log-facts.ts';
import type { FailureStatement, LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

// What dev_printk puts before a message: driver (or bus) and device.
const DEVICE = String.raw`(?:([^\s:]{1,48}) ([^\s]{1,64}): )?`;
const FULL = new RegExp(`^${DEVICE}swiotlb buffer is full(?: \\(sz: ?(-?\\d{1,20}) bytes\\))?(?:, total (\\d{1,12}) \\(slots\\), used (\\d{1,12}) \\(slots\\))?`);
const OUT_OF_SPACE = new RegExp(`^${DEVICE}(?:PCI-)?DMA: Out of SW-IOMMU space for (-?\\d{1,20}) bytes(?: at device ([^\\s]{1,64}))?`);
const OVERFLOW = new RegExp(
  `^${DEVICE}(?:[\\w.]{1,48}: )?(?:swiotlb buffer |swiotlb addr |DMA addr )?(?:overflow )?0x[0-9a-f]{1,16}\\+(\\d{1,16}) (?:overflow \\(mask ([0-9a-f]{1,16})|of (?:DMA|device) mask ([0-9a-f]{1,16}))`,
);
const COHERENT = new RegExp(`^${DEVICE}swiotlb: coherent allocation failed(?: for device ([^\\s]{1,64}))?,? size=(\\d{1,16})`);
const CANNOT_DMA = new RegExp(`^${DEVICE}Cannot do DMA to address`);
const BUFFER_OVERFLOW = new RegExp(`^${DEVICE}Buffer overflow detected\\. Allocation size: (\\d{1,16})\\.`);
const NO_POOL = new RegExp(`^(?:Kernel panic - not syncing: )?${DEVICE}Can not allocate SWIOTLB buffer earlier`);
const REDUCED = /^(?:xen:swiotlb_xen: |software IO TLB: )?(?:Warning: )?only able to allocate (\d{1,9}) MB(?: for software IO TLB)?/;
const REDUCED_BARE = /^only able to allocate \d{1,9} MB$/;
const INIT_FAILED =
  /^(?:Kernel panic - not syncing: )?(?:software IO TLB: Cannot allocate buffer|Cannot allocate SWIOTLB (?:overflow )?buffer|No suitable physical memory available for SWIOTLB|(?:software IO TLB: )?(?:swiotlb_\w{1,40}|xen_swiotlb_\w{1,40}): (?:nslabs = \d{1,12} too small|Failed to allocate (\d{1,16}) bytes align=)|(?:xen:swiotlb_xen: )?Cannot allocate Xen-SWIOTLB buffer|(?:xen:swiotlb_xen: )?Failed to get contiguous memory for DMA from Xen)/;
const ALLOC_RETRY = /^(?:software IO TLB: )?\w{1,48}: Failed to (?:allocate (\d{1,16}) bytes tlb structure|remap (\d{1,16}) bytes)/;
const DMA_PANIC = /^(?:Kernel panic - not syncing: )?(?:(?:PCI-)?DMA: (?:Memory would be corrupted|Random memory (?:would be|could be) DMA)|Fatal DMA error! Please use 'swiotlb=force')/;
const SUPPRESSED = /^((?:swiotlb|xen_swiotlb)_[a-z_]{1,40}|report_addr): (\d{1,12}) callbacks suppressed/;

/** What swiotlb prints where a mapping, an allocation or its own set-up failed: both dialects. */
export const failureRecognisers: readonly Recogniser[] = [
  {
    id: 'swiotlb-buffer-full',
    family: 'failure',
    formats: ['swiotlb buffer is full', 'swiotlb buffer is full (sz: %zd bytes)', 'swiotlb buffer is full (sz: %zd bytes), total %lu (slots), used %lu (slots)'],
    era: '4.x and later; total and used from 5.2',
    says: 'One mapping found no run of free slots. Above 256 KiB none can ever be found; else the pool is used up or fragmented.',
    keys: ['swiotlb buffer is'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = FULL.exec(text);
      if (!match) return undefined;
      const [, driver, device, bytes, total, used] = match;
      return failure('buffer-full', bytes, driver, device, total, used);
    },
  },
  {
    id: 'swiotlb-out-of-space',
    family: 'failure',
    formats: ['PCI-DMA: Out of SW-IOMMU space for %lu bytes at device %s', 'DMA: Out of SW-IOMMU space for %zu bytes at device %s', 'DMA: Out of SW-IOMMU space for %zu bytes'],
    era: 'XenLinux; mainline to 4.19',
    says: 'The older words for a full buffer; 4.x kernels print both lines for one event.',
    keys: ['Out of SW-IOMMU'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = OUT_OF_SPACE.exec(text);
      if (!match) return undefined;
      const [, driver, printed, bytes, named] = match;
      return failure('out-of-space', bytes, driver, named ?? printed);
    },
  },
  {
    id: 'swiotlb-mask-overflow',
    family: 'failure',
    formats: [
      'swiotlb addr %pad+%zu overflow (mask %llx, bus limit %llx).',
      'DMA addr %pad+%zu overflow (mask %llx, bus limit %llx).',
      'swiotlb buffer overflow %pad+%zu of DMA mask %llx bus limit %llx',
      'overflow %pad+%zu of DMA mask %llx bus mask %llx',
    ],
    era: '4.16 and later, in changing words',
    says: 'The address ends above what the device reaches: no size of the pool helps.',
    keys: ['overflow'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = OVERFLOW.exec(text);
      if (!match) return undefined;
      const [, driver, device, bytes, early, late] = match;
      return { ...failure('dma-mask-overflow', bytes, driver, device), mask: parseAddress(early ?? late ?? '') ?? maskOfBits(64) };
    },
  },
  {
    id: 'swiotlb-coherent-failed',
    family: 'failure',
    formats: ['swiotlb: coherent allocation failed for device %s size=%zu', 'swiotlb: coherent allocation failed, size=%zu'],
    era: 'to 4.19',
    says: 'A coherent allocation fell back to the pool and failed there.',
    keys: ['coherent allocation failed'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = COHERENT.exec(text);
      return match ? failure('coherent-failed', match[4], match[1], match[3] ?? match[2]) : undefined;
    },
  },
  {
    id: 'swiotlb-cannot-dma',
    family: 'failure',
    formats: ['Cannot do DMA to address %pa'],
    era: '4.9 and later with `swiotlb=noforce`',
    says: 'The device cannot reach the buffer, and bouncing was switched off.',
    keys: ['Cannot do DMA to'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = CANNOT_DMA.exec(text);
      return match ? failure('bounce-disabled', undefined, match[1], match[2]) : undefined;
    },
  },
  {
    id: 'swiotlb-sync-overflow',
    family: 'failure',
    formats: ['Buffer overflow detected. Allocation size: %zu. Mapping size: %zu.'],
    era: '5.14 and later',
    says: 'A driver synced more than it had mapped.',
    keys: ['Buffer overflow detected. Allocation'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = BUFFER_OVERFLOW.exec(text);
      const bytes = decimal(match?.[3]);
      return match && bytes !== undefined ? { kind: 'sync-overflow', bytes, driver: match[1] ?? null, device: match[2] ?? null } : undefined;
    },
  },
  {
    id: 'swiotlb-no-pool',
    family: 'failure',
    formats: ["Can not allocate SWIOTLB buffer earlier and can't now provide you with the DMA bounce buffer"],
    era: '3.x and later; a panic to 5.x',
    says: 'A mapping needs the pool, and there is none.',
    keys: ['Can not allocate SWIOTLB'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = NO_POOL.exec(text);
      return match ? failure('no-pool', undefined, match[1], match[2]) : undefined;
    },
  },
  {
    id: 'swiotlb-reduced',
    family: 'failure',
    formats: ['Warning: only able to allocate %ld MB for software IO TLB', 'software IO TLB: only able to allocate %ld MB'],
    era: 'late set-up, every mainline kernel; the second format from 5.0',
    says: 'The pool is smaller than asked for: so much was to be had.',
    keys: ['only able to', 'swiotlb_xen: Warning'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = REDUCED.exec(text);
      const megabytes = decimal(match?.[1]);
      if (!match || megabytes === undefined || REDUCED_BARE.test(match[0])) return undefined;
      return { ...failure('reduced-allocation', undefined), bytes: megabytes * MIB };
    },
  },
  {
    id: 'swiotlb-init-failed',
    family: 'failure',
    formats: [
      'software IO TLB: Cannot allocate buffer',
      'Cannot allocate SWIOTLB buffer',
      '%s: nslabs = %lu too small',
      '%s: Failed to allocate %zu bytes align=0x%lx',
      'No suitable physical memory available for SWIOTLB buffer!',
      'xen:swiotlb_xen: Failed to get contiguous memory for DMA from Xen!',
    ],
    era: 'each in its own kernels, XenLinux to 7.3',
    says: 'The pool could not be set up at all.',
    keys: ['Cannot allocate buffer', 'Cannot allocate SWIOTLB', 'Cannot allocate Xen-SWIOTLB', 'for SWIOTLB', 'swiotlb_init', 'Failed to get contiguous'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = INIT_FAILED.exec(text);
      return match ? failure('init-failed', match[1]) : undefined;
    },
  },
  {
    id: 'swiotlb-alloc-retry',
    family: 'failure',
    formats: ['%s: Failed to allocate %zu bytes tlb structure', '%s: Failed to remap %zu bytes'],
    era: '5.19 and later',
    says: 'No memory for a pool of this size, or under Xen none that is contiguous; the next try asks for half of it.',
    keys: ['Failed to allocate', 'Failed to remap'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = ALLOC_RETRY.exec(text);
      return match ? failure('init-alloc-retry', match[1] ?? match[2]) : undefined;
    },
  },
  {
    id: 'swiotlb-panic',
    family: 'failure',
    formats: ['PCI-DMA: Memory would be corrupted', 'DMA: Random memory could be DMA accessed', "Fatal DMA error! Please use 'swiotlb=force'"],
    era: 'XenLinux; mainline to 4.20',
    says: 'The kernel stopped rather than give a device a wrong address.',
    keys: ['Memory would be corrupted', 'Random memory', 'Fatal DMA error'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => (DMA_PANIC.test(text) ? failure('dma-panic', undefined) : undefined),
  },
  {
    id: 'swiotlb-suppressed',
    family: 'failure',
    formats: ['%s: %d callbacks suppressed'],
    era: 'wherever a line is rate limited',
    says: 'So many more of the same were not printed.',
    keys: ['callbacks suppressed'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const [, of = '', digits] = SUPPRESSED.exec(text) ?? [];
      const count = decimal(digits);
      return count === undefined ? undefined : { kind: 'suppressed', count, of };
    },
  },
];

function failure(kind: FailureKind, bytes: string | undefined, driver?: string, device?: string, total?: string, used?: string): FailureStatement {
  const size = decimal(bytes);
  return {
    kind: 'failure',
    failure: kind,
    bytes: size ?? null,
    ...(bytes !== undefined && size === undefined ? { printedSize: bytes } : {}),
    device: device ?? null,
    driver: driver ?? null,
    totalSlots: decimal(total) ?? null,
    usedSlots: decimal(used) ?? null,
  };
}
