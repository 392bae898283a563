import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, frameLine } from '../../../src/evidence/log/frame-line.ts';

const MESSAGE = 'software IO TLB: area num 4.';

describe('frameLine', () => {
  it.each([
    ['[    0.547602] ', 'linux'],
    ['[12345.678901] ', 'linux'],
    ['[    0.547602] [      T0] ', 'linux'],
    ['[    0.000000][    T0] ', 'linux'],
    ['[    1.446060]  [0:      swapper/0:    1] ', 'linux'],
    ['[Fri May  1 09:46:35 2026] ', 'linux'],
    ['[2026-11-22 08:18:19] ', 'linux'],
    ['[  +0.004186] ', 'linux'],
    ['<6>', 'linux'],
    ['<5>[    0.000000] ', 'linux'],
    ['kern  :info  : [    0.316573] ', 'linux'],
    ['kern  :notice: [  +0.000000] ', 'linux'],
    ['Jun  8 12:02:48 host-1 kernel: [14534.394347] ', 'linux'],
    ['May 10 05:07:48 xps13 kernel: ', 'linux'],
    ['mars 08 17:54:26 host kernel: ', 'linux'],
    ['touko 05 09:18:59 host kernel: ', 'linux'],
    ['2024-01-29T12:57:11.123456+01:00 host kernel: ', 'linux'],
    ['03:09:07,559 INFO kernel:', 'linux'],
    ['[    0.780000] kernel: ', 'linux'],
    ['[    0.000000] lit.home.arpa kernel: ', 'linux'],
    ['> [    0.000000] ', 'linux'],
    ['>> >     >       >     >       > [    0.545608] ', 'linux'],
    ['| [    0.000000] ', 'linux'],
    ['< [    0.000000] ', 'linux'],
    ['    [   36.745286] ', 'linux'],
    ['*[ * *0.000000]* ', 'linux'],
    ['(qemu) [   26.560026] ', 'linux'],
    ['(XEN) ', 'xen'],
    ['(XEN) [2026-11-22 08:18:19] ', 'xen'],
    ['(XEN) [    1.234567] ', 'xen'],
    ['[2026-11-22 08:18:19] (XEN) ', 'xen'],
    ['(XEN) (d1) [    0.000000] ', 'guest'],
    ['Jun  8 12:02:48 host systemd[1]: ', 'daemon'],
    ['Jun  8 12:02:48 host myapp: ', 'daemon'],
    ['daemon:info  : ', 'daemon'],
    ['[    5.100000] systemd[1]: ', 'daemon'],
    ['', 'bare'],
  ] as const)('reads "%s" as %s', (prefix, speaker) => {
    expect(frameLine(prefix + MESSAGE)).toMatchObject({ speaker, start: prefix.length });
  });

  it('swallows the blanks before a message and keeps its column', () => {
    expect(frameLine('[    0.000000]   DMA32 zone: 1')).toMatchObject({ speaker: 'linux', start: 17 });
    expect(frameLine('(XEN)  [0000000000100000, 000000007ffdffff] (usable)')).toMatchObject({ speaker: 'xen', start: 7 });
  });

  it('begins inside the line, whatever the line', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('[', ']', ' ', '0', '.', '(XEN)', '>', '<', '6', ':', 'kernel:', 'Jan', '\t', '*', '+') }), (line) => {
        const { start } = frameLine(line);
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start).toBeLessThanOrEqual(line.length);
      }),
    );
  });
});

describe('cleanLine', () => {
  it('takes colours out and remembers where the characters stood', () => {
    const raw = 'kern  :info  : \u001b[32m[  +0.004186] \u001b[0m\u001b[33mBIOS-e820\u001b[0m: x\r';
    const { text, offsets } = cleanLine(raw, false);
    expect(text).toBe('kern  :info  : [  +0.004186] BIOS-e820: x');
    expect(raw.charAt(offsets?.[text.indexOf('BIOS')] ?? -1)).toBe('B');
    expect(offsets?.[text.length]).toBe(raw.length);
  });

  it('decodes quoted-printable where asked', () => {
    expect(cleanLine('registers=2E=0D=0D', true).text).toBe('registers.');
    expect(cleanLine('iommu=3Dsoft', false).text).toBe('iommu=3Dsoft');
  });

  it('leaves no character that only steers a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\u001b', '[', '3', 'm', 'a', '\r', '\u0000', '\u00a0', '=', '0D') }), fc.boolean(), (raw, qp) => {
        const { text, offsets } = cleanLine(raw, qp);
        expect(text).not.toMatch(/[\u0000\r\u001b\u00a0]/);
        if (offsets) expect(offsets).toHaveLength(text.length + 1);
      }),
    );
  });
});
