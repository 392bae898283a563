import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../../../src/core/platform/fact.ts';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { expectedFacts, logFixtures } from './fixtures.ts';
import type { Fact } from '../../../src/core/platform/fact.ts';
import type { FailureFacts, LogFacts } from '../../../src/evidence/log/log-facts.ts';

function comparable({ failures, ...facts }: LogFacts): unknown {
  const rows = failures.map(({ kind, bytes, device, totalSlots, usedSlots, count }: FailureFacts) => JSON.stringify([kind, bytes, device, totalSlots, usedSlots, count]));
  return { ...facts, failures: rows.sort() };
}

describe('facts of real logs', () => {
  it('has an expectation for every log and a log for every expectation', () => {
    expect(logFixtures.map(([name]) => name).sort()).toEqual(Object.keys(expectedFacts).sort());
    expect(logFixtures.length).toBeGreaterThan(40);
  });

  it.each(logFixtures)('%s', (name, text) => {
    const reading = readLog(text, name);
    const expected = expectedFacts[name];
    expect(expected).toBeDefined();
    if (expected) expect(comparable(reading.facts)).toEqual(comparable(expected));
    expect(reading.isKernelLog).toBe(true);
  });

  it.each(logFixtures)('%s: every item stands where it says', (name, text) => {
    const lines = text.split('\n');
    for (const { line, column, endColumn, text: message } of readLog(text, name).items) {
      const raw = lines[line - 1] ?? '';
      expect(endColumn).toBeGreaterThan(column);
      expect(endColumn).toBeLessThanOrEqual(raw.length + 1);
      // Colours, no-break blanks and quoted-printable stand in the raw line only.
      if (!/[\u001b\u00a0\r]|=[0-9A-F]{2}/.test(raw)) expect(raw.slice(column - 1, endColumn - 1)).toBe(message);
    }
  });

  it.each(logFixtures)('%s: every platform fact names its place', (name, text) => {
    const { platform } = readLog(text, name);
    for (const value of Object.values(platform) as Fact<unknown>[]) {
      const [evidence] = evidenceOf(value);
      expect(evidence).toMatchObject({ kind: 'log', uri: name });
      expect(evidence?.line).toBeGreaterThan(0);
    }
  });

  it.each(logFixtures)('%s: each failure names its lines', (name, text) => {
    for (const { lines, count } of readLog(text, name).facts.failures) expect(lines).toHaveLength(count);
  });
});

function fixture(start: string): string {
  const found = logFixtures.find(([name]) => name.startsWith(start));
  if (!found) throw new Error(`no fixture ${start}`);
  return found[1];
}

describe('platforms of real logs', () => {
  it('keeps machine and guest-physical memory apart under Xen', () => {
    const { platform } = readLog(fixture('vm-x4.17-6.1.0-56-dmabits32'), 'serial.log');
    expect(platform.domain?.value).toBe('pv-dom0');
    expect(platform.xenVersion?.value).toBe('4.17.7');
    expect(platform.xenDmaWidthBits?.value).toBe(32);
    expect(platform.lineage?.value).toBe('mainline');
    expect(platform.apertureBytes?.value).toBe(64 * 1024 * 1024);
    const machine = platform.machineE820?.value ?? [];
    const guest = platform.e820?.value ?? [];
    expect(machine.some(({ end }) => end > 2 ** 32)).toBe(true);
    expect(guest).not.toEqual(machine);
  });

  it('reads the XenLinux block', () => {
    const { platform, facts } = readLog(fixture('092-'), 'dmesg');
    expect(platform.lineage?.value).toBe('xenlinux');
    expect(platform.apertureAddressBits?.value).toBe(24);
    expect(platform.apertureStart).toBeUndefined();
    expect(facts.swiotlb.kernelRange).toBe('0xc194d000-0xc214d000');
  });

  it('reads the block of Xen 3.0.4 alone, and claims no dom0 without a command line', () => {
    const block = ['Software IO TLB enabled: ', ' Aperture:     64 megabytes', ' Kernel range: 0xffff880006ea2000 - 0xffff88000aea2000', ' Address size: 30 bits', 'PCI-DMA: Using software bounce buffering for IO (SWIOTLB)'].join('\n');
    const { facts, platform } = readLog(block, 'clip');
    expect(facts.swiotlb).toMatchObject({ state: 'enabled', sizeBytes: 64 << 20, kernelRange: '0xffff880006ea2000-0xffff88000aea2000', addressBits: 30, physStart: null });
    expect(facts.softwareBounceBuffering).toBe(true);
    expect(platform.lineage?.value).toBe('xenlinux');
    expect(platform.domain).toBeUndefined();
    const booted = (commandLine: string): unknown => readLog(`Linux version 2.6.16.33-xen (a@b) (gcc)\nKernel command line: ${commandLine}\n${block}`, 'clip').platform.domain?.value;
    expect(booted('root=/dev/sda1 ro')).toBe('pv-dom0');
    expect(booted('root=/dev/sda1 ro swiotlb=64,force')).toBeUndefined();
  });

  it('gives each boot its own record', () => {
    const { boots, facts } = readLog(fixture('047-'), 'dmesg');
    expect(boots).toHaveLength(2);
    expect(boots[0]?.facts.kernelVersion).toBe(facts.kernelVersion);
    expect(boots[0]?.lastLine).toBeLessThan(boots[1]?.firstLine ?? 0);
    // Failures are the whole file's there, each boot's own here.
    expect(boots.map((boot) => boot.facts.failures.reduce((sum, { count }) => sum + count, 0)).reduce((a, b) => a + b)).toBe(facts.failures.reduce((sum, { count }) => sum + count, 0));
  });

  it('takes the size from a full buffer where the kernel printed no pool', () => {
    const { platform, facts } = readLog(
      ['[    0.000000] Linux version 6.1.0-56-amd64 (a@b) (gcc-12) #1 SMP', '[    0.020000] software IO TLB: area num 2.', '[   12.000000] dmaprobe dmaprobe: swiotlb buffer is full (sz: 262145 bytes), total 16384 (slots), used 0 (slots)'].join('\n'),
      'dmesg',
    );
    expect(facts.swiotlb).toMatchObject({ state: null, sizeBytes: null, slots: 16384 });
    expect(platform.apertureBytes?.value).toBe(16384 * 2048);
    expect(platform.apertureBytes?.from).toMatchObject({ line: 3 });
  });
});
