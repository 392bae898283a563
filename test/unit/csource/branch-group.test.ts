import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Doubt } from '../../../src/csource/evaluate/doubt.ts';
import { BranchGroup } from '../../../src/csource/preprocess/branch-group.ts';
import { questionsOf } from '../../../src/csource/preprocess/choices.ts';
import { decideBy } from '../../../src/csource/preprocess/condition.ts';
import { IndexCache } from '../../../src/csource/preprocess/index-cache.ts';
import { kernelConfig } from '../../../src/csource/preprocess/kernel-config.ts';
import { conditionAt } from '../../../src/csource/preprocess/source-index.ts';
import { TranslationUnit } from '../../../src/csource/preprocess/translation-unit.ts';
import { World } from '../../../src/csource/preprocess/world.ts';

describe('a group of #if branches', () => {
  /** What a condition says: whether it holds, and whether the world is asked for it. */
  const condition = fc.record({ holds: fc.boolean(), chosen: fc.boolean() });

  it('compiles the first that holds, and says which choices that rests on, in whatever order it is asked', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 12 }).chain((group) => fc.tuple(fc.constant(group), fc.array(fc.nat(group.length - 1), { minLength: 1, maxLength: 30 }))), ([conditions, order]) => {
        const world = new World();
        const group = new BranchGroup(world);
        const asked = conditions.map(() => 0);
        const holding = conditions.findIndex(({ holds }) => holds);
        for (const nth of order) {
          const { value, choices } = world.observe(() => group.isFirst(nth, (at) => {
            asked[at]!++;
            if (conditions[at]!.chosen) world.choose(`condition ${at}`, 2);
            return conditions[at]!.holds;
          }));
          const needed = conditions.slice(0, (holding < 0 || holding > nth ? nth : holding) + 1);
          expect(value).toBe(holding === nth);
          expect(choices ? questionsOf(choices, 100)?.map(({ text }) => text) : []).toEqual(needed.flatMap(({ chosen }, at) => (chosen ? [`condition ${at}`] : [])));
        }
        expect(Math.max(...asked)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('passes a doubt on whenever it is met', () => {
    const group = new BranchGroup(new World());
    const ask = (nth: number): boolean => {
      if (nth === 2) throw new Doubt('not known');
      return false;
    };
    for (let times = 0; times < 2; times++) {
      expect(group.isFirst(1, ask)).toBe(false);
      expect(() => group.isFirst(3, ask)).toThrow('not known');
    }
  });

  it('asks each of many conditions once a world', () => {
    const branches = Array.from({ length: 900 }, (_, n) => `${n === 0 ? '#if' : '#elif'} defined(CONFIG_B${n})\nint b${n};\n`);
    const text = `${branches.join('')}#endif\n`;
    const cache = new IndexCache();
    const config = kernelConfig(new Map([['CONFIG_X86_64', 'y']]));
    let asked = 0;
    const decide = decideBy(config);
    const unit = new TranslationUnit(cache.of('d/a.c', text), new Map(), cache, (...of) => {
      asked++;
      return decide(...of);
    });
    const world = new World();
    for (let n = 0; n < branches.length; n++) expect(unit.isActive(unit.main, conditionAt(unit.main.index, text.indexOf(`int b${n};`)), world)).toBe(false);
    expect(asked).toBe(branches.length);
  });
});
