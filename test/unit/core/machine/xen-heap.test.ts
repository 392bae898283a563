import { describe, expect, it } from 'vitest';
import { framesOfZone, zoneOfFrame, zoneOfWidth } from '../../../../src/core/machine/address-zone.ts';
import { XenHeap, type XenHeapKind } from '../../../../src/core/machine/xen-heap.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const MODERN: XenHeapKind = { zones: 'per-bit', maxOrder: 18, dmaBits: null, cleanToHead: true };
const XEN_304: XenHeapKind = { zones: 'three', maxOrder: 20, dmaBits: 30, cleanToHead: false };
const PC = [{ start: MIB, end: 3 * GIB }, { start: 4 * GIB, end: 6 * GIB }];

describe('zones by address bit', () => {
  it('counts from 1, by the top set bit', () => {
    expect([0, 1, 2, 3, 4, 255, 256, 2 ** 31 - 1, 2 ** 31, 2 ** 33].map(zoneOfFrame)).toEqual([1, 1, 2, 2, 3, 8, 9, 31, 32, 34]);
    expect([0, 12, 13, 32, 64].map(zoneOfWidth)).toEqual([40, 1, 1, 20, 40]);
    for (let zone = 1; zone <= 40; zone++) {
      const { first, end } = framesOfZone(zone);
      expect([zoneOfFrame(first), zoneOfFrame(end - 1)]).toEqual([zone, zone]);
    }
  });
});

describe('XenHeap', () => {
  it('serves from the highest zone that a width allows, aligned and below it', () => {
    const heap = new XenHeap(MODERN, PC);
    for (const [bits, zone] of [[0, 21], [32, 20], [31, 19], [30, 18], [28, 16], [24, 12]] as const) {
      const got = heap.allocate(4, { bits });
      expect(got.ok && got.zone).toBe(zone);
      expect(got.ok && got.frame % 16).toBe(0);
    }
    expect(heap.allocate(19)).toMatchObject({ ok: false, cause: 'order' });
    expect(heap.allocate(0, { bits: 12 })).toMatchObject({ ok: false, cause: 'width' });
    // The frames from 1 MiB up hold no block of 16 MiB below 24 bits.
    expect(heap.allocate(12, { bits: 24 })).toMatchObject({ ok: false, cause: 'no-block', largestOrder: 10 });
  });

  it('keeps memory below dma_bits for requests that name a width, and gives it to others last', () => {
    const heap = new XenHeap({ ...MODERN, dmaBits: 32 }, PC);
    const high = (2 * GIB) / 4096;
    for (let i = 0; i < high / 2 ** 18; i++) expect(heap.allocate(18)).toMatchObject({ ok: true, zone: 21 });
    expect(heap.allocate(0, { noDma: true })).toMatchObject({ ok: false, cause: 'no-block' });
    expect(heap.allocate(0)).toMatchObject({ ok: true, zone: 20 });
  });

  it('keeps an emergency pool from ordinary requests alone', () => {
    const heap = new XenHeap({ ...XEN_304, emergencyBytes: GIB }, [{ start: 16 * MIB, end: GIB }, { start: GIB, end: GIB + 4096 }]);
    expect(heap.allocate(0)).toMatchObject({ ok: true, zone: 1 });
    expect(heap.allocate(0)).toMatchObject({ ok: false, cause: 'emergency-pool' });
    expect(heap.allocate(9, { bits: 31, machineBits: 33 })).toMatchObject({ ok: true, zone: 0 });
    expect(heap.allocateSingles(2)).toBeUndefined();
    const perBit = new XenHeap({ ...MODERN, dmaBits: 30, emergencyBytes: 512 * MIB }, [{ start: MIB, end: 256 * MIB }]);
    expect(perBit.allocate(0)).toMatchObject({ ok: false, cause: 'emergency-pool' });
    expect(perBit.allocate(0, { bits: 30 })).toMatchObject({ ok: true });
  });

  it('serves a width of Xen 3.0.4 from the DMA zone alone, and none below dma_bits', () => {
    const heap = new XenHeap(XEN_304, PC);
    expect(heap.allocate(9, { bits: 31, machineBits: 33 })).toMatchObject({ ok: true, zone: 0 });
    expect(heap.allocate(9, { bits: 29, machineBits: 33 })).toMatchObject({ ok: false, cause: 'width-below-dma-bits' });
    expect(heap.allocate(9, { bits: 33, machineBits: 33 })).toMatchObject({ ok: true, zone: 1 });
    expect(heap.allocate(20, { bits: 31, machineBits: 33 })).toMatchObject({ ok: false, cause: 'no-block' });
    const low = new XenHeap(XEN_304, [{ start: MIB, end: GIB }]);
    expect(low.allocate(0)).toMatchObject({ ok: true, zone: 0 });
    expect(low.allocate(0, { noDma: true })).toMatchObject({ ok: false, cause: 'no-block' });
    expect(low.allocate(19)).toMatchObject({ ok: false, cause: 'no-block' });
  });

  it('goes through a node before it goes to the next, and merges in none but one', () => {
    const nodes = [{ start: 0, end: 4 * GIB }, { start: 4 * GIB, end: 8 * GIB }];
    const heap = new XenHeap({ ...MODERN, nodes }, [{ start: MIB, end: 8 * GIB }]);
    expect(heap.allocate(9, { node: 0 })).toMatchObject({ ok: true, zone: 20 });
    expect(heap.allocate(9, { node: 1 })).toMatchObject({ ok: true, zone: 21 });
    for (let i = 0; i < 4; i++) heap.allocate(18, { node: 1, exactNode: true });
    expect(heap.allocate(18, { node: 1, exactNode: true })).toMatchObject({ ok: false });
    expect(heap.allocate(18, { node: 1 })).toMatchObject({ ok: true, zone: 20 });
  });

  it('refuses others what a claim has spoken for', () => {
    const heap = new XenHeap(MODERN, [{ start: MIB, end: 5 * MIB }]);
    expect(heap.claim(2000)).toBe(false);
    expect(heap.claim(-1)).toBe(false);
    expect(heap.claim(1000)).toBe(true);
    expect(heap.allocate(5)).toMatchObject({ ok: false, cause: 'claimed' });
    expect(heap.allocateSingles(100)).toBeUndefined();
    expect(heap.takenFrames).toBe(0);
    expect(heap.allocate(5, { claimed: true })).toMatchObject({ ok: true });
    expect(heap.unclaimedFrames).toBe(24);
    heap.releaseClaim(5000);
    expect(heap.allocate(5)).toMatchObject({ ok: true });
  });

  it('says what is wrong with a release and is unchanged by it', () => {
    const heap = new XenHeap(MODERN, PC);
    const got = heap.allocate(3);
    if (!got.ok) throw new Error('no block');
    const free = heap.freeFrames;
    expect(heap.free(got.frame + 1, 3)).toBe('misaligned');
    expect(heap.free(got.frame + 8, 3)).toBe('not-allocated');
    expect(heap.free(2 ** 30, 0)).toBe('not-allocated');
    expect(heap.freeFrames).toBe(free);
    expect(heap.free(got.frame, 3)).toBeUndefined();
    expect(heap.free(got.frame, 3)).toBe('not-allocated');
    expect(heap.freeRange(got.frame, 8)).toBe('not-allocated');
    const nodes = [{ start: 0, end: GIB }];
    const small = new XenHeap({ ...MODERN, nodes }, [{ start: MIB, end: GIB }]);
    small.adopt(2 ** 19, 1);
    expect(small.free(2 ** 19, 0)).toBe('not-of-the-heap');
  });

  it('counts what waits for its scrub, from 4.10 on', () => {
    for (const [cleanToHead, dirty] of [[true, 8], [false, 0]] as const) {
      const heap = new XenHeap({ ...MODERN, cleanToHead }, [{ start: MIB, end: 2 * MIB }]);
      const got = heap.allocate(3);
      if (got.ok) heap.free(got.frame, 3, true);
      expect(heap.dirtyFrames).toBe(dirty);
      heap.scrub();
      expect(heap.dirtyFrames).toBe(0);
    }
    const heap = new XenHeap(MODERN, PC);
    expect(heap.withhold(256, 16)).toBe(16);
    expect(heap.freeBytes).toBe(5 * GIB - MIB - 16 * 4096);
    expect(heap.zoneFrames(9)).toBe(240);
    expect([...heap.blocks()].length).toBeGreaterThan(0);
  });
});
