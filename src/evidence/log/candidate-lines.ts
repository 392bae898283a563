import type { KeyFinder } from './key-finder.ts';

/** What may stand within a key, as terminals and consoles put it there, and be taken out of a line or made a blank: see cleanLine. */
const WITHIN_KEY = ['\u0000', '\u001b', '\ufeff', '\u00a0', '\r'];

/** Finds the places of a text, in rising order, whose lines may hold a key once they are clean. */
export class CandidateLines {
  readonly #text: string;
  /** The next place of a key and of each character that may break one; -1 where there is none. */
  readonly #next: { readonly find: (from: number) => number; at: number }[];

  /**
   * @param keys what is looked for
   * @param coloured whether keys may be broken by what steers a terminal
   */
  constructor(keys: KeyFinder, text: string, coloured: boolean) {
    this.#text = text;
    const finders = [(from: number): number => keys.find(text, from), ...(coloured ? WITHIN_KEY.map((char) => (from: number): number => this.#find(char, from)) : [])];
    this.#next = finders.map((find) => ({ find, at: -2 }));
  }

  /** @returns the first such place from `from` on, or -1; `from` may not fall */
  next(from: number): number {
    let first = -1;
    for (const next of this.#next) {
      if (next.at !== -1 && next.at < from) next.at = next.find(from);
      if (next.at >= 0 && (first < 0 || next.at < first)) first = next.at;
    }
    return first;
  }

  #find(char: string, from: number): number {
    let at = this.#text.indexOf(char, from);
    // A line's own CR stands in no key.
    if (char === '\r') while (at >= 0 && this.#text.charCodeAt(at + 1) === 10) at = this.#text.indexOf(char, at + 2);
    return at;
  }
}
