import { describe, expect, it } from 'vitest';
import { Aperture } from '../../../../src/core/swiotlb/aperture.ts';
import { DynamicPools, type PoolMemory } from '../../../../src/core/swiotlb/dynamic-pools.ts';

const request = (bytes: number, cpu = 0) => ({ origAddress: 0x1_2340_0000, bytes, cpu, minAlignMask: 0, boundaryMask: 0xffff_ffff, reach: 0xffff_ffff });

/** Memory that gives blocks up to an order, from an address upwards, and counts what is out. */
function memory(largestOrder: number): PoolMemory & { out: number; limits: number[] } {
  let next = 0x1000_0000;
  return {
    out: 0, limits: [], maxOrder: 10,
    allocate(order, limit) {
      this.limits.push(limit);
      if (order > largestOrder) return undefined;
      this.out += 2 ** order;
      const start = next;
      next += 4096 * 2 ** order;
      return start;
    },
    free(_address, order) {
      this.out -= 2 ** order;
    },
  };
}

function filled(slots: number, areas: number, pages: PoolMemory): DynamicPools {
  const pools = new DynamicPools(new Aperture('F', slots, areas, 0x7d10_0000), pages, 0xffff_ffff);
  for (let i = 0; i < slots / 128; i++) expect(pools.map(request(262_144, i))).toMatchObject({ ok: true });
  return pools;
}

describe('DynamicPools', () => {
  it('grows by the default size, at most one block of the page allocator, with areas of a segment or more', () => {
    const pools = filled(8192, 4, memory(10));
    expect(pools.map(request(4096))).toMatchObject({ ok: true, origin: 'transient' });
    expect(pools.growthPending).toBe(true);
    expect(pools.grow()?.pool).toMatchObject({ slots: 2048, areas: 4 });
    expect(pools.growthPending).toBe(false);
    expect(pools.map(request(4096, 1))).toMatchObject({ ok: true, origin: 'grown', area: 1 });
    const small = filled(1024, 8, memory(8));
    expect(small.grow()?.pool).toMatchObject({ slots: 512, areas: 4 });
  });

  it('halves what it asks for down to 1 MiB, then adds nothing', () => {
    expect(filled(2048, 1, memory(9)).grow()?.pool.slots).toBe(1024);
    const none = filled(2048, 1, memory(7));
    expect(none.grow()).toBeUndefined();
    expect(none.pools).toHaveLength(1);
  });

  it('a transient pool is made under the device\'s mask and its memory returns with the mapping', () => {
    const pages = memory(10);
    const pools = filled(512, 1, pages);
    const first = pools.map({ ...request(10_000), reach: 0xff_ffff });
    const second = pools.map(request(2048));
    expect(pages.limits).toEqual([0xff_ffff, 0xffff_ffff]);
    expect(pools.transientSlots).toBe(6);
    expect(pools.unmap(second.ok ? second.address : 0)).toBe(1);
    expect(pools.unmap(first.ok ? first.address : 0)).toBe(5);
    expect(pages.out).toBe(0);
    expect(pools.unmap(first.ok ? first.address : 0)).toBeUndefined();
  });

  it('fails as the default pool does where no memory is found, and at once above a segment', () => {
    const pools = filled(512, 1, memory(-1));
    expect(pools.map(request(4096))).toMatchObject({ ok: false, cause: 'exhausted' });
    const open = new DynamicPools(new Aperture('F', 512, 1, 0x7d10_0000), memory(10), 0xffff_ffff);
    expect(open.map(request(262_145))).toMatchObject({ ok: false, cause: 'oversize' });
    expect(open.growthPending).toBe(false);
  });

  it('gives the memory back where the mapping does not fit its own pool', () => {
    const pages = memory(10);
    // The segment boundary of 4 KiB leaves no run of three slots anywhere.
    const pools = filled(512, 1, pages);
    expect(pools.map({ ...request(6000), boundaryMask: 0xfff })).toMatchObject({ ok: false });
    expect(pages.out).toBe(0);
  });
});
