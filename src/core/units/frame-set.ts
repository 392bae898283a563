/** A range of frames: `count` frames from `first` on. */
export interface FrameRange {
  readonly first: number;
  readonly count: number;
}

/** A set of frames as sorted ranges that neither touch nor overlap: its memory grows with fragments. */
export class FrameSet {
  /** First frames and frames behind the last, in order: [first, end, first, end, …]. */
  #bounds: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  *ranges(): IterableIterator<FrameRange> {
    for (let i = 0; i < this.#bounds.length; i += 2) {
      const first = this.#at(i);
      yield { first, count: this.#at(i + 1) - first };
    }
  }

  /** The ranges within a range, clipped to it. */
  *rangesIn(first: number, count: number): IterableIterator<FrameRange> {
    for (let i = this.#above(first) & ~1; this.#at(i) < first + count; i += 2) {
      const from = Math.max(this.#at(i), first);
      const to = Math.min(this.#at(i + 1), first + count);
      if (to > from) yield { first: from, count: to - from };
    }
  }

  has(frame: number): boolean {
    return this.#above(frame) % 2 === 1;
  }

  /** How many frames of a range are in the set. */
  countIn(first: number, count: number): number {
    let sum = 0;
    for (let i = this.#above(first) & ~1; this.#at(i) < first + count; i += 2) {
      sum += Math.min(this.#at(i + 1), first + count) - Math.max(this.#at(i), first);
    }
    return sum;
  }

  add(first: number, count: number): void {
    this.#replace(first, first + count, true);
  }

  remove(first: number, count: number): void {
    this.#replace(first, first + count, false);
  }

  clear(): void {
    this.#bounds = [];
    this.#size = 0;
  }

  /** The aligned blocks that the set's ranges fall into within frames `from` to `to - 1`, each as large as `maxOrder` allows. */
  *blocks(from: number, to: number, minOrder: number, maxOrder: number): IterableIterator<{ readonly frame: number; readonly order: number }> {
    const smallest = 2 ** minOrder;
    for (let i = this.#above(from) & ~1; this.#at(i) < to; i += 2) {
      let frame = Math.max(this.#at(i), from);
      const end = Math.min(this.#at(i + 1), to);
      if (end - frame < smallest) continue;
      while (frame < end) {
        let order = 0;
        while (order < maxOrder && frame % 2 ** (order + 1) === 0 && frame + 2 ** (order + 1) <= end) order++;
        if (order >= minOrder) yield { frame, order };
        frame += 2 ** order;
      }
    }
  }

  /** A bound; Infinity behind the last. */
  #at(index: number): number {
    return this.#bounds[index] ?? Infinity;
  }

  /** Number of bounds at or below `frame`: odd where the frame is in the set. */
  #above(frame: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle) <= frame) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #replace(first: number, end: number, present: boolean): void {
    if (end <= first) return;
    const before = this.countIn(first, end - first);
    const from = this.#above(first - 1);
    const to = this.#above(end);
    const insideBefore = from % 2 === 1;
    const insideAfter = to % 2 === 1;
    const inner: number[] = [];
    if (insideBefore !== present) inner.push(first);
    if (insideAfter !== present) inner.push(end);
    this.#bounds.splice(from, to - from, ...inner);
    this.#size += (present ? end - first : 0) - before;
  }
}
