import type { Choices } from './choices.ts';
import type { World } from './world.ts';

/**
 * What is known in one world of the branches of an `#if` group: which of its conditions holds first. They are asked in order, each
 * once, no further than somebody needs: a group of n branches costs n questions, not one for each pair of branches.
 */
export class BranchGroup {
  readonly #world: World;
  /** Of each condition that was asked, what it and those before it rest on. */
  readonly #asked: (Choices | undefined)[] = [];
  #holding: number | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Whether the branch `nth` is the first of its group whose condition holds.
   * @param ask whether a condition of the group holds, by its place in it; what it throws is thrown, and asked again next time
   */
  isFirst(nth: number, ask: (nth: number) => boolean): boolean {
    while (this.#asked.length <= nth && this.#holding === undefined) this.#next(ask);
    this.#world.again({ value: undefined, choices: this.#asked[Math.min(nth, this.#holding ?? nth)] });
    return this.#holding === nth;
  }

  #next(ask: (nth: number) => boolean): void {
    const at = this.#asked.length;
    const { value, choices } = this.#world.observe(() => {
      this.#world.again({ value: undefined, choices: this.#asked[at - 1] });
      return ask(at);
    });
    // Asked in the course of asking itself.
    if (this.#asked.length > at) return;
    this.#asked.push(choices);
    if (value) this.#holding = at;
  }
}
