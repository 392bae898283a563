import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { causeLines, findingMessage } from '../../../src/render/finding-text.ts';
import { lspDiagnostic } from '../../../src/render/lsp-diagnostic.ts';
import { bootTrends } from '../../../src/rules/boot-trends.ts';
import { CATALOGUE } from '../../../src/rules/catalogue.ts';
import { checkLog } from '../../../src/rules/check-log.ts';
import { RULES } from '../../../src/ids.ts';

const HEAD = `[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)
[    0.200000] software IO TLB: mapped [mem 0x0000000070000000-0x0000000074000000] (64MB)
`;
const full = (sz: number, total: number, used: number, time = 9): string =>
  `[   ${String(time).padStart(2)}.000000] nvme 0000:01:00.0: swiotlb buffer is full (sz: ${sz} bytes), total ${total} (slots), used ${used} (slots)\n`;

const rulesOf = (text: string): string[] => checkLog(readLog(text, 'boot.log')).map(({ ruleId }) => ruleId);

describe('what a full buffer means', () => {
  it.each([
    ['more than a segment: no pool is large enough', 262145, 32768, 0, RULES.logMappingOversize],
    ['exactly a segment, and not enough slots', 262144, 32768, 32700, RULES.logApertureExhausted],
    ['a segment less a page, in no run', 258048, 32768, 20000, RULES.logApertureFragmented],
    ['a segment without room for the offset that the driver keeps', 262144, 32768, 20000, RULES.logMappingOversize],
    ['one slot short', 4096, 32768, 32767, RULES.logApertureExhausted],
    ['just enough slots, in no run', 4096, 32768, 32766, RULES.logApertureFragmented],
    ['half free, in no run', 59964, 4096, 2445, RULES.logApertureFragmented],
    ['nearly all free', 8192, 32768, 16, RULES.logApertureFragmented],
    ['no pool at all', 4096, 0, 0, RULES.logNoPool],
  ])('%s', (_, sz, total, used, rule) => {
    expect(rulesOf(HEAD + full(sz, total, used))).toEqual([RULES.logAperture, rule]);
  });

  it('does not guess where the line states no totals', () => {
    expect(rulesOf(`${HEAD}[    9.000000] e1000 0000:02:00.0: swiotlb buffer is full (sz: 4096 bytes)\n`)).toEqual([RULES.logAperture, RULES.logApertureFull]);
  });

  it('says what a coherent allocation tried before it failed, and counts the pool that refused it as the same event', () => {
    const failed = (sz: number, line: string): string => `${line}[    9.000001] nouveau 0000:01:00.0: swiotlb: coherent allocation failed, size=${sz}\n`;
    const [alone] = checkLog(readLog(failed(2097152, '[    8.000000] nouveau 0000:01:00.0: bios\n'), 'boot.log'));
    expect(alone).toMatchObject({ headline: { what: 'coherent-failed' }, cause: { key: 'coherent-fallback', notes: [{ key: 'above-largest', bytes: 2097152 }] } });
    expect(causeLines(alone!)[0]).toMatch(/the aperture, which is tried last/);
    const pair = readLog(failed(2097152, '[    9.000000] nouveau 0000:01:00.0: swiotlb buffer is full (sz: 2097152 bytes)\n'), 'boot.log');
    expect(pair.facts.failures).toMatchObject([{ kind: 'buffer-full', count: 1 }]);
    expect(checkLog(pair).map(({ ruleId }) => ruleId)).toEqual([RULES.logMappingOversize]);
  });

  const causeOf = (sz: number, total: number, used: number, head = HEAD, driver = 'xhci_hcd'): unknown => {
    const found = checkLog(readLog(head + full(sz, total, used).replace('nvme', driver), 'boot.log')).find(({ cause }) => cause !== undefined);
    return found && [found.cause?.key, found.confidence];
  };
  const areas = (count: number): string => `${HEAD}[    0.200001] software IO TLB: area num ${count}.\n`;

  it.each([
    ['a run must exist where nearly all is free', 8192, 32768, 16, 'alignment-or-boundary', 'likely'],
    ['one slot that is free is a run of one', 2048, 32768, 32766, 'alignment-or-boundary', 'likely'],
    // 256 segments × (128 − 32 windows of 4 slots) = 24,576 slots can be free without a run of 4.
    ['as many free as can be without a run', 8192, 32768, 32768 - 24576, 'fragmented', 'likely'],
    ['one more than that', 8192, 32768, 32768 - 24577, 'alignment-or-boundary', 'likely'],
    ['whole segments: one slot in use in each', 262144, 32768, 256, 'fragmented', 'likely'],
    ['a segment without any', 262144, 32768, 255, 'alignment-or-boundary', 'likely'],
    ['no slots', 4096, 32768, 32768, 'exhausted', 'certain'],
    ['above a segment', 262145, 32768, 32768, 'oversize', 'certain'],
    ['nothing', 0, 32768, 5, 'driver-bug', 'certain'],
    ['a negative number', -4096, 32768, 5, 'driver-bug', 'certain'],
  ])('%s', (_, sz, total, used, cause, confidence) => {
    expect(causeOf(sz, total, used)).toEqual([cause, confidence]);
  });

  it('tells areas that may each be short from one that lacked a run', () => {
    // 8 areas: with 8 × 127 slots free each area may have 127.
    expect(causeOf(262144, 32768, 32768 - 8 * 127, areas(8))).toEqual(['area-short', 'likely']);
    expect(causeOf(262144, 32768, 32768 - 8 * 127 - 1, areas(8))).toEqual(['fragmented', 'likely']);
    expect(causeOf(262144, 32768, 32768 - 8 * 127, areas(1))).toEqual(['fragmented', 'likely']);
  });

  it('counts what the rate limit left out, and names the device only where all lines do', () => {
    const line = '[   10.000000] swiotlb_tbl_map_single: 4361 callbacks suppressed\n';
    const notes = (text: string): unknown => checkLog(readLog(text, 'x')).flatMap(({ cause }) => cause?.notes ?? []).filter(({ key }) => key === 'suppressed');
    expect(notes(HEAD + full(2097152, 32768, 0) + line + full(2097152, 32768, 0, 11))).toEqual([{ key: 'suppressed', count: 4361, ofThis: true }]);
    expect(notes(HEAD + full(2097152, 32768, 0) + line + full(4096, 32768, 32768, 11).replace('0000:01', '0000:02'))).toEqual([{ key: 'suppressed', count: 4361, ofThis: false }]);
    expect(notes(HEAD + full(4096, 32768, 32768))).toEqual([]);
  });

  it('gives no size where a negative number was printed, or one that is beyond any memory', () => {
    for (const printed of ['-4096', '18446744073709547520']) {
      const reading = readLog(HEAD + full(4096, 32768, 5).replace('4096', printed), 'x');
      expect(reading.facts.failures).toMatchObject([{ bytes: null, totalSlots: 32768, usedSlots: 5 }]);
      expect(checkLog(reading).find(({ cause }) => cause?.key === 'driver-bug')?.cause?.notes).toEqual([{ key: 'no-size', printed }]);
    }
  });

  it('says in a PV domain alone that scattered frames make a mapping bounce', () => {
    const notes = (head: string, sz: number): unknown => checkLog(readLog(head + full(sz, 32768, 32768), 'x')).flatMap(({ cause }) => cause?.notes ?? []).filter(({ key }) => key === 'scattered-frames');
    const pv = `${HEAD}[    0.100000] Booting paravirtualized kernel on Xen\n`;
    expect(notes(pv, 65536)).toHaveLength(1);
    expect(notes(pv, 4096)).toEqual([]);
    expect(notes(pv, 2097152)).toEqual([]);
    expect(notes(HEAD, 65536)).toEqual([]);
  });

  it('tells the use over time by device', () => {
    const text = HEAD + [1000, 1200, 1100, 1300].map((used, index) => full(8192, 32768, used, index + 1).replace('0000:01:00.0', index === 2 ? '0000:02:00.0' : '0000:01:00.0')).join('');
    const reading = readLog(text, 'x');
    const [boot] = reading.boots;
    expect(boot && bootTrends(reading, boot)).toEqual([{
      totalSlots: 32768, failures: 4, firstUsed: 1000, lastUsed: 1300, highestUsed: 1300, rising: false,
      devices: [
        { device: '0000:01:00.0', failures: 3, firstLine: 3, lastLine: 6, firstUsed: 1000, lastUsed: 1300 },
        { device: '0000:02:00.0', failures: 1, firstLine: 5, lastLine: 5, firstUsed: 1100, lastUsed: 1100 },
      ],
    }]);
  });

  it('sees a pool that fills from failure to failure, and none that is full in bursts', () => {
    const history = (...used: readonly number[]): string[] => rulesOf(HEAD + used.map((value, index) => full(4096, 32768, value, index + 1).replace('nvme', 'rtl8192ee')).join('')).filter((rule) => rule === RULES.logApertureLeak);
    expect(history(31415, 31600, 31800, 32000, 32768)).toEqual([RULES.logApertureLeak]);
    expect(history(31415, 31600, 31800)).toEqual([]);
    expect(history(32768, 12000, 32768, 31000, 32768)).toEqual([]);
    expect(history(32766, 32767, 32768, 32768, 32768)).toEqual([]);
    expect(history(1000, 2000, 4000, 8000, 12000)).toEqual([]);
  });

  const casesOf = (text: string): readonly string[] => checkLog(readLog(text, 'x')).flatMap(({ cases }) => cases ?? []);
  const PV = HEAD.replace('software', 'Booting kernel on Xen\n[    0.200000] software');

  it('knows reported cases by their evidence', () => {
    expect(casesOf(PV + full(2097152, 32768, 0).replace('nvme', 'amdgpu'))).toEqual(['gpu-segments-xen-pv']);
    expect(casesOf(HEAD + full(2097152, 32768, 0).replace('nvme', 'amdgpu'))).toEqual([]);
    expect(casesOf(HEAD + full(262144, 32768, 20000))).toEqual(['nvme-252-kib']);
    expect(casesOf(HEAD.replace('6.1.0-56-amd64', '5.4.0').replace('Debian 6.1.192-2', '') + full(262144, 32768, 20000))).toEqual([]);
    const tdx = `${HEAD}[    0.300000] Memory Encryption Features active: Intel TDX\n`;
    expect(casesOf(tdx + full(262144, 524288, 523564).replace('nvme', 'virtio-pci'))).toEqual(['encrypted-exhausted']);
    expect(casesOf(tdx + full(2097152, 524288, 564).replace('nvme', 'nvidia'))).toEqual(['encrypted-oversize']);
    expect(casesOf(HEAD + full(262144, 32768, 28249).replace('nvme 0000:01:00.0', 'virtio_ccw 0.0.0000'))).toEqual(['s390-fragmented']);
    const sles = ['Linux version 2.6.16.46-xen (a@b) (gcc)', 'Software IO TLB enabled: ', ' Aperture:     2 megabytes', 'PCI-DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:04:01.0'].join('\n');
    expect(casesOf(sles)).toEqual(['sles-small-default']);
    expect(checkLog(readLog(sles, 'x')).find(({ suggestion }) => suggestion)?.suggestion).toMatchObject({ option: 'swiotlb', value: '4', bytes: 4 << 20 });
  });

  it('works the option out in the unit that the kernel reads, and gives none that could not help', () => {
    const suggestionOf = (text: string): unknown => checkLog(readLog(text, 'x')).find(({ suggestion }) => suggestion)?.suggestion;
    expect(suggestionOf(HEAD + full(4096, 32768, 32768))).toEqual({ of: 'linux', option: 'swiotlb', value: '65536', bytes: 128 << 20 });
    expect(suggestionOf(HEAD + full(262145, 32768, 0))).toBeUndefined();
    expect(suggestionOf(HEAD + full(4096, 524288, 524288))).toBeUndefined();
  });

  it('finds allocations of high orders, with what was free', () => {
    const failure = (order: number): string => `[    9.000000] modprobe: page allocation failure: order:${order}, mode:0xcc0(GFP_KERNEL), nodemask=(null)\n`;
    const lists = '[    9.000100] Node 0 DMA32: 1*4kB (U) 2*8kB (UM) 0*16kB 1*32kB (M) 0*64kB 0*128kB 0*256kB 0*512kB 1*1024kB (H) 0*2048kB 0*4096kB = 1076kB\n';
    const headlines = (text: string): unknown => checkLog(readLog(HEAD + text, 'x')).filter(({ ruleId }) => ruleId === RULES.logPageAllocation).map(({ headline }) => headline);
    expect(headlines(failure(9) + lists)).toEqual([{ key: 'log-order-failed', order: 9, task: 'modprobe', largest: 8, beyond: false, count: 1 }]);
    expect(headlines(failure(10) + failure(10))).toMatchObject([{ largest: null, beyond: false, count: 2 }]);
    expect(headlines(failure(11))).toMatchObject([{ beyond: true }]);
    expect(headlines(failure(0))).toEqual([]);
  });

  it('reports what the DMA API\'s debugging caught, and the SAS regression by its message', () => {
    const report = '[    9.000000] DMA-API: ehci-pci 0000:00:1d.0: mapping sg segment longer than device claims to support [len=131072] [max=65536]\n';
    expect(rulesOf(HEAD + report + report)).toEqual([RULES.logAperture, RULES.logDmaDebug]);
    const sas = '[    9.000000] megaraid_sas 0000:03:00.0: megasas_build_io_fusion 3273 sge_count (-12) is out of range. Range is:  0-256\n';
    expect(casesOf(PV.replace('6.1.0-56-amd64', '6.12.1').replace('Debian 6.1.192-2', '') + sas)).toEqual(['xen-alignment-regression']);
    expect(casesOf(HEAD + sas)).toEqual([]);
  });

  it('judges each boot by itself', () => {
    const findings = checkLog(readLog(HEAD + full(4096, 32768, 32768) + HEAD + full(4096, 32768, 32768), 'x'));
    expect(findings.map(({ span, ruleId }) => [span.line, ruleId])).toEqual([[2, RULES.logAperture], [3, RULES.logApertureExhausted], [5, RULES.logAperture], [6, RULES.logApertureExhausted]]);
  });

  it('counts what agrees once, at its first line', () => {
    const findings = checkLog(readLog(HEAD + full(4096, 32768, 32767) + full(4096, 32768, 32767) + full(8192, 32768, 32767), 'boot.log'));
    expect(findings.map(({ span, headline }) => [span.line, 'count' in headline ? headline.count : 0])).toEqual([[2, 0], [3, 2], [5, 1]]);
  });

  it('says nothing of a text that is no kernel log', () => {
    expect(rulesOf('The message "swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 3 (slots)" is often misread.\nIt says that no run was found.\n'.repeat(5))).toEqual([]);
  });

  it('gives every finding a message in words and a place that exists', () => {
    const text = HEAD + full(262145, 32768, 0) + full(4096, 32768, 32767) + full(59964, 4096, 2445);
    for (const finding of checkLog(readLog(text, 'boot.log'))) {
      expect(findingMessage(finding)).not.toMatch(/undefined|NaN|null/);
      const { range, code } = lspDiagnostic(finding);
      const line = text.split('\n')[range.start.line] ?? '';
      expect(range.end.character).toBeLessThanOrEqual(line.length);
      expect(code).toBe(finding.ruleId);
    }
  });
});

describe('the catalogue', () => {
  it('has every rule id once, with a summary and help', () => {
    expect([...CATALOGUE.keys()].sort()).toEqual(Object.values(RULES).sort());
    for (const rule of CATALOGUE.values()) expect([rule.summary, rule.help].every((text) => text.endsWith('.'))).toBe(true);
  });
});
