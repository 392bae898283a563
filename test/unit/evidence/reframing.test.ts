import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { logFixtures } from './fixtures.ts';
import type { LogFacts } from '../../../src/evidence/log/log-facts.ts';

/** A line of a ring buffer: seconds since boot, and the message without prefix. */
interface Entry {
  readonly seconds: number;
  readonly text: string;
}

const STAMPED = /^\[ {0,8}(\d{1,8}\.\d{6})\] (.*)$/;

/** Logs whose every line has a plain stamp, so that they can be written anew in any frame. */
const buffers: (readonly [string, readonly Entry[]])[] = [
  ['a boot with every kind of line', [
    'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)',
    'Command line: console=ttyS0,115200 root=/dev/sda1 ro swiotlb=65536',
    'BIOS-provided physical RAM map:',
    'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable',
    'BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved',
    'BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable',
    'BIOS-e820: [mem 0x00000000bffe0000-0x00000000bfffffff] ACPI data',
    'BIOS-e820: [mem 0x0000000100000000-0x000000023fffffff] usable',
    'NX (Execute Disable) protection: active',
    'Hypervisor detected: KVM',
    'ACPI: DMAR 0x000000007FFE2A00 000050 (v01 BOCHS  BXPC     00000001 BXPC 00000001)',
    'cma: Reserved 64 MiB at 0x00000000b7c00000',
    'Kernel command line: console=ttyS0,115200 root=/dev/sda1 ro swiotlb=65536',
    'software IO TLB: area num 4.',
    'Memory: 7967960K/8388088K available (14342K kernel code, 2332K rwdata, 9052K rodata, 2780K init, 17428K bss, 354352K reserved, 65536K cma-reserved)',
    'DMAR: Intel(R) Virtualization Technology for Directed I/O',
    'PCI-DMA: Using software bounce buffering for IO (SWIOTLB)',
    'software IO TLB: mapped [mem 0x00000000afbe0000-0x00000000b7be0000] (128MB)',
    'xhci_hcd 0000:00:14.0: swiotlb buffer is full (sz: 524288 bytes), total 65536 (slots), used 12 (slots)',
    'swiotlb_tbl_map_single: 12 callbacks suppressed',
    'xhci_hcd 0000:00:14.0: swiotlb buffer is full (sz: 524288 bytes), total 65536 (slots), used 12 (slots)',
  ].map((text, index) => ({ seconds: index / 16, text }))],
];
for (const [name, text] of logFixtures) {
  const entries = text.split('\n').filter((line) => line !== '').map((line) => STAMPED.exec(line));
  if (entries.length > 10 && entries.every((entry) => entry !== null)) buffers.push([name, entries.map(([, seconds = '0', message = '']) => ({ seconds: Number(seconds), text: message }))]);
}

const stamp = (seconds: number): string => `[${seconds.toFixed(6).padStart(12)}] `;
const BOOT = Date.UTC(2024, 4, 8, 6, 0, 0);
const date = (seconds: number): Date => new Date(BOOT + Math.floor(seconds) * 1000);
const clock = (seconds: number): string => date(seconds).toISOString().slice(11, 19);
const micro = (seconds: number): string => (seconds % 1).toFixed(6).slice(2);
const iso = (seconds: number): string => date(seconds).toISOString().slice(0, 19);

/** Each way in which tools and consoles write the same ring buffer. */
const FRAMES: readonly (readonly [string, (entry: Entry) => string])[] = [
  ['dmesg', ({ seconds, text }) => stamp(seconds) + text],
  ['dmesg -T', ({ seconds, text }) => `[Wed May  8 ${clock(seconds)} 2024] ${text}`],
  ['dmesg -x', ({ seconds, text }) => `kern  :info  : ${stamp(seconds)}${text}`],
  ['dmesg -r', ({ seconds, text }) => `<6>${stamp(seconds)}${text}`],
  ['dmesg -d', ({ seconds, text }) => `[${seconds.toFixed(6).padStart(12)} <    0.000012>] ${text}`],
  ['dmesg -T -d', ({ seconds, text }) => `[Wed May  8 ${clock(seconds)} 2024 <    0.000012>] ${text}`],
  ['dmesg -H', ({ text }) => `[  +0.000012] ${text}`],
  ['dmesg --time-format iso', ({ seconds, text }) => `${iso(seconds)},${micro(seconds)}+02:00 ${text}`],
  ['CONFIG_PRINTK_CALLER', ({ seconds, text }) => `${stamp(seconds)}[      T1] ${text}`],
  ['syslog', ({ seconds, text }) => `May  8 ${clock(seconds)} host kernel: ${stamp(seconds)}${text}`],
  ['syslog of a localised system', ({ seconds, text }) => `toukok. 8 ${clock(seconds)} host kernel: ${text}`],
  ['rsyslog', ({ seconds, text }) => `${iso(seconds)}.${micro(seconds)}+02:00 host kernel: ${text}`],
  ['journalctl', ({ seconds, text }) => `May 08 ${clock(seconds)} host kernel: ${text}`],
  ['journalctl -o short-iso', ({ seconds, text }) => `${iso(seconds)}+0200 host kernel: ${text}`],
  ['journalctl -o short-full', ({ seconds, text }) => `Wed 2024-05-08 ${clock(seconds)} CEST host kernel: ${text}`],
  ['journalctl -o short-unix', ({ seconds, text }) => `${1_715_148_000 + Math.floor(seconds)}.${micro(seconds)} host kernel: ${text}`],
  ['journalctl -o short-monotonic', ({ seconds, text }) => `${stamp(seconds)}host kernel: ${text}`],
  ['journalctl, the date cut off', ({ seconds, text }) => `${clock(seconds)} host kernel: ${text}`],
  ['the tag alone', ({ text }) => `kernel: ${text}`],
  ['syslogd to a terminal', ({ seconds, text }) => ` kernel:${stamp(seconds)}${text}`],
  ['/dev/kmsg', ({ seconds, text }) => `6,123,${Math.round(seconds * 1e6)},-;${text}`],
  ['netconsole', ({ seconds, text }) => `<6>${stamp(seconds)}${text}`],
  ['logcat -b kernel', ({ seconds, text }) => `05-08 ${clock(seconds)}.123     0     0 I         : ${text}`],
  ['Android', ({ seconds, text }) => `<6>${stamp(seconds)} [0:      swapper/0:    1] ${text}`],
  ['docker logs -t', ({ seconds, text }) => `${iso(seconds)}.${micro(seconds)}123Z ${stamp(seconds)}${text}`],
  ['docker compose logs', ({ seconds, text }) => `qemu-1  | ${stamp(seconds)}${text}`],
  ['ts', ({ seconds, text }) => `May 08 ${clock(seconds)} ${stamp(seconds)}${text}`],
  ['osstest', ({ seconds, text }) => `May  8 ${clock(seconds)}.${micro(seconds)} ${stamp(seconds)}${text}`],
  ['tio', ({ seconds, text }) => `[${clock(seconds)}.123] ${stamp(seconds)}${text}`],
  ['grabserial', ({ seconds, text }) => `[${seconds.toFixed(6)} 0.000012] ${stamp(seconds)}${text}`],
  ['LAVA', ({ seconds, text }) => `${iso(seconds)}.${micro(seconds)}  ${stamp(seconds)}${text}`],
  ['minicom', ({ seconds, text }) => `[${iso(seconds).replace('T', ' ')}] ${stamp(seconds)}${text}`],
  ['a quotation', ({ seconds, text }) => `> > ${stamp(seconds)}${text}`],
  ['a list item', ({ seconds, text }) => `     ${stamp(seconds)}${text}`],
  ['carriage returns', ({ seconds, text }) => `${stamp(seconds)}${text}\r`],
  ['colours', ({ seconds, text }) => `\u001b[32m${stamp(seconds)}\u001b[0m${text.replace(/^([^:]{1,40}): /, '\u001b[33m$1: \u001b[0m')}`],
  ['no-break blanks', ({ seconds, text }) => stamp(seconds).replaceAll(' ', '\u00a0') + text],
];

function comparable({ failures, ...facts }: LogFacts): unknown {
  return { ...facts, failures: failures.map(({ lines: _, ...failure }) => failure), pageAllocationFailures: undefined, dmaDebugReports: undefined, freeBlocks: undefined };
}

/** What runs under XenLinux follows from its command line too. */
function withoutCommandLines(facts: LogFacts): unknown {
  return comparable({ ...facts, kernelCmdline: null, xenCmdline: null, environment: facts.environment.filter((name) => name !== 'xen-dom0') });
}

/** A mail program's wrap: at the last blank before the limit, or behind a long word. */
function wrap(line: string, width: number, before = ''): string {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const within = rest.lastIndexOf(' ', width);
    const at = within > 20 ? within : rest.indexOf(' ', width);
    if (at < 0) break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...lines, rest].map((part) => before + part).join('\n');
}

/** RFC 2045, 6.7: at most 76 characters a line, the soft break included. */
function quotedPrintable(text: string): string {
  return text.split('\n').map((line) => {
    let made = '';
    let column = 0;
    for (const char of line) {
      const unit = char === '=' ? '=3D' : char === '\u00a0' ? '=C2=A0' : char;
      if (column + unit.length > 75) {
        made += '=\n';
        column = 0;
      }
      made += unit;
      column += unit.length;
    }
    return made;
  }).join('\n');
}

describe('the same ring buffer in another frame', () => {
  it('has logs to write anew', () => {
    expect(buffers.length).toBeGreaterThan(5);
  });

  it.each(FRAMES)('%s: the facts are the same', (_name, frame) => {
    for (const [name, entries] of buffers) {
      const plain = readLog(entries.map(({ seconds, text }) => stamp(seconds) + text).join('\n'), 'x');
      const framed = readLog(entries.map(frame).join('\n'), 'x');
      expect(framed.isKernelLog, name).toBe(true);
      expect(comparable(framed.facts), name).toEqual(comparable(plain.facts));
      expect(framed.items.map(({ line, kind }) => [line, kind]), name).toEqual(plain.items.map(({ line, kind }) => [line, kind]));
    }
  });

  it.each([72, 76, 78, 80])('wrapped at %d: the facts are the same but for command lines, which are withheld or whole', (width) => {
    for (const [name, entries] of buffers) {
      const lines = entries.map(({ seconds, text }) => stamp(seconds) + text);
      const plain = readLog(lines.join('\n'), 'x').facts;
      for (const before of ['', '> ', '>> > ']) {
        const { facts } = readLog(lines.map((line) => wrap(line, width, before)).join('\n'), 'x');
        expect(withoutCommandLines(facts), `${name} behind "${before}"`).toEqual(withoutCommandLines(plain));
        expect([null, plain.kernelCmdline]).toContain(facts.kernelCmdline);
      }
    }
  });

  it('quoted-printable loses nothing', () => {
    for (const [name, entries] of buffers) {
      const text = entries.map(({ seconds, text: message }) => stamp(seconds).replaceAll(' ', '\u00a0') + message).join('\n');
      expect(comparable(readLog(quotedPrintable(text), 'x').facts), name).toEqual(comparable(readLog(text, 'x').facts));
    }
  });

  it('an older part of the buffer that is lost takes no later fact with it', () => {
    const [entries] = buffers.map(([, each]) => each);
    if (!entries) throw new Error('no buffer');
    fc.assert(fc.property(fc.nat(entries.length - 6), fc.constantFrom(...FRAMES), (from, [, frame]) => {
      const facts = readLog(entries.slice(from).map(frame).join('\n'), 'x').facts;
      expect(facts.swiotlb).toMatchObject({ state: 'enabled', physStart: '0xafbe0000', slots: 65536 });
      expect(facts.failures).toMatchObject([{ bytes: 524288, count: 2 }]);
    }), { numRuns: 60 });
  });
});

describe("Xen's lines in another frame", () => {
  const lines = ['Xen version 4.17.7 (Debian 4.17.7-1) (a@b) (gcc (Debian 12.2.0) 12.2.0) debug=n Wed Nov  4 16:52:28 UTC 2026', 'Command line: dom0_mem=1024M', 'Xen-e820 RAM map:', ' [0000000000000000, 000000000009fbff] (usable)', ' [0000000000100000, 00000000bffdffff] (usable)', 'Domain heap initialised DMA width 32 bits', 'Dom0 has maximum 4 VCPUs', '*** Building a PV Dom0 ***'];
  const plain = readLog(lines.map((line) => `(XEN) ${line}`).join('\n'), 'x').facts;

  it.each([
    ['seconds', '(XEN) [    1.234567] '], ['date', '(XEN) [2026-11-22 08:18:19] '], ['date and milliseconds', '(XEN) [2026-11-22 08:18:19.123] '], ['cycles', '(XEN) [00000034585d9e36] '],
    ['a terminal program that dates lines', '[2020-12-24 08:34:49] (XEN) '], ['osstest', 'Mar  3 05:12:34.123456 (XEN) '], ['a quotation', '> (XEN) '], ['syslog of a serial server', '2026-11-22T08:18:19.123456+00:00 (XEN) '],
  ])('%s', (_name, prefix) => {
    expect(plain).toMatchObject({ xenVersion: '4.17.7', xenCmdline: 'dom0_mem=1024M', xenDmaWidthBits: 32, xenDom0MaxVcpus: 4, xenE820UsableBytes: 0x9fc00 + 0xbfee0000 });
    expect(readLog(lines.map((line) => prefix + line).join('\n'), 'x').facts).toEqual(plain);
  });
});
