/** `count` pages from pseudo-physical frame `pfn` on stand in machine frames `mfn`, `mfn` + 1, … */
export interface P2mRun {
  readonly pfn: number;
  readonly count: number;
  readonly mfn: number;
}

/** Most runs of one chunk: what a change has to copy at most, whatever the map's size. */
const CHUNK_RUNS = 128;

/**
 * A PV domain's physical-to-machine map, as runs sorted by pfn: its memory grows with fragmentation, not with RAM. The runs lie
 * in chunks, so that a change costs no more on a map of many runs than on one of few.
 * Source: the p2m of arch/x86/xen/p2m.c and phys_to_machine_mapping of XenLinux.
 */
export class P2m {
  /** Runs in order, none empty; neither is a chunk. */
  readonly #chunks: P2mRun[][] = [];
  #pages = 0;

  /** All runs, in order. */
  get runs(): readonly P2mRun[] {
    return this.#chunks.flat();
  }

  get pages(): number {
    return this.#pages;
  }

  /** Machine frame of a page, or undefined where it has none. */
  lookup(pfn: number): number | undefined {
    const chunk = this.#chunks[this.#chunkOf(pfn)];
    const run = chunk?.[lastAtOrBefore(chunk, pfn)];
    return run && pfn < run.pfn + run.count ? run.mfn + (pfn - run.pfn) : undefined;
  }

  /** The runs that cover pages `pfn` to `pfn + count - 1`, clipped; pages without a frame are left out. */
  slice(pfn: number, count: number): P2mRun[] {
    const found: P2mRun[] = [];
    const end = pfn + count;
    const first = Math.max(0, this.#chunkOf(pfn));
    for (let number = first; number < this.#chunks.length; number++) {
      const chunk = this.#chunks[number]!;
      for (let i = number === first ? Math.max(0, lastAtOrBefore(chunk, pfn)) : 0; i < chunk.length; i++) {
        const run = chunk[i];
        if (!run || run.pfn >= end) return found;
        const clipped = clip(run, pfn, end);
        if (clipped) found.push(clipped);
      }
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

  /** Leaves no page with a frame. */
  clear(): void {
    this.#chunks.length = 0;
    this.#pages = 0;
  }

  #replace(pfn: number, end: number, added: readonly P2mRun[]): void {
    if (end <= pfn) return;
    // From the run that the first new one may continue to the run that may continue the last.
    const first = Math.max(0, this.#chunkOf(pfn - 1));
    const last = Math.max(first, this.#chunkOf(end));
    const runs = first === last ? (this.#chunks[first] ?? []) : this.#chunks.slice(first, last + 1).flat();
    const from = Math.max(0, lastAtOrBefore(runs, pfn - 1));
    const to = lastAtOrBefore(runs, end) + 1;
    const old = runs.slice(from, to);
    const fresh: P2mRun[] = [];
    for (const run of old) append(fresh, clip(run, -Infinity, pfn));
    for (const run of added) append(fresh, run);
    for (const run of old) append(fresh, clip(run, end, Infinity));
    this.#pages += pagesOf(fresh) - pagesOf(old);
    this.#chunks.splice(first, last - first + 1, ...chunksOf([...runs.slice(0, from), ...fresh, ...runs.slice(to)]));
  }

  /** Number of the last chunk that begins at or before `pfn`, or -1. */
  #chunkOf(pfn: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#chunks[middle]![0]!.pfn <= pfn) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Index of the last run that begins at or before `pfn`, or -1. */
function lastAtOrBefore(runs: readonly P2mRun[], pfn: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle]!.pfn <= pfn) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The part of a run between two pages; the run itself where it lies within. */
function clip(run: P2mRun, from: number, to: number): P2mRun | undefined {
  const end = run.pfn + run.count;
  if (run.pfn >= from && end <= to) return run;
  const first = Math.max(run.pfn, from);
  const count = Math.min(end, to) - first;
  return count > 0 ? { pfn: first, count, mfn: run.mfn + (first - run.pfn) } : undefined;
}

/** Appends a run, to the one before it where both are contiguous. */
function append(runs: P2mRun[], run: P2mRun | undefined): void {
  if (!run || run.count === 0) return;
  const last = runs.at(-1);
  if (last && last.pfn + last.count === run.pfn && last.mfn + last.count === run.mfn) {
    runs[runs.length - 1] = { pfn: last.pfn, mfn: last.mfn, count: last.count + run.count };
  } else runs.push(run);
}

function pagesOf(runs: readonly P2mRun[]): number {
  let pages = 0;
  for (const { count } of runs) pages += count;
  return pages;
}

/** Runs as chunks; more than one has are divided in halves of chunks, so that each can grow. */
function chunksOf(runs: P2mRun[]): P2mRun[][] {
  if (runs.length <= CHUNK_RUNS) return runs.length > 0 ? [runs] : [];
  const chunks: P2mRun[][] = [];
  for (let i = 0; i < runs.length; i += CHUNK_RUNS / 2) chunks.push(runs.slice(i, i + CHUNK_RUNS / 2));
  return chunks;
}
