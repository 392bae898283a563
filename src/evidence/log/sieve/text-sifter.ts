import type { LineSieve } from './line-sieve.ts';

/** Lines that were left out of a text. */
export interface Gap {
  /** Where in what is left they stood: the beginning of a line. */
  readonly at: number;
  readonly lines: number;
}

/** What is left of a part of a text. */
export interface SiftedText {
  readonly bytes: Uint8Array;
  /** `at` counts in bytes, rising. */
  readonly gaps: readonly Gap[];
}

const FIRST_SIZE = 1 << 12;

/** Sifts a text that comes in parts cut anywhere: fill `space`, say how much with `filled`, `end` at the end, and `take` what is left at any time. */
export class TextSifter {
  readonly #sieve: LineSieve;
  readonly #behind: number;
  #filled = 0;
  #keep: number;
  /** Lines left out since what was kept last. */
  #skipped = 0;
  #kept = new Uint8Array(FIRST_SIZE);
  #length = 0;
  #gaps: Gap[] = [];

  /**
   * @param keep lines that are kept from the beginning, as lines behind what stands before the text
   * @param behind lines that are kept behind one that is too long for the sieve
   */
  constructor(sieve: LineSieve, keep: number, behind: number) {
    this.#sieve = sieve;
    this.#keep = keep;
    this.#behind = behind;
  }

  /** Takes the next bytes of the text, from its beginning. */
  get space(): Uint8Array {
    return this.#sieve.input.subarray(this.#filled);
  }

  /** Says that so many bytes of `space` are text. */
  filled(count: number): void {
    const { input } = this.#sieve;
    this.#filled += count;
    const whole = input.subarray(0, this.#filled).lastIndexOf(10) + 1;
    if (whole > 0) this.#sift(whole);
    else if (this.#filled === input.length) {
      // A line longer than the sieve: none that a kernel prints, so it is the reader's to judge.
      this.#closeGap();
      this.#keepBytes(0, this.#filled);
      this.#filled = 0;
      this.#keep = 1 + this.#behind;
    }
  }

  /** Says that the text has ended: its last line may have no end. */
  end(): void {
    if (this.#filled > 0) this.#sift(this.#filled);
  }

  /** What is left of the text so far; the next call gives what comes then. */
  take(): SiftedText {
    this.#closeGap();
    const taken = { bytes: this.#kept.slice(0, this.#length), gaps: this.#gaps };
    this.#length = 0;
    this.#gaps = [];
    return taken;
  }

  #sift(length: number): void {
    const sieve = this.#sieve;
    const { bounds, wanted } = sieve.sift(length, this.#keep);
    this.#keep = wanted;
    let passed = 0;
    for (let run = 0; run < bounds.length; run += 2) {
      const from = bounds[run] ?? 0;
      const to = bounds[run + 1] ?? from;
      this.#skipped += sieve.countLines(passed, from);
      this.#closeGap();
      this.#keepBytes(from, to);
      passed = to;
    }
    this.#skipped += sieve.countLines(passed, length);
    sieve.input.copyWithin(0, length, this.#filled);
    this.#filled -= length;
  }

  #closeGap(): void {
    if (this.#skipped > 0) this.#gaps.push({ at: this.#length, lines: this.#skipped });
    this.#skipped = 0;
  }

  #keepBytes(from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#kept.length));
      larger.set(this.#kept.subarray(0, this.#length));
      this.#kept = larger;
    }
    this.#kept.set(this.#sieve.input.subarray(from, to), this.#length);
    this.#length = length;
  }
}
