import { decimal } from '../recogniser.ts';
import type { LogStatement } from '../log-items.ts';
import type { DmaDebugReport } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

// `DMA-API: driver device: text`; before 5.0 dev_err's prefix stands first.
const REPORT = /^(?:DMA-API: ([^\s:]{1,48}) (\S{1,64}): |([^\s:]{1,48}) (\S{1,64}): DMA-API: )(.{0,600})/s;
const SIZES = /\[(len|max|map size|unmap size|size|allocation size|sync offset\+size|count|map count|unmap count)=(\d{1,19})(?: bytes)?\]/g;
const VMALLOC = /^([^\s:]{1,48}) (\S{1,64}): rejecting DMA map of vmalloc memory/;
const SGE = /^(?:([^\s:]{1,48}) (\S{1,64}): )?(megasas_build_io_fusion) \d{1,6} sge_count \((-\d{1,4})\) is out of range/;

const REPORTS: readonly (readonly [string, DmaDebugReport, string | undefined, string | undefined])[] = [
  ['mapping sg segment longer than device claims to support', 'segment-too-long', 'len', 'max'],
  ['mapping sg segment across boundary', 'segment-across-boundary', undefined, undefined],
  ['device driver frees DMA memory with different size', 'freed-other-size', 'unmap size', 'map size'],
  ['device driver frees', 'freed-otherwise', 'size', undefined],
  ['device driver tries to free', 'freed-not-mapped', 'size', undefined],
  ['device driver has pending DMA allocations while released', 'still-mapped', 'size', 'count'],
  ['device driver failed to check map error', 'error-not-checked', 'size', undefined],
  ['device driver syncs DMA memory outside allocated range', 'synced-outside', 'sync offset+size', 'allocation size'],
  ['device driver syncs', 'synced-otherwise', 'size', undefined],
  ['device driver tries to sync', 'synced-otherwise', 'size', undefined],
  ['device driver maps memory from', 'not-dma-memory', 'len', undefined],
  ['cacheline tracking EEXIST', 'overlapping', undefined, undefined],
];

/** What CONFIG_DMA_API_DEBUG reports of drivers, and drivers of their own failed mappings. */
export const dmaDebugRecognisers: readonly Recogniser[] = [
  {
    id: 'dma-api-debug',
    family: 'driver',
    formats: [
      'DMA-API: %s %s: mapping sg segment longer than device claims to support [len=%u] [max=%u]',
      'DMA-API: %s %s: mapping sg segment across boundary [start=0x%016llx] [end=0x%016llx] [boundary=0x%016llx]',
      'DMA-API: %s %s: device driver frees DMA memory with different size [device address=0x%016llx] [map size=%llu bytes] [unmap size=%llu bytes]',
      'DMA-API: %s %s: device driver has pending DMA allocations while released from device [count=%d]',
      'DMA-API: %s %s: device driver failed to check map error[device address=0x%016llx] [size=%llu bytes] [mapped as %s]',
    ],
    era: '2.6.30 and later with CONFIG_DMA_API_DEBUG; device before `DMA-API:` to 4.20',
    says: 'The kernel caught a driver that breaks the rules of the DMA API.',
    keys: ['DMA-API: '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = REPORT.exec(text);
      const rest = match?.[5];
      const found = rest === undefined ? undefined : REPORTS.find(([start]) => rest.startsWith(start));
      if (!match || rest === undefined || !found) return undefined;
      const fields = new Map([...rest.matchAll(SIZES)].map(([, name = '', digits]) => [name, decimal(digits)]));
      const [, report, size, limit] = found;
      const driver = match[1] ?? match[3] ?? null;
      return {
        kind: 'dma-debug', report, driver: driver === 'NULL' ? null : driver, device: match[2] ?? match[4] ?? null,
        bytes: (size === undefined ? undefined : fields.get(size)) ?? null, limit: (limit === undefined ? undefined : fields.get(limit)) ?? null,
      };
    },
  },
  {
    id: 'vmalloc-map-rejected',
    family: 'driver',
    formats: ['%s %s: rejecting DMA map of vmalloc memory'],
    era: '5.4 and later; once for each place in the code',
    says: 'A driver handed memory to dma_map_single that is not contiguous in physical memory, such as its stack: the mapping was refused.',
    keys: ['rejecting DMA map'],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const [, driver, device] = VMALLOC.exec(text) ?? [];
      return driver === undefined || device === undefined ? undefined : { kind: 'dma-debug', report: 'not-dma-memory', driver, device, bytes: null, limit: null };
    },
  },
  {
    id: 'megaraid-map-failed',
    family: 'driver',
    formats: ['megasas_build_io_fusion %d sge_count (%d) is out of range. Range is:  0-%d'],
    era: 'megaraid_sas; a negative count is an error of dma_map_sg',
    says: 'The driver could not map a scatterlist: an element had to bounce and found no room, or exceeded a segment.',
    keys: ['sge_count ('],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = SGE.exec(text);
      return match ? { kind: 'map-sg-failed', driver: match[1] ?? 'megaraid_sas', device: match[2] ?? null, error: -Number(match[4]) } : undefined;
    },
  },
];
