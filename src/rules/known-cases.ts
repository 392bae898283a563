import { MIB } from '../core/units/bytes.ts';
import type { FailureStatement } from '../evidence/log/log-items.ts';
import type { FailureCauseKey } from './failure-cause.ts';

/** What a case is recognised by: one failure, its cause, and what its boot says. */
export interface CaseEvidence {
  readonly item: Pick<FailureStatement, 'driver' | 'mask'> & Partial<Pick<FailureStatement, 'failure' | 'device'>>;
  readonly cause: FailureCauseKey;
  readonly xenPv: boolean;
  readonly xenlinux: boolean;
  /** `SEV`, `SEV-SNP`, `Intel TDX` …, as printed. */
  readonly encryption: string | undefined;
  readonly environment: readonly string[];
  readonly apertureBytes: number | undefined;
  /** Whether this kernel demands natural alignment of machine addresses of streaming mappings (6.12 and stable releases of late 2024). */
  readonly alignmentRegression: boolean;
  readonly minAlignMask: number;
  /** Linux's command line, where it came through whole. */
  readonly commandLine?: string | undefined;
}

/** Cases that were reported and understood: what is known of each stands in src/render/known-case-text.ts. */
export type KnownCaseId =
  | 'sles-small-default' | 'xen-alignment-regression' | 'gpu-segments-xen-pv' | 'xen-no-contiguous-memory' | 'nvme-252-kib' | 'encrypted-low-memory'
  | 'encrypted-oversize' | 'encrypted-exhausted' | 's390-fragmented' | 'virtio-oversize' | 'wifi-mapping-leak' | 'usb-display-oversize' | 'thirty-bit-device' | 'usbip-oversize'
  | 'webcam-oversize-xen-pv' | 'gpu-oversize-small-soc' | 'thirty-one-bit-device' | 'gigabit-32-bit-acrn' | 'switch-exhausted' | 'card-controller-small-soc' | 'gpu-pvh-dom0';

const DRIVERS = {
  gpu: /^(?:amdgpu|radeon|nouveau|i915|xe)$/,
  sas: /^(?:mpt2sas|mpt3sas|megaraid_sas)(?:_cm\d+)?$/,
  leaky: /^(?:rtl8192ee|mt7615e)$/,
  virtio: /^virtio/,
  usbip: /^(?:vhci_hcd|usbip\w*)$/,
  thirtyBit: /^(?:b44|bcm43xx|b43|b43legacy)$/,
  intelEthernet: /^(?:intel-eth-pci|dwmac-intel|stmmaceth|st_gmac)$/,
  cardController: /^(?:mmc-bcm2835|sdhost-bcm2835|sdhci-iproc|bcm2835-mmc|emmc2)$/,
} as const;

const CASES: readonly (readonly [KnownCaseId, (evidence: CaseEvidence) => boolean])[] = [
  ['sles-small-default', ({ xenlinux, apertureBytes, cause }) => xenlinux && apertureBytes !== undefined && apertureBytes <= 8 * MIB && cause !== 'oversize' && cause !== 'beyond-mask'],
  ['xen-alignment-regression', ({ item, xenPv, alignmentRegression }) => xenPv && alignmentRegression && is(item, DRIVERS.sas)],
  ['gpu-segments-xen-pv', ({ item, xenPv, cause }) => xenPv && cause === 'oversize' && is(item, DRIVERS.gpu)],
  ['webcam-oversize-xen-pv', ({ item, xenPv, cause }) => xenPv && cause === 'oversize' && is(item, /^facetimehd$/)],
  ['xen-no-contiguous-memory', ({ item, xenPv }) => xenPv && (item.failure === 'init-failed' || item.failure === 'init-alloc-retry')],
  ['nvme-252-kib', ({ item, minAlignMask, cause }) => minAlignMask > 0 && cause === 'oversize-with-offset' && is(item, /^nvme$/)],
  ['encrypted-low-memory', ({ item, encryption, xenPv }) => encryption !== undefined && !xenPv && (item.failure === 'init-failed' || item.failure === 'init-alloc-retry' || item.failure === 'no-pool')],
  ['encrypted-oversize', ({ encryption, cause }) => encryption !== undefined && cause === 'oversize'],
  ['encrypted-exhausted', ({ encryption, cause }) => encryption !== undefined && (cause === 'exhausted' || cause === 'fragmented' || cause === 'area-short')],
  ['s390-fragmented', ({ item, cause }) => (cause === 'fragmented' || cause === 'area-short') && is(item, /^(?:virtio_ccw|dasd-eckd|qeth|zfcp)$/)],
  ['virtio-oversize', ({ item, cause, encryption }) => encryption === undefined && cause === 'oversize' && is(item, DRIVERS.virtio)],
  ['wifi-mapping-leak', ({ item, cause }) => (cause === 'exhausted' || cause === 'fragmented') && is(item, DRIVERS.leaky)],
  ['usb-display-oversize', ({ item, cause }) => cause === 'oversize' && is(item, /^udl$/)],
  ['gpu-oversize-small-soc', ({ item, cause, xenPv }) => !xenPv && cause === 'oversize' && is(item, /^v3d$/)],
  ['thirty-bit-device', ({ item, cause }) => (cause === 'beyond-mask' || cause === 'exhausted') && (is(item, DRIVERS.thirtyBit) || item.mask === 2 ** 30 - 1)],
  ['thirty-one-bit-device', ({ item, cause }) => (cause === 'beyond-mask' || cause === 'exhausted') && (is(item, /^aacraid$/) || item.mask === 2 ** 31 - 1)],
  ['gigabit-32-bit-acrn', ({ item, cause }) => cause === 'exhausted' && is(item, DRIVERS.intelEthernet)],
  ['switch-exhausted', ({ cause, commandLine }) => (cause === 'exhausted' || cause === 'fragmented' || cause === 'area-short') && commandLine !== undefined && /(?:^|\s)SONIC_\w{1,40}=/.test(commandLine)],
  ['card-controller-small-soc', ({ item, cause }) => (cause === 'exhausted' || cause === 'fragmented') && (is(item, DRIVERS.cardController) || /\.(?:mmc|mmcnr|emmc2|sdhost)$/.test(item.device ?? ''))],
  ['gpu-pvh-dom0', ({ item, environment }) => environment.includes('xen-pvh') && environment.includes('xen-dom0') && item.failure === 'buffer-full' && is(item, DRIVERS.gpu)],
  ['usbip-oversize', ({ item, cause }) => cause === 'oversize' && is(item, DRIVERS.usbip)],
];

/** The cases that a failure fits. */
export function knownCases(evidence: CaseEvidence): KnownCaseId[] {
  return CASES.flatMap(([id, fits]) => (fits(evidence) ? [id] : []));
}

function is({ driver }: CaseEvidence['item'], names: RegExp): boolean {
  return driver !== null && names.test(driver);
}
