import type { Gap, SiftedText } from '../evidence/log/sieve/text-sifter.ts';
import { decodeUtf8 } from './part-decoder.ts';

export interface SiftedLines {
  readonly text: string;
  /** `at` counts in characters. */
  readonly gaps: readonly Gap[];
}

/** What a sieve left, as text. Gaps lie between lines, so none within a character. */
export function siftedLines({ bytes, gaps }: SiftedText): SiftedLines {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = decodeUtf8(buffer);
  if (text.length === bytes.length) return { text, gaps };
  let from = 0;
  let length = 0;
  const moved = gaps.map(({ at, lines }) => {
    length += decodeUtf8(buffer.subarray(from, at)).length;
    from = at;
    return { at: length, lines };
  });
  return { text, gaps: moved };
}
