import type { Doubt } from '../evaluate/doubt.ts';
import { WorldsDoubt } from '../evaluate/doubt.ts';
import { BranchGroup } from './branch-group.ts';
import type { Choices, Question } from './choices.ts';

/** A result with the choices of the world that it rests on; without any it holds in every world. */
export interface Observed<T> {
  readonly value: T;
  readonly choices: Choices | undefined;
}

/**
 * One way in which everything that the text leaves open turns out: which branch of an undecided `#if` is compiled. A size
 * is worked out once in every world, so that what depends on one another stays together and nothing is left out.
 */
export class World {
  readonly #prefix: readonly number[];
  /** Branches decided in this world: kept by `condition.ts`. */
  readonly branches = new Map<string, Observed<boolean | Doubt>>();
  /** Whether branches, and all that encloses them in their file, are compiled in this world: kept by `translation-unit.ts`. */
  readonly compiled = new Map<string, Observed<boolean>>();
  readonly #groups = new Map<string, BranchGroup>();
  readonly #made = new Map<string, Question>();
  /** What the reading that is under way rests on so far. */
  #parts: (Question | Choices)[] | undefined;

  constructor(prefix: readonly number[] = []) {
    this.#prefix = prefix;
  }

  /** Set where the choices contradict what is checked on the way: nothing that holds here counts. */
  impossible = false;

  /** Work done in this world, counted by those who bound it. */
  steps = 0;

  /** Takes one of `options` ways for an open question; the same question gets the same answer within a world. */
  choose(question: string, options: number): number {
    let known = this.#made.get(question);
    if (!known) this.#made.set(question, (known = { text: question, options, choice: this.#prefix[this.#made.size] ?? 0 }));
    this.#rests(known);
    return known.choice;
  }

  /** Reads something, and tells the choices that it rests on: those taken on the way, or read again. */
  observe<T>(read: () => T): Observed<T> {
    const outer = this.#parts;
    const parts: (Question | Choices)[] = [];
    this.#parts = parts;
    let choices: Choices | undefined;
    let value: T;
    try {
      value = read();
    } finally {
      const [first] = parts;
      if (first) choices = parts.length === 1 && 'parts' in first ? first : { parts };
      this.#parts = outer;
      if (choices) this.#rests(choices);
    }
    return { value, choices };
  }

  /** Gives what was observed in this world before. */
  again<T>({ value, choices }: Observed<T>): T {
    if (choices) this.#rests(choices);
    return value;
  }

  #rests(on: Question | Choices): void {
    // Everything in a branch asks the same of it, one after the other.
    if (this.#parts && this.#parts.at(-1) !== on) this.#parts.push(on);
  }

  /** What is known in this world of an `#if` group, by a key that is its own. */
  groupOf(key: string): BranchGroup {
    let group = this.#groups.get(key);
    if (!group) this.#groups.set(key, (group = new BranchGroup(this)));
    return group;
  }

  /** The questions, as they were put. */
  get asked(): string[] {
    return [...this.#made.keys()];
  }

  /** The choices that lead to the next world, or undefined where this was the last one. */
  next(): readonly number[] | undefined {
    const made = [...this.#made.values()];
    for (let last = made.length - 1; last >= 0; last--) {
      const { choice, options } = made[last] ?? { choice: 0, options: 0 };
      if (choice + 1 < options) return [...made.slice(0, last).map((entry) => entry.choice), choice + 1];
    }
    return undefined;
  }
}

/** Worlds tried for one size. Five undecided conditions; beyond that the size is said to be unknown. */
export const MAX_WORLDS = 32;

/**
 * Calls `visit` once for every world.
 * @throws Doubt if there are more than {@link MAX_WORLDS}
 */
export function forEachWorld(visit: (world: World) => void): void {
  let prefix: readonly number[] | undefined = [];
  for (let count = 0; prefix; count++) {
    if (count === MAX_WORLDS) throw new WorldsDoubt('it depends on too many undecided #if conditions');
    const world: World = new World(prefix);
    visit(world);
    prefix = world.next();
  }
}
