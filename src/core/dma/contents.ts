import { SLOT_BYTES } from '../platform/aperture-size.ts';

/** A byte whose value nothing has said. */
export const UNKNOWN_BYTE = -1;

/** `count` equal bytes: 0 to 255, or UNKNOWN_BYTE. */
export interface ContentRun {
  readonly byte: number;
  readonly count: number;
}

/**
 * What stands in the buffers of mappings and in the bounce slots, byte by byte. Slots begin as zeroes and keep what the last
 * mapping left in them; a buffer is unknown until something is written to it.
 */
export class Contents {
  readonly #slots = new Map<number, Int16Array>();
  readonly #buffers = new Map<string, Int16Array>();

  /** A buffer begins: filled with one byte, or unknown. */
  begin(id: string, bytes: number, fill: number = UNKNOWN_BYTE): void {
    this.#buffers.set(id, new Int16Array(bytes).fill(fill));
  }

  /** Whether a buffer of that name has ever been. Buffers outlive their mapping, so that a driver's view after it can be read. */
  has(id: string): boolean {
    return this.#buffers.has(id);
  }

  sizeOf(id: string): number {
    return this.#buffers.get(id)?.length ?? 0;
  }

  writeBuffer(id: string, offset: number, bytes: number, byte: number): void {
    this.#buffers.get(id)?.fill(byte, offset, offset + bytes);
  }

  readBuffer(id: string, offset: number, bytes: number): ContentRun[] {
    return runsOf(this.#buffers.get(id)?.subarray(offset, offset + bytes) ?? new Int16Array(0));
  }

  /** @param address in the pool, as the kernel sees it */
  writeSlots(address: number, bytes: number, byte: number): void {
    this.#eachSlot(address, bytes, (slot, from, count) => slot.fill(byte, from, from + count));
  }

  readSlots(address: number, bytes: number): ContentRun[] {
    const all = new Int16Array(bytes);
    this.#eachSlot(address, bytes, (slot, from, count, done) => all.set(slot.subarray(from, from + count), done));
    return runsOf(all);
  }

  /** memcpy between a buffer and its bounce slots, as swiotlb_bounce does. */
  copy(way: 'in' | 'back', id: string, offset: number, address: number, bytes: number): void {
    const buffer = this.#buffers.get(id);
    if (!buffer) return;
    this.#eachSlot(address, bytes, (slot, from, count, done) => {
      if (way === 'in') slot.set(buffer.subarray(offset + done, offset + done + count), from);
      else buffer.set(slot.subarray(from, from + count), offset + done);
    });
  }

  #eachSlot(address: number, bytes: number, use: (slot: Int16Array, from: number, count: number, done: number) => void): void {
    for (let done = 0; done < bytes;) {
      const at = address + done;
      const key = Math.floor(at / SLOT_BYTES);
      const from = at - key * SLOT_BYTES;
      const count = Math.min(SLOT_BYTES - from, bytes - done);
      let slot = this.#slots.get(key);
      if (!slot) this.#slots.set(key, slot = new Int16Array(SLOT_BYTES));
      use(slot, from, count, done);
      done += count;
    }
  }
}

function runsOf(bytes: Int16Array): ContentRun[] {
  const runs: { byte: number; count: number }[] = [];
  for (const byte of bytes) {
    const last = runs.at(-1);
    if (last?.byte === byte) last.count++;
    else runs.push({ byte, count: 1 });
  }
  return runs;
}
