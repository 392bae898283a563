/** `count` pages from pseudo-physical frame `pfn` on stand in machine frames `mfn`, `mfn` + 1, … */
export interface P2mRun {
  readonly pfn: number;
  readonly count: number;
  readonly mfn: number;
}

/**
 * A PV domain's physical-to-machine map, as runs sorted by pfn: its memory grows with fragmentation, not with RAM.
 * Source: the p2m of arch/x86/xen/p2m.c and phys_to_machine_mapping of XenLinux.
 */
export class P2m {
  #runs: P2mRun[] = [];

  get runs(): readonly P2mRun[] {
    return this.#runs;
  }

  get pages(): number {
    let sum = 0;
    for (const run of this.#runs) sum += run.count;
    return sum;
  }

  /** Machine frame of a page, or undefined where it has none. */
  lookup(pfn: number): number | undefined {
    const run = this.#runs[this.#indexOf(pfn)];
    return run && pfn >= run.pfn && pfn < run.pfn + run.count ? run.mfn + (pfn - run.pfn) : undefined;
  }

  /** The runs that cover pages `pfn` to `pfn + count - 1`, clipped; pages without a frame are left out. */
  slice(pfn: number, count: number): P2mRun[] {
    const found: P2mRun[] = [];
    for (let i = Math.max(0, this.#indexOf(pfn)); i < this.#runs.length; i++) {
      const run = this.#runs[i];
      if (!run || run.pfn >= pfn + count) break;
      const first = Math.max(run.pfn, pfn);
      const end = Math.min(run.pfn + run.count, pfn + count);
      if (end > first) found.push({ pfn: first, count: end - first, mfn: run.mfn + (first - run.pfn) });
    }
    return found;
  }

  /** Number of machine-contiguous runs of a range of pages: 1 for a contiguous one. */
  machineRuns(pfn: number, count: number): number {
    return this.slice(pfn, count).length;
  }

  /** Sets pages `pfn` on to the machine frames of `frames`, in order; each entry is a run of consecutive frames. */
  set(pfn: number, frames: readonly { readonly mfn: number; readonly count: number }[]): void {
    let next = pfn;
    const added: P2mRun[] = [];
    for (const { mfn, count } of frames) {
      added.push({ pfn: next, count, mfn });
      next += count;
    }
    this.#replace(pfn, next, added);
  }

  /** Leaves pages `pfn` on without a frame. */
  remove(pfn: number, count: number): void {
    this.#replace(pfn, pfn + count, []);
  }

  #replace(pfn: number, end: number, added: readonly P2mRun[]): void {
    const from = Math.max(0, this.#indexOf(pfn));
    let to = from;
    const kept: P2mRun[] = [];
    const after: P2mRun[] = [];
    for (; to < this.#runs.length; to++) {
      const run = this.#runs[to];
      if (!run || run.pfn >= end) break;
      if (run.pfn < pfn) kept.push({ pfn: run.pfn, mfn: run.mfn, count: Math.min(run.count, pfn - run.pfn) });
      if (run.pfn + run.count > end) after.push({ pfn: end, mfn: run.mfn + (end - run.pfn), count: run.pfn + run.count - end });
    }
    const before = this.#runs[from - 1];
    const behind = this.#runs[to];
    const replaced = mergeRuns([...(before ? [before] : []), ...kept, ...added, ...after, ...(behind ? [behind] : [])]);
    this.#runs.splice(from - (before ? 1 : 0), to - from + (before ? 1 : 0) + (behind ? 1 : 0), ...replaced);
  }

  /** Index of the last run that begins at or before `pfn`, or -1. */
  #indexOf(pfn: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle]?.pfn ?? 0) <= pfn) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function mergeRuns(runs: readonly P2mRun[]): P2mRun[] {
  const merged: P2mRun[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (last && last.pfn + last.count === run.pfn && last.mfn + last.count === run.mfn) {
      merged[merged.length - 1] = { ...last, count: last.count + run.count };
    } else if (run.count > 0) merged.push(run);
  }
  return merged;
}
