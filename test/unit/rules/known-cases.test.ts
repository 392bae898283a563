import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { knownCaseText } from '../../../src/render/known-case-text.ts';
import { causeLines } from '../../../src/render/finding-text.ts';
import { checkLog } from '../../../src/rules/check-log.ts';
import type { KnownCaseId } from '../../../src/rules/known-cases.ts';

const stamped = (...messages: readonly string[]): string => messages.map((message, index) => `[   ${String(index + 1).padStart(2)}.000000] ${message}`).join('\n');
const banner = (release = '6.1.192'): string => `Linux version ${release} (a@b) (gcc) #1 SMP`;
const pool = (bytes = 64 * 2 ** 20): string => `software IO TLB: mapped [mem 0x40000000-0x${(0x40000000 + bytes).toString(16)}] (${bytes / 2 ** 20}MB)`;
const PV = 'Booting paravirtualized kernel on Xen';
const SEV = 'Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP';
const full = (who: string, sz: number, total = 32768, used = 32768): string => `${who}: swiotlb buffer is full (sz: ${sz} bytes), total ${total} (slots), used ${used} (slots)`;
const xenlinux = (megabytes: number, failing: string): string => [
  'Linux version 2.6.16.46-0.12-xen (a@b) (gcc) #1 SMP', 'Software IO TLB enabled: ', ` Aperture:     ${megabytes} megabytes`, ' Kernel range: 0xffff880001e26000 - 0xffff880002026000', 'PCI-DMA: Using software bounce buffering for IO (SWIOTLB)', failing,
].join('\n');

/** A log in which a case is seen, and one that differs in a single point and in which it is not. */
const CASES: Readonly<Record<KnownCaseId, readonly [string, string]>> = {
  'sles-small-default': [xenlinux(2, 'PCI-DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:04:01.0'), xenlinux(64, 'PCI-DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:04:01.0')],
  'xen-alignment-regression': [stamped(banner('6.12.1'), PV, pool(), 'megaraid_sas 0000:01:00.0: megasas_build_io_fusion 3273 sge_count (-12) is out of range. Range is:  0-256'), stamped(banner('6.14.1'), PV, pool(), 'megaraid_sas 0000:01:00.0: megasas_build_io_fusion 3273 sge_count (-12) is out of range. Range is:  0-256')],
  'gpu-segments-xen-pv': [stamped(banner('5.4.16'), PV, pool(), full('amdgpu 0000:0d:00.0', 2097152, 32768, 0)), stamped(banner('5.4.16'), pool(), full('amdgpu 0000:0d:00.0', 2097152, 32768, 0))],
  'webcam-oversize-xen-pv': [stamped(banner('4.5.7'), PV, pool(), 'facetimehd 0000:04:00.0: swiotlb buffer is full (sz: 1048576 bytes)'), stamped(banner('4.5.7'), PV, pool(), 'facetimehd 0000:04:00.0: swiotlb buffer is full (sz: 65536 bytes)')],
  'xen-no-contiguous-memory': [stamped(banner('5.10.1'), PV, 'xen:swiotlb_xen: Failed to get contiguous memory for DMA from Xen!'), stamped(banner('5.10.1'), 'software IO TLB: Cannot allocate buffer')],
  'nvme-252-kib': [stamped(banner(), pool(), full('nvme 0000:01:00.0', 262144, 32768, 20000)), stamped(banner(), pool(), full('nvme 0000:01:00.0', 258048, 32768, 20000))],
  'encrypted-low-memory': [stamped(banner(), SEV, 'software IO TLB: swiotlb_init_remap: Failed to allocate 1073741824 bytes tlb structure'), stamped(banner(), 'software IO TLB: swiotlb_init_remap: Failed to allocate 1073741824 bytes tlb structure')],
  'encrypted-oversize': [stamped(banner(), SEV, pool(2 ** 30), full('nvidia 0000:01:00.0', 2097152, 524288, 564)), stamped(banner(), pool(2 ** 30), full('nvidia 0000:01:00.0', 2097152, 524288, 564))],
  'encrypted-exhausted': [stamped(banner(), SEV, pool(2 ** 30), full('virtio-pci 0000:00:04.0', 262144, 524288, 524200)), stamped(banner(), pool(2 ** 30), full('virtio-pci 0000:00:04.0', 262144, 524288, 524200))],
  's390-fragmented': [stamped(banner(), pool(), full('virtio_ccw 0.0.0000', 262144, 32768, 28249)), stamped(banner(), pool(), full('virtio_ccw 0.0.0000', 262144, 32768, 32768))],
  'virtio-oversize': [stamped(banner(), pool(), full('virtio-pci 0000:00:01.0', 294912, 1024, 725)), stamped(banner(), pool(), full('virtio-pci 0000:00:01.0', 262144, 1024, 725))],
  'wifi-mapping-leak': [stamped(banner(), pool(), full('rtl8192ee 0000:02:00.0', 4000)), stamped(banner(), pool(), full('rtl8192ce 0000:02:00.0', 4000))],
  'usb-display-oversize': [stamped(banner(), pool(), full('udl 2-1.4:1.0', 2097152, 65536, 1)), stamped(banner(), pool(), full('udl 2-1.4:1.0', 65536, 65536, 1))],
  'gpu-oversize-small-soc': [stamped(banner(), pool(), full('v3d fec00000.v3d', 536576, 32768, 3487)), stamped(banner(), PV, pool(), full('v3d fec00000.v3d', 536576, 32768, 3487))],
  'thirty-bit-device': [stamped(banner(), pool(), 'b44 0000:02:00.0: overflow 0x0000000070000000+1522 of DMA mask 3fffffff bus mask 0'), stamped(banner(), pool(), 'e100 0000:02:00.0: overflow 0x0000000170000000+1522 of DMA mask ffffffff bus mask 0')],
  'thirty-one-bit-device': [stamped(banner(), pool(), 'aacraid 0000:02:00.0: overflow 0x00000000b0000000+4096 of DMA mask 7fffffff bus mask 0'), stamped(banner(), pool(), 'sym53c8xx 0000:02:00.0: overflow 0x00000001b0000000+4096 of DMA mask ffffffff bus mask 0')],
  'gigabit-32-bit-acrn': [stamped(banner(), pool(), full('intel-eth-pci 0000:00:1d.1', 2048)), stamped(banner(), pool(), full('igb 0000:00:1d.1', 2048))],
  'switch-exhausted': [stamped(banner(), 'Command line: root=UUID=1 SONIC_BOOT_TYPE=cold rw', pool(), full('linux-kernel-bde 0000:05:00.0', 65536)), stamped(banner(), 'Command line: root=UUID=1 rw', pool(), full('linux-kernel-bde 0000:05:00.0', 65536))],
  'card-controller-small-soc': [stamped(banner(), pool(), full('sdhci-iproc fe340000.emmc2', 65536)), stamped(banner(), pool(), full('sdhci-pci 0000:00:1a.0', 65536))],
  'gpu-pvh-dom0': [`(XEN) Xen version 4.17.7 (Debian) (a@b) (gcc) debug=n\n(XEN) *** Building a PVH Dom0 ***\n${stamped(banner(), pool(), full('amdgpu 0000:0d:00.0', 65536))}`, `(XEN) Xen version 4.17.7 (Debian) (a@b) (gcc) debug=n\n${stamped(banner(), pool(), full('amdgpu 0000:0d:00.0', 65536))}`],
  'usbip-oversize': [stamped(banner(), pool(), full('vhci_hcd vhci_hcd.0', 524288, 32768, 4)), stamped(banner(), pool(), full('vhci_hcd vhci_hcd.0', 65536, 32768, 4))],
};
const ROWS = Object.entries(CASES).map(([id, [fits, nearly]]) => [id as KnownCaseId, fits, nearly] as const);

const casesIn = (text: string): readonly string[] => checkLog(readLog(text, 'boot.log')).flatMap(({ cases }) => cases ?? []);

describe('reported cases', () => {
  it.each(ROWS)('%s is seen where the evidence fits, and not where it nearly does', (id, fits, nearly) => {
    expect(casesIn(fits)).toContain(id);
    expect(casesIn(nearly)).not.toContain(id);
  });

  it.each(ROWS)('%s says why, what helped and what did not, and whose word it is', (id, fits) => {
    const { title, why, source, helped, didNotHelp } = knownCaseText(id);
    for (const text of [title, why, source, ...helped, ...didNotHelp]) expect(text.length).toBeGreaterThan(3);
    const lines = checkLog(readLog(fits, 'boot.log')).flatMap(causeLines);
    expect(lines).toEqual(expect.arrayContaining([`Known case: ${title}. ${why}`, `Source: ${source}`, ...helped.map((what) => `Helped: ${what}`), ...didNotHelp.map((what) => `Did not help: ${what}`)]));
  });
});
