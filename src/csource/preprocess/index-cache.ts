import { BoundedMap } from './bounded-map.ts';
import { indexSource } from './source-index.ts';
import type { SourceIndex } from './source-index.ts';

/** Characters of the files whose indexes are kept; an index with its text takes two to four bytes for each. */
const MAX_KEPT = 24 * 1024 * 1024;

/** Indexes of files, kept between units that include the same headers. The caller owns it and may drop it at any time. */
export class IndexCache {
  readonly #indexes = new BoundedMap<string, SourceIndex>(MAX_KEPT);

  /** The index of a file's text: the same object while the text is the same, and not too much else was asked for. */
  of(path: string, text: string): SourceIndex {
    const known = this.#indexes.get(path);
    if (known?.text === text) return known;
    const index = indexSource(path, text);
    this.#indexes.set(path, index, text.length);
    return index;
  }
}
