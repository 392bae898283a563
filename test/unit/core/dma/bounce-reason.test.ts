import { describe, expect, it } from 'vitest';
import { type BounceContext, bounceReason } from '../../../../src/core/dma/bounce-reason.ts';
import { createDevice } from '../../../../src/core/dma/device.ts';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { factFromDefault } from '../../../../src/core/platform/fact.ts';

const fact = <T>(value: T) => factFromDefault(value, 'test');

function context(linux: string, options: { force?: boolean; runs?: number; xenlinux?: boolean } = {}): BounceContext {
  const { features } = buildPlatform({
    kernelRelease: fact(linux), domain: fact(options.runs === undefined ? 'native' as const : 'pv-dom0' as const),
    ...(options.runs === undefined ? {} : { xenVersion: fact('4.17.7') }), ...(options.xenlinux === true ? { lineage: fact('xenlinux' as const) } : {}),
  }, { id: 'test' });
  const { runs } = options;
  return { features, force: fact(options.force === true), ...(runs === undefined ? {} : { machineRuns: () => runs }) };
}

const device = createDevice({ name: 'card' });
const key = (at: BounceContext, physical: number, bus: number, bytes: number, region = false): string => bounceReason(at, device, physical, bus, bytes, region)?.key ?? 'direct';

describe('bounceReason', () => {
  it('compares the last byte with the mask', () => {
    const native = context('6.12.117');
    expect(key(native, 0xffff_f000, 0xffff_f000, 4096)).toBe('direct');
    expect(key(native, 0xffff_f000, 0xffff_f000, 4097)).toBe('bounce-beyond-mask');
    expect(key(context('6.12.117', { force: true }), 0, 0, 1)).toBe('bounce-forced');
  });

  it('under Xen PV asks whether all pages are machine-contiguous, but of more than one page only', () => {
    expect(key(context('6.1.192', { runs: 1 }), 0x1000, 0x9000, 8192)).toBe('direct');
    expect(key(context('6.1.192', { runs: 2 }), 0x1000, 0x9000, 8192)).toBe('bounce-discontiguous');
    expect(key(context('6.1.192', { runs: 2 }), 0x1000, 0x9000, 4096)).toBe('direct');
    expect(key(context('6.1.192', { runs: 2 }), 0x1800, 0x9800, 4096)).toBe('bounce-discontiguous');
  });

  it('demands natural alignment in 6.12 and the stable releases of October 2024, and no longer', () => {
    for (const [linux, expected] of [['6.12.5', 'bounce-unaligned'], ['6.1.115', 'bounce-unaligned'], ['6.1.100', 'direct'], ['6.12.117', 'direct']] as const) {
      expect(key(context(linux, { runs: 1 }), 0x4000, 0x9000, 16_384), linux).toBe(expected);
    }
    // A buffer that is not aligned itself, or whose frames are as aligned as it is.
    expect(key(context('6.12.5', { runs: 1 }), 0x5000, 0x9000, 16_384)).toBe('direct');
    expect(key(context('6.12.5', { runs: 1 }), 0x4000, 0x8000, 16_384)).toBe('direct');
  });

  it('XenLinux tests the first address and the first page\'s bit alone', () => {
    const old = context('2.6.18-xen', { runs: 2, xenlinux: true });
    expect(key(old, 0x1000, 0xffff_f000, 4096)).toBe('direct');
    expect(key(old, 0x1000, 0x1_0000_0000, 1)).toBe('bounce-beyond-mask');
    expect(key(old, 0x1000, 0x9000, 8192)).toBe('bounce-discontiguous');
    expect(key(old, 0x1000, 0x9000, 8192, true)).toBe('direct');
    // The hazard of that test: the buffer runs past the mask and past its region, and goes direct all the same.
    expect(key(old, 0x1000, 0xffff_f000, 8192, true)).toBe('direct');
  });
});
