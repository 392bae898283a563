/** Characters are told apart by their low byte where keys are looked for; a find is confirmed by the whole key. */
const LOW = 0xff;

/**
 * Finds the first place where any of many strings stands, looking at a fraction of the text: Wu and Manber's search with
 * blocks of two characters. The keys' common length decides how far it leaps, so short keys cost speed.
 */
export class KeyFinder {
  /** Length of the window: the shortest key's. */
  readonly #window: number;
  /** How far the window may move, by the two characters at its end. */
  readonly #shift: Uint8Array;
  /** Keys by the two characters at the end of their window. */
  readonly #ends = new Map<number, string[]>();

  /** @param keys none shorter than two characters */
  constructor(keys: readonly string[]) {
    this.#window = Math.min(255, ...keys.map(({ length }) => length));
    if (this.#window < 2) throw new RangeError('a key of fewer than two characters');
    this.#shift = new Uint8Array(1 << 16).fill(this.#window - 1);
    for (const key of keys) {
      for (let end = 1; end < this.#window; end++) {
        const block = blockAt(key, end);
        this.#shift[block] = Math.min(this.#shift[block] ?? 0, this.#window - 1 - end);
      }
      const last = blockAt(key, this.#window - 1);
      const same = this.#ends.get(last);
      if (same) same.push(key);
      else this.#ends.set(last, [key]);
    }
  }

  /** @returns the keys that stand anywhere in a text, each once */
  keysIn(text: string): Set<string> {
    const found = new Set<string>();
    const shift = this.#shift;
    for (let end = this.#window - 1; end < text.length; ) {
      const block = ((text.charCodeAt(end - 1) & LOW) << 8) | (text.charCodeAt(end) & LOW);
      const leap = shift[block] ?? 1;
      if (leap === 0) for (const key of this.#ends.get(block) ?? []) if (text.startsWith(key, end - this.#window + 1)) found.add(key);
      end += Math.max(1, leap);
    }
    return found;
  }

  /** @returns where the first key from `from` on begins, or -1 */
  find(text: string, from: number): number {
    const shift = this.#shift;
    const window = this.#window;
    const length = text.length;
    for (let end = from + window - 1; end < length; ) {
      const block = ((text.charCodeAt(end - 1) & LOW) << 8) | (text.charCodeAt(end) & LOW);
      const leap = shift[block] ?? 1;
      if (leap > 0) {
        end += leap;
        continue;
      }
      const start = end - window + 1;
      const keys = this.#ends.get(block);
      if (keys !== undefined) for (const key of keys) if (text.startsWith(key, start)) return start;
      end++;
    }
    return -1;
  }
}

function blockAt(key: string, end: number): number {
  return ((key.charCodeAt(end - 1) & LOW) << 8) | (key.charCodeAt(end) & LOW);
}
