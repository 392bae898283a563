import { describe, expect, it } from 'vitest';
import { buildPlatform } from '../../../../src/core/platform/build-platform.ts';
import { doubtOf } from '../../../../src/core/platform/fact.ts';
import type { E820Entry, PlatformFacts } from '../../../../src/core/platform/platform-facts.ts';
import { platformVariant } from '../../../../src/core/platform/platform-variant.ts';
import { GIB, MIB } from '../../../../src/core/units/bytes.ts';

const fact = <T>(value: T) => ({ value, from: { kind: 'log', uri: 'x', line: 1, column: 1 } } as const);

function map(bytes: number): E820Entry[] {
  const rows: E820Entry[] = [{ start: MIB, end: Math.min(bytes, 3 * GIB), type: 'usable' }];
  if (bytes > 3 * GIB) rows.push({ start: 4 * GIB, end: 4 * GIB + bytes - 3 * GIB, type: 'usable' });
  return rows;
}

function platform(release: string, memory: number, more: PlatformFacts = {}) {
  return buildPlatform({ kernelRelease: fact(release), domain: fact('native' as const), e820: fact(map(memory)), possibleCpus: fact(4), ...more }, { id: 'test' });
}

const aperture = (...args: Parameters<typeof platform>): number => platform(...args).aperture.bytes.value / MIB;
const parameter = (number: number | undefined, words: string[] = [], areas?: number): PlatformFacts => ({
  swiotlbParameter: fact({ words, ...(number === undefined ? {} : { number }), ...(areas === undefined ? {} : { areas }) }),
});

describe('the aperture natively', () => {
  it('is there only where memory lies above 4 GiB or something asks for it', () => {
    expect(aperture('6.1.192', 8 * GIB)).toBe(64);
    expect(aperture('6.1.192', 2 * GIB)).toBe(0);
    expect(aperture('6.1.192', 2 * GIB, parameter(undefined, ['force']))).toBe(64);
    expect(aperture('6.1.192', 2 * GIB, { linuxCommandLine: fact('quiet iommu=pt,soft') })).toBe(64);
    expect(aperture('6.1.192', 2 * GIB, { linuxCommandLine: fact('quiet iommu=pt') })).toBe(0);
    expect(aperture('6.1.192', 2 * GIB, { apertureBytes: fact(4 * MIB) })).toBe(4);
    expect(aperture('6.1.192', 2 * GIB, { swiotlbState: fact('disabled' as const) })).toBe(0);
  });

  it('counts slots, rounds to segments before 6.0 and to powers of two and areas from then on', () => {
    expect(aperture('5.10.223', 8 * GIB, parameter(49152))).toBe(96);
    expect(aperture('6.1.192', 8 * GIB, parameter(49152))).toBe(128);
    expect(aperture('5.10.223', 8 * GIB, parameter(1))).toBe(0.25);
    expect(aperture('6.1.192', 8 * GIB, { ...parameter(1), possibleCpus: fact(8) })).toBe(2);
    expect(platform('6.1.192', 8 * GIB, parameter(5000, ['force'], 3)).aperture.areas.value).toBe(4);
    expect(aperture('6.1.192', 8 * GIB, parameter(undefined, ['noforce']))).toBe(0);
    expect(platform('5.10.223', 8 * GIB, parameter(undefined, ['noforce'])).aperture.bytes.value).toBe(2048);
  });

  it('takes 6 % of encrypted memory, from 64 MiB to 1 GiB, where the release does', () => {
    const sev = { memoryEncryption: fact('AMD SEV') };
    const tdx = { memoryEncryption: fact('Intel TDX') };
    expect(aperture('6.12.117', 4 * GIB, sev)).toBe(256);
    expect(aperture('6.12.117', 64 * GIB, sev)).toBe(1024);
    expect(aperture('6.12.117', GIB, sev)).toBe(64);
    expect(aperture('6.12.117', 64 * GIB, tdx)).toBe(1024);
    expect(aperture('6.1.192', 64 * GIB, tdx)).toBe(64);
    expect(aperture('5.10.223', 64 * GIB, sev)).toBe(64);
    expect(aperture('5.15.200', 4 * GIB, sev)).toBeCloseTo(245.75, 1);
    expect(aperture('6.12.117', 64 * GIB, { ...sev, ...parameter(65536) })).toBe(128);
    expect(doubtOf(platform('6.6.50', 64 * GIB, tdx).aperture.bytes)).toMatch(/TDX/);
    expect(platform('7.2.13', 8 * GIB, sev).aperture.force.value).toBe(true);
    expect(platform('7.3.4', 8 * GIB, sev).aperture.force.value).toBe(false);
    expect(platform('7.2.13', 8 * GIB, { memoryEncryption: fact('SME') }).aperture.force.value).toBe(false);
  });

  it('takes the default that the configuration of 7.3 states', () => {
    expect(aperture('7.3.4', 8 * GIB, { config: new Map([['CONFIG_SWIOTLB_DEFAULT_SIZE_MB', fact('16')]]) })).toBe(16);
  });
});

describe('the aperture under Xen', () => {
  const dom0 = (release: string, memory: number, more: PlatformFacts = {}): number =>
    aperture(release, memory, { domain: fact('pv-dom0' as const), xenVersion: fact('3.0.4'), lineage: fact('xenlinux' as const), machineE820: fact(map(memory)), ...more });

  it('is 2 MiB in XenLinux where the machine ends at or below 2 GiB, 64 MiB elsewhere', () => {
    expect(dom0('2.6.16.33-xen', 2 * GIB)).toBe(2);
    expect(dom0('2.6.16.33-xen', 4 * GIB)).toBe(64);
    expect(dom0('2.6.16.33-xen', GIB, parameter(100))).toBe(128);
  });

  it('is 2, 4 or 8 MiB on small machines of the forward ports, which round to no power of two', () => {
    expect([256 * MIB, 768 * MIB, 1536 * MIB, 2 * GIB].map((memory) => dom0('2.6.32.12-xen', memory))).toEqual([2, 4, 8, 64]);
    expect(dom0('2.6.32.12-xen', 8 * GIB, parameter(100))).toBe(100);
  });

  it('is none in a domU that does not ask for one', () => {
    const domU = (more: PlatformFacts = {}): number => aperture('6.1.192', 2 * GIB, { domain: fact('pv-domu' as const), xenVersion: fact('4.17.0'), ...more });
    expect(domU()).toBe(0);
    expect(domU({ linuxCommandLine: fact('iommu=soft') })).toBe(64);
    expect(domU(parameter(undefined, ['force']))).toBe(64);
    expect(domU({ apertureBytes: fact(16 * MIB) })).toBe(16);
    expect(dom0('2.6.18.8-xen', 4 * GIB, { domain: fact('pv-domu' as const) })).toBe(0);
  });
});

describe('what evidence says against the tables', () => {
  const config = (entries: Record<string, string>): PlatformFacts => ({ config: new Map(Object.entries(entries).map(([key, value]) => [key, fact(value)])) });

  it('the page allocator\'s largest order, counted exclusively before 6.4', () => {
    const order = (release: string, symbol: string, value: string): number => platform(release, 8 * GIB, config({ [symbol]: value })).features.pageAllocatorMaxOrder.value;
    expect(order('6.1.192', 'CONFIG_FORCE_MAX_ZONEORDER', '14')).toBe(13);
    expect(order('6.3.0', 'CONFIG_ARCH_FORCE_MAX_ORDER', '14')).toBe(13);
    expect(order('6.12.117', 'CONFIG_ARCH_FORCE_MAX_ORDER', '13')).toBe(13);
    expect(order('6.12.117', 'CONFIG_ARCH_FORCE_MAX_ORDER', 'thirteen')).toBe(10);
  });

  it('the CMA area of a configuration, natively and where DMA takes it', () => {
    const cma = (entries: Record<string, string>, more: PlatformFacts = {}): number => platform('6.12.117', 8 * GIB, { ...config(entries), ...more }).cmaBytes.value / MIB;
    expect(cma({ CONFIG_CMA_SIZE_MBYTES: '64', CONFIG_DMA_CMA: 'y' })).toBe(64);
    expect(cma({ CONFIG_CMA_SIZE_MBYTES: '64' })).toBe(0);
    expect(cma({ CONFIG_CMA_SIZE_MBYTES: 'much', CONFIG_DMA_CMA: 'y' })).toBe(0);
    expect(cma({ CONFIG_CMA_SIZE_MBYTES: '64', CONFIG_DMA_CMA: 'y' }, { domain: fact('pv-dom0' as const), xenVersion: fact('4.17.0') })).toBe(0);
    expect(cma({ CONFIG_CMA_SIZE_MBYTES: '64', CONFIG_DMA_CMA: 'y' }, { cmaBytes: fact(16 * MIB) })).toBe(16);
  });

  it('dom0, where the log has lines of the hypervisor itself; with doubt where it has none', () => {
    const of = (facts: PlatformFacts) => buildPlatform({ xenVersion: fact('4.17.0'), ...facts }, { id: 'test' }).domain;
    expect(of({ xenCommandLine: fact('dom0_mem=1G') })).toMatchObject({ value: 'pv-dom0' });
    expect(doubtOf(of({ xenCommandLine: fact('dom0_mem=1G') }))).toBeUndefined();
    expect(doubtOf(of({}))).toMatch(/assumed/);
  });

  it('nothing against what a person sets by hand, in variants too', () => {
    const overrides = { areas: fact(false) };
    const set = buildPlatform({ kernelRelease: fact('6.12.117'), domain: fact('native' as const), possibleCpus: fact(4) }, { id: 'test', overrides });
    expect(set.features.areas.value).toBe(false);
    expect(platformVariant(set, { linux: '6.14.0' }, 'test').features.areas.value).toBe(false);
  });

  it('labels that tell a guest and a release candidate', () => {
    const label = (facts: PlatformFacts): string => buildPlatform({ e820: fact(map(8 * GIB)), ...facts }, { id: 'test' }).label;
    expect(label({ kernelRelease: fact('6.14.0-rc3'), domain: fact('hvm' as const) })).toMatch(/^HVM guest · Linux 6\.14-rc3 · /);
    expect(label({ kernelRelease: fact('not a release') })).toMatch(/^Linux 6\.12/);
  });

  it('no aperture for XenLinux with swiotlb=off', () => {
    const off = buildPlatform({
      kernelRelease: fact('2.6.18-xen'), lineage: fact('xenlinux' as const), xenVersion: fact('3.0.4'), domain: fact('pv-dom0' as const), machineE820: fact(map(8 * GIB)), ...parameter(undefined, ['off']),
    }, { id: 'test' });
    expect(off.aperture.bytes.value).toBe(0);
  });
});

describe('the kernel that is assumed', () => {
  const assumed = (xen: string, more: PlatformFacts = {}) => buildPlatform({ xenVersion: fact(xen), domain: fact('pv-dom0' as const), ...more }, { id: 'test' });

  it('is one that the hypervisor can have started as dom0', () => {
    expect(assumed('4.17').linux.value.text).toBe('6.12.107');
    expect(assumed('3.4.3').linux.value.text).toBe('2.6.18-xen');
    const old = assumed('3.0.4');
    expect(old.linux.value.text).toBe('2.6.16.33-xen');
    expect(doubtOf(old.linux)).toContain('assumed');
    expect(old.features.swiotlbUnit.value).toBe('MiB');
  });

  it('is not put in the place of one that is stated, nor of a lineage', () => {
    const stated = assumed('3.0.4', { kernelRelease: fact('2.6.32.60') });
    expect(stated.linux.value.text).toBe('2.6.32.60');
    expect(stated.features.swiotlbUnit.value).toBe('slots');
    expect(assumed('3.0.4', { lineage: fact('mainline' as const) }).features.swiotlbUnit.value).toBe('slots');
  });
});
