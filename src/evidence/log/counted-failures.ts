import { type FailureItem, failureKey } from './failure-facts.ts';
import type { FailureStatement } from './log-items.ts';

/** The failures that lines of a log tell of, in order. It is small, and what another thread can send. */
export interface CountedFailures {
  /** Line feeds in the text, those of the lines that were left out with them. */
  readonly lines: number;
  readonly statements: readonly FailureStatement[];
  /** By turns the place of a statement in `statements` and the line, from 1, that makes it. */
  readonly events: Uint32Array;
}

/** Gathers failures, of which few differ. */
export class FailureCounter {
  readonly #places = new Map<string, number>();
  readonly #statements: FailureStatement[] = [];
  readonly #events: number[] = [];

  add(item: FailureItem): void {
    const { kind, failure, bytes, device, driver, totalSlots, usedSlots } = item;
    const key = `${failureKey(item)}\0${String(driver)}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#statements.push({ kind, failure, bytes, device, driver, totalSlots, usedSlots }) - 1;
      this.#places.set(key, place);
    }
    this.#events.push(place, item.line);
  }

  counted(lines: number): CountedFailures {
    return { lines, statements: this.#statements, events: Uint32Array.from(this.#events) };
  }
}
