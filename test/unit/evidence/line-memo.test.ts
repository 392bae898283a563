import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPrefix } from '../../../src/evidence/log/common-prefix.ts';
import { frameLine } from '../../../src/evidence/log/frame-line.ts';
import { LineMemo } from '../../../src/evidence/log/line-memo.ts';
import { LineReader } from '../../../src/evidence/log/line-reader.ts';
import type { LogItem } from '../../../src/evidence/log/log-items.ts';
import { surveyText } from '../../../src/evidence/log/survey.ts';
import { logFixtures } from './fixtures.ts';

const lines = logFixtures.flatMap(([, text]) => text.split('\n'));
/** Lines of many logs in any order, some with what stands between a stamp and a message, or with none. */
const line = fc.record({
  text: fc.constantFrom(...lines),
  before: fc.constantFrom('', '', '', '[   12.345678] ', '[    1.000000] [    T1] ', '[   99.000001] \u001b[1m', 'Jan  3 10:00:00 host kernel: ', 'Jan 13 10:00:00 host.name kernel: [   12.345678] ', '2024-01-03T10:00:00.123456+01:00 host kernel: ', '    [   12.345678] ', '<6>', '> '),
  behind: fc.constantFrom('', '', '', '\r', '\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000', ' [    5.000000] swiotlb buffer is full (sz: 4096 bytes)'),
}).map(({ text, before, behind }) => before + text.replace(/^\[ *\d+\.\d+\] /, before === '' ? '$&' : '') + behind);

function read(text: string, memo: LineMemo | undefined): LogItem[] {
  const items: LogItem[] = [];
  const reader = new LineReader({ ...surveyText(text), folded: false }, (item) => items.push(item), memo ? { memo } : {});
  reader.read(text, text.length, true);
  return items;
}

describe('a memory of what lines say', () => {
  it('changes nothing in what is read, where lines come again in other surroundings', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(), { minLength: 20, maxLength: 60 }), (some, order) => {
        const text = order.map((index) => some[index % some.length] ?? '').join('\n');
        expect(read(text, new LineMemo())).toEqual(read(text, undefined));
      }),
      { numRuns: 500 },
    );
  });

  it('knows a line that comes again by what stands behind its stamp', () => {
    const memo = new LineMemo();
    const line = '[    1.000000] software IO TLB: area num 4.\n';
    const [first] = read(line, memo);
    expect(memo.line('stamp', 'software IO TLB: area num 4.')).toBeUndefined();
    read(line, memo);
    expect(memo.line('stamp', 'software IO TLB: area num 4.')).toHaveLength(1);
    expect(read('[12345678.000000] software IO TLB: area num 4.\n', memo)).toEqual([{ ...first, column: 19, endColumn: 47 }]);
  });
});

describe('a common prefix', () => {
  it('is what the frame of a line begins with', () => {
    let found = 0;
    for (const text of lines) {
      const prefix = commonPrefix(text, 0);
      if (!prefix) continue;
      found++;
      const { start, speaker } = frameLine(text);
      expect(start).toBeGreaterThanOrEqual(prefix.end);
      expect(['linux', 'daemon', 'xen']).toContain(speaker);
    }
    expect(found).toBeGreaterThan(1000);
    expect(commonPrefix('[    0.000000] x', 0)).toEqual({ kind: 'stamp', end: 15 });
    expect(commonPrefix('a\n    [12345678.000000] x', 2)).toEqual({ kind: 'stamp', end: 24 });
    expect(commonPrefix('Jan  3 10:00:00 host kernel: usb', 0)).toEqual({ kind: 'dated', end: 29 });
    expect(commonPrefix('2024-01-03T10:00:00Z host-1 kernel: [   12.345678] usb', 0)).toEqual({ kind: 'both', end: 51 });
    for (const text of ['[    0.00000] x', '[123456789.000000] x', '[         1.000000] x', '[    0.000000]x', '[ .000000] x', '(XEN) x', '[    0.000000', 'Jan  3 10:00:00 host cron: x', ' Jan  3 10:00:00 host kernel: x']) {
      expect(commonPrefix(text, 0)).toBeUndefined();
    }
  });
});
