import { ChoiceTree } from '../preprocess/choice-tree.ts';
import { questionsOf } from '../preprocess/choices.ts';
import type { Choices } from '../preprocess/choices.ts';
import type { World } from '../preprocess/world.ts';
import type { Names } from './names.ts';

/** Questions that a result may rest on and be kept for other worlds: more than any size is worked out with. */
const MAX_QUESTIONS = 64;

/**
 * What was established of a unit, kept while its text stays: in every world, or in all those that choose alike. The types in it
 * lead to structs by their names alone, which are looked up in the world that asks.
 */
export class UnitMemo {
  readonly #fixed = new Map<string, { readonly result: unknown }>();
  readonly #chosen = new Map<string, ChoiceTree<unknown>>();
  #names: Names | undefined;
  #made = 0;

  /** Has `read` look up what types lead to in the world of some names. */
  seenFrom<T>(names: Names, read: () => T): T {
    const outer = this.#names;
    this.#names = names;
    try {
      return read();
    } finally {
      this.#names = outer;
    }
  }

  /** The names of the world that is being looked at. */
  get names(): Names | undefined {
    return this.#names;
  }

  /** A key that is nothing else's. */
  ownKey(): string {
    return `made ${this.#made++}`;
  }

  /** A result that holds in every world. */
  fixed(key: string): { readonly result: unknown } | undefined {
    return this.#fixed.get(key);
  }

  /** A result of another world that chose as this one does, and asked the same files; puts the questions that reading it anew would put. */
  alike(key: string, reach: string, world: World): { readonly result: unknown } | undefined {
    return this.#chosen.get(`${reach} ${key}`)?.find(world);
  }

  /** Keeps a result for every world that makes the choices that it rests on, of those that ask the same files. */
  keep(key: string, reach: string, result: unknown, choices: Choices | undefined): void {
    if (!choices) {
      this.#fixed.set(key, { result });
      return;
    }
    const questions = questionsOf(choices, MAX_QUESTIONS);
    if (!questions) return;
    const within = `${reach} ${key}`;
    let tree = this.#chosen.get(within);
    if (!tree) this.#chosen.set(within, (tree = new ChoiceTree()));
    tree.keep(questions, result);
  }
}
