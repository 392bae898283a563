import { describe, expect, it } from 'vitest';
import { KeptItems } from '../../../src/evidence/log/kept-items.ts';
import { LogReader } from '../../../src/evidence/log/log-reader.ts';
import type { LogReading } from '../../../src/evidence/log/read-log.ts';
import { readLog } from '../../../src/evidence/log/read-log.ts';

const boot = (minor: number): string => `[    0.000000] Linux version 6.${minor}.0-generic (a@b) (gcc 12) #1 SMP
[    0.000000] Command line: root=/dev/sda${minor} swiotlb=${minor}
[    1.000000] software IO TLB: mapped [mem 0x00000000b7a00000-0x00000000bba00000] (64MB)
[   20.123456] nvme 0000:03:00.${minor % 8}: swiotlb buffer is full (sz: 65536 bytes), total 32768 (slots), used ${minor} (slots)
`;
const boots = (count: number): string => Array.from({ length: count }, (_, minor) => boot(minor)).join('');

function inParts(text: string): LogReading {
  const reader = new LogReader('x', { head: 1 << 16 });
  for (let at = 0; at < text.length; at += 50_000) reader.push(text.slice(at, at + 50_000));
  return reader.end();
}

describe('what is kept of a log of thousands of boots', () => {
  it('is the first boots whole, and every failure of the others', () => {
    const text = boots(6000);
    const whole = readLog(text, 'x');
    const reading = inParts(text);
    const { onlyFailuresFrom = 0 } = reading;
    expect(whole.onlyFailuresFrom).toBeUndefined();
    expect(whole.boots).toHaveLength(6000);
    expect(text.split('\n')[onlyFailuresFrom - 1]).toMatch(/Linux version/);
    expect(reading.boots).toEqual(whole.boots.slice(0, reading.boots.length));
    expect(reading.boots.at(-1)?.lastLine).toBe(onlyFailuresFrom - 1);
    expect(reading.facts.failures).toEqual(whole.facts.failures);
  });

  it('is all of a log of a few boots', () => {
    const text = boots(400);
    expect(inParts(text)).toEqual(readLog(text, 'x'));
  });

  it('names as many failures as fit and counts the rest', () => {
    const kept = new KeptItems();
    for (let used = 0; used < 25_000; used++) {
      kept.add({ kind: 'failure', failure: 'buffer-full', bytes: 4096, device: null, driver: null, totalSlots: 32768, usedSlots: used, recogniser: 'x', line: used + 1, column: 1, endColumn: 2, text: '' });
    }
    expect(kept.failures.facts()).toHaveLength(20_000);
    expect(kept.failures.unlisted).toBe(5000);
  });
});
