/**
 * A second implementation of the slot allocator, kept deliberately naive: one boolean a slot, addresses in bigint, every
 * candidate visited one by one in the kernel's order. It shares no code with src/core.
 */

export type Generation = 'A' | 'B1' | 'B2' | 'B3' | 'C' | 'D' | 'E' | 'F';

export interface NaiveRequest {
  orig: number;
  bytes: number;
  cpu: number;
  minAlign: number;
  allocAlign: number;
  boundary: number;
}

export type NaiveResult = { slot: number; pad: number; need: number; address: number; area: number } | 'none' | 'livelock';

const SLOT = 2048;
const SEGMENT = 128;

export class NaivePool {
  readonly busy: boolean[];
  readonly hints: number[];
  readonly #held = new Map<number, { first: number; need: number }>();
  readonly generation: Generation;
  readonly slots: number;
  readonly areas: number;
  readonly start: number;

  constructor(generation: Generation, slots: number, areas: number, start: number) {
    this.generation = generation;
    this.slots = slots;
    this.areas = 'DEF'.includes(generation) ? areas : 1;
    this.start = start;
    this.busy = Array.from({ length: slots }, () => false);
    this.hints = Array.from({ length: this.areas }, () => 0);
  }

  get areaSlots(): number {
    return this.slots / this.areas;
  }

  usedOf(area: number): number {
    return this.busy.slice(area * this.areaSlots, (area + 1) * this.areaSlots).filter(Boolean).length;
  }

  /** Free slots from `slot` to the end of its free run, which ends with the segment and with the pool. */
  freeRun(slot: number): number {
    let count = 0;
    while (slot + count < this.slots && !this.busy[slot + count] && (count === 0 || (slot + count) % SEGMENT !== 0)) count++;
    return count;
  }

  list(): number[] {
    return this.busy.map((_, slot) => this.freeRun(slot));
  }

  map(request: NaiveRequest): NaiveResult {
    const { generation: gen } = this;
    const { orig, bytes, minAlign } = request;
    let offset = 0;
    if ('CDE'.includes(gen)) offset = Number(BigInt(orig) & BigInt(minAlign) & 2047n);
    if (gen === 'F') offset = Number(BigInt(orig) & BigInt(minAlign) & (BigInt(request.allocAlign) | 2047n));
    let size = bytes + offset;
    // An allocation that bounces nothing (address 0) is aligned, but not made larger.
    if (gen === 'F' && request.allocAlign > 0 && orig !== 0) while (size % (request.allocAlign + 1) !== 0) size++;
    const need = Math.ceil(size / SLOT);
    for (let tried = 0; tried < this.areas; tried++) {
      const area = (request.cpu + tried) % this.areas;
      const index = this.#find(area, request, size, need);
      if (index === 'livelock') return 'livelock';
      if (index === undefined) continue;
      const first = area * this.areaSlots + index;
      for (let i = 0; i < need; i++) this.busy[first + i] = true;
      this.hints[area] = index + need < this.areaSlots ? index + need : 0;
      const address = this.start + first * SLOT + offset;
      const pad = Math.floor(offset / SLOT);
      this.#held.set(address, { first, need });
      return { slot: first + pad, pad, need, address, area };
    }
    return 'none';
  }

  unmap(address: number): void {
    const held = this.#held.get(address);
    if (!held) throw new Error(`nothing at ${address}`);
    this.#held.delete(address);
    for (let i = 0; i < held.need; i++) this.busy[held.first + i] = false;
  }

  #find(area: number, request: NaiveRequest, size: number, need: number): number | undefined | 'livelock' {
    const { generation: gen, areaSlots } = this;
    const base = area * areaSlots;
    const large = gen === 'A' || gen === 'B1' ? size > 4096 : size >= 4096;
    const quick = gen !== 'A' && gen !== 'B1' && gen !== 'B2';
    if (quick && need > areaSlots - this.usedOf(area)) return undefined;
    const fits = (index: number): boolean => this.freeRun(base + index) >= need;
    const straddles = (index: number): boolean => gen !== 'A' && this.#straddles(base + index, need, request.boundary);
    const bits = (index: number, mask: bigint): bigint => ((BigInt(this.start) & BigInt(request.boundary)) + BigInt(base + index) * 2048n) & mask;
    const roundUp = (index: number, stride: number): number => {
      let up = index;
      while (up % stride !== 0) up++;
      return up < areaSlots ? up : 0;
    };
    const wrapped = (index: number): number => (index < areaSlots ? index : 0);
    const hint = this.hints[area] ?? 0;

    if (gen === 'A' || gen.startsWith('B')) {
      const stride = large ? 2 : 1;
      const wrap = roundUp(hint, stride);
      let index = wrap;
      do {
        if (!straddles(index) && fits(index)) return index;
        index = wrapped(index + stride);
      } while (index !== wrap);
      return undefined;
    }

    const orig = BigInt(request.orig);
    let minAlign = BigInt(request.minAlign);
    if (gen === 'C' || gen === 'D') {
      const allocAlign = gen === 'D' ? BigInt(request.allocAlign) | 2047n : 2047n;
      minAlign &= ~allocAlign;
      let stride = Number(minAlign >> 11n) + 1;
      if (large) stride *= 2;
      stride = Math.max(stride, Number(allocAlign >> 11n) + 1);
      const wrap = roundUp(hint, stride);
      let index = wrap;
      const seen = new Set<number>();
      do {
        if (seen.has(index)) return 'livelock';
        seen.add(index);
        if (orig !== 0n && bits(index, minAlign) !== (orig & minAlign)) {
          index = wrapped(index + 1);
          continue;
        }
        if (!straddles(index) && fits(index)) return index;
        index = wrapped(index + stride);
      } while (index !== wrap);
      return undefined;
    }

    if (gen === 'E') {
      const mask = (minAlign | BigInt(request.allocAlign) | (large ? 4095n : 0n)) & ~2047n;
      const stride = Number(mask >> 11n) + 1;
      let index = hint;
      for (let checked = 0; checked < areaSlots;) {
        if (orig !== 0n && bits(index, mask) !== (orig & mask)) {
          index = wrapped(index + 1);
          checked++;
        } else if (!straddles(index) && fits(index)) return index;
        else {
          index = wrapped(index + stride);
          checked += stride;
        }
      }
      return undefined;
    }

    let align = BigInt(request.allocAlign);
    if (align === 0n && minAlign === 0n && large) align = 4095n;
    align |= 2047n;
    minAlign &= ~align;
    const stride = Number((align > minAlign ? align : minAlign) >> 11n) + 1;
    let index = hint;
    for (let checked = 0; checked < areaSlots;) {
      if (bits(index, align) !== 0n || (orig !== 0n && (bits(index, minAlign) ^ (orig & minAlign)) !== 0n)) {
        index = wrapped(index + 1);
        checked++;
      } else if (!straddles(index) && fits(index)) return index;
      else {
        index = wrapped(index + stride);
        checked += stride;
      }
    }
    return undefined;
  }

  #straddles(slot: number, need: number, boundary: number): boolean {
    const limit = Math.ceil((boundary + 1) / SLOT);
    const shift = Math.ceil(Number(BigInt(this.start) & BigInt(boundary)) / SLOT);
    return ((shift + slot) % limit) + need > limit;
  }
}
