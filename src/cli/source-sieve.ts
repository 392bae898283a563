import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { DMA_APIS } from '../csource/calls/dma-apis.ts';
import { CONTEXT_MARKS } from '../csource/context/read-context.ts';
import { createLineSieve } from '../evidence/log/sieve/line-sieve.ts';

const NAMES = [...DMA_APIS.keys(), ...CONTEXT_MARKS];
/** What may stand before a name. */
const BEFORE = Array.from(' \t\n\v\f\r!"#$%&\'()*+,-./:;<=>?@[\\]^`{|}~');
/** Those of the names in which no other stands; a short one with what is before it, for the search finds none of fewer than six bytes. */
const KEYS = NAMES.filter((name) => !NAMES.some((other) => other !== name && name.includes(other)))
  .flatMap((name) => (name.length < 6 ? BEFORE.map((before) => before + name) : [name]));
/** Bytes that are looked at in one go: what a processor's cache holds. */
const CAPACITY = 2 ** 20;
/** A key may stand across two parts. */
const OVERLAP = Math.max(...KEYS.map((key) => key.length)) - 1;

/** Tells the C files that name anything a scan looks for from those that do not, before a byte of them is decoded: most are of the latter. */
export class SourceSieve {
  readonly #sieve = createLineSieve(KEYS.map((text) => ({ text })), { controls: false, capacity: CAPACITY });

  /**
   * @returns the text of a file; undefined where it names nothing that a scan looks for
   * @throws what `node:fs` throws
   */
  read(path: string): string | undefined {
    const file = openSync(path, 'r');
    try {
      const { input } = this.#sieve;
      let length = this.#fill(file, 0);
      if (length < CAPACITY) return this.#mentions(length) ? Buffer.from(input.buffer, input.byteOffset, length).toString('utf8') : undefined;
      while (!this.#mentions(length)) {
        if (length < CAPACITY) return undefined;
        input.copyWithin(0, CAPACITY - OVERLAP);
        length = this.#fill(file, OVERLAP);
      }
    } finally {
      closeSync(file);
    }
    return readFileSync(path, 'utf8');
  }

  /** Reads from where the file stands to behind `from` bytes of the input. @returns how far it is filled: to its end, unless the file has ended */
  #fill(file: number, from: number): number {
    const { input } = this.#sieve;
    let length = from;
    while (length < CAPACITY) {
      const read = readSync(file, input, length, CAPACITY - length, null);
      if (read === 0) break;
      length += read;
    }
    return length;
  }

  #mentions(length: number): boolean {
    return this.#sieve.sift(length, 0).bounds.length > 0;
  }
}
