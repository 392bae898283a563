import { describe, expect, it } from 'vitest';
import { fill, panelStrings } from '../../../src/protocol/panel-strings.ts';
import { INITIAL_VIEW_STATE, parsePanelViewState } from '../../../src/protocol/panel-view-state.ts';

describe('parsePanelViewState', () => {
  it('reads what was kept, and the initial state', () => {
    const kept = { ...INITIAL_VIEW_STATE, view: 'table', mask: 30, step: 4, selection: { kind: 'slot', slot: 7 }, scenario: 'file:///s.dma.json' };
    expect(parsePanelViewState(kept)).toEqual({ ok: true, value: kept });
    expect(parsePanelViewState(INITIAL_VIEW_STATE).ok).toBe(true);
  });

  it.each([undefined, null, {}, { ...INITIAL_VIEW_STATE, version: 2 }, { ...INITIAL_VIEW_STATE, mask: 65 }, { ...INITIAL_VIEW_STATE, selection: { kind: 'file' } }])(
    'takes %j for no view state', (value) => {
      expect(parsePanelViewState(value).ok).toBe(false);
    },
  );
});

describe('fill', () => {
  it('puts values in their places, in any order, and leaves a place without a value', () => {
    expect(fill('{1} of {0}, {2}', 4, 'three')).toBe('three of 4, {2}');
    expect(fill('{0}', '{1}', 'x')).toBe('{1}');
  });

  it('finds the places of every string numbered from 0 without a gap', () => {
    for (const [name, template] of Object.entries(panelStrings)) {
      const places = new Set([...template.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1])));
      expect([...places].sort((a, b) => a - b), name).toEqual(Array.from({ length: places.size }, (_, index) => index));
    }
  });

  it('has four names for four shades', () => {
    for (const classes of [panelStrings.sizeClasses, panelStrings.ageClasses]) expect(classes.split('|')).toHaveLength(4);
  });
});
