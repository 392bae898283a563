import type { CoherentBlock } from '../dma/coherent.ts';
import type { DmaSystem } from '../dma/dma-system.ts';
import type { Aperture } from '../swiotlb/aperture.ts';
import { SLOT_BYTES } from '../platform/aperture-size.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { MACHINE_LAYERS, type MachineJournal } from './machine-journal.ts';

/** Orders of blocks are below it. */
const ORDERS = 64;

/**
 * Writes into a journal what becomes of one machine's memory. What an operation takes and gives back at once is not told, so that a
 * block that is split and merged again leaves no trace.
 */
export class MachineRecorder {
  readonly #system: DmaSystem;
  readonly #journal: MachineJournal;
  /** Free blocks of the hypervisor that came and went since they were told last, by frame and order. */
  readonly #blocks = new Map<number, number>();
  /** Natively: how many more or fewer blocks the page allocator has, by zone and order. */
  readonly #counts: Int32Array;
  /** Guests that were told of, with their frames. */
  readonly #guests = new Map<string, { readonly layer: number; readonly runs: readonly { readonly mfn: number; readonly count: number }[] }>();
  /** What happened to domains, coherent memory and pools since it was told last, in order. */
  #pending: (readonly [layer: number, first: number, count: number])[] = [];

  /** Tells of the machine as it was booted, and looks on from then on. @param operation operations that were done before its boot and with it */
  constructor(system: DmaSystem, journal: MachineJournal, operation: number) {
    this.#system = system;
    this.#journal = journal;
    this.#counts = new Int32Array(system.machine.pages.buddy.habits.zones * ORDERS);
    journal.clear();
    this.#tellBoot(operation);
    this.#lookOn();
  }

  /**
   * Tells of what the operations since the last call have changed.
   * @param operation operations that are done
   * @param settled whether the kernel's page allocator is told of too: after every operation of a load that would be most of the record
   */
  flush(operation: number, settled: boolean): void {
    const { domain } = this.#system.machine;
    this.#lookAtGuests();
    if (this.#pending.length > 0) {
      const pending = this.#pending;
      this.#pending = [];
      for (const [layer, first, count] of pending) this.#journal.add(operation, layer, first, count);
    }
    if (domain) this.#tellBlocks(operation);
    else if (settled) this.#tellCounts(operation);
    if (this.#journal.overflown) this.stop();
  }

  /** Looks on no more. */
  stop(): void {
    const { domain, pages } = this.#system.machine;
    if (domain) domain.journal = domain.heap.journal = undefined;
    pages.buddy.journal = undefined;
    this.#system.journal = undefined;
    const pools = this.#system.dynamicPools;
    if (!pools) return;
    pools.journal = undefined;
    for (const { pool } of pools.pools) if (pool !== this.#system.machine.aperture?.pool) pool.journal = undefined;
  }

  #tellBlocks(operation: number): void {
    if (this.#blocks.size === 0) return;
    // What goes is told first: blocks that come may lie in it.
    const changes = [...this.#blocks].sort(([, a], [, b]) => a - b);
    this.#blocks.clear();
    for (const [key, count] of changes) this.#journal.add(operation, MACHINE_LAYERS.block, Math.floor(key / ORDERS) * PAGE_SIZE, count, key % ORDERS);
  }

  #tellCounts(operation: number): void {
    for (const [key, count] of this.#counts.entries()) this.#journal.add(operation, MACHINE_LAYERS.pages, Math.floor(key / ORDERS), count, key % ORDERS);
    this.#counts.fill(0);
  }

  #tellBoot(operation: number): void {
    const { domain, pages } = this.#system.machine;
    if (!domain) {
      for (let zone = 0; zone < pages.buddy.habits.zones; zone++) {
        for (const [order, blocks] of pages.buddy.blockCounts(zone).entries()) this.#journal.add(operation, MACHINE_LAYERS.pages, zone, blocks, order);
      }
      return;
    }
    this.#journal.owners.push('domain');
    for (const { mfn, count } of [...domain.p2m.runs].sort((a, b) => a.mfn - b.mfn)) this.#journal.add(operation, MACHINE_LAYERS.frames, mfn * PAGE_SIZE, count * PAGE_SIZE);
    for (const { frame, order } of domain.heap.blocks()) this.#journal.add(operation, MACHINE_LAYERS.block, frame * PAGE_SIZE, 1, order);
  }

  #lookOn(): void {
    const system = this.#system;
    const { domain, pages } = system.machine;
    if (domain) {
      domain.journal = (mfn, count) => this.#pending.push([MACHINE_LAYERS.frames, mfn * PAGE_SIZE, count * PAGE_SIZE]);
      domain.heap.journal = (frame, order, blocks) => {
        const step = 2 ** order;
        for (let at = 0; at < Math.abs(blocks); at++) this.#note((frame + at * step) * ORDERS + order, Math.sign(blocks));
      };
    } else {
      pages.buddy.journal = (_frame, order, blocks, zone) => {
        this.#counts[zone * ORDERS + order]! += blocks;
      };
    }
    system.journal = (block, inForce) => this.#pending.push(contiguous(block, inForce));
    const pools = system.dynamicPools;
    if (pools) pools.journal = (pool, kind, inForce) => this.#poolChanged(pool, kind, inForce);
  }

  #poolChanged({ pool }: Aperture, kind: 'grown' | 'transient', inForce: boolean): void {
    const size = (inForce ? 1 : -1) * pool.slots * SLOT_BYTES;
    this.#pending.push([MACHINE_LAYERS[kind], pool.start, size]);
    // A transient pool is as large as its one mapping.
    if (kind === 'transient') this.#pending.push([MACHINE_LAYERS.slots, pool.start, size]);
    else pool.journal = (first, count) => this.#pending.push([MACHINE_LAYERS.slots, pool.start + first * SLOT_BYTES, count * SLOT_BYTES]);
  }

  #note(key: number, count: number): void {
    const sum = (this.#blocks.get(key) ?? 0) + count;
    if (sum === 0) this.#blocks.delete(key);
    else this.#blocks.set(key, sum);
  }

  /** Guests are built and destroyed as wholes. */
  #lookAtGuests(): void {
    const { guests } = this.#system;
    for (const [id, { layer, runs }] of this.#guests) {
      if (guests.has(id)) continue;
      this.#guests.delete(id);
      for (const { mfn, count } of runs) this.#pending.push([layer, mfn * PAGE_SIZE, -count * PAGE_SIZE]);
    }
    if (guests.size === this.#guests.size) return;
    for (const [id, guest] of guests) {
      if (this.#guests.has(id)) continue;
      const known = this.#journal.owners.indexOf(id, 1);
      const owner = known > 0 ? known : this.#journal.owners.push(id) - 1;
      const runs = [...guest.p2m.runs].sort((a, b) => a.mfn - b.mfn);
      this.#guests.set(id, { layer: MACHINE_LAYERS.frames + owner, runs });
      for (const { mfn, count } of runs) this.#pending.push([MACHINE_LAYERS.frames + owner, mfn * PAGE_SIZE, count * PAGE_SIZE]);
    }
  }
}

function contiguous({ address, bytes }: CoherentBlock, inForce: boolean): readonly [number, number, number] {
  const size = Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
  return [MACHINE_LAYERS.contiguous, address, inForce ? size : -size];
}
