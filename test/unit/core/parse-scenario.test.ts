import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../src/core/scenario/parse-scenario.ts';

const FOUNDING = readFileSync(new URL('../../../media/scenarios/founding-case.dma.json', import.meta.url), 'utf8');

/** Every problem must stand at a place of the text. */
function checkPlaces(text: string): void {
  const parsed = parseScenario(text);
  if (parsed.ok) return;
  expect(parsed.problems.length).toBeGreaterThan(0);
  for (const { offset, length, line, column, message } of parsed.problems) {
    expect(offset >= 0 && offset + length <= text.length).toBe(true);
    expect(text.split('\n')[line - 1]?.length ?? -1).toBeGreaterThanOrEqual(column - 1);
    expect(message.length).toBeGreaterThan(0);
  }
}

describe('reading scenarios', () => {
  it('takes comments and trailing commas, and gives every step its place', () => {
    const text = '// why\n{ "name": "x", "devices": { "d": { "mask": 30, } },\n  "steps": [\n    { "op": "dma_map_single", "device": "d", "size": "4K" }, // first\n    { "op": "dma_unmap_single", "id": "step-1" },\n  ],\n}';
    const parsed = parseScenario(text);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.spans.map(({ line, offset }) => [line, text[offset]])).toEqual([[4, '{'], [5, '{']]);
    expect(parsed.scenario.steps[0]).toMatchObject({ size: 4096 });
  });

  it('reports every mistake, each at its own place', () => {
    const text = FOUNDING.replace('"256K"', '"256 parsecs"').replace('"2M"', '-1').replace('"mask": 32', '"mask": 7');
    const parsed = parseScenario(text);
    if (parsed.ok) throw new Error('read');
    expect(parsed.problems.map(({ offset, length }) => text.slice(offset, offset + length)).sort()).toEqual(['"256 parsecs"', '-1', '7']);
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => checkPlaces(text)));
    fc.assert(fc.property(fc.json(), (text) => checkPlaces(text)));
  });

  it('never throws on a damaged scenario', () => {
    fc.assert(fc.property(fc.nat(FOUNDING.length - 1), fc.nat(40), fc.string({ maxLength: 8 }), (at, cut, put) => {
      checkPlaces(FOUNDING.slice(0, at) + put + FOUNDING.slice(at + cut));
    }), { numRuns: 500 });
  });
});
