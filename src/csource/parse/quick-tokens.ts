/** Kinds of tokens; an operator or bracket is of its own first character's code, with the code of a second one above it. */
export const END = 0;
export const NAME = 1;
export const NUMBER = 2;
export const STRING = 3;
export const CHAR = 4;
/** A word of the C grammar; which one says {@link QuickTokens.words}. */
export const WORD = 5;

/** Tokens of a text, column by column. */
export interface QuickTokens {
  readonly kinds: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly words: readonly string[];
  readonly count: number;
}

/** The words that the grammar of tree-sitter-c 0.24 does not take for identifiers. */
const WORDS: ReadonlySet<string> = new Set(
  ('if else for while do switch case default return break continue goto sizeof struct union enum typedef static extern auto register inline __inline __inline__ ' +
    '__forceinline thread_local __thread const constexpr volatile restrict __restrict__ __restrict __extension__ _Atomic _Noreturn noreturn _Nonnull alignas _Alignas ' +
    'signed unsigned long short bool char int float double void size_t ssize_t ptrdiff_t intptr_t uintptr_t charptr_t nullptr_t max_align_t int8_t int16_t int32_t ' +
    'int64_t uint8_t uint16_t uint32_t uint64_t char8_t char16_t char32_t char64_t TRUE true FALSE false NULL nullptr __attribute__ __attribute asm __asm__ __asm ' +
    'offsetof _Generic __alignof__ __alignof _alignof alignof _Alignof __declspec __based __cdecl __clrcall __stdcall __fastcall __thiscall __vectorcall __uptr __sptr ' +
    '_unaligned __unaligned __try __except __finally __leave defined').split(' '),
);

/** Others are rare in the kernel, and the grammar ends some of them where C does not. */
const PLAIN_NUMBER = /^(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*$/;

const MAX_TOKENS = 60_000;
const kinds = new Uint32Array(MAX_TOKENS);
const starts = new Uint32Array(MAX_TOKENS);
const ends = new Uint32Array(MAX_TOKENS);

/** First characters of operators that an `=` may end. */
const PAIRED = '-+<>=!&|*/%^';

/** The kind of an operator. @param text one to three characters */
export function operatorKind(text: string): number {
  return text.charCodeAt(0) | ((text.length > 1 ? text.charCodeAt(1) : 0) << 8) | ((text.length > 2 ? text.charCodeAt(2) : 0) << 16);
}

/**
 * Splits the text of one function into tokens, without its comments.
 * @returns undefined where the text holds what the quick parser leaves to tree-sitter: directives, continuations, characters
 *   beyond ASCII outside comments and strings, too many tokens. The arrays are used again by the next call.
 */
export function quickTokens(text: string): QuickTokens | undefined {
  const words: string[] = [];
  const { length } = text;
  let count = 0;
  let at = 0;
  for (;;) {
    const code = at < length ? text.charCodeAt(at) : -1;
    if (code === 32 || code === 9 || code === 10 || code === 13) {
      at++;
      continue;
    }
    if (code < 0) break;
    const start = at;
    let kind: number;
    if (isNameStart(code)) {
      do at++; while (at < length && isNamePart(text.charCodeAt(at)));
      const word = text.slice(start, at);
      kind = WORDS.has(word) ? WORD : NAME;
      if (kind === WORD) words[count] = word;
      // L"…" and the like.
      else if (at - start < 3 && (text.charCodeAt(at) === 34 || text.charCodeAt(at) === 39)) return undefined;
    } else if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(at + 1)))) {
      at++;
      while (at < length && isNumberPart(text, at)) at++;
      if (!PLAIN_NUMBER.test(text.slice(start, at))) return undefined;
      kind = NUMBER;
    } else if (code === 34 || code === 39) {
      at = quotedEnd(text, at);
      if (at < start + 3 && (at < 0 || code === 39)) return undefined;
      kind = code === 34 ? STRING : CHAR;
    } else if (code === 47 && (text.charCodeAt(at + 1) === 42 || text.charCodeAt(at + 1) === 47)) {
      const close = text.charCodeAt(at + 1) === 42 ? text.indexOf('*/', at + 2) + 2 : text.indexOf('\n', at);
      if (close < at + 1 || (text.charCodeAt(at + 1) === 47 && text.charCodeAt(close - 1) === 92)) return undefined;
      at = close;
      continue;
    } else {
      if (code >= 127 || code === 35 || code === 92 || code === 96 || code === 64 || code < 32) return undefined;
      const length = operatorLength(text, at);
      kind = code | (length > 1 ? text.charCodeAt(at + 1) << 8 : 0) | (length > 2 ? text.charCodeAt(at + 2) << 16 : 0);
      at += length;
    }
    if (count >= MAX_TOKENS - 4) return undefined;
    kinds[count] = kind;
    starts[count] = start;
    ends[count] = at;
    count++;
  }
  for (let beyond = count; beyond < count + 4; beyond++) {
    kinds[beyond] = END;
    starts[beyond] = length;
    ends[beyond] = length;
  }
  return { kinds, starts, ends, words, count };
}

function operatorLength(text: string, at: number): number {
  const first = text.charAt(at);
  const second = text.charAt(at + 1);
  if (first === '.') return second === '.' && text.charAt(at + 2) === '.' ? 3 : 1;
  if ((first === '<' || first === '>') && second === first) return text.charAt(at + 2) === '=' ? 3 : 2;
  if ((first === '+' || first === '-' || first === '&' || first === '|') && second === first) return 2;
  if (first === '-' && second === '>') return 2;
  return second === '=' && PAIRED.includes(first) ? 2 : 1;
}

function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36;
}

function isNamePart(code: number): boolean {
  return isNameStart(code) || isDigit(code);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isNumberPart(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (isNamePart(code) || code === 46) return true;
  if (code !== 43 && code !== 45) return false;
  const before = text.charCodeAt(at - 1) | 32;
  // The sign of an exponent; 0xe+1 is left to whoever reads the number.
  return before === 101 || before === 112;
}

/** Behind a string or character constant; -1 where it is not closed in its line. */
function quotedEnd(text: string, quote: number): number {
  const mark = text.charCodeAt(quote);
  for (let at = quote + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === mark) return at + 1;
    if (code === 10) return -1;
    if (code === 92) {
      if (text.charCodeAt(at + 1) === 10 || text.charCodeAt(at + 1) === 13) return -1;
      at++;
    }
  }
  return -1;
}
