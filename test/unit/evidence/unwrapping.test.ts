import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';

const BANNER = '[    0.000000] Linux version 6.1.0 (a@b) (gcc) #1 SMP';
const FILLER = ['[    0.000001] x86/fpu: nothing', '[    0.000002] NX (Execute Disable) protection: active'];

describe('lines that mail has wrapped', () => {
  it('puts a wrapped message together', () => {
    const { facts, items } = readLog([BANNER, ...FILLER, '[  112.668145] rcar-fcp fea2f000.fcp: swiotlb buffer is full (sz:', '3686400 bytes), total 65536 (slots), used 112 (slots)'].join('\n'), 'mail');
    expect(facts.failures).toMatchObject([{ kind: 'buffer-full', bytes: 3686400, totalSlots: 65536, usedSlots: 112, device: 'fea2f000.fcp', lines: [4] }]);
    expect(items.at(-1)).toMatchObject({ line: 4, endColumn: 66 });
  });

  it('joins at a soft break without a blank, through quotation marks', () => {
    const text = [
      '>> >     >       >     >       > [    0.545608] ASID allocator initialised',
      '>> >     >       >     >       > [    0.559332] software IO TLB: mapped [me=',
      'm',
      '>> 0x0000000011800000-0x0000000011c00000] (4MB)',
    ].join('\n');
    expect(readLog(text, 'mail').facts.swiotlb).toMatchObject({ state: 'enabled', physStart: '0x11800000', physEnd: '0x11c00000', sizeBytes: 4 << 20 });
  });

  it('withholds a command line that was wrapped, and keeps one that was not', () => {
    const wrapped = [BANNER, '[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0 root=/dev/sda1', 'ro swiotlb=65536', ...FILLER].join('\n');
    expect(readLog(wrapped, 'mail').facts.kernelCmdline).toBeNull();
    const whole = [BANNER, '[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0 root=/dev/sda1', ...FILLER].join('\n');
    expect(readLog(whole, 'mail').facts.kernelCmdline).toBe('BOOT_IMAGE=/boot/vmlinuz-6.1.0 root=/dev/sda1');
  });

  it.each([
    ['saved with its headers, longer than any line of the text', ''],
    ['of which the last header names the encoding', 'Content-Transfer-Encoding: quoted-printable\n'],
  ])('decodes a mail %s', (_, declared) => {
    const mail = `From: someone <a@b.c>\nReceived: ${'x'.repeat(120)}\n${declared}\n${[
      '[    0.000000] Kernel command line: root=3D/dev/vda console=3DttyS0=0A=', '[    0.300000] software IO TLB: mapped [mem 0x0000000039300000-0x00000000=', '3d300000] (64MB)=0A=', '[    0.400000] x=0A=',
    ].join('\n')}\n`;
    expect(readLog(mail, 'x').facts).toMatchObject({ kernelCmdline: 'root=/dev/vda console=ttyS0', swiotlb: { physStart: '0x39300000', physEnd: '0x3d300000' } });
  });

  it('ends a message where the level of one that is glued to it stands', () => {
    const { facts } = readLog('<6>[    0.000000] Kernel command line: ro quiet<3>[    0.000001]  [0:        swapper:    0] LCD_ID = 0x4044\n<6>[    0.000002] x', 'x');
    expect(facts.kernelCmdline).toBe('ro quiet');
  });

  it('finds a message that is glued behind other output', () => {
    const text = [BANNER, ...FILLER, 'Writing superblocks:    0/1789  [   36.745286] xhci-hcd ee000000.usb: swiotlb buffer is full (sz: 524288 bytes)', '[    1.000000] Freeing unused(XEN) Dom0 has maximum 4 VCPUs'].join('\n');
    const { facts, items } = readLog(text, 'serial');
    expect(facts.failures).toMatchObject([{ bytes: 524288, lines: [4] }]);
    expect(facts.xenDom0MaxVcpus).toBe(4);
    expect(items.find(({ kind }) => kind === 'dom0-max-vcpus')).toMatchObject({ line: 5, column: 36 });
  });

  it('leaves prose between stamped lines alone', () => {
    const text = [BANNER, ...FILLER, 'swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 1 (slots)', 'was what I saw next.'].join('\n');
    expect(readLog(text, 'mail').facts.failures).toEqual([]);
  });
});

describe('failures that two lines report', () => {
  const full = (device: string, size: number): string => `[    5.000000] e1000e ${device}: swiotlb buffer is full (sz: ${size} bytes)`;
  const out = (device: string, size: number): string => `[    5.000001] e1000e ${device}: DMA: Out of SW-IOMMU space for ${size} bytes`;

  it('are one event each', () => {
    const { failures } = readLog([BANNER, ...FILLER, full('0000:00:19.0', 1522), out('0000:00:19.0', 1522), full('0000:00:19.0', 1522), out('0000:00:19.0', 1522)].join('\n'), 'x').facts;
    expect(failures).toMatchObject([{ kind: 'buffer-full', bytes: 1522, count: 2, lines: [4, 6] }]);
  });

  it('are two where device or size differ', () => {
    const { failures } = readLog([BANNER, ...FILLER, full('0000:00:19.0', 1522), out('0000:00:19.0', 66), full('0000:00:19.0', 66), out('0000:00:1f.2', 66)].join('\n'), 'x').facts;
    expect(failures.map(({ kind, count }) => [kind, count])).toEqual([['buffer-full', 1], ['out-of-space', 1], ['buffer-full', 1], ['out-of-space', 1]]);
  });
});

describe('boots', () => {
  const xen = (version: string): string[] => [`(XEN) Xen version ${version} (Debian) (a@b) (gcc 12) debug=n`, '(XEN) Xen-e820 RAM map:', '(XEN)  [0000000000000000, 000000007fffffff] (usable)', '(XEN) Dom0 has maximum 2 VCPUs'];
  const pv = [BANNER, '[    0.000000] Hypervisor detected: Xen PV', '[    0.000000] software IO TLB: mapped [mem 0x39300000-0x3d300000] (64MB)', '[    1.000000] Xen version: 4.17.7 (preserve-AD)'];

  it('are Xen and Linux together, in either order', () => {
    for (const lines of [[...xen('4.17.7'), ...pv], [...pv, ...xen('4.17.7')]]) {
      const { boots, facts } = readLog(lines.join('\n'), 'x');
      expect(boots).toHaveLength(1);
      expect(facts).toMatchObject({ kernelVersion: '6.1.0', xenVersion: '4.17.7', xenDom0MaxVcpus: 2, xenE820UsableBytes: 2 ** 31 });
    }
  });

  it('are two where Xen boots again', () => {
    expect(readLog([...xen('4.17.7'), ...pv, ...xen('4.17.7')].join('\n'), 'x').boots).toHaveLength(2);
    expect(readLog([...xen('4.17.7'), ...pv, ...xen('4.17.7'), ...pv].join('\n'), 'x').boots.map(({ facts }) => facts.kernelVersion)).toEqual(['6.1.0', '6.1.0']);
    expect(readLog([...pv, ...xen('4.18.0')].join('\n'), 'x').boots.map(({ facts }) => facts.xenVersion)).toEqual(['4.17.7', '4.18.0']);
  });
});
