import type { Direction } from './copy-rules.ts';
import type { Device } from './device.ts';

/** A streaming mapping that is in force. */
export interface Mapping {
  readonly id: string;
  readonly device: Device;
  readonly bytes: number;
  readonly direction: Direction;
  readonly bounced: boolean;
  /** Bus address of the first byte. */
  readonly address: number;
  /** Address of the bounce buffer as the kernel sees it; only where bounced. */
  readonly tlbAddress?: number;
  /** First slot of the default pool, padding included; absent where the slots are of another pool. */
  readonly slot?: number;
  readonly slots?: number;
  readonly pfn: number;
  readonly order: number;
}

export interface MapSingleRequest {
  readonly id: string;
  readonly bytes: number;
  /** Offset of the buffer in its first page. */
  readonly offset?: number;
  readonly cpu?: number;
  /** DMA_BIDIRECTIONAL where none is given. */
  readonly direction?: Direction;
  /** DMA_ATTR_SKIP_CPU_SYNC. */
  readonly skipCpuSync?: boolean;
  /** Byte that the buffer is filled with beforehand; unknown where none is given. */
  readonly fill?: number;
  /** dma_map_page, or an element of a scatterlist: XenLinux does not test these for machine contiguity. */
  readonly page?: boolean;
}

/** What the mappings of one device have cost so far. */
export interface DeviceTotals {
  readonly direct: number;
  readonly bounced: number;
  readonly refused: number;
  readonly copiedInBytes: number;
  readonly copiedBackBytes: number;
}
