import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unmetText } from '../../../../src/render/run-report.ts';
import { builtInScenarioPages, runBuiltInScenarios } from '../../../../src/server/built-in-scenario-pages.ts';

const folder = (path: string): string[] => readdirSync(new URL(`../../../../${path}`, import.meta.url));

describe('the scenarios that ship', () => {
  const runs = runBuiltInScenarios();

  it.each(runs)('$id is as it expects', ({ run }) => {
    expect(run.steps.flatMap((result) => unmetText(result) ?? [])).toEqual([]);
    expect(run.steps.some(({ step }) => step.expect !== undefined)).toBe(true);
  });

  it('are all that stand in media/scenarios', () => {
    expect(runs.map(({ id }) => `${id}.dma.json`).sort()).toEqual(folder('media/scenarios').sort());
  });

  it('have a page each, current with what the model answers', () => {
    const pages = builtInScenarioPages();
    expect(folder('docs/scenarios').sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(new URL(`../../../../docs/scenarios/${name}`, import.meta.url), 'utf8'), name).toBe(text);
  });
});
