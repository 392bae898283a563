import { FreeRuns } from './free-runs.ts';
import { SEGMENT_SLOTS } from './panel-state.ts';
import type { RecordingColumns } from './recording-columns.ts';

/** Bytes that keyframes may take together, beside one at the start. */
const KEYFRAME_BYTES = 64 * 2 ** 20;
/** Runs between two keyframes, at least: so many are walked in well under a millisecond. */
const LEAST_INTERVAL = 4096;

interface Keyframe {
  /** Runs of the recording that it stands behind. */
  readonly runs: number;
  /** Runs that hold slots there, by their index. */
  readonly live: Int32Array;
  readonly hint: Int32Array;
}

/**
 * The aperture of a recording after any number of its operations. `owners` and the rest are changed in place by {@link seek}:
 * forwards and backwards run by run, from the nearest keyframe where that is shorter.
 */
export class RecordingPlayer {
  readonly columns: RecordingColumns;
  readonly slots: number;
  readonly areaSlots: number;
  /** For every slot the index of the run that took it, -1 where it is free. */
  readonly owners: Int32Array;
  /** Where the next search of each area starts, counted from its first slot. */
  readonly hint: Int32Array;
  readonly used: Int32Array;
  /** Slots in use after each operation. */
  readonly usedAfter: Uint32Array;
  readonly highWater: number;
  /** Its free slots; up to date after {@link settle}. */
  readonly runs: FreeRuns;
  /** Operations that can be shown: all, or those before the first that contradicts what was before it. */
  readonly playable: number;
  /** What is wrong with the operation behind the playable ones. */
  readonly fault: string | undefined;
  /** Of a run that gave slots back: the run that had taken them. */
  readonly #taker: Int32Array;
  readonly #hintBefore: Int32Array;
  readonly #keyframes: Keyframe[] = [];
  readonly #interval: number;
  readonly #dirty: Uint8Array;
  #dirtySegments: number[] = [];
  #position = 0;
  #run = 0;

  /** @param areas number of areas, all of one size @param hints where the search of each begins at the start */
  constructor(columns: RecordingColumns, slots: number, areas: number, keyframeBytes = KEYFRAME_BYTES, hints: readonly number[] = []) {
    this.columns = columns;
    this.slots = slots;
    this.areaSlots = slots / Math.max(1, areas);
    this.owners = new Int32Array(slots).fill(-1);
    this.hint = Int32Array.from({ length: areas }, (_, area) => hints[area] ?? 0);
    this.used = new Int32Array(areas);
    this.usedAfter = new Uint32Array(columns.operations);
    const segments = Math.ceil(slots / SEGMENT_SLOTS);
    this.runs = new FreeRuns(this.owners);
    this.#dirty = new Uint8Array(segments);
    this.#taker = new Int32Array(columns.runs);
    this.#hintBefore = new Int32Array(columns.runs);
    this.#interval = intervalFor(columns, keyframeBytes);
    const { fault, operations, highWater } = this.#index();
    this.fault = fault;
    this.playable = operations;
    this.highWater = highWater;
    this.#markAll();
    this.settle();
  }

  /** Operations that are done in what is shown. */
  get position(): number {
    return this.#position;
  }

  /** Bytes that the keyframes take. */
  get keyframeBytes(): number {
    return this.#keyframes.reduce((sum, { live, hint }) => sum + live.byteLength + hint.byteLength, 0);
  }

  /** Shows the aperture as it is after so many operations. */
  seek(position: number): void {
    this.#position = Math.max(0, Math.min(this.playable, position));
    const target = runsBefore(this.columns, this.#position);
    const frame = this.#keyframes[Math.min(this.#keyframes.length - 1, Math.round(target / this.#interval))];
    // To put a keyframe up costs about as much as some runs.
    if (frame && Math.abs(target - this.#run) > Math.abs(target - frame.runs) + LEAST_INTERVAL) this.#restore(frame);
    while (this.#run < target) this.#redo(this.#run++);
    while (this.#run > target) this.#undo(--this.#run);
  }

  /** Brings `runs` up to date. @returns the segments that have changed since the last call */
  settle(): readonly number[] {
    const changed = this.#dirtySegments;
    for (const segment of changed) {
      this.#dirty[segment] = 0;
      this.runs.measure(segment);
    }
    this.#dirtySegments = [];
    return changed;
  }

  /** Goes through the recording once, checks that each run fits what was before it, and keeps what is needed to go back. */
  #index(): { fault: string | undefined; operations: number; highWater: number } {
    const { columns } = this;
    const live = new LiveRuns(columns.runs);
    let used = 0;
    let highWater = 0;
    let filled = 0;
    for (let run = 0; run < columns.runs; run++) {
      if (run % this.#interval === 0) this.#keyframes.push({ runs: run, live: live.copy(), hint: this.hint.slice() });
      const operation = columns.runOperation[run]!;
      this.usedAfter.fill(used, filled, operation);
      filled = operation;
      const fault = this.#faultOf(run);
      if (fault !== undefined) {
        // Everything of the operation that contradicts itself is taken back.
        for (this.#run = run; this.#run > 0 && columns.runOperation[this.#run - 1] === operation;) this.#undo(--this.#run);
        return { fault: `operation ${operation + 1}: ${fault}`, operations: operation, highWater };
      }
      const count = columns.runCount[run]!;
      if (count < 0) live.remove(this.#taker[run] = this.owners[columns.runFirst[run]!]!);
      else live.add(run);
      this.#redo(run);
      used += count;
      if (used > highWater) highWater = used;
    }
    this.usedAfter.fill(used, filled);
    this.#run = columns.runs;
    this.#position = columns.operations;
    return { fault: undefined, operations: columns.operations, highWater };
  }

  #faultOf(run: number): string | undefined {
    const { owners, slots, columns } = this;
    const first = columns.runFirst[run]!;
    const count = columns.runCount[run]!;
    const size = Math.abs(count);
    if (first + size > slots) return `slots ${first} to ${first + size - 1} of ${slots}`;
    const owner = owners[first]!;
    if (count < 0 && (owner < 0 || columns.runFirst[owner] !== first || columns.runCount[owner] !== size)) return `gives ${size} slots from slot ${first} back, which no mapping holds so`;
    for (let slot = first; count > 0 && slot < first + size; slot++) if (owners[slot] !== -1) return `takes slot ${slot}, which is in use`;
    return undefined;
  }

  #redo(run: number): void {
    const { columns, areaSlots } = this;
    const first = columns.runFirst[run]!;
    const count = columns.runCount[run]!;
    const area = Math.floor(first / areaSlots);
    if (count > 0) {
      this.#hintBefore[run] = this.hint[area]!;
      const next = first - area * areaSlots + count;
      this.hint[area] = next < areaSlots ? next : 0;
    }
    this.#put(first, Math.abs(count), count > 0 ? run : -1, area);
  }

  #undo(run: number): void {
    const { columns, areaSlots } = this;
    const first = columns.runFirst[run]!;
    const count = columns.runCount[run]!;
    const area = Math.floor(first / areaSlots);
    if (count > 0) this.hint[area] = this.#hintBefore[run]!;
    this.#put(first, Math.abs(count), count > 0 ? -1 : this.#taker[run]!, area);
  }

  #put(first: number, size: number, owner: number, area: number): void {
    this.owners.fill(owner, first, first + size);
    this.used[area]! += owner < 0 ? -size : size;
    for (let segment = first >>> 7; segment <= (first + size - 1) >>> 7; segment++) this.#mark(segment);
  }

  #restore({ runs, live, hint }: Keyframe): void {
    const { columns } = this;
    this.owners.fill(-1);
    this.used.fill(0);
    for (const run of live) {
      const first = columns.runFirst[run]!;
      const size = columns.runCount[run]!;
      this.owners.fill(run, first, first + size);
      this.used[Math.floor(first / this.areaSlots)]! += size;
    }
    this.hint.set(hint);
    this.#run = runs;
    this.#markAll();
  }

  #mark(segment: number): void {
    if (this.#dirty[segment] !== 0) return;
    this.#dirty[segment] = 1;
    this.#dirtySegments.push(segment);
  }

  #markAll(): void {
    for (let segment = 0; segment < this.#dirty.length; segment++) this.#mark(segment);
  }
}

/** Indexes of the runs that hold slots, in no order; adding and removing one take the same time at any number. */
class LiveRuns {
  readonly #place: Int32Array;
  #list = new Int32Array(256);
  #count = 0;

  constructor(runs: number) {
    this.#place = new Int32Array(runs);
  }

  add(run: number): void {
    if (this.#count === this.#list.length) {
      const larger = new Int32Array(this.#list.length * 2);
      larger.set(this.#list);
      this.#list = larger;
    }
    this.#place[run] = this.#count;
    this.#list[this.#count++] = run;
  }

  remove(run: number): void {
    const last = this.#list[--this.#count]!;
    const place = this.#place[run]!;
    this.#list[place] = last;
    this.#place[last] = place;
  }

  copy(): Int32Array {
    return this.#list.slice(0, this.#count);
  }
}

/** Runs between two keyframes, so that all keyframes together keep to their bytes. */
function intervalFor({ runs, runCount }: RecordingColumns, keyframeBytes: number): number {
  let live = 0;
  let sum = 0;
  for (let run = 0; run < runs; run++) sum += live += runCount[run]! > 0 ? 1 : -1;
  return Math.max(LEAST_INTERVAL, Math.ceil((4 * sum) / keyframeBytes));
}

/** Runs that belong to the first so many operations. */
function runsBefore({ runs, runOperation }: RecordingColumns, operations: number): number {
  let low = 0;
  let high = runs;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runOperation[middle]! < operations) low = middle + 1;
    else high = middle;
  }
  return low;
}
