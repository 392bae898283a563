import type { E820Entry } from '../../core/platform/platform-facts.ts';
import type { FailureKind } from './log-facts.ts';

/** What a recogniser reads from one message: a discriminated union on `kind`. Addresses and sizes are plain numbers of bytes. */
export type LogStatement =
  | { readonly kind: 'linux-banner'; readonly release: string; readonly rest: string }
  /** /proc/version, pasted among lines of a log. */
  | { readonly kind: 'linux-release'; readonly release: string; readonly rest: string }
  | { readonly kind: 'xen-banner'; readonly version: string; readonly rest: string }
  /** Linux names the hypervisor under it. */
  | { readonly kind: 'xen-seen'; readonly version: string; readonly mode: 'pv' | 'hvm' }
  /** `commandLine` is null where the line was wrapped on its way, so that it cannot be put together for certain; `beginning` is what is. */
  | { readonly kind: 'linux-command-line'; readonly commandLine: string | null; readonly beginning: string }
  | { readonly kind: 'xen-command-line'; readonly commandLine: string | null; readonly beginning: string }
  /** `end` is exclusive in every field here, whatever the kernel printed. */
  | { readonly kind: 'pool'; readonly start: number; readonly end: number; readonly megabytes?: number; readonly kernelRange?: string }
  | { readonly kind: 'pool-placed'; readonly kernelRange: string; readonly megabytes: number }
  | { readonly kind: 'xenlinux-pool' }
  | { readonly kind: 'xenlinux-aperture'; readonly megabytes: number }
  | { readonly kind: 'xenlinux-kernel-range'; readonly range: string; readonly bytes: number }
  | { readonly kind: 'xenlinux-bus-range'; readonly range: string; readonly bytes: number }
  | { readonly kind: 'xenlinux-address-size'; readonly bits: number }
  | { readonly kind: 'pool-disabled' }
  | { readonly kind: 'pool-areas'; readonly areas: number }
  | { readonly kind: 'pool-adjusted'; readonly megabytes: number }
  | { readonly kind: 'pool-roundup'; readonly megabytes: number }
  | { readonly kind: 'pool-slabs-adjusted'; readonly from: number; readonly to: number }
  | { readonly kind: 'pool-torn-down' }
  | { readonly kind: 'no-low-memory' }
  | { readonly kind: 'lowering'; readonly megabytes: number }
  | { readonly kind: 'restricted-pool'; readonly start: number; readonly bytes: number }
  | { readonly kind: 'bounce-buffering' }
  | FailureStatement
  | { readonly kind: 'sync-overflow'; readonly bytes: number; readonly driver: string | null; readonly device: string | null }
  /** `of`: the function that printed. */
  | { readonly kind: 'suppressed'; readonly count: number; readonly of: string }
  | { readonly kind: 'e820-heading'; readonly map: E820Map }
  | { readonly kind: 'e820-row'; readonly map: E820Map; readonly entry: E820Entry }
  | { readonly kind: 'xen-dma-width'; readonly bits: number | null }
  | { readonly kind: 'dom0-max-vcpus'; readonly count: number }
  | { readonly kind: 'dom0-built'; readonly mode: 'pv' | 'pvh' }
  /** `kernel` is pseudo-physical, the others machine memory; `end` is exclusive. */
  | { readonly kind: 'dom0-placed'; readonly part: 'kernel' | 'initial' | 'ramdisk'; readonly start: number; readonly end: number }
  | { readonly kind: 'xen-system-ram'; readonly bytes: number }
  | { readonly kind: 'iommu'; readonly vendor: 'intel' | 'amd' | null; readonly enabled: boolean | null }
  | { readonly kind: 'memory-encryption'; readonly active: string }
  | { readonly kind: 'cma'; readonly bytes: number }
  /** What the page allocator has of Linux's memory; `bytes` is all of that, `cmaBytes` the sum of all CMA areas. */
  | { readonly kind: 'memory'; readonly available: number; readonly bytes: number | null; readonly cmaBytes: number | null }
  | { readonly kind: 'cpus'; readonly possible: number }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'arch'; readonly arch: string }
  | { readonly kind: 'word-size'; readonly bits: 64 }
  | { readonly kind: 'order-failure'; readonly order: number; readonly task: string }
  /** A report of CONFIG_DMA_API_DEBUG; `bytes` and `limit` as the report has them: a segment and its largest, what was freed and what was mapped. */
  | { readonly kind: 'dma-debug'; readonly report: DmaDebugReport; readonly driver: string | null; readonly device: string | null; readonly bytes: number | null; readonly limit: number | null }
  /** A driver's own word that a scatterlist could not be mapped; `error` is the positive errno. */
  | { readonly kind: 'map-sg-failed'; readonly driver: string; readonly device: string | null; readonly error: number }
  /** Free blocks of each order of one zone, from order 0. */
  | { readonly kind: 'free-blocks'; readonly node: number; readonly zone: string; readonly blocks: readonly number[] }
  | { readonly kind: 'xen-heap-key'; readonly key: string }
  /** `order` in Xen 3.0.4 alone, which prints a line an order; else all orders together. */
  | { readonly kind: 'xen-heap-zone'; readonly node: number; readonly zone: number; readonly pages: number; readonly order?: number }
  | { readonly kind: 'xen-heap-free'; readonly of: string; readonly bytes: number }
  | { readonly kind: 'pool-counter'; readonly of: 'nslabs' | 'used' | 'used_hiwater' | 'transient_nslabs'; readonly slots: number }
  /** Physical addresses; `end` is exclusive. */
  | { readonly kind: 'iomem-row'; readonly start: number; readonly end: number; readonly name: string }
  | { readonly kind: 'xl-info'; readonly field: string; readonly value: string };

/** The rules of the DMA API that CONFIG_DMA_API_DEBUG watches. */
export type DmaDebugReport =
  | 'segment-too-long' | 'segment-across-boundary' | 'freed-other-size' | 'freed-otherwise' | 'freed-not-mapped' | 'still-mapped' | 'error-not-checked'
  | 'synced-outside' | 'synced-otherwise' | 'not-dma-memory' | 'overlapping';

export interface FailureStatement {
  readonly kind: 'failure';
  readonly failure: FailureKind;
  readonly bytes: number | null;
  readonly device: string | null;
  readonly driver: string | null;
  readonly totalSlots: number | null;
  readonly usedSlots: number | null;
  /** The size as printed, where it is none: negative, or beyond 2^53. */
  readonly printedSize?: string;
  /** Last address that the device reaches, where the line states its mask. */
  readonly mask?: number;
}

/** Whose map a row belongs to: firmware's map as Linux prints it, the map Xen gave a PV kernel, or the machine's as Xen prints it. */
export type E820Map = 'firmware' | 'xen-pv' | 'machine';

/** Where in the text a message stands. Lines and columns count from 1; `endColumn` is the column behind its last character. */
export interface LogPlace {
  readonly recogniser: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** The message without its prefix, as far as it stands on this line. */
  readonly text: string;
}

/** One recognised line. */
export type LogItem = LogStatement & LogPlace;
