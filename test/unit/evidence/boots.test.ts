import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';

const BANNER = 'Linux version 6.1.0 (a@b) (gcc) #1 SMP';
const MEMORY = 'Memory: 114116K/130944K available (2860K kernel code, 16376K reserved)';

/** Messages as lines of a log of so many lines. */
function logOf(messages: readonly string[], lines = messages.length): string {
  const filler = Array.from({ length: Math.max(0, lines - messages.length) }, (_, index) => `usb 1-${index}: new device`);
  return [...messages, ...filler].map((message, index) => `[    0.${String(index).padStart(6, '0')}] ${message}`).join('\n');
}

describe('a log that has no word of the swiotlb', () => {
  it('says that there is none where it is a whole boot', () => {
    expect(readLog(logOf([BANNER, MEMORY], 260), 'x').facts.swiotlb.state).toBe('absent');
  });

  it.each([
    ['is short', [BANNER, MEMORY], 100],
    ['has no banner', [MEMORY], 260],
    // From a mail that quotes the first lines of a boot and, far below, what failed.
    ['has lost the part that sets up memory', [BANNER, 'Command line: ro quiet'], 260],
  ])('says nothing where it %s', (_, messages, lines) => {
    expect(readLog(logOf(messages, lines), 'x').facts.swiotlb.state).toBeNull();
  });

  it('says nothing where /proc/version stands for the banner', () => {
    const pasted = '\nLinux version 6.1.0 (a@b) (gcc 12) #1 SMP Fri\n';
    expect(readLog(logOf(['INFO: task blocked']) + pasted + logOf([MEMORY], 260), 'x').facts).toMatchObject({ kernelVersion: '6.1.0', swiotlb: { state: null } });
  });
});

describe('/proc/version among the lines of a log', () => {
  const pasted = 'Linux version 5.4.1 (a@b) (gcc 9) #1 SMP Fri';

  it.each([
    ['before', (text: string) => `${pasted}\n${text}`],
    ['behind', (text: string) => `${text}\n${pasted}`],
  ])('gives way to a banner that stands %s it and divides nothing', (_, join) => {
    const { facts, boots } = readLog(join(logOf([BANNER, 'Command line: ro quiet', MEMORY])), 'x');
    expect(facts).toMatchObject({ kernelVersion: '6.1.0', kernelCmdline: 'ro quiet' });
    expect(boots).toHaveLength(1);
  });
});

describe('excerpts of two boots without banners', () => {
  // A mail that compares two kernels, each with its own areas.
  it('does not add their CMA areas', () => {
    const excerpt = (at: string): string[] => [`cma: Reserved 96 MiB at ${at} on node -1`, 'software IO TLB: area num 4.', 'software IO TLB: mapped [mem 0x00000001fac00000-0x00000001fb000000] (4MB)'];
    const { facts, boots } = readLog(logOf([...excerpt('0x00000001f0000000'), ...excerpt('0x00000000ea000000')]), 'x');
    expect(facts.cmaBytes).toBe(96 << 20);
    expect(boots).toHaveLength(2);
  });

  it('does not add their memory maps', () => {
    const map = (end: string): string[] => ['BIOS-provided physical RAM map:', `BIOS-e820: [mem 0x0000000000100000-0x${end}] usable`];
    expect(readLog(logOf([...map('000000003fffffff'), ...map('000000007fffffff')]), 'x').facts.e820UsableBytes).toBe(1023 << 20);
  });

  it('takes a repetition of what the console missed for the same map', () => {
    const rows = ['BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable', 'BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable'];
    const text = logOf(['BIOS-provided physical RAM map:', ...rows, ...rows.map((row) => `early_write: missed message {[    0.000000] ${row}`), 'software IO TLB: area num 32.']);
    expect(readLog(text, 'x').facts).toMatchObject({ e820UsableBytes: (640 << 10) + (1023 << 20), swiotlb: { areas: 32 } });
  });

  it('adds the areas of one', () => {
    expect(readLog(logOf(['cma: Reserved 256 MiB at 0x70000000', 'cma: Reserved 64 MiB at 0x6c000000', 'software IO TLB: area num 4.']), 'x').facts.cmaBytes).toBe(320 << 20);
  });
});

describe('a memory map of which the first rows are lost', () => {
  it('has no sum', () => {
    const rest = ['BIOS-e820: [mem 0x0000000100000000-0x0000000837ffffff] usable', 'BIOS-e820: [mem 0x000000085eec0000-0x00000008801fffff] reserved'];
    expect(readLog(logOf(rest), 'x')).toMatchObject({ facts: { e820UsableBytes: null } });
    expect(readLog(logOf(rest), 'x').platform.e820).toBeUndefined();
    expect(readLog(logOf(['BIOS-provided physical RAM map:', ...rest]), 'x').facts.e820UsableBytes).toBe(0x738000000);
  });
});

describe('a bug report with an excerpt of a log among much else', () => {
  const prose = Array.from({ length: 60 }, (_, index) => `bDescriptorType ${index} of a device that is listed here`).join('\n');
  const full = 'xhci_hcd 0000:01:00.0: swiotlb buffer is full (sz: 512 bytes), total 32768 (slots), used 32768 (slots)';
  const excerpt = (lines: number): string => logOf([full], lines);

  it('is read from so many lines on as prose does not quote', () => {
    expect(readLog(`${prose}\n${excerpt(10)}\n${prose}`, 'x').facts.failures).toMatchObject([{ bytes: 512, device: '0000:01:00.0' }]);
    // Only mainline tells of slots: an option that helps counts in them.
    expect(readLog(excerpt(10), 'x').platform.lineage?.value).toBe('mainline');
    expect(readLog(`${prose}\n${excerpt(3)}\n${prose}`, 'x').isKernelLog).toBe(false);
  });

  it('is not read from a patch', () => {
    const patch = 'diff --git a/drivers/x.c b/drivers/x.c\n--- a/drivers/x.c\n+++ b/drivers/x.c\n@@ -1,4 +1,5 @@\n context';
    expect(readLog(`${excerpt(10)}\n${patch}\n${prose}`, 'x').isKernelLog).toBe(false);
  });
});

describe('a banner', () => {
  it('needs no blank behind the release: mail loses some', () => {
    expect(readLog(logOf(['Linux version 5.15.160.mx64.476(root@host) (gcc (GCC) 12.3.0) #1 SMP Wed']), 'x').facts.kernelVersion).toBe('5.15.160.mx64.476');
  });
});

describe('XenLinux without an aperture', () => {
  it('is a PV kernel by what it alone prints', () => {
    expect(readLog(logOf(['Software IO TLB disabled', 'Xen reported: 2327.494 MHz processor.']), 'x')).toMatchObject({
      facts: { environment: ['xen-pv'], swiotlb: { state: 'disabled' } },
      platform: { lineage: { value: 'xenlinux' } },
    });
  });

  it('is known by its processor line alone', () => {
    expect(readLog(logOf(['Xen reported: 2327.494 MHz processor.']), 'x')).toMatchObject({ facts: { environment: ['xen-pv'] }, platform: { lineage: { value: 'xenlinux' } } });
  });
});
