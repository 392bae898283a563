import { SEGMENT_BYTES } from '../core/platform/aperture-size.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import type { Trace, TraceAperture } from '../evidence/trace/trace-operation.ts';

const SEGMENT_PAGES = SEGMENT_BYTES / PAGE_SIZE;

/**
 * What the traces of one boot state about things that do not change while it runs: the machine frames behind the aperture
 * and the width of memory. What no line states beforehand is learnt from the first operation that shows it, and every
 * later operation is held against it.
 */
export class BootKnowledge {
  readonly #aperture: TraceAperture;
  /** Machine frame of each page of the aperture, -1 where not known; undefined natively. */
  readonly #frames: Float64Array | undefined;
  /** Segments whose place an operation was the first to show. */
  readonly learntSegments = new Set<number>();
  /** dma_get_required_mask, once a line has stated it. */
  requiredMask: bigint | undefined;
  /** Bounds of the bus address of the aperture's last byte, from answers to dma_set_mask. */
  #lastAbove = -1;
  #lastAtMost = Infinity;

  /** @param traces all of one boot: P lines of any of them speak of the aperture in all */
  constructor(traces: readonly Trace[], trace: Trace) {
    const { aperture } = trace;
    this.#aperture = aperture;
    if (!trace.xenPv || aperture.slots === 0) return;
    const frames = new Float64Array(Math.ceil((aperture.end - aperture.start) / PAGE_SIZE)).fill(-1);
    this.#frames = frames;
    const firstPfn = aperture.start / PAGE_SIZE;
    for (const { operations } of traces) {
      for (const operation of operations) {
        if (operation.kind !== 'p2m' || operation.run.mfn === undefined) continue;
        const { pfn, count, mfn, step } = operation.run;
        const from = Math.max(pfn, firstPfn);
        const to = Math.min(pfn + count, firstPfn + frames.length);
        for (let page = from; page < to; page++) frames[page - firstPfn] = mfn + (page - pfn) * step;
      }
    }
    if (trace.apertureMachine !== undefined) this.#spread(0, trace.apertureMachine / PAGE_SIZE);
  }

  /** Whether another trace can be of the same boot. */
  covers(trace: Trace, first: Trace): boolean {
    const { start, slots } = trace.aperture;
    return start === this.#aperture.start && slots === this.#aperture.slots && trace.banner === first.banner && trace.apertureMachine === first.apertureMachine;
  }

  /** Bus address of an address in the aperture; undefined where no line has stated its frame so far. */
  busOf(address: number): number | undefined {
    if (!this.#frames) return address;
    const inside = address - this.#aperture.start;
    const frame = this.#frames[Math.floor(inside / PAGE_SIZE)] ?? -1;
    return frame < 0 ? undefined : frame * PAGE_SIZE + (inside % PAGE_SIZE);
  }

  /**
   * Takes over the bus address that an operation shows for a slot of a segment not known before: a segment is contiguous.
   * @returns false where it contradicts what is known: another segment's frames, or the offset in the page
   */
  learn(address: number, bus: number): boolean {
    const inside = address - this.#aperture.start;
    if (!this.#frames || bus % PAGE_SIZE !== inside % PAGE_SIZE) return false;
    const page = Math.floor(inside / PAGE_SIZE);
    const segment = Math.floor(inside / SEGMENT_BYTES);
    const base = Math.floor(bus / PAGE_SIZE) - (page - segment * SEGMENT_PAGES);
    for (let other = 0; other < this.#frames.length; other += SEGMENT_PAGES) {
      const frame = this.#frames[other] ?? -1;
      if (frame >= 0 && base < frame + SEGMENT_PAGES && frame < base + SEGMENT_PAGES) return false;
    }
    this.learntSegments.add(segment);
    this.#spread(segment, base);
    return true;
  }

  /**
   * Whether the aperture's last byte is at or below a mask; undefined where no line decides.
   * @param mask as a number; 2^64 for the widest
   */
  lastByteWithin(mask: number): boolean | undefined {
    const last = this.busOf(this.#aperture.end - 1);
    if (last !== undefined) return last <= mask;
    if (mask >= this.#lastAtMost) return true;
    return mask <= this.#lastAbove ? false : undefined;
  }

  learnLastByte(mask: number, within: boolean): void {
    if (within) this.#lastAtMost = Math.min(this.#lastAtMost, mask);
    else this.#lastAbove = Math.max(this.#lastAbove, mask);
  }

  #spread(segment: number, baseFrame: number): void {
    const frames = this.#frames;
    if (!frames) return;
    for (let i = 0; i < SEGMENT_PAGES && segment * SEGMENT_PAGES + i < frames.length; i++) frames[segment * SEGMENT_PAGES + i] = baseFrame + i;
  }
}
