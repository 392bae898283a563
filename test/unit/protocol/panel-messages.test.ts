import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PANEL_COMMANDS, parseHostMessage, parsePanelMessage } from '../../../src/protocol/panel-messages.ts';
import { parsePanelState } from '../../../src/protocol/panel-state.ts';
import type { PanelAperture, PanelState } from '../../../src/protocol/panel-state.ts';
import { slotOwners } from '../../../src/protocol/slot-owners.ts';

function pool(changes: Partial<PanelAperture> = {}): PanelAperture {
  return {
    slots: 256, slotBytes: 2048, segmentSlots: 128, bytes: 256 * 2048, used: 5,
    areas: [{ first: 0, slots: 128, used: 5, hint: 5 }, { first: 128, slots: 128, used: 0, hint: 0 }],
    mappings: [
      { id: 'a', first: 2, slots: 3, bytes: 5000, device: 'card', step: 0 },
      { id: 'b', first: 0, slots: 2, bytes: 4096, device: 'card', step: 1 },
    ],
    ...changes,
  };
}

function state(changes: Partial<PanelState> = {}): PanelState {
  return { version: 1, title: 'DMA Aperture', platform: { label: 'Linux 6.1', facts: [] }, limits: [], aperture: pool(), ...changes };
}

function errorOf(value: unknown): string {
  const parsed = parsePanelState(value);
  return parsed.ok ? '' : parsed.error;
}

describe('parsePanelState', () => {
  it('works out the owner of every slot from mappings, as JSON carries no typed arrays', () => {
    const parsed = parsePanelState(JSON.parse(JSON.stringify(state())));
    expect(parsed.ok && Array.from(parsed.value.aperture?.owners ?? []).slice(0, 7)).toEqual([1, 1, 0, 0, 0, -1, -1]);
  });

  it('takes owners as a typed array where they agree with the mappings', () => {
    const owners = slotOwners(256, pool().mappings);
    expect(parsePanelState(state({ aperture: pool({ owners: owners as Int32Array }) })).ok).toBe(true);
    (owners as Int32Array)[200] = 0;
    expect(errorOf(state({ aperture: pool({ owners: owners as Int32Array }) }))).toBe('aperture.owners: slot 200 does not agree with the mappings');
    expect(errorOf(state({ aperture: pool({ owners: new Int32Array(3) }) }))).toContain('expected 256 slots, got 3');
  });

  it('keeps a count of used slots without places as a count', () => {
    const parsed = parsePanelState(state({ aperture: pool({ mappings: [], used: 77, areas: [] }) }));
    expect(parsed.ok && parsed.value.aperture?.owners).toBeUndefined();
    const free = parsePanelState(state({ aperture: pool({ mappings: [], used: 0, areas: [] }) }));
    expect(free.ok && free.value.aperture?.owners?.every((owner) => owner === -1)).toBe(true);
  });

  it('takes a state with nothing in it, and an unlimited and an unknown limit', () => {
    expect(parsePanelState({ version: 1, title: 'x', limits: [] }).ok).toBe(true);
    const limits = [{ name: 'a', bytes: null, text: 't', explain: [] }, { name: 'b', text: 't', explain: [] }];
    expect(parsePanelState({ version: 1, title: 'x', limits }).ok).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['another version', { ...state(), version: 2 }, 'version: expected version 1'],
    ['no object', 'state', 'message:'],
    ['a fraction of a slot', state({ aperture: pool({ used: 1.5 }) }), 'aperture.used: expected a whole number'],
    ['bytes that are not the slots', state({ aperture: pool({ bytes: 1 }) }), 'aperture: 1 bytes are not 256 slots'],
    ['more used than mapped', state({ aperture: pool({ used: 6 }) }), 'aperture.used: 6 does not agree with the mappings, which take 5'],
    ['two mappings on one slot', state({ aperture: pool({ mappings: [...pool().mappings, { id: 'c', first: 4, slots: 1, bytes: 1, device: 'd' }] }) }), 'aperture.mappings: mappings 0 and 2 both hold slot 4'],
    ['a mapping behind the end', state({ aperture: pool({ mappings: [{ id: 'c', first: 250, slots: 7, bytes: 1, device: 'd' }] }) }), 'mapping 0 ends at slot 257'],
    ['areas with a gap', state({ aperture: pool({ areas: [{ first: 0, slots: 64, used: 0 }, { first: 128, slots: 128, used: 0 }] }) }), 'area 1 starts at slot 128, expected 64'],
    ['a segment without address', state({ aperture: pool({ segmentMachine: ['0x0'] }) }), 'expected 2 machine addresses of segments, got 1'],
    ['a range that ends before it starts', state({ machine: { ramBytes: 0, space: 'machine', ranges: [{ start: '0x1000', end: '0x1000', type: 'usable' }], regions: [], masks: [] } }), 'machine.ranges.0: ends at 0x1000'],
    ['an address that is none', state({ machine: { ramBytes: 0, space: 'machine', ranges: [{ start: '4096', end: '0x2000', type: 'usable' }], regions: [], masks: [] } }), 'machine.ranges.0.start: expected an address'],
    ['two steps of one index', state({ scenario: { name: 's', steps: [0, 0].map((index) => ({ index, op: 'map', ok: true, summary: '', explain: [] })) } }), 'two steps have the same index'],
    ['evidence before the first line', state({ limits: [{ name: 'n', bytes: 1, text: '', explain: [{ text: '', from: { label: 'l', uri: 'file:///l', line: 0, column: 1 } }] }] }), 'limits.0.explain.0.from.line: expected a number from 1'],
  ])('refuses %s', (_, value, error) => {
    expect(errorOf(value)).toContain(error);
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      expect(parsePanelState(value).ok).toBe(false);
      expect(parseHostMessage(value).ok).toBe(false);
      expect(parsePanelMessage(value).ok).toBe(false);
      parsePanelState({ ...state(), aperture: value });
    }));
  });

  it('counts as many owned slots as the mappings hold', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 20 }))), (gaps) => {
      let at = 0;
      const mappings = gaps.map(([gap, slots]) => {
        const first = at + gap;
        at = first + slots;
        return { first, slots };
      });
      const owners = slotOwners(at, mappings) as Int32Array;
      expect(owners.filter((owner) => owner >= 0).length).toBe(gaps.reduce((sum, [, slots]) => sum + slots, 0));
      for (const [index, { first, slots }] of mappings.entries()) {
        expect(owners.subarray(first, first + slots).every((owner) => owner === index)).toBe(true);
      }
    }));
  });
});

describe('parseHostMessage', () => {
  it('reads a state and says where a broken one breaks off', () => {
    expect(parseHostMessage({ version: 1, kind: 'state', state: state() }).ok).toBe(true);
    const broken = parseHostMessage({ version: 1, kind: 'state', state: state({ aperture: pool({ used: 6 }) }) });
    expect(broken.ok ? '' : broken.error).toMatch(/^state\.aperture\.used: /);
  });

  it('reads busy, error and reply', () => {
    const messages = [
      { version: 1, kind: 'busy', busy: true, what: 'Running' },
      { version: 1, kind: 'error', error: null },
      { version: 1, kind: 'error', error: { title: 't', message: 'm', commands: ['refresh'] } },
      { version: 1, kind: 'reply', id: 4 },
      { version: 1, kind: 'reply', id: 4, error: 'no such file' },
    ];
    for (const message of messages) expect(parseHostMessage(message)).toEqual({ ok: true, value: message });
  });

  it('refuses another version, an unknown kind and an unknown command', () => {
    expect(parseHostMessage({ version: 2, kind: 'busy', busy: true })).toMatchObject({ ok: false, error: expect.stringContaining('expected version 1') as unknown });
    expect(parseHostMessage({ version: 1, kind: 'eval' })).toMatchObject({ ok: false, error: expect.stringMatching(/^kind: /) as unknown });
    expect(parseHostMessage({ version: 1, kind: 'error', error: { title: '', message: '', commands: ['rm'] } }).ok).toBe(false);
  });
});

describe('parsePanelMessage', () => {
  it('reads every request of the panel', () => {
    const messages = [
      { version: 1, kind: 'ready', id: 1 },
      { version: 1, kind: 'openEvidence', id: 2, uri: 'file:///log', line: 3, column: 1 },
      { version: 1, kind: 'selectStep', id: 3, index: 0 },
      { version: 1, kind: 'runScenario', id: 4, scenario: 'founding' },
      ...PANEL_COMMANDS.map((command, index) => ({ version: 1, kind: 'command', id: 5 + index, command })),
    ];
    for (const message of messages) expect(parsePanelMessage(message)).toEqual({ ok: true, value: message });
  });

  it('refuses a request without an id and a command that is not on the list', () => {
    expect(parsePanelMessage({ version: 1, kind: 'ready' }).ok).toBe(false);
    expect(parsePanelMessage({ version: 1, kind: 'command', id: 1, command: 'workbench.action.quit' }).ok).toBe(false);
  });
});
