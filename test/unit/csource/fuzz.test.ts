import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { IndexCache } from '../../../src/csource/preprocess/index-cache.ts';
import { loadParser } from './c-parser.ts';
import { damageC } from './fuzz/damage-c.ts';
import type { FuzzHost } from './fuzz/scan-damaged.ts';
import { scanDamaged } from './fuzz/scan-damaged.ts';
import { seededRandom } from './fuzz/seeded-random.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

const folder = join(import.meta.dirname, '../../fixtures/csource/tree');
const files = new Map(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
  const path = join(entry.parentPath, entry.name);
  return [relative(folder, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')] as const;
}));

describe('damaged C', () => {
  it('is scanned, checked and rendered without an exception, and nothing of it is no size or lies outside the text', async () => {
    const host: FuzzHost = { parser, cache: new IndexCache(), files, longEvery: 0 };
    const total = { exact: 0, findings: 0 };
    for (let run = 0; run < 80; run++) {
      const { wrong, kinds, calls, findings } = await scanDamaged(host, 7, run);
      expect(wrong, `run ${run} (${kinds.join(', ')})`).toEqual([]);
      total.exact += calls.exact;
      total.findings += findings;
    }
    // The damage leaves enough to look at.
    expect(total.exact).toBeGreaterThan(60);
    expect(total.findings).toBeGreaterThan(20);
  }, 240_000);

  it('follows from the seed alone', () => {
    const [text = ''] = files.values();
    const damaged = (seed: number): unknown => damageC(text, seededRandom(seed), [text]);
    expect(damaged(5)).toEqual(damaged(5));
    expect(damaged(5)).not.toEqual(damaged(6));
  });
});
