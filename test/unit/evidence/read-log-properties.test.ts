import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { RECOGNISERS } from '../../../src/evidence/log/recogniser-table.ts';
import { logFixtures } from './fixtures.ts';

/** Every number anywhere in a value. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Map) return [...value.values()].flatMap(numbersIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(numbersIn);
  return [];
}

const texts = logFixtures.map(([, text]) => text);
const mutation = fc.record({
  text: fc.constantFrom(...texts),
  other: fc.constantFrom(...texts),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(200),
  insert: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('-1', '99999999999999999999', '0x', 'ffffffffffffffff', '\n', '\r\n', '=\n', '\u001b[', '(XEN) ', '[    0.000000] ', 'NaN', '1e309')),
  kind: fc.constantFrom('replace', 'delete', 'splice', 'cut', 'digits'),
});

function mutate({ text, other, at, length, insert, kind }: { text: string; other: string; at: number; length: number; insert: string; kind: string }): string {
  const place = Math.floor(at * text.length);
  if (kind === 'replace') return text.slice(0, place) + insert + text.slice(place + length);
  if (kind === 'delete') return text.slice(0, place) + text.slice(place + length);
  if (kind === 'splice') return text.slice(0, place) + other.slice(Math.floor(at * other.length));
  if (kind === 'cut') return text.slice(place);
  let seen = 0;
  return text.replace(/\d+/g, (digits) => (++seen % (length + 2) === 0 ? insert : digits));
}

describe('readLog on damaged logs', () => {
  it('never throws and never gives a number that is none', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        const { facts, boots, platform, items } = readLog(mutate(change), 'x');
        for (const number of numbersIn([facts, boots, platform, items])) {
          if (!(Number.isSafeInteger(number) && number >= 0)) throw new Error(`found ${number}`);
        }
      }),
      { numRuns: 600 },
    );
  });

  it('gives the same for the same text', () => {
    for (const text of texts.slice(0, 10)) expect(readLog(text, 'x')).toEqual(readLog(text, 'x'));
  });

  it('does not depend on how lines end', () => {
    for (const text of texts.filter((candidate) => !candidate.includes('\r'))) {
      expect(readLog(text.replaceAll('\n', '\r\n'), 'x').facts).toEqual(readLog(text, 'x').facts);
    }
  });
});

describe('readLog on hostile text', () => {
  const pieces = [
    ...new Set(RECOGNISERS.flatMap(({ keys }) => keys)),
    '> ', '[    0.000000] ', '(XEN) ', '<6>', 'Jan 1 00:00:00 a kernel: ', '[[[[', '\u001b[', '=0D', '0', ' ', '\u00a0',
  ];

  function hostile(piece: string, length: number, lineLength: number): string {
    const lines: string[] = [];
    for (let made = 0; made < length; made += lineLength) lines.push(`${piece.repeat(Math.ceil(lineLength / piece.length)).slice(0, lineLength - 2)}=`);
    return `[    0.000000] Linux version 6.1.0 (a@b) (gcc)\n${lines.join('\n')}`;
  }

  /** Characters that regular expressions were given while `text` was read. */
  function charactersLookedAt(text: string): number {
    const native: (this: RegExp, subject: string) => RegExpExecArray | null = Reflect.get(RegExp.prototype, 'exec');
    let looked = 0;
    // test() and replace() go through exec() as soon as that is not the language's own.
    RegExp.prototype.exec = function counted(this: RegExp, subject: string): RegExpExecArray | null {
      looked += subject.length;
      return native.call(this, subject);
    };
    try {
      readLog(text, 'x');
    } finally {
      RegExp.prototype.exec = native;
    }
    return looked;
  }

  it.each([
    [76, 5],
    [700, 7],
  ])('looks at twice the text twice as often, in lines of %d', (lineLength, step) => {
    for (const piece of pieces.filter((_, index) => index % step === 0)) {
      const once = charactersLookedAt(hostile(piece, 300 * lineLength, lineLength));
      const twice = charactersLookedAt(hostile(piece, 600 * lineLength, lineLength));
      expect(twice / once, piece).toBeLessThan(2.2);
    }
  });

  it('comes to an end on 1 MB in one line, and in the longest lines that are read', () => {
    for (const piece of pieces) {
      expect(readLog(hostile(piece, 1 << 20, 1 << 20), 'x').uri).toBe('x');
      expect(readLog(hostile(piece, 1 << 20, 16_000), 'x').uri).toBe('x');
    }
  });

  it('has no pattern that backtracks without bound', () => {
    const root = fileURLToPath(new URL('../../../src/evidence/', import.meta.url));
    let count = 0;
    for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
      const source = ts.createSourceFile(file, readFileSync(root + file, 'utf8'), ts.ScriptTarget.ES2022, true);
      const visit = (node: ts.Node): void => {
        if (ts.isRegularExpressionLiteral(node)) {
          count++;
          const [, pattern = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
          const bare = pattern.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
          const unbounded = bare.match(/(?<!\()[*+]|\{\d+,\}/g)?.length ?? 0;
          const anchored = bare.startsWith('^') || flags.includes('y');
          // One unbounded repetition, tried at one place only, is linear.
          expect(unbounded, `${file}: ${node.text}`).toBeLessThanOrEqual(anchored ? 1 : 0);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
    expect(count).toBeGreaterThan(60);
  });
});
