import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { DmaSystem } from '../../../../src/core/dma/dma-system.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { maskMemoryLimit } from '../../../../src/core/platform/mask-limit.ts';
import type { E820Entry, PlatformFacts } from '../../../../src/core/platform/platform-facts.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const fact = <T>(value: T) => ({ value, from: { kind: 'log', uri: 'x', line: 1, column: 1 } } as const);
const MAP: E820Entry[] = [{ start: 0, end: 0x9_f000, type: 'usable' }, { start: 0x9_f000, end: MIB, type: 'reserved' }, { start: MIB, end: 3 * GIB, type: 'usable' }, { start: 4 * GIB, end: 5 * GIB, type: 'usable' }];

const native = (more: PlatformFacts = {}) => buildPlatform({ kernelRelease: fact('6.12.117'), domain: fact('native' as const), e820: fact(MAP), ...more }, { id: 'test' });

describe('what lies in reach of a mask', () => {
  it('bounds every coherent buffer that a booted machine gives', () => {
    const platform = native();
    fc.assert(fc.property(fc.integer({ min: 12, max: 31 }), fc.integer({ min: 1, max: 4 * MIB }), (bits, bytes) => {
      const outcome = new DmaSystem(platform).allocCoherent(createDevice({ name: 'card', maskBits: bits }), 'buffer', bytes);
      if (outcome.ok) expect(bytes).toBeLessThanOrEqual(maskMemoryLimit(platform, bits)!.bytes);
    }), { numRuns: 60 });
  });

  it('is the largest aligned block of the map below it', () => {
    const platform = native();
    expect(maskMemoryLimit(platform, 20)?.bytes).toBe(512 * 1024);
    expect(maskMemoryLimit(platform, 21)?.bytes).toBe(MIB);
    expect(maskMemoryLimit(platform, 24)?.bytes).toBe(8 * MIB);
    expect(maskMemoryLimit(platform, 24)).toMatchObject({ fact: platform.memory.e820, because: { key: 'mask-memory-limit', params: { bits: 24 } } });
    const high = native({ e820: fact([{ start: GIB, end: 2 * GIB, type: 'usable' }] satisfies E820Entry[]) });
    expect(maskMemoryLimit(high, 24)?.bytes).toBe(0);
  });

  it('is half of what a mask spans where no evidence gives a map, and nothing from 32 bits on', () => {
    const assumed = buildPlatform({ kernelRelease: fact('6.12.117') }, { id: 'test' });
    expect(maskMemoryLimit(assumed, 24)?.bytes).toBe(8 * MIB);
    expect(maskMemoryLimit(native(), 32)).toBeUndefined();
    expect(maskMemoryLimit(native(), 0)).toBeUndefined();
  });

  it('is nothing below the width that Xen 3.0 keeps for DMA, as the machine says too', () => {
    const dom0 = buildPlatform({ kernelRelease: fact('3.10.108'), xenVersion: fact('3.0.4'), domain: fact('pv-dom0' as const), machineE820: fact(MAP), dom0Memory: fact({ amount: { bytes: GIB } }) }, { id: 'test' });
    expect(maskMemoryLimit(dom0, 24)).toMatchObject({ bytes: 0, because: { key: 'mask-memory-below-dma-bits', params: { bits: 24, dmaBits: 30 } } });
    expect(maskMemoryLimit(dom0, 31)?.because.key).toBe('mask-memory-limit');
    expect(new DmaSystem(dom0).allocCoherent(createDevice({ name: 'card', maskBits: 24 }), 'buffer', 8192)).toMatchObject({ ok: false, reason: 'exchange-width-below-dma-bits' });
  });
});
