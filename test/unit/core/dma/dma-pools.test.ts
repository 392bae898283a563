import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { DmaPools, type PageSource } from '../../../../src/core/dma/dma-pools.ts';
import { DmaSystem } from '../../../../src/core/dma/dma-system.ts';
import { builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import { factFromDefault } from '../../../../src/core/platform/fact.ts';
import type { Features } from '../../../../src/core/platform/features.ts';
import { mainlineFeatures } from '../../../../src/core/platform/linux-features.ts';
import { parseKernelRelease } from '../../../../src/core/platform/kernel-release.ts';

const card = createDevice({ name: 'card', maskBits: 64 });

/** A source that never runs short, and counts. */
function pages(): PageSource & { readonly live: Map<string, number> } {
  const live = new Map<string, number>();
  let next = 0x1000_0000;
  return {
    live,
    allocate: (_device, id, bytes) => {
      const address = next;
      next += 2 ** 26;
      live.set(id, bytes);
      return { ok: true, by: 'pages', address, explain: [] };
    },
    free: (id) => ({ ok: live.delete(id), explain: [] }) as ReturnType<PageSource['free']>,
  };
}

function pools(blocks: 'of-pages' | 'across-pages', source: PageSource): DmaPools {
  return new DmaPools({ dmaPoolBlocks: factFromDefault(blocks, 'test') } as Features, source);
}

const both = ['of-pages', 'across-pages'] as const;
const addressOf = (outcome: ReturnType<DmaPools['allocate']>): number => (outcome.ok ? outcome.address! : NaN);

describe('a dma_pool', () => {
  it('is of one list from 6.4 on', () => {
    const of = (text: string) => mainlineFeatures(parseKernelRelease(text)!).dmaPoolBlocks.value;
    expect([of('5.10.218'), of('6.1.192'), of('6.3.13'), of('6.4.0'), of('7.3.0')]).toEqual(['of-pages', 'of-pages', 'of-pages', 'across-pages', 'across-pages']);
  });

  it('leaves out the block that ends at a boundary before 6.4', () => {
    const held = (blocks: (typeof both)[number], bytes: number): number => {
      const source = pages();
      const all = pools(blocks, source);
      all.create(card, 'p', { bytes });
      let count = 0;
      do all.allocate('p', `b${count++}`); while (source.live.size < 2);
      return count - 1;
    };
    expect([256, 512, 2048, 4096, 1000].map((bytes) => held('of-pages', bytes))).toEqual([15, 7, 1, 1, 4]);
    expect([256, 512, 2048, 4096, 1000].map((bytes) => held('across-pages', bytes))).toEqual([16, 8, 2, 1, 4]);
  });

  it.each([
    [{ bytes: 64, align: 48 }, false], [{ bytes: 64, align: 64 }, true], [{ bytes: 0 }, false], [{ bytes: 600, boundary: 512 }, false], [{ bytes: 64, boundary: 96 }, false], [{ bytes: 64, boundary: 128 }, true],
  ])('is made or not: %j', (request, ok) => {
    for (const blocks of both) expect(pools(blocks, pages()).create(card, 'p', request).ok).toBe(ok);
  });

  it('gives blocks that are aligned, apart, within the boundary and in its pages, whatever is taken and given back', () => {
    const request = fc.record({ bytes: fc.integer({ min: 1, max: 9000 }), align: fc.constantFrom(0, 1, 8, 64, 256, 4096), boundary: fc.constantFrom(0, 0, 4096, 16384) });
    fc.assert(fc.property(fc.constantFrom(...both), request, fc.array(fc.nat(20), { maxLength: 60 }), (blocks, { bytes, align, boundary }, choices) => {
      const source = pages();
      const all = pools(blocks, source);
      if (!all.create(card, 'p', { bytes, align, boundary }).ok) return;
      const unit = Math.max(1, align);
      const size = Math.ceil(Math.max(bytes, blocks === 'of-pages' ? 4 : 16) / unit) * unit;
      const allocation = Math.max(size, 4096);
      // Kernels before 6.4 let blocks of a pool with a boundary above its pages run over their end.
      if (blocks === 'of-pages' && boundary > allocation) return;
      const held = new Map<string, number>();
      for (const [at, choice] of choices.entries()) {
        const [id] = [...held.keys()].slice(choice);
        if (choice < 12 || id === undefined) held.set(`b${at}`, addressOf(all.allocate('p', `b${at}`)));
        else {
          expect(all.free(id)).toMatchObject({ ok: true, address: held.get(id) });
          held.delete(id);
        }
      }
      const starts = [...held.values()].sort((a, b) => a - b);
      for (const [at, start] of starts.entries()) {
        const inPage = start % 2 ** 26;
        expect(inPage + size).toBeLessThanOrEqual(allocation);
        expect(inPage % unit).toBe(0);
        if (at > 0) expect(start - starts[at - 1]!).toBeGreaterThanOrEqual(size);
        if (boundary > 0 && boundary < allocation) expect(Math.floor(inPage / boundary)).toBe(Math.floor((inPage + size - 1) / boundary));
      }
      for (const id of held.keys()) all.free(id);
      expect(all.destroy('p').ok).toBe(true);
      expect(source.live.size).toBe(0);
    }));
  });

  it('gives back what was freed last, first', () => {
    for (const blocks of both) {
      const all = pools(blocks, pages());
      all.create(card, 'p', { bytes: 64 });
      const first = addressOf(all.allocate('p', 'a'));
      addressOf(all.allocate('p', 'b'));
      all.free('a');
      expect(addressOf(all.allocate('p', 'c'))).toBe(first);
    }
  });

  it('that is busy keeps the pages of its blocks, from 6.4 on all pages', () => {
    const kept = both.map((blocks) => {
      const source = pages();
      const all = pools(blocks, source);
      all.create(card, 'p', { bytes: 4096 });
      all.allocate('p', 'a');
      all.allocate('p', 'b');
      all.free('a');
      const outcome = all.destroy('p');
      expect(outcome.explain.map(({ key }) => key)).toEqual(['dma-pool-gone', 'dma-pool-busy']);
      return source.live.size;
    });
    expect(kept).toEqual([1, 2]);
  });

  it('takes its pages of the machine, and fails with what the machine says', () => {
    const system = new DmaSystem(builtInPlatform('xen-4.17-linux-5.10')!);
    const narrow = createDevice({ name: 'card', maskBits: 32 });
    expect(system.createPool(narrow, 'small', { bytes: 192, align: 64 }).ok).toBe(true);
    expect(system.allocFromPool('small', 'a')).toMatchObject({ ok: true, by: 'exchange' });
    expect(system.allocFromPool('small', 'b')).not.toHaveProperty('by');
    // The 2.3 MB pool of mpt3sas: order 10, above MAX_CONTIG_ORDER.
    expect(system.createPool(narrow, 'large', { bytes: 2_300_000 }).ok).toBe(true);
    expect(system.allocFromPool('large', 'c')).toMatchObject({ ok: false, reason: 'contig-order-limit' });
    expect(system.coherentBlocks.size).toBe(1);
    expect([system.allocFromPool('none', 'd'), system.allocFromPool('small', 'a'), system.freeToPool('none'), system.destroyPool('none'), system.createPool(narrow, 'small', { bytes: 8 })].map((outcome) => (outcome.ok ? '' : outcome.reason)))
      .toEqual(['no-such-pool', 'already-mapped', 'not-mapped', 'no-such-pool', 'already-mapped']);
    system.freeToPool('a');
    system.freeToPool('b');
    system.destroyPool('small');
    expect(system.coherentBlocks.size).toBe(0);
  });
});
