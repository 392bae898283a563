import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOG_KEYS } from '../../../src/evidence/log/log-keys.ts';
import { createPlainSieve } from '../../../src/evidence/log/sieve/plain-line-sieve.ts';
import { createSimdSieve } from '../../../src/evidence/log/sieve/simd-line-sieve.ts';
import { LINES_BEHIND } from '../../../src/evidence/log/sieve/lines-behind.ts';
import type { LineSieve } from '../../../src/evidence/log/sieve/line-sieve.ts';
import type { SieveKey } from '../../../src/evidence/log/sieve/sieve-tables.ts';

const CAPACITY = 1 << 16;

function simd(keys: readonly SieveKey[], controls: boolean): LineSieve {
  const sieve = createSimdSieve(keys, { controls, capacity: CAPACITY });
  if (!sieve) throw new Error('no vector instructions here');
  return sieve;
}

function sift(sieve: LineSieve, bytes: Uint8Array, keep: number): { bounds: number[]; wanted: number } {
  // What another text left behind is no part of this one.
  sieve.input.fill(0x73);
  sieve.input.set(bytes);
  const { bounds, wanted } = sieve.sift(bytes.length, keep);
  return { bounds: [...bounds], wanted };
}

/** A line without what only steers a terminal. */
function cleaned(line: string): string {
  return line.replace(/\u001b(?:\[(?:[ -?]{0,22}[@-~])?)?|[\u0000\r]|\u00ef\u00bb\u00bf|\u00c2\u00a0/g, (found) => (found === '\u00c2\u00a0' ? ' ' : ''));
}

const holds = (line: string, keys: readonly SieveKey[]): boolean =>
  keys.some((key) => (key.anyCase === true ? line.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : line).includes(key.text));

const STAMP = /^\[ {0,8}\d{1,8}\.\d{6}\] /;

/** The same by its definition, line by line. */
function expected(text: string, keys: readonly SieveKey[], controls: boolean, keep: number): { bounds: number[]; wanted: number } {
  const lines = text.split(/(?<=\n)/).filter((line) => line !== '');
  const bounds: number[] = [];
  let wanted = keep;
  let at = 0;
  for (const line of lines) {
    const found = holds(line, keys) || (controls && holds(cleaned(line), keys));
    if (found || wanted > 0) {
      if (bounds.at(-1) === at) bounds[bounds.length - 1] = at + line.length;
      else bounds.push(at, at + line.length);
      // The sieve looks for a stamp only where one cannot reach over the text's end.
      const stamped = STAMP.test(line) && at + 32 <= text.length;
      wanted = found ? LINES_BEHIND : stamped ? 0 : wanted - 1;
    }
    at += line.length;
  }
  return { bounds, wanted };
}

/** Lines in order, each wanted by what stands before it or by itself: the runs may be written as several that touch. */
function joined({ bounds, wanted }: { bounds: number[]; wanted: number }): { bounds: number[]; wanted: number } {
  const merged: number[] = [];
  for (let at = 0; at < bounds.length; at += 2) {
    if (merged.at(-1) === bounds[at]) merged[merged.length - 1] = bounds[at + 1] ?? 0;
    else merged.push(bounds[at] ?? 0, bounds[at + 1] ?? 0);
  }
  return { bounds: merged, wanted };
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const pieces = (keys: readonly SieveKey[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...keys.map(({ text }) => text)) },
    { weight: 1, arbitrary: fc.constantFrom(...keys.map(({ text }) => text.toUpperCase())) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...keys.map(({ text }) => text)), fc.nat(30), fc.constantFrom('\u001b', '\u001b[0m', '\u001b[1;31', `\u001b[${'1;'.repeat(11)}m`, `\u001b[${'1;'.repeat(12)}m`, '\u0000', '\r', '\u00ef\u00bb\u00bf', '\u00ef\u00bb', '\u00c2\u00a0', '\u00c2'))
        .map(([text, at, within]) => text.slice(0, at) + within + text.slice(within === '\u00c2\u00a0' && text.charAt(at) === ' ' ? at + 1 : at)),
    },
    { weight: 2, arbitrary: fc.constantFrom(...keys.map(({ text }) => text)).chain((text) => fc.nat(text.length).map((end) => text.slice(0, end))) },
    { weight: 6, arbitrary: fc.constantFrom('\n', '\n', '\r\n', '\r', '\u001b[1m', '\u0000', '\u00c2\u00a0', '\u00c2', '[   12.345678] ', '\n[    0.000000] a', '\n[12345678901.5] ', 'usb 1-1: new device', '\n'.repeat(16)) },
    { weight: 2, arbitrary: fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 30 }) },
  );
const textOf = (keys: readonly SieveKey[]): fc.Arbitrary<string> => fc.array(pieces(keys), { maxLength: 80 }).map((all) => all.join(''));

describe('the sieve of lines', () => {
  it.each([['vector instructions', simd], ['bytes', (keys: readonly SieveKey[], controls: boolean) => createPlainSieve(keys, { controls, capacity: CAPACITY })]] as const)(
    'keeps by %s each line with a key of the reader and those behind it',
    (_, create) => {
      const [plain, steered] = [create(LOG_KEYS, false), create(LOG_KEYS, true)];
      fc.assert(
        fc.property(textOf(LOG_KEYS), fc.boolean(), fc.nat(14), (text, controls, keep) => {
          expect(joined(sift(controls ? steered : plain, latin1(text), keep))).toEqual(expected(text, LOG_KEYS, controls, keep));
        }),
        { numRuns: 1500 },
      );
    },
  );

  it('finds keys that its list of windows does not know', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', 'q', '#'), minLength: 6, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ text: key, anyCase: fc.boolean() }), { minLength: 1, maxLength: 20, selector: ({ text }) => text }).chain((keys) => fc.tuple(fc.constant(keys), textOf(keys))),
        ([keys, text]) => {
          const wanted = expected(text, keys, false, 0);
          expect(joined(sift(simd(keys, false), latin1(text), 0))).toEqual(wanted);
          expect(joined(sift(createPlainSieve(keys, { controls: false, capacity: CAPACITY }), latin1(text), 0))).toEqual(wanted);
        },
      ),
      { numRuns: 200 },
    );
    expect(() => createPlainSieve([{ text: 'abcde' }], { controls: false, capacity: CAPACITY })).toThrow(RangeError);
  });

  it('counts line feeds', () => {
    const sieves = [simd(LOG_KEYS, false), createPlainSieve(LOG_KEYS, { controls: false, capacity: CAPACITY })];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\n', 'a', '\u000b'), maxLength: 100 }), fc.nat(100), fc.nat(100), (text, one, other) => {
        const [from, to] = [Math.min(one, other, text.length), Math.min(Math.max(one, other), text.length)];
        for (const sieve of sieves) {
          sieve.input.fill(10);
          sieve.input.set(latin1(text));
          expect(sieve.countLines(from, to)).toBe(text.slice(from, to).split('\n').length - 1);
        }
      }),
    );
    for (const sieve of sieves) {
      sieve.input.fill(10);
      for (const length of [4079, 4080, 4081, 8160, 8175, 8177, CAPACITY]) expect(sieve.countLines(CAPACITY - length, CAPACITY)).toBe(length);
    }
  });
});
