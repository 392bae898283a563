import type { Question } from './choices.ts';
import type { World } from './world.ts';

type Node<T> = { readonly result: T } | { readonly text: string; readonly options: number; readonly ways: (Node<T> | undefined)[] };

/**
 * Results of one reading in the worlds seen so far. Reading puts the same questions in the same order as long as the answers are the
 * same: what was read in one world holds in every other that answers alike, and is found by putting the questions alone.
 */
export class ChoiceTree<T> {
  #root: Node<T> | undefined;

  /** Puts the questions that reading would put, as far as they are known. @returns the result of a world that chose alike */
  find(world: World): { readonly result: T } | undefined {
    let node = this.#root;
    while (node && 'text' in node) node = node.ways[world.choose(node.text, node.options)];
    return node;
  }

  /** Takes in a result with the questions that were put on the way, in order. */
  keep(questions: readonly Question[], result: T): void {
    let place: { ways: (Node<T> | undefined)[]; at: number } | undefined;
    let node = this.#root;
    for (const { text, options, choice } of questions) {
      if (!node) {
        node = { text, options, ways: [] };
        if (place) place.ways[place.at] = node;
        else this.#root = node;
      }
      // Read in another order after all: it is read again next time.
      if (!('text' in node) || node.text !== text) return;
      place = { ways: node.ways, at: choice };
      node = node.ways[choice];
    }
    if (!node && place) place.ways[place.at] = { result };
  }
}
