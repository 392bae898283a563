import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { logParts } from '../../../src/cli/log-parts.ts';
import { siftedLines } from '../../../src/cli/sifted-lines.ts';
import { LOG_KEYS } from '../../../src/evidence/log/log-keys.ts';
import { LogReader } from '../../../src/evidence/log/log-reader.ts';
import type { LogReading } from '../../../src/evidence/log/read-log.ts';
import { createLineSieve } from '../../../src/evidence/log/sieve/line-sieve.ts';
import { LINES_BEHIND } from '../../../src/evidence/log/sieve/lines-behind.ts';
import { TextSifter } from '../../../src/evidence/log/sieve/text-sifter.ts';
import { logFixtures } from './fixtures.ts';

const CAPACITY = 2048;
const SIEVES = [false, true].map((controls) => createLineSieve(LOG_KEYS, { controls, capacity: CAPACITY }));

/** The log read whole, its make-up settled by its beginning. */
function readWhole(head: Buffer, rest: Buffer): LogReading {
  const reader = new LogReader('x');
  reader.push(head.toString('utf8'));
  reader.settle();
  reader.push(rest.toString('utf8'));
  return reader.end();
}

/** The same with only what a sieve leaves of what follows, in stripes whose ends lie between lines. */
function readSifted(head: Buffer, rest: Buffer, stripe: number, chunk: number): LogReading {
  const reader = new LogReader('x');
  reader.push(head.toString('utf8'));
  reader.settle();
  const sieve = SIEVES[head.includes(0x1b) ? 1 : 0];
  if (!sieve) throw new Error('no sieve');
  for (let from = 0; from < rest.length; ) {
    const feed = rest.indexOf(10, Math.min(rest.length, from + stripe));
    const to = feed < 0 ? rest.length : feed + 1;
    const sifter = new TextSifter(sieve, LINES_BEHIND, LINES_BEHIND);
    for (let at = from; at < to; ) {
      const part = rest.subarray(at, Math.min(to, at + chunk, at + sifter.space.length));
      sifter.space.set(part);
      sifter.filled(part.length);
      at += part.length;
      if (at % 3 === 0) push(reader, sifter);
    }
    sifter.end();
    push(reader, sifter);
    from = to;
  }
  return reader.end();
}

function push(reader: LogReader, sifter: TextSifter): void {
  const { text, gaps } = siftedLines(sifter.take());
  reader.push(text, gaps);
}

const NOISE = [
  ...Array.from({ length: 40 }, (_, index) => `[   ${10 + index}.123456] usb 1-${index}: new high-speed USB device number 2 using xhci_hcd\n`),
  'Jan  3 10:00:00 host kernel: usb 1-1: a line\n', 'words between\n', '\n', 'Größe \u20ac\u00a0\u{1f427}\n', '\u001b[33mcolour\u001b[0m\r\n', 'nul \u0000\n', `${'long '.repeat(4000)}\n`, '(XEN) nothing\n', 'a\rb\n', '> quoted\n',
];
const mutation = fc.record({
  text: fc.constantFrom(...logFixtures.map(([, text]) => text)),
  noise: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), lines: fc.array(fc.constantFrom(...NOISE), { minLength: 1, maxLength: 60 }), within: fc.boolean() }), { maxLength: 12 }),
  flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), { maxLength: 6 }),
  head: fc.double({ min: 0, max: 1, noNaN: true }), stripe: fc.integer({ min: 1, max: 9000 }), chunk: fc.integer({ min: 1, max: 3000 }),
});

/** A fixture with noise between its lines (or within them) and bytes changed. */
function damaged({ text, noise, flips }: { text: string; noise: { at: number; lines: string[]; within: boolean }[]; flips: { at: number; byte: number }[] }): Buffer {
  let changed = text.slice(0, 30_000);
  for (const { at, lines, within } of noise) {
    const place = Math.floor(at * changed.length);
    const begin = within ? place : changed.lastIndexOf('\n', place) + 1;
    changed = changed.slice(0, begin) + lines.join('') + changed.slice(begin);
  }
  const bytes = Buffer.from(changed);
  for (const { at, byte } of flips) bytes[Math.floor(at * (bytes.length - 1))] = byte;
  return bytes;
}

describe('a log of which only what a sieve leaves is read', () => {
  it('says what the whole log says, line by line', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        const bytes = damaged(change);
        const cut = bytes.indexOf(10, Math.floor(change.head * bytes.length)) + 1 || bytes.length;
        const [head, rest] = [bytes.subarray(0, cut), bytes.subarray(cut)];
        const whole = readWhole(head, rest);
        expect(readSifted(head, rest, change.stripe, change.chunk)).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  it('leaves most of a long log out', () => {
    const sieve = SIEVES[0];
    if (!sieve) throw new Error('no sieve');
    const sifter = new TextSifter(sieve, 0, LINES_BEHIND);
    const line = Buffer.from(NOISE[0] ?? '');
    for (let count = 0; count < 1000; count++) {
      sifter.space.set(line);
      sifter.filled(line.length);
    }
    sifter.end();
    const { bytes, gaps } = sifter.take();
    expect(bytes.length).toBe(0);
    expect(gaps).toEqual([{ at: 0, lines: 1000 }]);
  });
});

describe('logParts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dma-aperture-sifted-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const texts = logFixtures.map(([, text]) => text).join('\n');
  const noise = NOISE.join('') + (NOISE[0] ?? '').repeat(20_000);
  const bytes = Buffer.from(`${texts}\n${noise}${texts}`.repeat(Math.ceil(9 * 2 ** 20 / (2 * texts.length + noise.length))));

  async function read(name: string, sift: boolean): Promise<{ reading: LogReading; characters: number }> {
    const reader = new LogReader('x', { mostItems: 1000 });
    let characters = 0;
    for await (const { text, gaps, counted, apart, settles } of logParts(join(directory, name), { sift, threads: 1, countBy: () => reader.countApart })) {
      characters += text.length;
      if (counted) reader.pushCounted(counted);
      else reader.push(text, gaps, apart);
      if (settles) reader.settle(apart);
    }
    return { reading: reader.end(), characters };
  }

  it.each([['a file', 'long.log', bytes], ['a file that was packed', 'long.log.gz', gzipSync(bytes)]])('gives of %s what its reader wants', async (_, name, stored) => {
    writeFileSync(join(directory, name), stored);
    const sifted = await read(name, true);
    const whole = await read(name, false);
    expect(sifted.reading.boots.length).toBeGreaterThan(10);
    expect(sifted.reading).toEqual(whole.reading);
    expect(sifted.characters).toBeLessThan(0.8 * whole.characters);
  });

  it('reads what stands behind a hole in a file', async () => {
    writeFileSync(join(directory, 'hole.log'), Buffer.concat([Buffer.from((NOISE[0] ?? '').repeat(60_000)), Buffer.alloc(9 * 2 ** 20), Buffer.from(`\n${texts}`)]));
    const { facts, items } = (await read('hole.log', true)).reading;
    const whole = (await read('hole.log', false)).reading;
    expect(items.length).toBeGreaterThan(100);
    expect(items).toEqual(whole.items);
    expect(facts).toEqual(whole.facts);
  });
});
