import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChoiceTree } from '../../../src/csource/preprocess/choice-tree.ts';
import { questionsOf } from '../../../src/csource/preprocess/choices.ts';
import { forEachWorld, World } from '../../../src/csource/preprocess/world.ts';

/** A reading that puts questions: which comes next hangs on the answers before. */
type Reading = { readonly kind: 'result'; readonly value: number } | { readonly kind: 'ask'; readonly question: number; readonly yes: Reading; readonly no: Reading };

const { reading } = fc.letrec<{ reading: Reading }>((tie) => ({
  reading: fc.oneof({ maxDepth: 3 },
    fc.record({ kind: fc.constant('result' as const), value: fc.nat(9) }),
    fc.record({ kind: fc.constant('ask' as const), question: fc.nat(3), yes: tie('reading'), no: tie('reading') })),
}));

function read(of: Reading, world: World): number {
  if (of.kind === 'result') return of.value;
  return read(world.choose(`question ${of.question}`, 2) === 1 ? of.yes : of.no, world);
}

describe('results of other worlds', () => {
  it('are those that reading anew gives, and put the same questions in the same order', () => {
    fc.assert(fc.property(reading, fc.array(fc.nat(3), { maxLength: 3 }), (of, before) => {
      const tree = new ChoiceTree<number>();
      let readAnew = 0;
      // Each world twice: the second time nothing is left to read.
      for (let times = 0; times < 2; times++) {
        readAnew = 0;
        forEachWorld((world) => {
          for (const question of before) world.choose(`question ${question}`, 2);
          const { value, choices } = world.observe(() => {
            const found = tree.find(world);
            if (!found) readAnew++;
            return found ? found.result : read(of, world);
          });
          if (choices) tree.keep(questionsOf(choices, 64) ?? [], value);
          // A world that chooses alike, from the beginning.
          const twin = new World(world.asked.map((question) => world.choose(question, 2)));
          for (const question of before) twin.choose(`question ${question}`, 2);
          expect(value).toBe(read(of, twin));
          expect(world.asked).toEqual(twin.asked);
        });
      }
      expect(of.kind === 'result' || readAnew === 0).toBe(true);
    }));
  });
});

describe('the choices of a result', () => {
  it('are its own and those of the results in it, each once, and doubts lose none', () => {
    const world = new World();
    const inner = world.observe(() => world.choose('a', 2));
    const outer = world.observe(() => {
      world.choose('b', 2);
      world.again(inner);
      try {
        world.observe(() => {
          world.choose('c', 2);
          throw new Error('given up');
        });
      } catch {
        return 1; // what was asked before counts all the same
      }
      return 2;
    });
    expect(outer.value).toBe(1);
    expect(questionsOf(outer.choices!, 9)?.map(({ text }) => text)).toEqual(['b', 'a', 'c']);
    expect(questionsOf(outer.choices!, 2)).toBeUndefined();
    expect(world.observe(() => 1).choices).toBeUndefined();
  });
});
