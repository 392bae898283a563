import { copyOf } from './copy-of.ts';
import { failureKey } from './failure-facts.ts';
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
  /** Places of those that were given before: what is recognised again by its text is the same object. */
  readonly #known = new Map<FailureStatement, number>();
  readonly #statements: FailureStatement[] = [];
  readonly #events: number[] = [];

  add(statement: FailureStatement, line: number): void {
    let place = this.#known.get(statement);
    if (place === undefined) this.#known.set(statement, (place = this.#placeOf(statement)));
    this.#events.push(place, line);
  }

  counted(lines: number): CountedFailures {
    return { lines, statements: this.#statements, events: Uint32Array.from(this.#events) };
  }

  #placeOf(given: FailureStatement): number {
    const { kind, failure, bytes, device, driver, totalSlots, usedSlots } = given;
    const key = `${failureKey(given)}\0${String(driver)}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      // A copy, which does not hold the text that its words were cut from.
      place = this.#statements.push(copyOf({ kind, failure, bytes, device, driver, totalSlots, usedSlots })) - 1;
      this.#places.set(key, place);
    }
    return place;
  }
}
