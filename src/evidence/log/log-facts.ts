/**
 * The facts of one boot log, as `dma-aperture log --json` gives them. A field is null where the log does not say.
 * Addresses are `0x…` strings without padding, sizes are bytes.
 */

export type FailureKind =
  | 'buffer-full'
  | 'out-of-space'
  | 'reduced-allocation'
  | 'init-failed'
  | 'dma-mask-overflow'
  | 'init-alloc-retry'
  | 'coherent-failed'
  | 'no-pool'
  | 'bounce-disabled'
  | 'dma-panic';

/** Failures that agree in kind, bytes, device, total and used are one entry. */
export interface FailureFacts {
  readonly kind: FailureKind;
  readonly bytes: number | null;
  /** Name of the device as the kernel prints it: `0000:0a:00.0`, `ee000000.usb`. */
  readonly device: string | null;
  readonly totalSlots: number | null;
  readonly usedSlots: number | null;
  readonly count: number;
  /** Driver that the device was bound to, where printed. */
  readonly driver: string | null;
  /** The log's lines, from 1, one for each event counted; the first 10,000. */
  readonly lines: readonly number[];
}

export interface SwiotlbFacts {
  /** `enabled`: a pool line; `disabled`: only a tear-down; `absent`: a whole boot log without a word of it. */
  readonly state: 'enabled' | 'disabled' | 'absent' | null;
  readonly sizeBytes: number | null;
  /** First address of the pool and the first behind it: guest-physical under Xen PV. */
  readonly physStart: string | null;
  readonly physEnd: string | null;
  /** Kernel-virtual range as printed. */
  readonly kernelRange: string | null;
  /** Machine addresses, printed by XenLinux 3.0.0 to 3.0.2 only. */
  readonly busRange: string | null;
  readonly addressBits: number | null;
  readonly slots: number | null;
  readonly areas: number | null;
  readonly adjustedToMB: number | null;
  readonly roundupToMB: number | null;
  readonly slabsAdjusted: readonly [number, number] | null;
  readonly tornDown: boolean | null;
}

export interface IommuFacts {
  readonly vendor: 'intel' | 'amd' | null;
  /** true or false where the log states that DMA remapping is on or off. */
  readonly enabled: boolean | null;
}

export interface LogFacts {
  readonly kernelVersion: string | null;
  readonly xenVersion: string | null;
  readonly arch: string | null;
  readonly environment: readonly string[];
  readonly swiotlb: SwiotlbFacts;
  readonly softwareBounceBuffering: boolean | null;
  readonly failures: readonly FailureFacts[];
  readonly iommu: IommuFacts;
  readonly memoryEncryption: string | null;
  readonly cmaBytes: number | null;
  readonly kernelCmdline: string | null;
  readonly xenCmdline: string | null;
  /** Usable bytes of the map that firmware gave to Linux. */
  readonly e820UsableBytes: number | null;
  /** Usable bytes of the pseudo-physical map that Xen gave to a PV kernel. */
  readonly xenPvMapUsableBytes: number | null;
  /** Usable bytes of the machine's map that Xen prints. */
  readonly xenE820UsableBytes: number | null;
  readonly xenDmaWidthBits: number | null;
  readonly xenDom0MaxVcpus: number | null;
  /** Absent where the log has none. */
  readonly pageAllocationFailures?: readonly { readonly order: number; readonly task: string; readonly line: number }[];
  readonly dmaDebugReports?: readonly { readonly report: string; readonly driver: string | null; readonly device: string | null; readonly bytes: number | null; readonly limit: number | null; readonly line: number }[];
  /** Free pages of Xen's heap by zone, of the first dump. */
  readonly xenHeapZones?: readonly { readonly node: number; readonly zone: number; readonly pages: number; readonly order?: number }[];
  /** Free blocks by order and zone: /proc/buddyinfo, or the memory information behind a failure. */
  readonly freeBlocks?: readonly { readonly node: number; readonly zone: string; readonly blocks: readonly number[]; readonly line: number }[];
  /** The counters of /sys/kernel/debug/swiotlb, in slots. */
  readonly poolCounters?: Readonly<Record<string, number>>;
  /** MiB, as `xl info` prints them. */
  readonly xenMemoryMiB?: { readonly total?: number; readonly free?: number };
  /** Bytes of System RAM in /proc/iomem. */
  readonly iomemSystemRamBytes?: number;
}

export const NO_SWIOTLB_FACTS: SwiotlbFacts = {
  state: null,
  sizeBytes: null,
  physStart: null,
  physEnd: null,
  kernelRange: null,
  busRange: null,
  addressBits: null,
  slots: null,
  areas: null,
  adjustedToMB: null,
  roundupToMB: null,
  slabsAdjusted: null,
  tornDown: null,
};

/** The facts of a text that is no kernel log. */
export const NO_LOG_FACTS: LogFacts = {
  kernelVersion: null,
  xenVersion: null,
  arch: null,
  environment: [],
  swiotlb: NO_SWIOTLB_FACTS,
  softwareBounceBuffering: null,
  failures: [],
  iommu: { vendor: null, enabled: null },
  memoryEncryption: null,
  cmaBytes: null,
  kernelCmdline: null,
  xenCmdline: null,
  e820UsableBytes: null,
  xenPvMapUsableBytes: null,
  xenE820UsableBytes: null,
  xenDmaWidthBits: null,
  xenDom0MaxVcpus: null,
};
