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

/**
 * What was recognised in lines and messages that a log may say again: a kernel says the same few things boot after boot. Holds copies, so
 * that nothing keeps the text alive, and forgets all when it is full. Serves texts of one make-up.
 */
export class LineMemo {
  readonly #lines: Readonly<Record<PrefixKind, Map<string, readonly LogItem[]>>> = { stamp: new Map(), dated: new Map(), both: new Map() };
  readonly #messages = new Map<string, KnownMessage | null>();

  /** What a line says behind its prefix, places counted from there; undefined where that is not known. */
  line(prefix: PrefixKind, text: string): readonly LogItem[] | undefined {
    return this.#lines[prefix].get(text);
  }

  keepLine(prefix: PrefixKind, text: string, items: readonly LogItem[]): void {
    keep(this.#lines[prefix], text, items);
  }

  /** What a message says, null where it says nothing; undefined where that is not known. */
  message(text: string): KnownMessage | null | undefined {
    return this.#messages.get(text);
  }

  keepMessage(text: string, message: KnownMessage | null): void {
    keep(this.#messages, text, message);
  }

  /** Forgets all: lines are read for something else from now on. */
  clear(): void {
    for (const lines of Object.values(this.#lines)) lines.clear();
    this.#messages.clear();
  }
}

function keep<T>(map: Map<string, T>, text: string, value: T): void {
  if (text.length > LONGEST) return;
  if (map.size >= MOST) map.clear();
  map.set(copyOf(text), value);
}
