import type { Features } from '../platform/features.ts';
import { type Reason, reason } from '../platform/reason.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import type { Device } from './device.ts';
import { type Outcome, refused } from './outcome.ts';

/** What a driver asks dma_pool_create() for, in bytes. `align` and `boundary`: 0 for none. */
export interface DmaPoolRequest {
  readonly bytes: number;
  readonly align?: number;
  readonly boundary?: number;
}

/** Pages that a pool has of the coherent allocator: `allocation` bytes at `address`. */
interface PoolPage {
  readonly id: string;
  readonly address: number;
  /** Offsets of blocks that are free; the last is the next to go. */
  readonly free: number[];
  inUse: number;
}

interface Pool {
  readonly device: Device;
  readonly bytes: number;
  readonly boundary: number;
  readonly allocation: number;
  /** The latest first. */
  readonly pages: PoolPage[];
  /** Of kernels that link blocks across pages: what was given back, the last first to go. */
  readonly freed: { readonly page: PoolPage; readonly offset: number }[];
  made: number;
}

/** How a pool gets its pages and gives them back: dma_alloc_coherent, dma_free_coherent. */
export interface PageSource {
  allocate(device: Device, id: string, bytes: number): Outcome;
  free(id: string): Outcome;
}

/** struct dma_block of kernels that link blocks across pages, on 64 bits; an int before. */
const LEAST_LINKED = 16;
const LEAST = 4;

/**
 * dma_pools: blocks of one size cut from coherent memory, which a pool keeps until it is destroyed.
 * Source: mm/dmapool.c, read in 6.1.192 (blocks in lists of each page) and as 6.4 and later have it (one list across pages).
 */
export class DmaPools {
  readonly #source: PageSource;
  readonly #linked: boolean;
  readonly #pools = new Map<string, Pool>();
  readonly #blocks = new Map<string, { readonly pool: Pool; readonly page: PoolPage; readonly offset: number }>();

  constructor(features: Features, source: PageSource) {
    this.#linked = features.dmaPoolBlocks.value === 'across-pages';
    this.#source = source;
  }

  /** Whether a pool or a block is known by an id. */
  has(id: string): boolean {
    return this.#pools.has(id) || this.#blocks.has(id);
  }

  create(device: Device, id: string, { bytes, align = 0, boundary = 0 }: DmaPoolRequest): Outcome {
    const unit = align === 0 ? 1 : align;
    const size = Math.ceil(Math.max(bytes, this.#linked ? LEAST_LINKED : LEAST) / unit) * unit;
    const allocation = Math.max(size, PAGE_SIZE);
    const makeable = Number.isSafeInteger(bytes) && bytes > 0 && isPowerOfTwo(unit) && (boundary === 0 || (boundary >= size && isPowerOfTwo(boundary)));
    if (!makeable) return refused([], reason('dma-pool-unmakeable', { bytes, align, boundary }));
    const within = boundary === 0 ? allocation : this.#linked ? Math.min(boundary, allocation) : boundary;
    const pool: Pool = { device, bytes: size, boundary: within, allocation, pages: [], freed: [], made: 0 };
    this.#pools.set(id, pool);
    return { ok: true, explain: [reason('dma-pool-made', { bytes: size, allocation, blocks: this.#offsets(pool).length })] };
  }

  /** dma_pool_alloc: a free block, or the first of new pages. */
  allocate(poolId: string, id: string): Outcome {
    const pool = this.#pools.get(poolId);
    if (!pool) return refused([], reason('no-such-pool', { id: poolId }));
    const steps: Reason[] = [];
    let page = pool.pages.find(({ free }) => free.length > 0);
    let offset = this.#linked ? undefined : page?.free.pop();
    const freed = this.#linked ? pool.freed.pop() : undefined;
    if (freed) ({ page, offset } = freed);
    else if (this.#linked) offset = page?.free.pop();
    let by: Extract<Outcome, { ok: true }>['by'];
    if (!page || offset === undefined) {
      const pageId = `${poolId}/page-${pool.made + 1}`;
      const outcome = this.#source.allocate(pool.device, pageId, pool.allocation);
      const blocks = this.#offsets(pool);
      steps.push(reason('dma-pool-grows', { bytes: pool.allocation, blocks: blocks.length, pages: pool.pages.length }));
      if (!outcome.ok) return { ...outcome, explain: [...steps, ...outcome.explain] };
      steps.push(...outcome.explain);
      by = outcome.by;
      pool.made++;
      page = { id: pageId, address: outcome.address!, free: blocks.reverse(), inUse: 0 };
      pool.pages.unshift(page);
      offset = page.free.pop()!;
    }
    page.inUse++;
    this.#blocks.set(id, { pool, page, offset });
    const address = page.address + offset;
    return { ok: true, ...(by === undefined ? {} : { by }), address, explain: [...steps, reason('dma-pool-block', { bytes: pool.bytes, address })] };
  }

  /** dma_pool_free: the pages stay the pool's. */
  free(id: string): Outcome {
    const block = this.#blocks.get(id);
    if (!block) return refused([], reason('not-mapped', { id }));
    const { pool, page, offset } = block;
    this.#blocks.delete(id);
    page.inUse--;
    if (this.#linked) pool.freed.push({ page, offset });
    else page.free.push(offset);
    return { ok: true, address: page.address + offset, explain: [reason('dma-pool-block-back', { bytes: pool.bytes })] };
  }

  /** dma_pool_destroy: what is still in use is never given back; where blocks are linked across pages, nothing is then. */
  destroy(poolId: string): Outcome {
    const pool = this.#pools.get(poolId);
    if (!pool) return refused([], reason('no-such-pool', { id: poolId }));
    this.#pools.delete(poolId);
    const inUse = pool.pages.reduce((sum, page) => sum + page.inUse, 0);
    const kept = pool.pages.filter((page) => (this.#linked ? inUse : page.inUse) > 0);
    for (const page of pool.pages) if (!kept.includes(page)) this.#source.free(page.id);
    const given = (pool.pages.length - kept.length) * pool.allocation;
    return { ok: true, explain: [reason('dma-pool-gone', { bytes: given }), ...(inUse > 0 ? [reason('dma-pool-busy', { blocks: inUse, bytes: kept.length * pool.allocation })] : [])] };
  }

  /** Where the blocks of new pages begin, in order. Before 6.4 a block that would end at a boundary is left out. */
  #offsets({ bytes, boundary, allocation }: Pool): number[] {
    const offsets: number[] = [];
    let limit = boundary;
    let offset = 0;
    if (this.#linked) {
      while (offset + bytes <= allocation) {
        if (offset + bytes > limit) {
          offset = limit;
          limit += boundary;
          continue;
        }
        offsets.push(offset);
        offset += bytes;
      }
      return offsets;
    }
    while (offset < allocation) {
      offsets.push(offset);
      let next = offset + bytes;
      if (next + bytes >= limit) {
        next = limit;
        limit += boundary;
      }
      offset = next;
    }
    return offsets;
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}
