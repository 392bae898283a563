import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EditableLog } from '../../../src/evidence/log/editable-log.ts';
import { LogReader } from '../../../src/evidence/log/log-reader.ts';
import type { LogReading } from '../../../src/evidence/log/read-log.ts';
import { logFixtures } from './fixtures.ts';

const HEAD = 2000;

function readAnew(text: string, mostItems?: number): LogReading {
  const reader = new LogReader('x', mostItems === undefined ? {} : { mostItems });
  reader.push(text.slice(0, HEAD));
  reader.settle();
  reader.push(text.slice(HEAD));
  return reader.end();
}

/** Runs an update to its end. @returns what it says, and how many chunks it has read */
function run(update: Generator<void, LogReading>): { reading: LogReading; chunks: number } {
  for (let chunks = 0; ; chunks++) {
    const step = update.next();
    if (step.done === true) return { reading: step.value, chunks };
  }
}

const texts = logFixtures.map(([, text]) => text.slice(0, 20_000));
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(fc.nat(3), fc.nat(300), fc.nat(6000)),
  inserted: fc.oneof(
    fc.constantFrom('', 'x', '\n', '\n\n', '[    1.000000] Linux version 6.1.0 (a@b) (gcc) #1\n', '[    2.000000] Xen version: 4.17\n', 'Software IO TLB enabled: \n', '\u001b[1m', '=\n', ' Aperture:     64 megabytes\n', '[   12.345678] card 0000:03:00.0: swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 0 (slots)\n'),
    fc.constantFrom(...texts).map((text) => text.slice(0, 4000)),
  ),
});

describe('a long log that is edited', () => {
  it('says after each edit what it would say if it were read anew', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 }), fc.array(edit, { minLength: 1, maxLength: 6 }), fc.integer({ min: 200, max: 5000 }), fc.constantFrom(undefined, 5, 20, 60), (parts, edits, chunk, mostItems) => {
        let text = parts.join('\n');
        const log = new EditableLog('x', { chunk, head: HEAD, ...(mostItems === undefined ? {} : { mostItems }) });
        expect(run(log.update(text)).reading).toEqual(readAnew(text, mostItems));
        for (const [index, { at, removed, inserted }] of edits.entries()) {
          const place = Math.floor(at * text.length);
          const untouched = { before: place, behind: text.slice(place + removed).length };
          text = text.slice(0, place) + inserted + text.slice(place + removed);
          // What is given up on the way changes nothing.
          if (index % 2 === 1) log.update(`${text}\n${texts[0] ?? ''}`).next();
          expect(run(log.update(text, index % 3 === 0 ? untouched : undefined)).reading).toEqual(readAnew(text, mostItems));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reads what an edit has touched, wherever it is', () => {
    const noise = '[   10.000000] usb 1-1: new high-speed USB device number 2 using xhci_hcd, as there are so many of them\n';
    const text = (texts[0] ?? '').slice(0, 5000) + noise.repeat(60_000);
    const log = new EditableLog('x');
    const all = run(log.update(text)).chunks;
    expect(all).toBeGreaterThan(15);
    for (const at of [0, 100, Math.floor(text.length / 2), text.length]) {
      expect(run(log.update(`${text.slice(0, at)}edited${text.slice(at)}`)).chunks).toBeLessThanOrEqual(4);
      expect(run(log.update(text)).chunks).toBeLessThanOrEqual(4);
    }
    expect(run(log.update(text)).chunks).toBeLessThanOrEqual(2);
  });
});
