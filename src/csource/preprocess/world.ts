import type { Doubt } from '../evaluate/doubt.ts';
import { WorldsDoubt } from '../evaluate/doubt.ts';
import { BranchGroup } from './branch-group.ts';

/**
 * One way in which everything that the text leaves open turns out: which branch of an undecided `#if` is compiled. A size
 * is worked out once in every world, so that what depends on one another stays together and nothing is left out.
 */
export class World {
  readonly #prefix: readonly number[];
  /** Branches decided in this world, with whether a choice entered: kept by `condition.ts`. */
  readonly branches = new Map<string, { readonly value: boolean | Doubt; readonly chosen: boolean }>();
  /** Whether branches, and all that encloses them in their file, are compiled in this world: kept by `translation-unit.ts`. */
  readonly compiled = new Map<string, { readonly value: boolean; readonly chosen: boolean }>();
  readonly #groups = new Map<string, BranchGroup>();
  readonly #made = new Map<string, { choice: number; options: number }>();

  constructor(prefix: readonly number[] = []) {
    this.#prefix = prefix;
  }

  /** Set where the choices contradict what is checked on the way: nothing that holds here counts. */
  impossible = false;

  /** Work done in this world, counted by those who bound it. */
  steps = 0;

  /** Takes one of `options` ways for an open question; the same question gets the same answer within a world. */
  choose(question: string, options: number): number {
    this.consulted++;
    const known = this.#made.get(question);
    if (known) return known.choice;
    const choice = this.#prefix[this.#made.size] ?? 0;
    this.#made.set(question, { choice, options });
    return choice;
  }

  /** What is known in this world of an `#if` group, by a key that is its own. */
  groupOf(key: string): BranchGroup {
    let group = this.#groups.get(key);
    if (!group) this.#groups.set(key, (group = new BranchGroup()));
    return group;
  }

  /** Rises with every choice taken, or read again: a result during which it rose holds in this world only. */
  consulted = 0;

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
