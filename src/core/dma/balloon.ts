import type { LinuxPages } from '../machine/linux-pages.ts';
import type { PvDomain } from '../machine/pv-domain.ts';
import { reason } from '../platform/reason.ts';
import { PAGE_SIZE, pagesFor } from '../units/pages.ts';
import { type Outcome, refused } from './outcome.ts';

/**
 * The balloon driver of a PV domain: pages that Linux holds and Xen has the frames of.
 * Source: drivers/xen/balloon.c: decrease_reservation, increase_reservation (single pages, EXTENT_ORDER 0).
 */
export class Balloon {
  readonly #pages: LinuxPages;
  readonly #domain: PvDomain | undefined;
  /** Pages without a frame, as ranges; what was ballooned out last comes back first. */
  readonly #held: { first: number; count: number }[] = [];

  constructor(pages: LinuxPages, domain: PvDomain | undefined) {
    this.#pages = pages;
    this.#domain = domain;
  }

  /** Pages that the balloon holds. */
  get heldPages(): number {
    return this.#held.reduce((sum, { count }) => sum + count, 0);
  }

  /** Gives memory to Xen: XENMEM_decrease_reservation. All that the kernel can spare, where it is less than asked. */
  inflate(bytes: number): Outcome {
    const domain = this.#domain;
    if (!domain) return refused([], reason('no-hypervisor', {}));
    if (!Number.isSafeInteger(bytes) || bytes < 1) return refused([], reason('bad-size', { bytes }));
    const wanted = pagesFor(bytes);
    let done = 0;
    let run = { first: 0, count: 0 };
    // Pages that follow each other are given back together, which is the same as one by one.
    const give = (): void => {
      if (run.count === 0) return;
      this.#held.push(run);
      domain.decrease(run.first, run.count);
    };
    for (; done < wanted; done++) {
      const pfn = this.#pages.allocate(0);
      if (pfn === undefined) break;
      if (pfn === run.first + run.count && run.count > 0) run.count++;
      else {
        give();
        run = { first: pfn, count: 1 };
      }
    }
    give();
    const moved = reason('balloon-inflated', { bytes: done * PAGE_SIZE, freeBytes: domain.heap.freeBytes });
    return done === wanted ? { ok: true, explain: [moved] } : refused([moved], reason('balloon-short', { bytes, missing: bytes - done * PAGE_SIZE }));
  }

  /** Takes memory back: XENMEM_populate_physmap, as far as Xen has some. */
  deflate(bytes: number): Outcome {
    const domain = this.#domain;
    if (!domain) return refused([], reason('no-hypervisor', {}));
    if (!Number.isSafeInteger(bytes) || bytes < 1) return refused([], reason('bad-size', { bytes }));
    const wanted = pagesFor(bytes);
    let done = 0;
    for (let range = this.#held.at(-1); range && done < wanted; range = this.#held.at(-1)) {
      const count = Math.min(range.count, wanted - done);
      const first = range.first + range.count - count;
      const got = domain.populate(first, count);
      if (got > 0) this.#pages.buddy.giveRange(first, got);
      done += got;
      this.#held.pop();
      if (range.count > count) this.#held.push({ first: range.first, count: range.count - count });
      if (got === count) continue;
      this.#held.push({ first: first + got, count: count - got });
      break;
    }
    const moved = reason('balloon-deflated', { bytes: done * PAGE_SIZE, freeBytes: domain.heap.freeBytes });
    return done === wanted ? { ok: true, explain: [moved] } : refused([moved], reason('balloon-short', { bytes, missing: bytes - done * PAGE_SIZE }));
  }
}
