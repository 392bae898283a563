import { SEGMENT_SLOTS } from './panel-state.ts';

/** Entries of a segment: runs of 0 to 128 slots. */
const LENGTHS = SEGMENT_SLOTS + 1;

/**
 * Free slots of a pool by segment: how many, the longest run, and over all segments how many runs there are of each length. Runs do not
 * cross a segment's border, for the allocator neither.
 */
export class FreeRuns {
  readonly free: Uint8Array;
  readonly longest: Uint8Array;
  /** Free runs of the pool by their length in slots, 1 to 128. */
  readonly byLength = new Uint32Array(LENGTHS);
  readonly #owners: Int32Array;
  /** Runs of each segment by their length. */
  readonly #counts: Uint8Array;

  /** @param owners of each slot, -1 where it is free; read again by {@link measure} */
  constructor(owners: Int32Array) {
    const segments = Math.ceil(owners.length / SEGMENT_SLOTS);
    this.#owners = owners;
    this.free = new Uint8Array(segments);
    this.longest = new Uint8Array(segments);
    this.#counts = new Uint8Array(segments * LENGTHS);
    for (let segment = 0; segment < segments; segment++) this.measure(segment);
  }

  /** Counts one segment anew. */
  measure(segment: number): void {
    const { byLength } = this;
    const counts = this.#counts.subarray(segment * LENGTHS, (segment + 1) * LENGTHS);
    const owners = this.#owners;
    for (let length = this.longest[segment]!; length > 0; length--) byLength[length]! -= counts[length]!;
    counts.fill(0);
    const end = Math.min(owners.length, (segment + 1) * SEGMENT_SLOTS);
    let free = 0;
    let longest = 0;
    for (let slot = segment * SEGMENT_SLOTS, run = 0; slot < end; slot++) {
      run = owners[slot] === -1 ? run + 1 : 0;
      if (run === 0 || (slot + 1 < end && owners[slot + 1] === -1)) continue;
      free += run;
      counts[run]!++;
      byLength[run]!++;
      if (run > longest) longest = run;
    }
    this.free[segment] = free;
    this.longest[segment] = longest;
  }
}
