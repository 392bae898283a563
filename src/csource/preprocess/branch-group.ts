import type { World } from './world.ts';

/**
 * What is known in one world of the branches of an `#if` group: which of its conditions holds first. They are asked in order, each
 * once, no further than somebody needs: a group of n branches costs n questions, not one for each pair of branches.
 */
export class BranchGroup {
  #asked = 0;
  #holding: number | undefined;
  /** The first condition whose answer is a choice of this world. */
  #chosen: number | undefined;

  /**
   * Whether the branch `nth` is the first of its group whose condition holds. A choice that entered counts as read again.
   * @param ask whether a condition of the group holds, by its place in it; what it throws is thrown, and asked again next time
   */
  isFirst(nth: number, world: World, ask: (nth: number) => boolean): boolean {
    const before = world.consulted;
    while (this.#asked <= nth && this.#holding === undefined) {
      const at = this.#asked;
      const start = world.consulted;
      const holds = ask(at);
      if (world.consulted !== start) this.#chosen ??= at;
      if (holds) this.#holding ??= at;
      this.#asked = at + 1;
    }
    if (this.#chosen !== undefined && this.#chosen <= nth && world.consulted === before) world.consulted++;
    return this.#holding === nth;
  }
}
