import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createStripeReader, stripeBegin } from '../../../src/cli/stripe-reader.ts';
import { LOG_FAILURE_KEYS, LOG_KEYS } from '../../../src/evidence/log/log-keys.ts';
import { LogReader } from '../../../src/evidence/log/log-reader.ts';
import type { LogReading } from '../../../src/evidence/log/read-log.ts';
import { logFixtures } from './fixtures.ts';

const fixtureLines = logFixtures.flatMap(([, text]) => text.split('\n'));
const failureLines = fixtureLines.filter((line) => /swiotlb buffer is full|SW-IOMMU|overflow|coherent allocation failed/.test(line));
const stamped = (text: string): string => `[   12.345678] ${text}`;
const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...failureLines) },
  { weight: 2, arbitrary: fc.constantFrom(...fixtureLines) },
  { weight: 3, arbitrary: fc.constantFrom(...[
    'card 0000:03:00.0: swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 0 (slots)',
    'card 0000:03:00.0: swiotlb buffer is full (sz: 4096 bytes)', 'DMA: Out of SW-IOMMU space for 4096 bytes at device 0000:03:00.0',
    'card 0000:03:00.0: swiotlb buffer is \u001b[1mfull\u001b[0m (sz: 8192 bytes)', 'swiotlb_tbl_map_single: 12 callbacks suppressed', 'usb 1-1: new device',
  ].map(stamped)) },
  // A message that mail has wrapped, which goes on in lines without a stamp.
  { weight: 2, arbitrary: fc.constantFrom(stamped('card 0000:03:00.0: swiotlb buffer is full (sz: 65536 bytes), total\n32768 (slots), used 12 (slots)'), stamped('card 0000:03:00.0: swiotlb buffer is\nfull (sz: 16384 bytes)')) },
  { weight: 1, arbitrary: fc.constantFrom('', 'bare words', 'swiotlb buffer is full (sz: 1024 bytes)', 'x'.repeat(70), '\u0000'.repeat(40), 'bare\n'.repeat(20)) },
);

describe('failures that are counted apart', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dma-aperture-counted-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'log');

  /** The log with what stands behind its head in stripes, each read from the file by itself. */
  function readApart(bytes: Buffer, head: number, cuts: readonly number[]): LogReading | undefined {
    const reader = new LogReader('x', { mostItems: 1 });
    writeFileSync(path, bytes);
    const file = openSync(path, 'r');
    try {
      const stripes = createStripeReader(file, { keys: LOG_KEYS, failureKeys: LOG_FAILURE_KEYS, controls: bytes.subarray(0, head).includes(0x1b) });
      reader.push(bytes.subarray(0, stripeBegin(file, head)).toString('utf8'));
      reader.settle();
      const ends = [...cuts.map((cut) => head + 1 + (cut % Math.max(1, bytes.length - head - 1))), bytes.length].sort((a, b) => a - b);
      let counted = 0;
      for (const [index, to] of ends.entries()) {
        const stripe = { from: ends[index - 1] ?? head, to };
        const survey = reader.countApart;
        if (stripe.from >= to) continue;
        if (survey) {
          reader.pushCounted(stripes.countFailures(stripe, survey));
          counted++;
          continue;
        }
        const { bytes: left, gaps } = stripes.sift(stripe);
        const text = Buffer.from(left).toString('utf8');
        reader.push(text, gaps.map(({ at, lines }) => ({ at: Buffer.from(left.subarray(0, at)).toString('utf8').length, lines })), true);
      }
      const reading = reader.end();
      return counted > 0 ? reading : undefined;
    } finally {
      closeSync(file);
    }
  }

  function readWhole(bytes: Buffer, head: number): LogReading {
    const reader = new LogReader('x', { mostItems: 1 });
    reader.push(bytes.subarray(0, head).toString('utf8'));
    reader.settle();
    reader.push(bytes.subarray(head).toString('utf8'));
    return reader.end();
  }

  it('are those of the whole log, wherever it is cut', () => {
    let tried = 0;
    const begin = `${[stamped('Linux version 6.1.0 (a@b) (gcc) #1'), stamped('software IO TLB: area num 4.'), ...Array.from({ length: 30 }, () => stamped('usb 1-1: new device'))].join('\n')}\n`;
    fc.assert(
      fc.property(fc.array(line, { minLength: 5, maxLength: 80 }), fc.array(fc.nat(20_000), { maxLength: 8 }), fc.boolean(), (lines, cuts, coloured) => {
        const head = Buffer.from(coloured ? `${begin}\u001b[1m${stamped('x')}\n` : begin);
        const bytes = Buffer.concat([head, Buffer.from(lines.join('\n'))]);
        const apart = readApart(bytes, head.length, cuts);
        if (!apart) return;
        tried++;
        const whole = readWhole(bytes, head.length);
        expect(apart.facts.failures).toEqual(whole.facts.failures);
        expect(apart).toEqual(whole);
      }),
      { numRuns: 200 },
    );
    expect(tried).toBeGreaterThan(100);
  });
});
