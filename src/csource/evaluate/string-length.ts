import type { Token } from '../parse/lexer.ts';

const PART = /\\(?:[0-7]{1,3}|x[0-9a-fA-F]+|["'?\\abfnrtve])|[\x20\x21\x23-\x5b\x5d-\x7e\t]/y;

/** Characters of a string constant, without the zero at its end; undefined where the compiler's text of it is not known. */
export function stringLength(token: Token): number | undefined {
  const { text } = token;
  if (token.made || text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return undefined;
  let count = 0;
  let at = 1;
  while (at < text.length - 1) {
    PART.lastIndex = at;
    if (!PART.test(text)) return undefined;
    at = PART.lastIndex;
    count++;
  }
  return at === text.length - 1 ? count : undefined;
}
