import type { KnownCaseId } from '../rules/known-cases.ts';

/** What is known of a case that others reported. */
export interface KnownCaseText {
  readonly title: string;
  readonly why: string;
  readonly helped: readonly string[];
  readonly didNotHelp: readonly string[];
  readonly source: string;
}

const LARGER = 'a larger swiotlb=';
const TEXTS: Readonly<Record<KnownCaseId, KnownCaseText>> = {
  'sles-small-default': {
    title: 'Small default aperture of XenLinux', why: 'XenLinux gives dom0 only 2 MiB (forward ports 2 to 8 MiB) where the machine has little memory.',
    helped: ['swiotlb=16 on the dom0 kernel, then larger powers of two (MiB)', 'kernel-xen 2.6.16.60-0.25 and later'], didNotHelp: [], source: 'SUSE KB 3692489 (000016391)',
  },
  'xen-alignment-regression': {
    title: 'SAS controllers under the alignment check of late 2024', why: '9f40ec84a797 makes mappings bounce, and coherent pools be exchanged, whose machine address is not aligned to their size.',
    helped: ['kernels with e93ec87286bd and 85fcb57c983f (6.14, stable releases of 2025)', 'a kernel before the check'], didNotHelp: [LARGER], source: 'xen-devel, December 2024 and January 2025',
  },
  'gpu-segments-xen-pv': {
    title: 'Graphics driver with large segments in a PV domain', why: 'The driver joins pages to segments above 256 KiB; their machine frames are not contiguous, so they must bounce and never fit.',
    helped: ['a driver that caps its segments to a page under Xen PV (i915: 78a07fe777c4)'], didNotHelp: [LARGER], source: 'qubes-issues 5670, 5416, 6260; qubes-linux-kernel pull request 1365',
  },
  'webcam-oversize-xen-pv': {
    title: 'facetimehd in a PV domain', why: 'The webcam driver maps 1 MiB at once, more than a segment.',
    helped: ['a smaller aperture (swiotlb=2048) was reported to work: it leaves more contiguous memory, so fewer buffers bounce'], didNotHelp: [LARGER], source: 'patjak/facetimehd 87',
  },
  'xen-no-contiguous-memory': {
    title: 'Xen had no contiguous memory for the aperture', why: 'Each segment of a PV domain\'s aperture is exchanged for 256 KiB of contiguous machine memory below 4 GiB.',
    helped: ['leaving Xen more free memory (a smaller dom0_mem=)', 'a smaller aperture: swiotlb=8192, 16 MiB', 'an HVM domain'], didNotHelp: [LARGER], source: 'qubes-issues 1038, 2853',
  },
  'nvme-252-kib': {
    title: 'NVMe: 252 KiB a mapping', why: 'The NVMe driver keeps the offset within a 4 KiB page when a buffer bounces: of a segment 252 KiB are left for certain.',
    helped: ['requests of at most 252 KiB (max_sectors_kb)'], didNotHelp: [LARGER], source: 'kernel/dma/swiotlb.c: swiotlb_max_mapping_size, 5.12 and later',
  },
  'encrypted-low-memory': {
    title: 'Encrypted guest without contiguous low memory', why: 'The aperture of an encrypted guest is up to 1 GiB of contiguous memory below 4 GiB, and this guest has none.',
    helped: ['a smaller aperture: swiotlb=131072, 256 MiB'], didNotHelp: [LARGER], source: 'AMDESE/AMDSEV 116',
  },
  'encrypted-oversize': {
    title: 'Encrypted guest, mapping above a segment', why: 'Every mapping of an encrypted guest bounces, so its drivers may map 256 KiB at once and no more.',
    helped: [], didNotHelp: [LARGER], source: 'AMDESE/AMDSEV 281; NVIDIA/open-gpu-kernel-modules 531',
  },
  'encrypted-exhausted': {
    title: 'Encrypted guest, aperture used up by bursts', why: 'Every mapping of an encrypted guest bounces; a burst of I/O takes all slots.',
    helped: ['CONFIG_SWIOTLB_DYNAMIC=y (6.6 and later)', `${LARGER}, as far as memory below 4 GiB goes`], didNotHelp: [], source: 'dstack pull request 1192; openvmm 794, 1116',
  },
  's390-fragmented': {
    title: 's390 Secure Execution, fragmented aperture', why: 'Requests of the largest size find slots, but no whole segment.',
    helped: ['swiotlb=262144, 512 MiB, as IBM recommends'], didNotHelp: [], source: 'coreos-assembler 3435, 3486',
  },
  'virtio-oversize': {
    title: 'virtio request above a segment', why: 'The driver does not respect virtio_max_dma_size().',
    helped: ['a kernel whose driver asks virtio_max_dma_size()'], didNotHelp: [LARGER], source: 'WSL2-Linux-Kernel pull request 261',
  },
  'wifi-mapping-leak': {
    title: 'Wireless driver that does not unmap', why: 'The driver maps buffers without unmapping them: sooner or later any aperture is full.',
    helped: ['a driver with the unmapping mended'], didNotHelp: [`${LARGER}: it only takes longer`], source: 'lwfinger/rtl8192ee 3; openwrt/mt76 500',
  },
  'usb-display-oversize': {
    title: 'udl maps whole frames', why: 'The USB display driver maps up to 3 MiB at once.', helped: ['a kernel patched by hand to IO_TLB_SHIFT 12 and IO_TLB_SEGSIZE 1024: 4 MiB a mapping'], didNotHelp: [LARGER], source: 'dri-devel, November 2019',
  },
  'gpu-oversize-small-soc': {
    title: 'v3d maps above a segment', why: 'Graphics buffers beyond the reach of the bus must bounce, and are larger than a segment.', helped: ['limiting memory to 3 GiB'], didNotHelp: [LARGER], source: 'raspberrypi/linux 3416',
  },
  'thirty-bit-device': {
    title: '30-bit device', why: 'Devices of this kind reach 1 GiB; an aperture placed below 4 GiB may lie above that.',
    helped: ['an aperture placed below 1 GiB: the default of Xen 3.0.4 (30 bits) was chosen for b44'], didNotHelp: [LARGER], source: 'drivers/net/ethernet/broadcom/b44.c; arch/i386/kernel/swiotlb.c of Xen 3.0.4',
  },
  'thirty-one-bit-device': {
    title: '31-bit device', why: 'Devices of this kind reach 2 GiB; an aperture placed below 4 GiB may lie above that.',
    helped: ['an aperture placed below 2 GiB: the 31 bits of Xen 3.0.2 and 3.0.3 were chosen for aacraid'], didNotHelp: [LARGER], source: 'arch/i386/kernel/swiotlb.c of Xen 3.0.2 and 3.0.3',
  },
  'gigabit-32-bit-acrn': {
    title: 'Intel Ethernet with 32-bit DMA', why: 'The controller reaches 4 GiB: every buffer above bounces.', helped: ['swiotlb=131072, 256 MiB'], didNotHelp: [], source: 'projectacrn/acrn-hypervisor 5243, 5283',
  },
  'switch-exhausted': {
    title: 'SONiC switch', why: "The switch's rings take more slots than the default aperture has.", helped: ['swiotlb=65536, 128 MiB'], didNotHelp: [], source: 'sonic-net/sonic-buildimage 6674',
  },
  'card-controller-small-soc': {
    title: 'Raspberry Pi 4: SD card controller', why: 'Its older bus masters reach 1 GiB; mappings that are not given back were suspected.', helped: ['limiting memory to 3 GiB'], didNotHelp: [], source: 'raspberrypi/linux 3120, 3157; meta-raspberrypi 450',
  },
  'gpu-pvh-dom0': {
    title: 'Graphics in a PVH dom0', why: 'A PVH dom0 exchanges no memory with Xen: its native aperture serves what the IOMMU does not.', helped: ["the machine's IOMMU, in use by Xen"], didNotHelp: [LARGER], source: 'Xen Project, notes of design sessions',
  },
  'usbip-oversize': {
    title: 'usbip request above a segment', why: 'Requests are passed on as they come, also above 256 KiB.', helped: [], didNotHelp: [LARGER], source: 'usbip-win 368; usbip-win2 77',
  },
};

/** What is known of a case. */
export function knownCaseText(id: KnownCaseId): KnownCaseText {
  return TEXTS[id];
}
