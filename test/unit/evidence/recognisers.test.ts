import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { RECOGNISERS } from '../../../src/evidence/log/recogniser-table.ts';
import type { LogItem } from '../../../src/evidence/log/log-items.ts';

type Case = readonly [id: string, line: string, fields: Readonly<Record<string, unknown>>];

/** Messages without prefix; `(XEN) ` marks Xen's. */
const CASES: readonly Case[] = [
  ['dma-api-debug', 'DMA-API: ehci-pci 0000:00:1d.0: mapping sg segment longer than device claims to support [len=131072] [max=65536]', { report: 'segment-too-long', driver: 'ehci-pci', device: '0000:00:1d.0', bytes: 131072, limit: 65536 }],
  ['dma-api-debug', 'e1000e 0000:00:19.0: DMA-API: device driver frees DMA memory with different size [device address=0x0000000035a01000] [map size=1024 bytes] [unmap size=2048 bytes]', { report: 'freed-other-size', driver: 'e1000e', bytes: 2048, limit: 1024 }],
  ['dma-api-debug', 'DMA-API: sky2 0000:02:00.0: device driver failed to check map error[device address=0x0000000071b2a040] [size=1536 bytes] [mapped as single]', { report: 'error-not-checked', device: '0000:02:00.0', bytes: 1536, limit: null }],
  ['vmalloc-map-rejected', 'at91_i2c e0070600.i2c: rejecting DMA map of vmalloc memory', { report: 'not-dma-memory', driver: 'at91_i2c', device: 'e0070600.i2c' }],
  ['megaraid-map-failed', 'megaraid_sas 0000:03:00.0: megasas_build_io_fusion 3273 sge_count (-12) is out of range. Range is:  0-256', { driver: 'megaraid_sas', device: '0000:03:00.0', error: 12 }],
  ['buddyinfo', 'Node 0, zone    DMA32      3      4      5      6      7      8      9     10     11     12    431 ', { node: 0, zone: 'DMA32', blocks: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 431] }],
  ['free-lists', 'Node 0 DMA32: 1*4kB (U) 2*8kB (UM) 0*16kB 1*32kB (M) 0*64kB 0*128kB 0*256kB 0*512kB 1*1024kB (H) 0*2048kB 0*4096kB = 1076kB', { node: 0, zone: 'DMA32', blocks: [1, 2, 0, 1, 0, 0, 0, 0, 1, 0, 0] }],
  ['xen-heap-key', "(XEN) 'H' pressed -> dumping heap info (now = 5238561442)", { key: 'H' }],
  ['xen-heap-key', "(XEN) 'm' pressed -> dumping memory info", { key: 'm' }],
  ['xen-heap-zone', '(XEN) heap[node=0][zone=20] -> 131072 pages', { node: 0, zone: 20, pages: 131072 }],
  ['xen-heap-zone', '(XEN) heap[2][0][9]-> 12 pages', { node: 0, zone: 2, order: 9, pages: 12 }],
  ['xen-heap-free', '(XEN)     DMA heap: 65536kB free', { of: 'DMA heap', bytes: 64 << 20 }],
  ['xen-heap-free', '(XEN)     heap[14]: 1024kB free', { of: 'heap[14]', bytes: 1 << 20 }],
  ['swiotlb-debugfs', '/sys/kernel/debug/swiotlb/io_tlb_used:1234', { of: 'used', slots: 1234 }],
  ['linux-banner', 'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP', { release: '6.1.0-56-amd64' }],
  ['xen-banner', '(XEN) Xen version 4.17.7 (Debian 4.17.7-1) (a@b.c) (gcc 12) debug=n Fri', { version: '4.17.7' }],
  ['xen-banner', '(XEN) Xen version 3.0.4-1 (root@xx) (gcc version 4.1.1) Mon Jan 8', { version: '3.0.4-1' }],
  ['xen-version-pv', 'Xen version: 4.17.7 (preserve-AD)', { version: '4.17.7', mode: 'pv' }],
  ['xen-version-hvm', 'Xen version 4.2.', { version: '4.2', mode: 'hvm' }],
  ['linux-command-line', 'Kernel command line: ro swiotlb=65536', { commandLine: 'ro swiotlb=65536' }],
  ['linux-early-command-line', 'Command line: ro quiet', { commandLine: 'ro quiet' }],
  ['linux-early-command-line', 'Bootdata ok (command line is ro root=LABEL=/ rhgb quiet)', { commandLine: 'ro root=LABEL=/ rhgb quiet' }],
  ['xen-command-line', '(XEN) Command line: dom0_mem=1024M dma_bits=32', { commandLine: 'dom0_mem=1024M dma_bits=32' }],
  ['swiotlb-mapped', 'software IO TLB: mapped [mem 0x0000000039300000-0x000000003d300000] (64MB)', { start: 0x39300000, end: 0x3d300000, megabytes: 64 }],
  ['swiotlb-mapped', 'software IO TLB: mapped [mem 0x6e42a000-0x7242a000] (64MB)', { start: 0x6e42a000, end: 0x7242a000 }],
  ['swiotlb-mapped', 'software IO TLB [mem 0xd6323000-0xda322fff] (64MB) mapped at [ffff8800d6323000-ffff8800da322fff]', { start: 0xd6323000, end: 0xda323000, kernelRange: 'ffff8800d6323000-ffff8800da322fff' }],
  ['swiotlb-mapped', 'software IO TLB [mem 0x97f3e000-0x9bf3e000] (64MB) mapped at [        (ptrval)-        (ptrval)]', { start: 0x97f3e000, end: 0x9bf3e000 }],
  ['swiotlb-placed-virtual', 'Placing 64MB software IO TLB between ffff880020000000 - ffff880024000000', { megabytes: 64, kernelRange: '0xffff880020000000-0xffff880024000000' }],
  ['swiotlb-placed', 'Placing software IO TLB between 0x20000000 - 0x24000000', { start: 0x20000000, end: 0x24000000 }],
  ['swiotlb-placed', 'software IO TLB at phys 0x20000000 - 0x24000000', { start: 0x20000000, end: 0x24000000 }],
  ['swiotlb-areas', 'software IO TLB: area num 64.', { areas: 64 }],
  ['swiotlb-size-changed', 'software IO TLB: SWIOTLB bounce buffer size adjusted to 0MB', { kind: 'pool-adjusted', megabytes: 0 }],
  ['swiotlb-size-changed', 'software IO TLB: SWIOTLB bounce buffer size roundup to 128MB', { kind: 'pool-roundup', megabytes: 128 }],
  ['swiotlb-slabs-adjusted', 'software IO TLB: SWIOTLB bounce buffer size adjusted 131072 -> 65536 slabs', { from: 131072, to: 65536 }],
  ['swiotlb-torn-down', 'software IO TLB: tearing down default memory pool', {}],
  ['swiotlb-no-low-memory', 'software IO TLB: No low mem', {}],
  ['swiotlb-bounce-buffering', 'PCI-DMA: Using software bounce buffering for IO (SWIOTLB)', {}],
  ['swiotlb-xen-lowering', 'xen:swiotlb_xen: Lowering to 32MB', { megabytes: 32 }],
  ['swiotlb-restricted-pool', 'Reserved memory: created restricted DMA pool at 0x00000000c0000000, size 4 MiB', { start: 0xc0000000, bytes: 4 << 20 }],
  ['xenlinux-enabled', 'Software IO TLB enabled: ', {}],
  ['xenlinux-disabled', 'Software IO TLB disabled', {}],
  ['swiotlb-buffer-full', 'nvme 0000:01:00.0: swiotlb buffer is full', { bytes: null, device: '0000:01:00.0', driver: 'nvme' }],
  ['swiotlb-buffer-full', 'nvme 0000:01:00.0: swiotlb buffer is full (sz: 262144 bytes)', { bytes: 262144, totalSlots: null }],
  ['swiotlb-buffer-full', 'virtio_ccw 0.0.0000: swiotlb buffer is full (sz: 262144 bytes), total 32768 (slots), used 28249 (slots)', { bytes: 262144, totalSlots: 32768, usedSlots: 28249, device: '0.0.0000' }],
  ['swiotlb-out-of-space', 'PCI-DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:04:01.0', { bytes: 65536, device: '0000:04:01.0' }],
  ['swiotlb-out-of-space', 'e1000e 0000:00:19.0: DMA: Out of SW-IOMMU space for 1522 bytes', { bytes: 1522, device: '0000:00:19.0', driver: 'e1000e' }],
  ['swiotlb-mask-overflow', 'bttv 1000:04:05.0: swiotlb buffer overflow 0x00000000ff2fd000+4096 of DMA mask ffffffff bus limit deffffff', { bytes: 4096, mask: 0xffffffff }],
  ['swiotlb-mask-overflow', 'b44 0000:02:0e.0: swiotlb addr 0x00000000bfeb0000+1536 overflow (mask 3fffffff, bus limit 0).', { bytes: 1536, mask: 0x3fffffff }],
  ['swiotlb-mask-overflow', 'xhci_hcd 0000:02:00.0: overflow 0x0000000383a19000+421888 of DMA mask ffffffff bus mask 0', { bytes: 421888 }],
  ['swiotlb-coherent-failed', 'tg3 0000:02:00.0: swiotlb: coherent allocation failed, size=2097152', { bytes: 2097152, device: '0000:02:00.0' }],
  ['swiotlb-cannot-dma', 'ahci 0000:00:1f.2: Cannot do DMA to address 0x0000000123456000', { failure: 'bounce-disabled', device: '0000:00:1f.2' }],
  ['swiotlb-sync-overflow', 'ahci 0000:0c:00.0: Buffer overflow detected. Allocation size: 3005. Mapping size: 4096.', { bytes: 3005 }],
  ['swiotlb-no-pool', "dmaprobe dmaprobe: Can not allocate SWIOTLB buffer earlier and can't now provide you with the DMA bounce buffer", { failure: 'no-pool' }],
  ['swiotlb-reduced', 'xen:swiotlb_xen: Warning: only able to allocate 4 MB for software IO TLB', { bytes: 4 << 20 }],
  ['swiotlb-reduced', 'software IO TLB: only able to allocate 8 MB', { bytes: 8 << 20 }],
  ['swiotlb-init-failed', 'software IO TLB: Cannot allocate buffer', { failure: 'init-failed' }],
  ['swiotlb-init-failed', 'Kernel panic - not syncing: swiotlb_init_remap: nslabs = 0 too small', { failure: 'init-failed' }],
  ['swiotlb-alloc-retry', 'software IO TLB: swiotlb_memblock_alloc: Failed to allocate 268435456 bytes tlb structure', { bytes: 268435456 }],
  ['swiotlb-alloc-retry', 'software IO TLB: swiotlb_memblock_alloc: Failed to remap 67108864 bytes', { bytes: 67108864 }],
  ['swiotlb-panic', "Fatal DMA error! Please use 'swiotlb=force'", { failure: 'dma-panic' }],
  ['swiotlb-suppressed', 'swiotlb_tbl_map_single: 22211 callbacks suppressed', { count: 22211 }],
  ['e820-heading', 'BIOS-provided physical RAM map:', { map: 'firmware' }],
  ['e820-row', 'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable', { map: 'firmware', entry: { start: 0, end: 0x9fc00, type: 'usable' } }],
  ['e820-row', 'BIOS-e820: [mem 0x0000000000001000-0x000000000009efff]  System RAM', { entry: { start: 0x1000, end: 0x9f000, type: 'usable' } }],
  ['e820-row', 'BIOS-e820: [mem 0x0000000000000000-0x0000000000000fff]  device reserved', { entry: { start: 0, end: 0x1000, type: 'reserved' } }],
  ['e820-row', ' BIOS-e820: 0000000000100000 - 000000007fee0000 (usable)', { entry: { start: 0x100000, end: 0x7fee0000, type: 'usable' } }],
  ['e820-row', ' Xen: 0000000000000000 - 000000003ad68000 (usable)', { map: 'xen-pv', entry: { start: 0, end: 0x3ad68000, type: 'usable' } }],
  ['e820-row', 'Xen: [mem 0x000000003fff0000-0x000000003fffefff] ACPI data', { map: 'xen-pv', entry: { start: 0x3fff0000, end: 0x3ffff000, type: 'acpi-data' } }],
  ['e820-row', 'BIOS-e820: [mem 0x0000000100000000-0x00000001f33fffff] persistent (type 7)', { entry: { start: 2 ** 32, end: 0x1f3400000, type: 'other' } }],
  ['xen-e820-heading', '(XEN) Xen-e820 RAM map:', { map: 'machine' }],
  ['xen-e820-heading', '(XEN) Physical RAM map:', { map: 'machine' }],
  ['xen-e820-row', '(XEN)  0000000000100000 - 000000001eff0000 (usable)', { map: 'machine', entry: { start: 0x100000, end: 0x1eff0000, type: 'usable' } }],
  ['xen-e820-row', '(XEN)  [0000000000100000, 000000007ffdffff] (usable)', { map: 'machine', entry: { start: 0x100000, end: 0x7ffe0000, type: 'usable' } }],
  ['xen-heap-initialised', '(XEN) Domain heap initialised: DMA width 30 bits', { bits: 30 }],
  ['xen-heap-initialised', '(XEN) Domain heap initialised DMA width 32 bits', { bits: 32 }],
  ['xen-heap-initialised', '(XEN) Domain heap initialised', { bits: null }],
  ['xen-dom0-vcpus', '(XEN) Dom0 has maximum 2 VCPUs', { count: 2 }],
  ['xen-dom0-built', '(XEN) *** LOADING DOMAIN 0 ***', { mode: 'pv' }],
  ['xen-dom0-built', '(XEN) *** Building a PVH Dom0 ***', { mode: 'pvh' }],
  ['xen-system-ram', '(XEN) System RAM: 2047MB (2096636kB)', { bytes: 2096636 * 1024 }],
  ['xen-dom0-placed', '(XEN)  Dom0 kernel: 64-bit, PAE, lsb, paddr 0x1000000 -> 0x4a00000', { part: 'kernel', start: 0x100_0000, end: 0x4a0_0000 }],
  ['xen-dom0-placed', '(XEN)  Dom0 alloc.:   00000001a8000000->00000001b0000000 (229101 pages to be allocated)', { part: 'initial', start: 0x1_a800_0000, end: 0x1_b000_0000 }],
  ['xen-dom0-placed', '(XEN)  Init. ramdisk: 000000007f8ee000->000000007f9ff6c3', { part: 'ramdisk', start: 0x7f8e_e000, end: 0x7f9f_f6c3 }],
  ['xen-iommu', '(XEN) I/O virtualisation disabled', { enabled: false }],
  ['xen-iommu', '(XEN) I/O virtualisation enabled', { enabled: true }],
  ['iommu-on', 'DMAR: Intel(R) Virtualization Technology for Directed I/O', { vendor: 'intel', enabled: true }],
  ['iommu-on', 'pci 0000:00:00.2: AMD-Vi: IOMMU performance counters supported', { vendor: 'amd', enabled: true }],
  ['iommu-table', 'ACPI: DMAR 0x000000007AFDE000 0000A8 (v01 INTEL)', { vendor: 'intel', enabled: null }],
  ['iommu-on', 'Intel-IOMMU: enabled', { vendor: 'intel', enabled: true }],
  ['iommu-table', 'dmar: Host address width 39', { vendor: 'intel', enabled: null }],
  ['iommu-table', 'AMD-Vi: Interrupt remapping enabled', { vendor: 'amd', enabled: null }],
  ['iommu-table', 'ACPI: DMAR 00000000cf7e4a18 0000B0 (v01 INTEL      SNB  00000001 INTL 00000001)', { vendor: 'intel', enabled: null }],
  ['iommu-table', 'xhci_hcd 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0000 address=0xffffa000 flags=0x0020]', { vendor: 'amd', enabled: null }],
  ['memory-encryption', 'Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP', { active: 'AMD SEV SEV-ES SEV-SNP' }],
  ['memory-encryption', 'AMD Memory Encryption Features active: SEV', { active: 'AMD SEV' }],
  ['memory-encryption', 'Memory Encryption Features active: Intel TDX', { active: 'Intel TDX' }],
  ['cma-reserved', 'cma: Reserved 32 MiB at 0x00000000fe000000 on node -1', { bytes: 32 << 20 }],
  ['memory-available', 'Memory: 3868876K/4063232K available (11260K kernel code, 1748K rwdata, 161588K reserved, 32768K cma-reserved)', { available: 3868876 * 1024, bytes: 4063232 * 1024, cmaBytes: 32 << 20 }],
  ['memory-available', 'Memory: 114116k/130944k available (2860k kernel code, 16376k reserved, 1348k data, 424k init, 0k highmem)', { available: 114116 * 1024, cmaBytes: null }],
  ['xenlinux-processor', 'Xen reported: 2327.494 MHz processor.', { name: 'xen-pv' }],
  ['possible-cpus', 'setup_percpu: NR_CPUS:8192 nr_cpumask_bits:4 nr_cpu_ids:4 nr_node_ids:1', { possible: 4 }],
  ['hypervisor-detected', 'Hypervisor detected: Xen PV', { name: 'xen-pv' }],
  ['hypervisor-detected', 'Booting paravirtualized kernel on bare hardware', { name: 'bare' }],
  ['page-allocation-failure', 'kworker/0:1: page allocation failure: order:7, mode:0x40cc4(GFP_KERNEL|GFP_DMA32|__GFP_COMP), nodemask=(null)', { order: 7, task: 'kworker/0:1' }],
  ['page-allocation-failure', 'dp_alloc: page allocation failure: order:10, mode:0xcc0(GFP_KERNEL), nodemask=(null)', { order: 10, task: 'dp_alloc' }],
  ['architecture', 'Booting Linux on physical CPU 0x0000000000 [0x410fd083]', { arch: 'arm64' }],
  ['architecture', 'Boot CPU: AArch64 Processor [411fd073]', { arch: 'arm64' }],
  ['architecture', 'CPU: ARMv7 Processor [414fc0f0] revision 0 (ARMv7), cr=10c5387d', { arch: 'arm' }],
  ['architecture', 'CPU: ARMv6-compatible processor [410fb767] revision 7 (ARMv7), cr=00c5387d', { arch: 'arm' }],
  ['architecture-zone', '  DMA32    [mem 0x0000000001000000-0x00000000ffffffff]', { bits: 64 }],
];

/** Formats that count only behind another line. */
/** Files as they are pasted behind a log, without a prefix. */
const PASTED: typeof CASES = [
  ['swiotlb-debugfs', 'io_tlb_nslabs:32768', { of: 'nslabs', slots: 32768 }],
  ['buddyinfo', 'Node 1, zone   Normal      3      4      5      6      7      8      9     10     11     12      0 ', { node: 1, zone: 'Normal' }],
  ['proc-iomem', '00100000-7ffdffff : System RAM', { start: 0x100000, end: 0x7ffe0000, name: 'System RAM' }],
  ['proc-iomem', '  fe000000-fe7fffff : 0000:00:02.0', { start: 0xfe000000, end: 0xfe800000 }],
  ['xl-info', 'xen_version            : 4.17.7', { field: 'xen_version', value: '4.17.7' }],
  ['xl-info', 'free_memory            : 126', { field: 'free_memory', value: '126' }],
];

/** What is a banner, were it not for the prefixes around it. */
const AMONG_FRAMED: readonly Case[] = [
  ['proc-version', 'Linux version 5.15.164 (nixbld@localhost) (gcc (GCC) 12.2.0, GNU ld (GNU Binutils) 2.40) #1-NixOS SMP Sat Jul 27 08:46:18 UTC 2024', { release: '5.15.164' }],
];

const BLOCK: readonly Case[] = [
  ['xenlinux-aperture', ' Aperture:     64 megabytes', { megabytes: 64 }],
  ['xenlinux-kernel-range', ' Kernel range: 0xffff880006ea2000 - 0xffff88000aea2000', { range: '0xffff880006ea2000-0xffff88000aea2000', bytes: 64 << 20 }],
  ['xenlinux-kernel-range', ' Kernel range: c194d000 - c214d000', { range: '0xc194d000-0xc214d000', bytes: 8 << 20 }],
  ['xenlinux-bus-range', ' Bus range:    0x0000000023a00000 - 0x0000000023c00000', { bytes: 2 << 20 }],
  ['xenlinux-address-size', ' Address size: 30 bits', { bits: 30 }],
];

function framed(message: string): string {
  return message.startsWith('(XEN)') ? message : `[    0.123456] ${message}`;
}

function itemsIn(...messages: readonly string[]): readonly LogItem[] {
  // Enough frames around it that the text is a log, whatever the message.
  const filler = Array.from({ length: 4 }, (_, index) => `[    0.00000${index}] clocksource: jiffies`);
  return readLog([...filler, ...messages.map(framed), '[    9.000000] Freeing unused kernel memory'].join('\n'), 'test').items;
}

describe('recognisers', () => {
  it.each(CASES)('%s reads "%s"', (id, message, fields) => {
    expect(itemsIn(message)).toEqual([expect.objectContaining({ recogniser: id, line: 5, ...fields })]);
  });

  it.each(PASTED)('%s reads "%s" without a prefix, alone and among lines that have one', (id, message, fields) => {
    expect(readLog(message, 'x').items).toMatchObject([{ recogniser: id, line: 1, ...fields }]);
    const text = ['[    0.000001] Linux version 6.1.0 (a@b) (gcc)', '[    0.000002] x', message, '[    0.000003] y'].join('\n');
    expect(readLog(text, 'x').items[1]).toMatchObject({ recogniser: id, line: 3, ...fields });
  });

  it.each(AMONG_FRAMED)('%s reads "%s" among lines that have a prefix', (id, message, fields) => {
    const text = ['[ 4549.838672] INFO: task md0_resync blocked', message, '[ 4549.846507] y'].join('\n');
    expect(readLog(text, 'x').items).toMatchObject([{ recogniser: id, line: 2, ...fields }]);
  });

  it.each([
    '00000000-00000000 : System RAM',
    'Node 0 DMA32: 1*4kB (U) 2*8kB (UM) 0*16kB 1*32kB (M) 0*64kB 0*128kB 0*256kB 0*512kB 1*1024kB (H) 0*2048kB 0*4096kB = 1077kB',
    'xen_version: 4.17.7',
    'free_memory : 126',
    'io_tlb_used: many',
    'heap[node=0][zone=20] -> 131072 pages',
    'DMA-API: preallocated 65536 debug entries',
  ])('takes nothing from "%s"', (message) => {
    expect(readLog(`[    0.000001] Linux version 6.1.0 (a@b) (gcc)\n${message}\n[    0.000003] y`, 'x').items).toHaveLength(1);
    expect(readLog(message, 'x').isKernelLog).toBe(false);
  });

  it.each(BLOCK)('%s reads "%s" behind its heading only', (id, message, fields) => {
    expect(itemsIn('Software IO TLB enabled: ', message)[1]).toMatchObject({ recogniser: id, ...fields });
    expect(itemsIn(message)).toEqual([]);
  });

  it.each([...CASES, ...BLOCK])('%s is not misled by text around "%s"', (_id, message) => {
    // A message quoted inside another is not that message.
    const quoted = message.replace(/^\(XEN\) ?/, '').trim();
    expect(itemsIn(`audit: user wrote "${quoted}"`, `myapp: ${quoted.toLowerCase()} or so`).filter(({ kind }) => kind !== 'cpus')).toEqual([]);
  });

  it.each([
    'software IO TLB: mapped [mem 0x3d300000-0x39300000] (64MB)',
    'software IO TLB: mapped [mem 0x0000000039300000-0xffffffffffffffff] (64MB)',
    'software IO TLB: area num -1.',
    'software IO TLB: area num 99999999999999999999.',
    'BIOS-e820: [mem 0x0000000000001000-0x0000000000000000] usable',
    'BIOS-e820: [gap 0x0000000000100000-0x000000002effffff]',
    'modified: [mem 0x0000000000000000-0x0000000000000fff] usable',
    'user: [mem 0x0000000000000000-0x0000000000000fff] usable',
    'Linux version unknown',
    'Linux version 6.1 has a swiotlb of its own',
    'DMA: preallocated 128 KiB GFP_KERNEL pool for atomic allocations',
    '---[ end Kernel panic - not syncing: swiotlb_init_remap: nslabs = 0 too small ]---',
    'Memory Encryption Features active:',
    'AMD-Vi: AMD IOMMUv2 functionality not available on this system',
    'cma: Reserved 0 MiB at 0x0',
    // arch/arm64 prints it to 4.15, and arch/arm to this day.
    'Booting Linux on physical CPU 0x0',
  ])('reads nothing from "%s"', (message) => {
    expect(itemsIn(message)).toEqual([]);
  });

  it('keeps the number of a broken field out', () => {
    const [item] = itemsIn('nvme 0000:01:00.0: swiotlb buffer is full (sz: -1 bytes), total 32768 (slots), used 1 (slots)');
    expect(item).toMatchObject({ bytes: null, printedSize: '-1', totalSlots: 32768, usedSlots: 1 });
  });

  it('documents every format, and each has a test', () => {
    const tested = new Set([...CASES, ...PASTED, ...AMONG_FRAMED, ...BLOCK].map(([id]) => id));
    expect(new Set(RECOGNISERS.map(({ id }) => id)).size).toBe(RECOGNISERS.length);
    for (const { id, formats, era, says, keys } of RECOGNISERS) {
      expect(tested, id).toContain(id);
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(formats.length * era.length * says.length * keys.length, id).toBeGreaterThan(0);
      expect(keys.every((key) => key.length >= 4), id).toBe(true);
    }
  });
});

describe('a boot with two command lines', () => {
  const text = `[    0.000000] Linux version 6.8.12 (a@b.c) (gcc-12) #1 SMP
[    0.000000] Command line: ro quiet
[    0.010000] Kernel command line: swiotlb=65536 ro quiet
[    0.200000] software IO TLB: mapped [mem 0x0000000070000000-0x0000000078000000] (128MB)
`;

  it('was given the options of the second, in which those of a boot configuration stand', () => {
    const { facts, platform } = readLog(text, 'x');
    expect(facts.kernelCmdline).toBe('ro quiet');
    expect(platform.linuxCommandLine).toMatchObject({ value: 'swiotlb=65536 ro quiet', from: { line: 3 } });
  });

  it('was given those of the first where the second is cut off', () => {
    const cut = text.replace('swiotlb=65536 ro', 'swiotlb=65536\nro');
    expect(readLog(cut, 'x').platform.linuxCommandLine).toMatchObject({ value: 'ro quiet', from: { line: 2 } });
  });
});
