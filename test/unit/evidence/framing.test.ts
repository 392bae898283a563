import { describe, expect, it } from 'vitest';
import { LogReader } from '../../../src/evidence/log/log-reader.ts';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { logFixtures } from './fixtures.ts';

const FULL = 'nvme 0000:01:00.0: swiotlb buffer is full (sz: 8192 bytes), total 32768 (slots), used 32768 (slots)';
const BANNER = 'Linux version 6.1.0 (a@b) (gcc) #1 SMP';

function inParts(text: string, size: number, head: number, mostItems?: number): ReturnType<LogReader['end']> {
  const reader = new LogReader('x', { head, ...(mostItems === undefined ? {} : { mostItems }) });
  for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
  return reader.end();
}

describe('prefixes', () => {
  it.each([
    ['netconsole, extended', '6,416,1439424,-;'],
    ['netconsole with the release', '6.4.0,4,444,501151268,-,caller=T1;'],
    ['logcat', '01-02 03:04:05.678     0     0 W         : '],
    ['logcat with the tag', '01-02 03:04:05.678  root     0     0 I kernel  : '],
    ['Android processors', '[   12.345678] c0      1 '],
    ['Android tasks', '[   12.345678]  (0)[1:swapper/0]'],
    ['stamp and task without a blank', '[   12.345678][    T1] '],
    ['pstore', '<4>[   12.345678] '],
    ['Android pid', '[   12.345678] (CPU:1-pid:57:kworker/1:1) '],
    ['journal with the date cut off', 'host kernel: '],
    ['MediaTek', '[   12.345678] -(0)[0:swapper/0]'],
    ['MediaTek with the level', '[   12.345678] <1>-(0)[1:swapper/0]'],
    ['HiSilicon', '[   12.345678s][pid:1,cpu4,swapper/0]'],
    ['HiSilicon in /dev/kmsg', '6,43,9907745,-;[pid:0,cpu0,swapper]'],
    ['Amlogic', '[   12.345678@3] '],
    ['Amlogic with two stamps', '[   12.345679] [   12.345678@0]@0 '],
    ['Amlogic with two stamps, the processor outside', '[   12.345679] [   12.345678]@0 '],
    ['LG', '[   12.345678 / 01-01 00:00:00.000][0] '],
    ['logcat of LG', '01-01 04:27:48.091     0     0 W [    0.000000 / 01-01 00:00:00.000][0] '],
    ['logcat of LG with an empty tag', '01-01 04:27:48.091     0     0 I         : [    0.000000 / 01-01 00:00:00.000][0] '],
  ])('%s', (_, prefix) => {
    const { facts, items } = readLog([BANNER, 'NX (Execute Disable) protection: active', FULL].map((line) => prefix + line).join('\n'), 'x');
    expect(facts).toMatchObject({ kernelVersion: '6.1.0', failures: [{ bytes: 8192, device: '0000:01:00.0', driver: 'nvme', lines: [3] }] });
    expect(items[0]?.column).toBe(prefix.length + 1);
  });
});

describe('line ends and lengths', () => {
  const lines = [BANNER, 'x86/fpu: nothing', FULL, FULL].map((line, index) => `[    0.00000${index}] ${line}`);

  it.each([['\r'], ['\r\n'], ['\r\r\n'], ['\n']])('reads lines that end in %j', (end) => {
    const { facts, items } = readLog(lines.join(end), 'x');
    expect(facts.failures).toMatchObject([{ count: 2, lines: [3, 4] }]);
    expect(items[0]).toMatchObject({ line: 1, column: 16 });
  });

  it('reads a text that has lost its line ends, however long', () => {
    const filler = '[    1.000000] usb 1-1: new high-speed USB device number 2 using xhci_hcd ';
    const text = `${lines[0] ?? ''} ${filler.repeat(800)}${lines[2] ?? ''} ${filler.repeat(800)}${lines[3] ?? ''}`;
    const { facts, items } = readLog(text, 'x');
    expect(text.length).toBeGreaterThan(100_000);
    expect(facts).toMatchObject({ kernelVersion: '6.1.0', failures: [{ bytes: 8192, count: 2 }] });
    for (const item of items) expect(text.slice(item.column - 1, item.endColumn - 1)).toBe(item.text);
  });

  it('reads on behind bytes that a crash left unwritten, and behind the header of an archive', () => {
    for (const before of ['\0'.repeat(4096), `logs/journal.txt${'\0'.repeat(84)}0000664\0ustar  user${'\0'.repeat(300)}`]) {
      const { facts, items } = readLog([`May  8 06:00:00 host kernel: nothing${before}${lines[0] ?? ''}`, ...lines.slice(1)].join('\n'), 'x');
      expect(facts).toMatchObject({ kernelVersion: '6.1.0', failures: [{ count: 2, lines: [3, 4] }] });
      expect(items[0]?.column).toBe(37 + before.length + 15);
    }
  });

  it('finds nothing in a long line that holds no message', () => {
    expect(readLog(`${'a'.repeat(50_000)} ${FULL}`, 'x').items).toEqual([]);
  });
});

describe('files beside a log', () => {
  it('reads the counters of the aperture by the name of their file', () => {
    expect(readLog('32768\n', '/sys/kernel/debug/swiotlb/io_tlb_nslabs').facts).toMatchObject({ swiotlb: { slots: 32768 }, poolCounters: { nslabs: 32768 } });
    expect(readLog('32768\n', 'notes.txt').isKernelLog).toBe(false);
  });

  it('reads xl info as facts', () => {
    const text = ['host                   : h', 'release                : 6.1.0-56-amd64', 'total_memory           : 2047', 'free_memory            : 126', 'xen_version            : 4.17.7', 'xen_commandline        : placeholder dom0_mem=1G'].join('\n');
    expect(readLog(text, 'xl-info').facts).toMatchObject({ kernelVersion: '6.1.0-56-amd64', xenVersion: '4.17.7', xenCmdline: 'placeholder dom0_mem=1G', xenMemoryMiB: { total: 2047, free: 126 } });
  });

  it('sums System RAM of /proc/iomem, end inclusive', () => {
    const text = ['00000000-00000fff : Reserved', '00001000-0009ffff : System RAM', '00100000-001fffff : System RAM', '  00100000-001007ff : Kernel code', 'c0000000-febfffff : PCI Bus 0000:00', '  c0000000-c00fffff : nvme'].join('\n');
    expect(readLog(text, 'iomem').facts.iomemSystemRamBytes).toBe(0x9f000 + 0x100000);
  });

  it("reads Xen's heap from the console, one dump", () => {
    const dump = ["(XEN) 'H' pressed -> dumping heap info (now = 5238561442)", '(XEN) heap[node=0][zone=12] -> 100 pages', '(XEN) heap[node=0][zone=20] -> 131072 pages'];
    expect(readLog([...dump, ...dump].join('\n'), 'x').facts.xenHeapZones).toEqual([{ node: 0, zone: 12, pages: 100 }, { node: 0, zone: 20, pages: 131072 }]);
  });
});

describe('reading in parts', () => {
  it.each(logFixtures)('%s: gives what the whole gives', (name, text) => {
    const whole = readLog(text, 'x');
    for (const size of [777, 65536]) {
      const parts = inParts(text, size, 4 << 20);
      expect(parts.facts, name).toEqual(whole.facts);
      expect(parts.items, name).toEqual(whole.items);
    }
  });

  it('reads on behind the head as it began, wrapped lines included, and forgets what it has read', () => {
    const [, text = ''] = logFixtures.find(([name]) => name.startsWith('047-')) ?? [];
    const long = text.repeat(Math.ceil(1_400_000 / text.length));
    const whole = readLog(long, 'x');
    const parts = inParts(long, 100_000, 1 << 20);
    expect(parts.facts).toEqual(whole.facts);
    expect(parts.boots.length).toBe(whole.boots.length);
    expect(parts.items).toEqual(whole.items);
  });

  it('counts failures beyond the items that it keeps', () => {
    const long = `[    0.000000] ${BANNER}\n${`[    9.000000] ${FULL}\n`.repeat(30_000)}`;
    const reading = inParts(long, 100_000, 1 << 20, 500);
    expect(reading.facts.failures).toMatchObject([{ count: 30_000 }]);
    expect(reading.facts.failures[0]?.lines).toHaveLength(10_000);
    expect(reading.onlyFailuresFrom).toBe(501);
  });
});
