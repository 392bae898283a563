import { parseAddress } from '../../../core/units/addresses.ts';
import { KIB } from '../../../core/units/bytes.ts';
import { bytesOf, decimal } from '../recogniser.ts';
import type { LogStatement } from '../log-items.ts';
import type { LogMessage, Recogniser } from '../recogniser.ts';

const BUDDYINFO = /^Node (\d{1,4}), zone {1,10}(\w{2,8}) {1,8}((?:\d{1,10} {1,8}){9,12}\d{1,10})$/;
const FREE_LISTS = /^Node (\d{1,4}) (\w{2,8}): ((?:\d{1,10}\*\d{1,10}kB (?:\([A-Z]{1,8}\) )?){1,14})= (\d{1,14})kB/;
const FREE_BLOCK = /(\d{1,10})\*(\d{1,10})kB/g;
const HEAP_KEY = /^'([Hmq])' pressed -> dumping (?:heap info|memory info|domain info)/;
const HEAP_ROW = /^heap\[node=(\d{1,4})\]\[zone=(\d{1,3})\] -> (\d{1,14}) pages/;
const HEAP_OLD_ROW = /^heap\[(\d{1,3})\]\[(\d{1,4})\]\[(\d{1,2})\]-> (\d{1,14}) pages/;
const HEAP_FREE = /^(Xen heap|DMA heap|Dom heap|heap\[\d{2}\]): (\d{1,14})kB free/;
const DEBUGFS = /^(?:\S{0,80}\/)?(?:swiotlb\/(?:[\w.-]{1,60}\/)?)?io_tlb_(nslabs|used|used_hiwater|transient_nslabs)[:=]\s{0,4}(\d{1,12})$/;
const IOMEM = /^([0-9a-f]{8,16})-([0-9a-f]{8,16}) : (\S.{0,80})$/;
const IOMEM_NAMES = ['System RAM', 'System ROM', 'PCI Bus', 'PCI ECAM', 'PCI MMCONFIG', 'Reserved', 'reserved', 'ACPI ', 'Kernel ', 'Video ', 'Adapter ROM', 'Crash kernel', 'IOAPIC', 'Local APIC', 'HPET', 'pnp ', '0000:', 'Persistent Memory', 'dmar', 'amd_iommu'] as const;
const XL_FIELDS = [
  'host', 'release', 'version', 'machine', 'nr_cpus', 'max_cpu_id', 'nr_nodes', 'cores_per_socket', 'threads_per_core', 'cpu_mhz', 'hw_caps', 'virt_caps', 'total_memory', 'free_memory', 'sharing_freed_memory',
  'sharing_used_memory', 'outstanding_claims', 'free_cpus', 'xen_major', 'xen_minor', 'xen_extra', 'xen_version', 'xen_caps', 'xen_scheduler', 'xen_pagesize', 'platform_params', 'xen_changeset', 'xen_commandline',
  'cc_compiler', 'cc_compile_by', 'cc_compile_domain', 'cc_compile_date', 'build_id', 'xend_config_format', 'arm_sve_vector_length',
] as const;
const XL_INFO = /^([a-z_]{4,22}) {1,20}: (.{0,4000})$/;
/** tools/xl/xl_info.c prints `%-23s: `, earlier tools `%-22s : `: the colon is the 24th character. */
const XL_COLON = 23;

/** State of memory while a system runs: free lists, Xen's heap, the aperture's counters, and files pasted beside a log. */
export const memoryStateRecognisers: readonly Recogniser[] = [
  {
    id: 'buddyinfo',
    family: 'memory',
    formats: ['Node %d, zone %8s %6lu %6lu …'],
    era: '/proc/buddyinfo of every kernel',
    says: 'Free blocks of each order, from order 0: a coherent buffer needs one block of its order.',
    keys: [', zone '],
    speaker: 'linux',
    unframed: true,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = BUDDYINFO.exec(text.trimEnd());
      const node = decimal(match?.[1]);
      const blocks = (match?.[3] ?? '').trim().split(/ {1,8}/).map(Number);
      return node === undefined || blocks.length < 10 ? undefined : { kind: 'free-blocks', node, zone: match?.[2] ?? '', blocks };
    },
  },
  {
    id: 'free-lists',
    family: 'memory',
    formats: ['Node %d %s: %lu*%lukB (%s) … = %lukB'],
    era: 'memory information of every kernel',
    says: 'The same at the moment an allocation failed.',
    keys: ['*512kB '],
    speaker: 'linux',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = FREE_LISTS.exec(text);
      const node = decimal(match?.[1]);
      if (!match || node === undefined) return undefined;
      const found = [...(match[3] ?? '').matchAll(FREE_BLOCK)].map(([, count, size]) => [Number(count), Number(size)] as const);
      // Each size is twice the one before it, from a page on; else the line was damaged.
      if (found.length < 8 || found.some(([, size], order) => size !== 4 * 2 ** order)) return undefined;
      const total = found.reduce((sum, [count, size]) => sum + count * size, 0);
      if (total !== Number(match[4])) return undefined;
      return { kind: 'free-blocks', node, zone: match[2] ?? '', blocks: found.map(([count]) => count) };
    },
  },
  {
    id: 'xen-heap-key',
    family: 'xen',
    formats: ["'%c' pressed -> dumping heap info (now-0x%X:%08X)", "'%c' pressed -> dumping heap info (now = %PRI_stime)"],
    era: 'every Xen; keys H, m and q of the console',
    says: "A dump of Xen's heap or of its domains follows.",
    keys: ['pressed -> dumping'],
    speaker: 'xen',
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const key = HEAP_KEY.exec(text)?.[1];
      return key === undefined ? undefined : { kind: 'xen-heap-key', key };
    },
  },
  {
    id: 'xen-heap-zone',
    family: 'xen',
    formats: ['heap[node=%d][zone=%d] -> %lu pages', 'heap[%d][%d][%d]-> %lu pages'],
    era: 'Xen 3.1 and later; the second format (zone, node, order) 3.0.4',
    says: 'Free pages of one zone of Xen\'s heap. From 4.4 on zone z ends at 2^(z+12).',
    keys: ['heap[node=', ...Array.from({ length: 10 }, (_, digit) => `heap[${digit}`)],
    speaker: 'xen',
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => {
      if (speaker !== 'xen') return undefined;
      const match = HEAP_ROW.exec(text);
      if (match) return heapZone(match[1], match[2], undefined, match[3]);
      const old = HEAP_OLD_ROW.exec(text);
      return old ? heapZone(old[2], old[1], old[3], old[4]) : undefined;
    },
  },
  {
    id: 'xen-heap-free',
    family: 'xen',
    formats: ['    Xen heap: %lukB free', '    DMA heap: %lukB free', '    heap[%02u]: %lukB free', '    Dom heap: %lukB free'],
    era: 'every Xen, key m; a line a zone from 4.0 on',
    says: "What is free in Xen's heap: a large coherent buffer of dom0 must come from it.",
    keys: ['kB free'],
    speaker: 'xen',
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => {
      const match = speaker === 'xen' ? HEAP_FREE.exec(text) : null;
      const bytes = bytesOf(decimal(match?.[2]), KIB);
      return bytes === undefined ? undefined : { kind: 'xen-heap-free', of: match?.[1] ?? '', bytes };
    },
  },
  {
    id: 'swiotlb-debugfs',
    family: 'swiotlb',
    formats: ['/sys/kernel/debug/swiotlb/io_tlb_nslabs:%lu', '/sys/kernel/debug/swiotlb/io_tlb_used:%lu'],
    era: '4.13 and later with CONFIG_DEBUG_FS; used_hiwater and transient_nslabs from 6.4 and 6.6',
    says: "The aperture's own counters, in slots of 2 KiB, as `grep . io_tlb_*` prints them.",
    keys: ['io_tlb_nslabs', 'io_tlb_used', 'io_tlb_transient_nslabs'],
    speaker: 'linux',
    unframed: true,
    parse: ({ text }: LogMessage): LogStatement | undefined => {
      const match = DEBUGFS.exec(text.trimEnd());
      const slots = decimal(match?.[2]);
      const of = counterOf(match?.[1]);
      return slots === undefined || of === undefined ? undefined : { kind: 'pool-counter', of, slots };
    },
  },
  {
    id: 'proc-iomem',
    family: 'memory',
    formats: ['%08llx-%08llx : %s'],
    era: '/proc/iomem of every kernel, read as root',
    says: 'A range of physical addresses, end inclusive.',
    keys: IOMEM_NAMES.map((name) => ` : ${name}`),
    speaker: 'linux',
    unframed: true,
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => {
      const match = speaker === 'bare' ? IOMEM.exec(text.trimEnd()) : null;
      const start = parseAddress(match?.[1] ?? '');
      const last = parseAddress(match?.[2] ?? '');
      // Without privileges every address is printed as 0.
      if (!match || start === undefined || last === undefined || last <= start || !Number.isSafeInteger(last + 1)) return undefined;
      return { kind: 'iomem-row', start, end: last + 1, name: match[3] ?? '' };
    },
  },
  {
    id: 'xl-info',
    family: 'xen',
    formats: ['%-23s: %s'],
    era: '`xl info`, `xm info`',
    says: "What Xen's tools say of the host: release, version, command line, memory in MiB.",
    keys: XL_FIELDS.map((field) => `${field.padEnd(XL_COLON)}: `),
    speaker: 'linux',
    unframed: true,
    parse: ({ text, speaker }: LogMessage): LogStatement | undefined => {
      if (speaker !== 'bare' || text.indexOf(':') !== XL_COLON) return undefined;
      const [, name = '', value = ''] = XL_INFO.exec(text) ?? [];
      const field = XL_FIELDS.find((known) => known === name);
      return field === undefined ? undefined : { kind: 'xl-info', field, value: value.trim() };
    },
  },
];

export function counterOf(name: string | undefined): 'nslabs' | 'used' | 'used_hiwater' | 'transient_nslabs' | undefined {
  return name === 'nslabs' || name === 'used' || name === 'used_hiwater' || name === 'transient_nslabs' ? name : undefined;
}

function heapZone(node: string | undefined, zone: string | undefined, order: string | undefined, count: string | undefined): LogStatement | undefined {
  const [of, at, free, size] = [decimal(node), decimal(zone), decimal(count), decimal(order)];
  if (of === undefined || at === undefined || free === undefined) return undefined;
  return { kind: 'xen-heap-zone', node: of, zone: at, pages: free, ...(size === undefined ? {} : { order: size }) };
}
