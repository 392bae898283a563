import { describe, expect, it } from 'vitest';
import { parseKernelRelease } from '../../../../src/core/platform/kernel-release.ts';
import { mainlineFeatures, xenLinuxFeatures } from '../../../../src/core/platform/linux-features.ts';
import * as tables from '../../../../src/core/platform/linux-tables.ts';
import { type VersionRow, valueAt } from '../../../../src/core/platform/version-table.ts';
import { xenFeatures } from '../../../../src/core/platform/xen-features.ts';
import { parseXenVersion } from '../../../../src/core/platform/xen-version.ts';

function release(text: string, banner = '') {
  const parsed = parseKernelRelease(text, banner);
  if (!parsed) throw new Error(text);
  return parsed;
}

function xen(text: string) {
  const parsed = parseXenVersion(text);
  if (!parsed) throw new Error(text);
  return parsed;
}

describe('tables of Linux', () => {
  it.each([
    ['4.14.302', 'B1'], ['4.15.0', 'B2'], ['5.0.9', 'B2'], ['5.1.0', 'B3'], ['5.9.0', 'B3'], ['5.10.223', 'C'], ['5.12.0', 'C'], ['5.19.17', 'C'],
    ['6.0.1', 'D'], ['6.2.0', 'D'], ['6.3.0', 'E'], ['6.8.12', 'E'], ['6.9.0', 'F'], ['7.3.4', 'F'],
  ])('%s searches as generation %s', (text, generation) => {
    expect(mainlineFeatures(release(text)).slotSearch.value).toBe(generation);
  });

  it.each([
    ['5.10.218', 9], ['5.10.234', 9], ['5.10.235', null], ['6.1.128', 9], ['6.1.129', null], ['6.12.15', 9], ['6.12.16', null], ['6.13.3', 9], ['6.13.4', null],
    ['6.14.0-rc2', 9], ['6.14.0-rc3', null], ['6.14.0', null], ['5.19.17', 9], ['7.3.4', null],
  ])('%s has MAX_CONTIG_ORDER %s', (text, order) => {
    expect(mainlineFeatures(release(text)).maxContigOrder.value).toBe(order);
  });

  it('follows the alignment test in and out of stable releases', () => {
    const check = (text: string) => mainlineFeatures(release(text)).alignmentCheck.value;
    expect(['6.11.1', '6.11.2', '6.12.0-rc1', '6.12.15', '6.12.16', '5.4.284', '5.4.285', '5.4.295', '6.13.4', '6.14.0'].map(check))
      .toEqual(['none', 'all', 'all', 'all', 'coherent', 'none', 'all', 'coherent', 'coherent', 'coherent']);
  });

  it('says what a release string leaves open', () => {
    const open = mainlineFeatures(release('6.1.0-56-amd64'));
    expect(open.maxContigOrder.doubt).toMatch(/6\.1\.129/);
    expect(mainlineFeatures(release('6.1.0-56-amd64', '#1 SMP Debian 6.1.192-2')).maxContigOrder).toMatchObject({ value: null });
  });

  it.each([
    ['4.18.0-553.el8_10.x86_64', 'Red Hat'], ['5.14.0-427.13.1.el9_4.x86_64', 'Red Hat'], ['3.10.0-1160.el7.x86_64', 'Red Hat'], ['5.15.0-206.153.7.el8uek.x86_64', 'Oracle UEK'],
    ['5.14.21-150500.55.19-default', 'SUSE'], ['5.3.18-lp152.60-default', 'SUSE'], ['4.12.14-122.124-default', 'SUSE'], ['4.19.0+1', 'XenServer'],
  ])('%s says what is there at least: %s takes in later changes', (text, vendor) => {
    const { slotSearch, maxContigOrder } = mainlineFeatures(release(text));
    expect(slotSearch.doubt).toContain(vendor);
    expect(maxContigOrder).toMatchObject({ value: 9, doubt: expect.stringContaining(vendor) as string });
  });

  it.each(['6.8.5-301.fc40.x86_64', '6.7.4-arch1-1', '5.5.6-1-default', '6.12.21-1.qubes.fc37.x86_64', '6.1.79-99.164.amzn2023.x86_64', '6.5.13-1-pve', '5.10.0-rc1'])('%s is its stable release', (text) => {
    expect(release(text)).not.toHaveProperty('takesLater');
    expect(release(text).sublevel).toBe('stated');
  });

  it.each([
    ['5.4.0-97-generic', '#110-Ubuntu SMP (Ubuntu 5.4.0-97.110-generic 5.4.162)', 162], ['6.5.0-44-generic', '#44~22.04.1-Ubuntu SMP PREEMPT_DYNAMIC (Ubuntu 6.5.0-44.44~22.04.1-generic 6.5.13)', 13],
    ['6.1.0-56-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)', 192], ['5.10.0-0.bpo.7-amd64', '#1 SMP Debian 5.10.40-1~bpo10+1 (2021-06-04)', 40],
  ])('%s is the stable release that its banner names', (text, banner, sublevel) => {
    expect(release(text, banner)).toMatchObject({ sublevel: 'from-banner', version: [expect.any(Number), expect.any(Number), sublevel] });
  });

  it('counts a release candidate as its release, unless a row names a later one', () => {
    const rows: VersionRow<string>[] = [{ value: 'old', since: [0, 0], source: '' }, { value: 'new', since: [6, 9], source: '' }, { value: 'later', since: [6, 14], candidate: 3, source: '' }];
    expect(['6.8.9', '6.9.0-rc1', '6.9.1', '6.14.0-rc2', '6.14.0-rc3', '6.14.0'].map((text) => valueAt(rows, release(text)).value)).toEqual(['old', 'new', 'new', 'new', 'later', 'later']);
    expect(() => valueAt([], release('6.1.0'))).toThrow(RangeError);
  });

  it('keeps every table in order, each row with its source', () => {
    for (const [name, table] of Object.entries(tables)) {
      const rows = table as readonly VersionRow<unknown>[];
      expect(rows[0]?.since, name).toEqual([0, 0]);
      rows.forEach((row, i) => {
        expect(row.source.length, name).toBeGreaterThan(10);
        const before = rows[i - 1]?.since ?? [-1, 0];
        expect(row.since[0] * 1000 + row.since[1], name).toBeGreaterThan(before[0] * 1000 + before[1]);
        for (const [branch, sublevel] of Object.entries(row.stable ?? {})) {
          expect(branch, name).toMatch(/^\d+\.\d+$/);
          const [major = 0, minor = 0] = branch.split('.').map(Number);
          expect(major * 1000 + minor, `${name} ${branch}`).toBeLessThan(row.since[0] * 1000 + row.since[1]);
          expect(sublevel).toBeGreaterThan(0);
        }
      });
    }
  });

  it('knows XenLinux by the Xen that it was made for', () => {
    const of = (before31: boolean, before304: boolean, before303: boolean) => xenLinuxFeatures(release('2.6.16.33-xen'), before31, 'pv-dom0', before304, before303);
    expect(of(true, false, false)).toMatchObject({ apertureWidth: { value: 'fixed-30' }, maxContigOrder: { value: 9 }, coherentWidth: { value: 'fixed-31' }, apertureFallback: { value: 'none' } });
    expect(of(true, true, false)).toMatchObject({ apertureWidth: { value: 'fixed-31' }, maxContigOrder: { value: 9 } });
    expect(of(true, true, true)).toMatchObject({ apertureWidth: { value: 'fixed-31' }, maxContigOrder: { value: null } });
    expect(of(false, false, false)).toMatchObject({ apertureWidth: { value: 'escalating' }, coherentWidth: { value: 'mask' }, apertureFallback: { value: 'truncate' } });
    expect(xenLinuxFeatures(release('2.6.32.12-xen'), false, 'pv-dom0').slotSearch.value).toBe('B1');
    expect(xenLinuxFeatures(release('2.6.18.8-xen'), false, 'pv-domu').defaultApertureBytes.value).toBe(0);
  });
});

describe('tables of Xen', () => {
  it.each([
    ['3.0.2', 31, 'three', 20], ['3.0.3-0', 31, 'three', 20], ['3.0.4', 30, 'three', 20], ['3.1.0', 32, 'per-bit', 20], ['3.2.1', 32, 'per-bit', 20],
    ['3.3.0', null, 'per-bit', 20], ['3.4.4', null, 'per-bit', 20], ['4.0.1', null, 'per-bit', 18], ['4.17.7', null, 'per-bit', 18],
  ])('%s: dma_bits %s, zones %s, MAX_ORDER %s', (text, bits, zones, order) => {
    expect(xenFeatures(xen(text), 'pv-dom0')).toMatchObject({ xenDmaBits: { value: bits }, xenZones: { value: zones }, xenMaxOrder: { value: order } });
  });

  it('grants orders by who asks, from 4.7 on', () => {
    const order = (text: string, domain: 'pv-dom0' | 'pv-domu' | 'pvh-dom0', set?: readonly (number | undefined)[]) =>
      xenFeatures(xen(text), domain, set ? { memopMaxOrder: { value: set, from: { kind: 'default', source: '' } } } : {}).xenExchangeMaxOrder.value;
    expect([order('4.17.7', 'pv-dom0'), order('4.17.7', 'pv-domu'), order('4.6.0', 'pv-domu'), order('3.0.4', 'pv-dom0')]).toEqual([18, 12, 18, 20]);
    expect([order('4.17.7', 'pv-dom0', [9, 10, 11]), order('4.17.7', 'pv-domu', [9, 10, 11, 6]), order('4.17.7', 'pvh-dom0', [undefined, 30])]).toEqual([11, 6, 18]);
    expect(xenFeatures(xen('4.17.0'), 'pv-dom0', { dmaBits: { value: 30, from: { kind: 'default', source: '' } } }).xenDmaBits.value).toBe(30);
    expect(parseXenVersion('unstable')).toBeUndefined();
  });
});
