import { copyOf } from './copy-of.ts';
import type { PrefixKind } from './common-prefix.ts';
import type { LogItem, LogStatement } from './log-items.ts';

/** What a message states, and the recogniser that says so. */
export interface KnownMessage {
  readonly recogniser: string;
  readonly statement: LogStatement;
  readonly text: string;
}

/** A longer text is rarely said twice. */
const LONGEST = 512;
const MOST = 4096;
const SEEN_BITS = 14;

/**
 * What was recognised in lines and messages that a log says again: a kernel says the same few things boot after boot. Keeps what comes a
 * second time, as copies, so that nothing keeps the text alive, and forgets all when it is full. Serves texts of one make-up.
 */
export class LineMemo {
  readonly #lines: Readonly<Record<PrefixKind, Memo<readonly LogItem[]>>> = { stamp: new Memo(), dated: new Memo(), both: new Memo() };
  readonly #messages = new Memo<KnownMessage | null>();

  /** What a line says behind its prefix, places counted from there; undefined where that is not known. */
  line(prefix: PrefixKind, text: string): readonly LogItem[] | undefined {
    return this.#lines[prefix].get(text);
  }

  keepLine(prefix: PrefixKind, text: string, items: readonly LogItem[]): void {
    this.#lines[prefix].keep(text, items);
  }

  /** What a message says, null where it says nothing; undefined where that is not known. */
  message(text: string): KnownMessage | null | undefined {
    return this.#messages.get(text);
  }

  keepMessage(text: string, message: KnownMessage | null): void {
    this.#messages.keep(text, message);
  }

  /** Forgets all: lines are read for something else from now on. */
  clear(): void {
    for (const memo of [...Object.values(this.#lines), this.#messages]) memo.clear();
  }
}

class Memo<T> {
  readonly #values = new Map<string, T>();
  /** By a hash whether a text has come before: most that come once never come again. */
  readonly #seen = new Uint8Array(1 << SEEN_BITS);

  get(text: string): T | undefined {
    return this.#values.get(text);
  }

  keep(text: string, value: T): void {
    if (text.length > LONGEST) return;
    const hash = hashOf(text);
    if (this.#seen[hash] === 0) {
      this.#seen[hash] = 1;
      return;
    }
    if (this.#values.size >= MOST) this.clear();
    this.#values.set(copyOf(text), copyOf(value));
  }

  clear(): void {
    this.#values.clear();
    this.#seen.fill(0);
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> (32 - SEEN_BITS);
}
