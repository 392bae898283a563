import { PAGE_SIZE, pagesFor } from '../units/pages.ts';

/**
 * A CMA area: contiguous pages kept for DMA at boot, handed out first fit at the alignment of the request's order, at most
 * CONFIG_CMA_ALIGNMENT (8: 1 MiB).
 * Source: mm/cma.c: cma_alloc; kernel/dma/contiguous.c: dma_alloc_contiguous.
 */
export class CmaArea {
  readonly start: number;
  readonly bytes: number;
  /** Taken ranges by first address, in order. */
  readonly #taken: { start: number; end: number }[] = [];

  constructor(start: number, bytes: number) {
    this.start = start;
    this.bytes = bytes;
  }

  /** @returns first address, or undefined where no gap holds the request */
  allocate(bytes: number): number | undefined {
    const size = pagesFor(bytes) * PAGE_SIZE;
    let align = PAGE_SIZE;
    while (align < size && align < PAGE_SIZE * 2 ** 8) align *= 2;
    let at = Math.ceil(this.start / align) * align;
    for (let i = 0; i <= this.#taken.length; i++) {
      const next = this.#taken[i];
      if (at + size <= (next?.start ?? this.start + this.bytes)) {
        this.#taken.splice(i, 0, { start: at, end: at + size });
        return at;
      }
      if (next) at = Math.max(at, Math.ceil(next.end / align) * align);
    }
    return undefined;
  }

  free(address: number): boolean {
    const index = this.#taken.findIndex((range) => range.start === address);
    if (index >= 0) this.#taken.splice(index, 1);
    return index >= 0;
  }
}
