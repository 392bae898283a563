/** A text that need not lie in one piece: strings are such, and what keeps a long text in parts. */
export interface SlicedText {
  readonly length: number;
  /** The characters in [from, to), 0 <= from <= to; up to the end where `to` is absent or beyond it. */
  slice(from: number, to?: number): string;
}

const WINDOW = 1 << 16;

/** The place of the first line feed at or after `from`, or -1. */
export function lineFeedFrom(text: SlicedText, from: number): number {
  for (let at = from; at < text.length; at += WINDOW) {
    const feed = text.slice(at, at + WINDOW).indexOf('\n');
    if (feed >= 0) return at + feed;
  }
  return -1;
}
