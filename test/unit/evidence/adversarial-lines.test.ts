import { describe, expect, it } from 'vitest';
import { LogReader } from '../../../src/evidence/log/log-reader.ts';
import { RECOGNISERS } from '../../../src/evidence/log/recogniser-table.ts';
import type { LogMessage, Recogniser } from '../../../src/evidence/log/recogniser.ts';

/**
 * Lines of a megabyte, each made from a recogniser's own format to lead it as far astray as can be. A pattern whose time grows with
 * the square of a line's length takes hours for one of them: that these tests end is what they show.
 */
const MIB = 1 << 20;
/** printf's conversions, and the stars and ellipses by which the table of formats stands for more of the same. */
const CONVERSION = /%[-+ #0]{0,3}\d{0,3}(?:\.\d{1,3})?(?:hh|h|ll|l|z|L)?(?:p[A-Za-z]{0,3}|[A-Za-z])|\u2026/;

/** A format with a megabyte where one of its fields stands, in front of it all, and behind. */
function* longLines(format: string): Generator<string> {
  const literals = format.split(CONVERSION);
  const fillers = ['0', ' ', 'a', 'f:', '[', '(1*4kB ) ', '/', literals.find((literal) => literal.trim() !== '') ?? 'x', format];
  for (const [place, filler] of fillers.entries()) {
    const long = filler.repeat(Math.ceil(MIB / filler.length));
    const field = place % Math.max(1, literals.length - 1);
    yield literals.slice(0, field + 1).join('0') + long + literals.slice(field + 1).join('0');
    yield long + literals.join('1');
    yield literals.join('1') + long;
  }
}

function message(text: string, speaker: LogMessage['speaker']): LogMessage {
  return { text, joined: false, cut: false, ownText: text, speaker, pasted: false };
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

const table = RECOGNISERS.map((recogniser): [string, Recogniser] => [recogniser.id, recogniser]);

describe('lines of a megabyte', () => {
  it.each(table)('are read by %s in time that grows with their length', (_, { formats, speaker, parse }) => {
    for (const format of formats) {
      for (const text of longLines(format)) {
        const found = parse(message(text, speaker === 'either' ? 'bare' : speaker));
        for (const number of numbersOf(found)) expect(number).toBeGreaterThanOrEqual(0);
      }
    }
  }, 120_000);

  it.each(table)('do as little harm to the reader where they begin as lines of %s do', (_, { formats, speaker }) => {
    const [format = ''] = formats;
    const stamp = speaker === 'xen' ? '(XEN) ' : '[    1.000000] ';
    const reader = new LogReader('x');
    let count = 0;
    for (const text of longLines(format)) if (count++ % 3 === 0) reader.push(`${stamp}${text}\n`);
    for (const item of reader.end().items) for (const number of numbersOf(item)) expect(number).toBeGreaterThanOrEqual(0);
  }, 120_000);
});
