import { codeOnly } from '../parse/lexer.ts';
import type { SourceIndex } from './source-index.ts';

const codes = new WeakMap<SourceIndex, string>();

/** The text of a file with comments and strings blanked, made once. */
export function codeOf(index: SourceIndex): string {
  let code = codes.get(index);
  if (code === undefined) codes.set(index, (code = codeOnly(index.text)));
  return code;
}
