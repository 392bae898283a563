import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LongDocument } from '../../../src/server/long-document.ts';

const text = fc.array(fc.constantFrom('a line of some length', '\n', '\r\n', '\r', 'x', '\u20ac', '\n\n'), { maxLength: 60 }).map((parts) => parts.join(''));
const place = fc.record({ line: fc.integer({ min: -1, max: 90 }), character: fc.integer({ min: 0, max: 40 }) });
const change = fc.oneof(
  { weight: 9, arbitrary: fc.record({ range: fc.record({ start: place, end: place }), text }) },
  { weight: 1, arbitrary: fc.record({ text }) },
);

/** So many times a text, so that it lies in several pieces. */
const LONG = 3000;

describe('a long document', () => {
  it('is a TextDocument in all that it says, whatever is edited', () => {
    fc.assert(
      fc.property(text, fc.boolean(), fc.array(change, { maxLength: 8 }), fc.array(place, { minLength: 1, maxLength: 6 }), fc.double({ min: 0, max: 1, noNaN: true }), (begin, long, changes, places, share) => {
        const content = long ? `${begin}\n`.repeat(Math.ceil(LONG * 100 / (begin.length + 1))) : begin;
        const one = new LongDocument('file:///x', 'kernel-log', 1, content);
        let other = TextDocument.create('file:///x', 'kernel-log', 1, content);
        for (const [index, each] of changes.entries()) {
          // In a long text somewhere in it, not only at its beginning.
          const shift = long ? Math.floor(share * other.lineCount) : 0;
          const moved = 'range' in each ? { ...each, range: { start: { ...each.range.start, line: each.range.start.line + shift }, end: { ...each.range.end, line: each.range.end.line + shift } } } : each;
          const before = one.pieces;
          const was = before.slice(0);
          one.update([moved], index + 2);
          // Made anew: where a change reaches beyond the end the other's lines are no longer those of its text.
          other = TextDocument.create('file:///x', 'kernel-log', index + 2, TextDocument.update(other, [moved], index + 2).getText());
          expect(before.slice(0)).toBe(was);
          expect(one.getText()).toBe(other.getText());
          expect([one.version, one.lineCount, one.pieces.length]).toEqual([other.version, other.lineCount, other.getText().length]);
          for (const at of places) {
            const line = at.line + shift;
            expect(one.offsetAt({ ...at, line })).toBe(other.offsetAt({ ...at, line }));
            expect(one.getLineRange(line)).toEqual(other.getLineRange(line));
            expect(one.getEOLCharacters(line)).toBe(other.getEOLCharacters(line));
            const offset = other.offsetAt({ ...at, line }) + at.character;
            expect(one.positionAt(offset)).toEqual(other.positionAt(offset));
            expect(one.getText({ start: { line, character: 2 }, end: at })).toBe(other.getText({ start: { line, character: 2 }, end: at }));
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
