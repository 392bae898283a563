import { describe, expect, it } from 'vitest';
import { bootReserveStrategy } from '../../../../src/core/dma/strategies/boot-reserve.ts';
import { contigOrderStrategy } from '../../../../src/core/dma/strategies/contig-order.ts';
import { bytesOf, largestRun, roomAtBoot } from '../../../../src/core/dma/strategies/machine-room.ts';
import { pvhIommuStrategy } from '../../../../src/core/dma/strategies/pvh-iommu.ts';
import { scatterGatherStrategy } from '../../../../src/core/dma/strategies/scatter-gather.ts';
import { segmentSizeStrategy } from '../../../../src/core/dma/strategies/segment-size.ts';
import { priceStrategies } from '../../../../src/core/dma/strategies/price-strategies.ts';
import { wideMaskStrategy } from '../../../../src/core/dma/strategies/wide-mask.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { builtInPlatform, BUILT_IN_PLATFORMS } from '../../../../src/core/platform/built-in-platforms.ts';
import type { PlatformFacts } from '../../../../src/core/platform/platform-facts.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';
import { reasonText } from '../../../../src/render/reason-text.ts';

function platform(id: string) {
  const found = builtInPlatform(id);
  if (!found) throw new Error(id);
  return found;
}

function from(id: string, more: PlatformFacts) {
  const found = BUILT_IN_PLATFORMS.find((candidate) => candidate.id === id);
  if (!found) throw new Error(id);
  return buildPlatform({ ...found.facts, ...more }, { id });
}

const wish = { bytes: GIB, maskBits: 32 };
const stated = <T>(value: T) => ({ value, from: { kind: 'log', uri: 'x', line: 1, column: 1 } } as const);

describe('strategies for a contiguous buffer of 0.5 to 2 GiB at 32 bits', () => {
  it('a larger segment: copies everything, and 2 MiB is the end while a PV kernel boots', () => {
    const pv = segmentSizeStrategy(platform('xen-4.17-linux-6.1'), wish);
    expect(pv).toMatchObject({ feasible: false, pieceBytes: 2 * MIB, pieces: 512, cost: { copiedBytes: GIB } });
    const native = segmentSizeStrategy(platform('linux-6.12'), wish);
    expect(native).toMatchObject({ feasible: true, pieceBytes: GIB, pieces: 1, cost: { memoryBytes: GIB, bookkeepingBytes: (GIB / 2048) * 24 } });
    const huge = segmentSizeStrategy(platform('linux-6.12'), { bytes: 8 * GIB, maskBits: 32 });
    expect(huge.feasible).toBe(false);
    expect(huge.explain.some(({ key }) => key === 'strategy-no-room')).toBe(true);
  });

  it('a larger MAX_CONTIG_ORDER: the page allocator still ends at 4 MiB, and the arrays stay', () => {
    const answer = contigOrderStrategy(platform('xen-3.0.4'), wish);
    expect(answer).toMatchObject({ feasible: false, pieceBytes: 4 * MIB, cost: { bookkeepingBytes: 2 ** 18 * 72 } });
    expect(answer.explain.some(({ key }) => key === 'page-allocator-limit')).toBe(true);
    expect(contigOrderStrategy(platform('xen-3.0.4'), { bytes: 4 * MIB, maskBits: 32 })).toMatchObject({ feasible: true, pieces: 1 });
    expect(contigOrderStrategy(platform('xen-4.17-linux-5.10'), { bytes: 4 * MIB, maskBits: 32 }).cost.bookkeepingBytes).toBe(2 ** 10 * 8);
    expect(contigOrderStrategy(platform('linux-6.1'), wish)).toMatchObject({ feasible: false, cost: { bookkeepingBytes: 0 } });
    expect(contigOrderStrategy(platform('xen-4.17-linux-6.1'), { bytes: 4 * MIB, maskBits: 20 }).explain.some(({ key }) => key === 'strategy-no-room')).toBe(true);
    expect(contigOrderStrategy(platform('xen-4.17-linux-6.1'), { bytes: 4 * GIB, maskBits: 32 }).explain.map(({ key }) => key)).toContain('xen-exchange-order-limit');
  });

  it('a reserve at boot: there without a copy, at the price of its memory', () => {
    for (const bytes of [512 * MIB, GIB, 2 * GIB]) {
      const answer = bootReserveStrategy(platform('xen-4.17-linux-6.1'), { bytes, maskBits: 32 });
      expect(answer).toMatchObject({ feasible: true, cost: { memoryBytes: bytes, copiedBytes: 0 } });
      const all = bytesOf(roomAtBoot(platform('xen-4.17-linux-6.1')));
      expect(answer.remains.bytes).toBe(all - bytes);
    }
    // In extents of 1 GiB only two whole ones lie below 3 GiB beside Xen.
    expect(bootReserveStrategy(platform('xen-4.17-linux-6.1'), { bytes: 2 * GIB, maskBits: 32 }, GIB).feasible).toBe(false);
    expect(bootReserveStrategy(platform('xen-4.17-linux-6.1'), { bytes: 600 * MIB, maskBits: 32 }, GIB).cost.memoryBytes).toBe(GIB);
    expect(bootReserveStrategy(platform('xen-4.17-linux-6.1'), { bytes: GIB, maskBits: 24 })).toMatchObject({ feasible: false, pieces: 0 });
  });

  it('a 64-bit mask: nothing for a device of 32 bits, and memory below 4 GiB stays free', () => {
    const answer = wideMaskStrategy(platform('xen-4.17-linux-6.1'), wish);
    expect(answer).toMatchObject({ feasible: false, pieces: 1 });
    expect(answer.remains.belowMaskBytes).toBe(bytesOf(roomAtBoot(platform('xen-4.17-linux-6.1')), 32));
    expect(wideMaskStrategy(platform('xen-4.17-linux-6.1'), { bytes: GIB, maskBits: 64 }).feasible).toBe(true);
    expect(wideMaskStrategy(platform('xen-4.17-linux-6.1'), { bytes: 64 * GIB, maskBits: 64 })).toMatchObject({ feasible: false, pieces: 0, cost: { memoryBytes: 0 } });
    expect(wideMaskStrategy(platform('linux-6.1'), { bytes: 16 * MIB, maskBits: 64 }).cost.memoryBytes).toBe(16 * MIB);
  });

  it('scatter-gather: pieces of what the platform promises, as many as can really be had', () => {
    // Dom0 that is given all but 128 MiB leaves Xen next to nothing to exchange with.
    const crowded = scatterGatherStrategy(platform('xen-4.17-linux-6.1'), { bytes: 512 * MIB, maskBits: 32 });
    expect(crowded.pieces).toBe(0);
    expect(crowded.cost.memoryBytes).toBeLessThan(128 * MIB);
    const answer = scatterGatherStrategy(from('xen-4.17-linux-6.1', { domainBytes: stated(2 * GIB) }), { bytes: 512 * MIB, maskBits: 32 });
    expect(answer).toMatchObject({ feasible: false, pieceBytes: 4 * MIB, pieces: 128, cost: { memoryBytes: 512 * MIB, copiedBytes: 0 } });
    expect(scatterGatherStrategy(platform('xen-4.17-linux-5.10'), { bytes: 512 * MIB, maskBits: 32 }).pieceBytes).toBe(2 * MIB);
    expect(scatterGatherStrategy(platform('xen-4.17-linux-6.1'), { bytes: MIB, maskBits: 32 })).toMatchObject({ feasible: true, pieces: 1 });
    expect(scatterGatherStrategy(from('xen-4.17-linux-6.1', { domainBytes: stated(2 * GIB) }), { bytes: GIB, maskBits: 32 }, 16)).toMatchObject({ pieces: 0, cost: { memoryBytes: 64 * MIB } });
    const narrow = scatterGatherStrategy(platform('xen-4.17-linux-6.1'), { bytes: 64 * MIB, maskBits: 24 });
    expect(narrow.pieces).toBe(0);
    expect(narrow.explain.some(({ key }) => key === 'exchange-zone-empty')).toBe(true);
  });

  it('PVH behind an IOMMU: contiguous for the guest is enough, where there are both', () => {
    expect(pvhIommuStrategy(platform('xen-4.17-linux-6.1'), wish)).toMatchObject({ feasible: true, pieces: 1, cost: { copiedBytes: 0 } });
    expect(pvhIommuStrategy(platform('xen-3.0.4'), wish).explain.map(({ key }) => key)).toContain('strategy-pvh-old');
    expect(pvhIommuStrategy(from('xen-4.17-linux-6.1', { iommuEnabled: stated(false) }), wish)).toMatchObject({ feasible: false, pieceBytes: 0 });
    expect(pvhIommuStrategy(platform('xen-4.17-linux-6.1'), { bytes: 4 * GIB, maskBits: 32 }).feasible).toBe(false);
  });

  it('answers for every platform that ships, with sentences, and never more than there is', () => {
    for (const { id } of BUILT_IN_PLATFORMS) {
      const answers = priceStrategies(platform(id), { bytes: 512 * MIB, maskBits: 32 });
      expect(answers.map((answer) => answer.id)).toEqual(['segment-size', 'contig-order', 'boot-reserve', 'wide-mask', 'scatter-gather', 'pvh-iommu']);
      for (const { remains, cost, explain, feasible, pieceBytes } of answers) {
        expect(remains.belowMaskBytes).toBeLessThanOrEqual(Math.max(0, remains.bytes));
        expect(cost.memoryBytes).toBeGreaterThanOrEqual(0);
        if (feasible) expect(pieceBytes).toBeGreaterThanOrEqual(512 * MIB);
        expect(explain.length).toBeGreaterThan(0);
        for (const step of explain) expect(reasonText(step)).not.toMatch(/undefined|NaN/);
      }
    }
  });

  it('finds the largest run of aligned blocks below a mask', () => {
    const ranges = [{ start: MIB, end: 64 * MIB }, { start: 100 * MIB, end: 130 * MIB }];
    expect(largestRun(ranges, 16 * MIB, 64)).toEqual({ start: 16 * MIB, end: 64 * MIB });
    expect(largestRun(ranges, 16 * MIB, 25)).toEqual({ start: 16 * MIB, end: 32 * MIB });
    expect(largestRun(ranges, GIB, 64)).toBeUndefined();
  });
});
