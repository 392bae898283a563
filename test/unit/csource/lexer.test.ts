import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lex } from '../../../src/csource/parse/lexer.ts';

/** Preprocessing tokens (C17 6.4) as one pattern. */
const PATTERN =
  /([A-Za-z_$][\w$]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|(\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|[-+*/%<>=!&|^~?:;,.(){}[\]#])|\s+|([^])/g;

describe('the lexer', () => {
  it('takes the longest token, whatever stands side by side', () => {
    // No comments, quotes or continuations: those have tests of their own.
    const piece = fc.constantFrom(...Array.from('abeEpPx$_.0123456789+-*%<>=!&|^~?:;,(){}[]#@` \t\n\r\u00a0é\u0001'), '0x', '...', 'sizeof');
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')), (text) => {
      const expected = [...text.matchAll(PATTERN)].flatMap((match) => {
        const [found, name, number, punct, bad] = match;
        const kind = name !== undefined ? 'name' : number !== undefined ? 'number' : punct !== undefined ? 'punct' : bad !== undefined ? 'bad' : undefined;
        return kind === undefined ? [] : [{ kind, text: found, start: match.index }];
      });
      expect(lex(text, 0, text.length)).toEqual(expected);
    }), { numRuns: 3000 });
  });

  it('passes over comments and joins no name across lines', () => {
    const kinds = (text: string): string[] => lex(text, 0, text.length).map((token) => `${token.kind} ${token.text}`);
    expect(kinds('a/* b */c // d\ne')).toEqual(['name a', 'name c', 'name e']);
    expect(kinds('a \\\n b')).toEqual(['name a', 'name b']);
    expect(kinds('a\\\nb')).toEqual(['bad a', 'name b']);
    expect(kinds('"a\\"b" \'c\' "d')).toEqual(['string "a\\"b"', 'char \'c\'', 'string "d']);
  });
});
