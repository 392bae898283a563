import type { BuddyHabits } from '../../../../src/core/machine/frame-buddy.ts';

interface Block {
  frame: number;
  order: number;
  /** Which of its frames wait for their scrub; as the kernel does, all behind the first such frame count. */
  dirtyFrom: number;
}

/**
 * A second buddy allocator, kept deliberately naive: plain arrays as lists, every block by itself, found by looking at all of
 * them. It shares no code with src/core.
 */
export class NaiveBuddy {
  readonly habits: BuddyHabits;
  readonly lists: Block[][][];

  constructor(habits: BuddyHabits) {
    this.habits = habits;
    this.lists = Array.from({ length: habits.zones }, () => Array.from({ length: habits.maxOrder + 1 }, () => []));
  }

  all(): Block[] {
    return this.lists.flat(2);
  }

  free(zone: number): number {
    return (this.lists[zone] ?? []).flat().reduce((sum, { order }) => sum + 2 ** order, 0);
  }

  put(block: Block): void {
    const list = this.listOf(block);
    if (this.habits.placing === 'head' || (this.habits.placing === 'by-scrub' && block.dirtyFrom === Infinity)) list.unshift(block);
    else list.push(block);
  }

  drop(block: Block): void {
    const list = this.listOf(block);
    list.splice(list.indexOf(block), 1);
  }

  take(order: number, from: number): { frame: number; zone: number } | undefined {
    const rounds = this.habits.placing === 'by-scrub' && order > 0 ? [false, true] : [true];
    for (const dirtyToo of rounds) {
      for (let zone = from; zone >= 0; zone--) {
        const frame = this.takeFromZone(zone, order, dirtyToo);
        if (frame !== undefined) return { frame, zone };
      }
    }
    return undefined;
  }

  takeFromZone(zone: number, order: number, dirtyToo = true): number | undefined {
    if (this.free(zone) < 2 ** order) return undefined;
    for (let size = order; size <= this.habits.maxOrder; size++) {
      const list = this.lists[zone]?.[size] ?? [];
      const [block] = list;
      if (!block) continue;
      if (order > 0 && !dirtyToo && block.dirtyFrom !== Infinity) {
        list.push(...list.splice(0, 1));
        continue;
      }
      this.drop(block);
      while (block.order > order) this.halve(block);
      return block.frame;
    }
    return undefined;
  }

  give(frame: number, order: number, dirty = false): void {
    let block: Block = { frame, order, dirtyFrom: dirty ? 0 : Infinity };
    for (;;) {
      const { frame: at, order: size } = block;
      const other = Math.floor(at / 2 ** size) % 2 === 1 ? at - 2 ** size : at + 2 ** size;
      const buddy = this.all().find((free) => free.frame === other && free.order === size);
      if (!buddy || size === this.habits.maxOrder || this.habits.zoneOf(other) !== this.habits.zoneOf(at)) break;
      this.drop(buddy);
      const [lower, upper] = at < other ? [block, buddy] : [buddy, block];
      block = { frame: lower.frame, order: size + 1, dirtyFrom: Math.min(lower.dirtyFrom, upper.dirtyFrom + 2 ** size) };
    }
    this.put(block);
  }

  giveRange(first: number, count: number, dirty = false, downwards = false): void {
    const parts: { frame: number; order: number }[] = [];
    for (let frame = first; frame < first + count;) {
      let order = this.habits.maxOrder;
      while (frame % 2 ** order !== 0 || frame + 2 ** order > first + count || this.habits.zoneOf(frame) !== this.habits.zoneOf(frame + 2 ** order - 1)) order--;
      parts.push({ frame, order });
      frame += 2 ** order;
    }
    for (const { frame, order } of downwards ? parts.reverse() : parts) this.give(frame, order, dirty);
  }

  reserve(first: number, count: number): number {
    let taken = 0;
    for (const block of this.all().filter(({ frame, order }) => frame < first + count && frame + 2 ** order > first).sort((a, b) => a.frame - b.frame)) {
      this.drop(block);
      const end = block.frame + 2 ** block.order;
      const [from, to] = [Math.max(block.frame, first), Math.min(end, first + count)];
      taken += to - from;
      this.giveRange(block.frame, from - block.frame);
      this.giveRange(to, end - to);
    }
    return taken;
  }

  scrub(): void {
    for (const block of this.all().filter(({ dirtyFrom }) => dirtyFrom !== Infinity)) {
      this.drop(block);
      block.dirtyFrom = Infinity;
      this.put(block);
    }
  }

  private listOf({ frame, order }: Block): Block[] {
    const list = this.lists[this.habits.zoneOf(frame)]?.[order];
    if (!list) throw new Error(`no list for frame ${frame}`);
    return list;
  }

  private halve(block: Block): void {
    block.order--;
    const half = 2 ** block.order;
    const lower: Block = { frame: block.frame, order: block.order, dirtyFrom: block.dirtyFrom < half ? block.dirtyFrom : Infinity };
    const upper: Block = { frame: block.frame + half, order: block.order, dirtyFrom: Math.max(0, block.dirtyFrom - half) };
    const [kept, other] = this.habits.keep === 'upper' ? [upper, lower] : [lower, upper];
    block.frame = kept.frame;
    block.dirtyFrom = kept.dirtyFrom;
    this.put(other);
  }
}
