import { FrameSet } from '../core/units/frame-set.ts';
import { parseAddress } from '../core/units/addresses.ts';
import type { AddressRange } from '../core/units/addresses.ts';
import { orderBytes, PAGE_SIZE } from '../core/units/pages.ts';
import { MACHINE_LAYERS } from './machine-changes.ts';
import type { MachineChanges } from './machine-changes.ts';
import { rangesOf } from './machine-ranges.ts';
import { SLOT_BYTES } from './panel-state.ts';
import type { PanelFreeBlocks, PanelRecording } from './panel-state.ts';

/** Coherent memory or a pool of slots, with the operations that were done when it came. */
export interface Piece extends AddressRange {
  readonly since: number;
}

/** What one operation changed: bytes that came and went. */
export interface Turnover {
  /** Index of the domain, or absent for the hypervisor's heap. */
  readonly owner?: number;
  readonly came: number;
  readonly went: number;
}

/** The machine of a recording after any number of its operations. Its state is changed in place by {@link seek}, forwards and backwards. */
export class MachinePlayer {
  readonly #changes: MachineChanges;
  readonly #about: NonNullable<PanelRecording['machine']>;
  readonly #zoneEnds: readonly number[];
  readonly #free = new FrameSet();
  readonly #counts: number[][];
  readonly #frames: FrameSet[];
  /** Slots in use in pools beside the first, by number of slots from address 0. */
  readonly #slots = new FrameSet();
  readonly #pieces = { contiguous: new Map<number, Piece>(), grown: new Map<number, Piece>(), transient: new Map<number, Piece>() };
  /** When pieces that are gone had come: taken back, they come again. */
  readonly #since = new Map<number, number>();
  #at = 0;

  constructor(changes: MachineChanges, about: NonNullable<PanelRecording['machine']>) {
    this.#changes = changes;
    this.#about = about;
    this.#zoneEnds = about.zones.map(({ end }) => parseAddress(end) ?? Infinity);
    this.#counts = about.zones.map(() => []);
    this.#frames = about.owners.map(() => new FrameSet());
  }

  /** Operations before which nothing is told: those of a machine that was booted anew later. */
  get from(): number {
    return this.#changes.operation[0] ?? 0;
  }

  /** Changes that are done in what is shown: the same number is the same machine. */
  get serial(): number {
    return this.#at;
  }

  /** The last operation that changed what is shown; 0 for boot. */
  get lastChange(): number {
    return this.#at > 0 ? this.#changes.operation[this.#at - 1]! : 0;
  }

  seek(position: number): void {
    const { operation, length } = this.#changes;
    while (this.#at < length && operation[this.#at]! <= position) this.#apply(this.#at++, 1);
    while (this.#at > 0 && operation[this.#at - 1]! > position) this.#apply(--this.#at, -1);
  }

  freeRanges(): AddressRange[] {
    return rangesOf(this.#free);
  }

  domainRanges(owner: number): AddressRange[] {
    return rangesOf(this.#frames[owner] ?? new FrameSet());
  }

  pieces(layer: 'contiguous' | 'grown' | 'transient'): readonly Piece[] {
    return [...this.#pieces[layer].values()];
  }

  /** Runs of used slots in a pool beside the first, counted from its first slot, and how many slots they are. */
  usedSlots({ start, end }: AddressRange): { readonly used: number; readonly runs: readonly { readonly first: number; readonly count: number }[] } {
    const from = start / SLOT_BYTES;
    const size = (end - start) / SLOT_BYTES;
    const runs = Array.from(this.#slots.rangesIn(from, size), ({ first, count }) => ({ first: first - from, count }));
    return { used: this.#slots.countIn(from, size), runs };
  }

  freeBlocks(): PanelFreeBlocks | undefined {
    const { allocator, zones } = this.#about;
    const filled = zones.flatMap((zone, index) => {
      const counts = this.#counts[index] ?? [];
      const last = counts.findLastIndex((count) => count > 0);
      return last < 0 ? [] : [{ ...zone, orders: Array.from({ length: last + 1 }, (_, order) => counts[order] ?? 0) }];
    });
    return filled.length > 0 ? { allocator, zones: filled } : undefined;
  }

  /** What the operation before the position moved between the hypervisor and its domains; empty where it moved nothing. */
  turnover(): readonly Turnover[] {
    const { operation, layer, count, order } = this.#changes;
    const last = this.#at - 1;
    // What boot did is not one operation's.
    if (last < 0 || operation[last] === this.from) return [];
    const owners = this.#frames.map(() => ({ came: 0, went: 0 }));
    let free = 0;
    for (let at = last; at >= 0 && operation[at] === operation[last]; at--) {
      const owner = owners[layer[at]! - MACHINE_LAYERS.frames];
      if (owner && count[at]! > 0) owner.came += count[at]!;
      else if (owner) owner.went -= count[at]!;
      // Blocks that are split and merged come and go: what is free counts.
      else if (layer[at] === MACHINE_LAYERS.block) free += count[at]! * orderBytes(order[at]!);
    }
    const all: Turnover[] = owners.map((sum, owner) => ({ owner, ...sum }));
    return [...all, { came: Math.max(0, free), went: Math.max(0, -free) }].filter(({ came, went }) => came > 0 || went > 0);
  }

  #apply(at: number, direction: 1 | -1): void {
    const layer = this.#changes.layer[at]!;
    const first = this.#changes.first[at]!;
    const count = this.#changes.count[at]! * direction;
    const order = this.#changes.order[at]!;
    if (layer >= MACHINE_LAYERS.frames) applyRange(this.#frames[layer - MACHINE_LAYERS.frames], first, count);
    else if (layer === MACHINE_LAYERS.block) this.#applyBlock(first, count, order);
    else if (layer === MACHINE_LAYERS.pages) this.#applyCount(first, count, order);
    else if (layer === MACHINE_LAYERS.contiguous) this.#applyPiece(this.#pieces.contiguous, at, first, count, direction);
    else if (layer === MACHINE_LAYERS.slots) applyRange(this.#slots, first, count, SLOT_BYTES);
    else this.#applyPiece(layer === MACHINE_LAYERS.grown ? this.#pieces.grown : this.#pieces.transient, at, first, count, direction);
  }

  #applyBlock(first: number, blocks: number, order: number): void {
    applyRange(this.#free, first, blocks * orderBytes(order));
    const zone = this.#zoneEnds.findIndex((end) => first < end);
    if (zone >= 0) this.#applyCount(zone, blocks, order);
  }

  #applyCount(zone: number, blocks: number, order: number): void {
    const counts = this.#counts[zone];
    if (!counts) return;
    while (counts.length <= order) counts.push(0);
    counts[order]! += blocks;
  }

  #applyPiece(pieces: Map<number, Piece>, at: number, first: number, size: number, direction: 1 | -1): void {
    if (size > 0) {
      const since = direction === 1 ? this.#changes.operation[at]! : (this.#since.get(at) ?? 0);
      pieces.set(first, { start: first, end: first + size, since });
      return;
    }
    const gone = pieces.get(first);
    if (gone && direction === 1) this.#since.set(at, gone.since);
    pieces.delete(first);
  }
}

function applyRange(set: FrameSet | undefined, first: number, bytes: number, unit = PAGE_SIZE): void {
  if (bytes > 0) set?.add(first / unit, bytes / unit);
  else set?.remove(first / unit, -bytes / unit);
}
