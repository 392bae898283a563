import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOnly } from '../../../src/csource/parse/lexer.ts';
import { wordOffsets } from '../../../src/csource/parse/word-offsets.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '_', '1', ' ', '.', '\n', '\r', '"', "'", '/', '*', '\\', 'é'), maxLength: 60 });

describe('words of a text', () => {
  it('are those that a pattern between word boundaries finds', () => {
    fc.assert(fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b', '_', '1'), minLength: 1, maxLength: 3 }), (within, word) => {
      expect(wordOffsets(within, word)).toEqual([...within.matchAll(new RegExp(`\\b${word}\\b`, 'g'))].map(({ index }) => index));
    }));
    expect(wordOffsets('a a', '')).toEqual([]);
  });

  it('code alone has the length and the lines of the text, and no quote', () => {
    fc.assert(fc.property(text, (within) => {
      const code = codeOnly(within);
      expect(code.length).toBe(within.length);
      expect(code.replace(/[^\n]/g, '')).toBe(within.replace(/[^\n]/g, ''));
      expect(code).not.toMatch(/["']/);
      for (let at = 0; at < code.length; at++) expect([' ', within[at]]).toContain(code[at]);
    }));
  });
});
