import { describe, expect, it } from 'vitest';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { DmaSystem } from '../../../../src/core/dma/dma-system.ts';
import { STRATEGY_IDS } from '../../../../src/core/dma/strategies/strategy.ts';
import { tryStrategy } from '../../../../src/core/dma/strategies/try-strategy.ts';
import { BUILT_IN_PLATFORMS, builtInPlatform } from '../../../../src/core/platform/built-in-platforms.ts';
import type { Platform } from '../../../../src/core/platform/platform.ts';
import { platformVariant } from '../../../../src/core/platform/platform-variant.ts';
import { type BufferPlanRequest, planBuffer, type PlanRow, planSteps, type PlanWayId } from '../../../../src/core/scenario/plan-buffer.ts';
import { MIB } from '../../../../src/core/units/bytes.ts';
import { planCsv, planJson, planMarkdown, planText } from '../../../../src/render/plan-report.ts';

const platform = (id: string): Platform => {
  const found = builtInPlatform(id);
  if (!found) throw new Error(id);
  return found;
};
const FOUNDING: BufferPlanRequest = { bytes: 1024 * MIB, maskBits: 32, contiguous: true, zeroCopy: 'domu', bytesPerSecond: 0 };
const way = (rows: readonly PlanRow[], id: PlanWayId): PlanRow => rows.find((row) => row.id === id)!;

describe('a plan', () => {
  it.each(BUILT_IN_PLATFORMS.flatMap(({ id }) => [[id, 2 * MIB], [id, 4 * MIB]] as const))('of %s agrees with the machine itself: %d bytes', (id, bytes) => {
    const at = platform(id);
    const { rows } = planBuffer(at, { ...FOUNDING, bytes, zeroCopy: 'no' });
    const device = createDevice({ name: 'card', maskBits: 32 });
    expect(way(rows, 'coherent').verdict === 'works').toBe(new DmaSystem(at).allocCoherent(device, 'x', bytes).ok);
    expect(way(rows, 'streaming').verdict === 'works').toBe(new DmaSystem(at).mapSingle(device, { id: 'x', bytes }).ok);
    for (const strategy of STRATEGY_IDS) {
      const row = rows.find((each) => each.id === strategy);
      if (row) expect(row.verdict === 'works', strategy).toBe(tryStrategy(at, strategy, { bytes, maskBits: 32 }).ok);
    }
  }, 180_000);

  it('answers the founding question: only what no kernel of 2007 has gives 1 GiB', () => {
    const { rows } = planBuffer(platform('xen-3.0.4'), FOUNDING);
    expect(rows.filter(({ verdict }) => verdict === 'works').map(({ id }) => id)).toEqual(['boot-reserve']);
    expect(way(rows, 'coherent').binding?.key).toBe('page-allocator-limit');
    expect(way(rows, 'streaming').binding?.key).toBe('plan-copies');
    expect(way(rows, 'contig-order').binding?.key).toBe('plan-pieces');
    expect(way(rows, 'pvh-iommu').binding?.key).toBe('strategy-pvh-old');
    expect(way(rows, 'wide-mask').verdict).toBe('wider-mask');
  });

  it('takes pieces where they will do, and copies where they may be', () => {
    const { rows } = planBuffer(platform('linux-6.12'), { ...FOUNDING, contiguous: false, zeroCopy: 'no' });
    expect(way(rows, 'scatter-gather')).toMatchObject({ verdict: 'works', pieceBytes: 4 * MIB, pieces: 256, copiesPerByte: 0 });
    expect(way(rows, 'streaming')).toMatchObject({ verdict: 'works', pieceBytes: 256 * 1024, copiesPerByte: 2 });
    expect(way(rows, 'cma').verdict).toBe('works');
  });

  it('says of every way from which kernel and which Xen on it works', () => {
    const { rows } = planBuffer(platform('xen-4.17-linux-5.10'), { ...FOUNDING, bytes: 4 * MIB, zeroCopy: 'no' });
    expect(way(rows, 'coherent')).toMatchObject({ verdict: 'no', since: { linux: { kind: 'from', release: '6.14' }, xen: { kind: 'none' } } });
    expect(way(rows, 'boot-reserve').since).toEqual({ linux: { kind: 'any', release: '3.6' }, xen: { kind: 'any', release: '4.1' } });
    expect(way(planBuffer(platform('xen-4.17-linux-6.1'), FOUNDING).rows, 'pvh-iommu').since).toEqual({ linux: { kind: 'not-modelled' }, xen: { kind: 'from', release: '4.11' } });
    for (const id of ['xen-3.0.4', 'linux-6.12', 'xen-4.20-linux-6.12']) {
      for (const { since } of planBuffer(platform(id), FOUNDING).rows) expect(Object.keys(since)).toEqual(id.startsWith('xen') ? ['linux', 'xen'] : ['linux']);
    }
  });

  it('names the release from which on, not one that a later release broke again', () => {
    // 512 KiB are mapped as they stand before 6.12 and from 6.14 on; what is asked is what holds since.
    const request = { ...FOUNDING, bytes: 512 * 1024, maskBits: 64, zeroCopy: 'user' as const };
    const at = platform('xen-4.20-linux-6.12');
    const { since } = way(planBuffer(at, request).rows, 'streaming');
    const device = createDevice({ name: 'card', maskBits: 64 });
    const served = (linux: string): boolean => new DmaSystem(platformVariant(at, { linux }, 'test')).mapSingle(device, { id: 'x', bytes: request.bytes }).ok;
    expect([served('6.9.0'), served('6.12.0'), served('6.14.0')]).toEqual([true, false, true]);
    expect(since.linux).toEqual({ kind: 'from', release: '6.14' });
  });

  it('pauses after each way, and ends with what it gives at once', () => {
    const steps = planSteps(platform('xen-4.17-linux-6.1'), FOUNDING);
    let last = { done: 0, total: 0 };
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        expect(planJson(value)).toEqual(planJson(planBuffer(platform('xen-4.17-linux-6.1'), FOUNDING)));
        break;
      }
      expect(value.done).toBe(last.done + 1);
      last = value;
    }
    expect(last.done).toBe(last.total);
    expect(last.total).toBeGreaterThan(100);
  });

  it('has no piece for a device that reaches no memory, and all for a small buffer', () => {
    const { rows } = planBuffer(platform('linux-6.12'), { ...FOUNDING, bytes: MIB, maskBits: 12, contiguous: false, zeroCopy: 'no' });
    expect(way(rows, 'coherent')).toMatchObject({ verdict: 'no', pieceBytes: 0, pieces: 0, binding: { key: 'exchange-needed-reach' } });
    expect(way(rows, 'streaming')).toMatchObject({ verdict: 'no', pieceBytes: 0, pieces: 0 });
    expect(way(rows, 'boot-reserve')).toMatchObject({ verdict: 'no', pieceBytes: 0 });
    const small = (maskBits: number): readonly PlanRow[] => planBuffer(platform('linux-6.12'), { ...FOUNDING, bytes: 64 * 1024, maskBits, zeroCopy: 'no' }).rows;
    expect(way(small(32), 'streaming')).toMatchObject({ verdict: 'works', needs: [{ kind: 'nothing' }], pieces: 1 });
    expect(way(small(24), 'cma').needs).toEqual([{ kind: 'boot-option', of: 'linux', option: 'cma=4M@0-16M' }]);
  });

  it('is told as text, Markdown, CSV and JSON with the same rows', () => {
    const plan = planBuffer(platform('xen-4.17-linux-6.1'), { ...FOUNDING, bytesPerSecond: 100 * MIB });
    for (const { id } of plan.rows) expect(planJson(plan).rows.map((row) => row.id)).toContain(id);
    expect(planCsv(plan).trimEnd().split('\n')).toHaveLength(plan.rows.length + 1);
    expect(planMarkdown(plan).split('\n').filter((line) => line.startsWith('| '))).toHaveLength(plan.rows.length + 1);
    expect(planText(plan)).toContain('1 GiB below 32 bits, contiguous, no copy to a guest, 100 MiB/s');
    expect(planText(plan)).toContain('copies 200 MiB/s');
  });
});

describe('a variant of a platform', () => {
  it('has another aperture and all else as it was', () => {
    const before = platform('xen-4.17-linux-6.1');
    const after = platformVariant(before, { swiotlb: '65536' }, 'test');
    expect(after.aperture.bytes.value).toBe(128 * MIB);
    expect(after.linux.value).toEqual(before.linux.value);
    expect(after.memory.e820.value).toEqual(before.memory.e820.value);
  });
});
