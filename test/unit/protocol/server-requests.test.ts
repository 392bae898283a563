import { describe, expect, it } from 'vitest';
import { parseInitializationOptions } from '../../../src/protocol/initialization-options.ts';
import { CLIENT_REQUESTS, logPlatformId, SERVER_NOTIFICATIONS, SERVER_REQUESTS } from '../../../src/protocol/server-requests.ts';
import { DEFAULT_SERVER_SETTINGS, parseServerSettings } from '../../../src/protocol/server-settings.ts';

const platform = { id: 'xen-4.17', label: 'Xen 4.17', detail: 'built in', source: 'built-in', active: true };
const state = {
  version: 1, title: 'Founding case', limits: [],
  aperture: {
    slots: 256, slotBytes: 2048, segmentSlots: 128, bytes: 524_288, used: 2, areas: [],
    mappings: [{ id: 'a', first: 1, slots: 2, bytes: 4096, device: 'card' }],
  },
};
const summary = { ok: true, steps: 1, unexpected: 0, text: 'One step, as expected.' };

describe('requests to the server', () => {
  it('reads what it should', () => {
    expect(SERVER_REQUESTS.platforms.result([platform])).toEqual({ ok: true, value: [platform] });
    expect(SERVER_REQUESTS.panelState.params({})).toEqual({ ok: true, value: {} });
    expect(SERVER_REQUESTS.panelState.params({ step: 3 })).toEqual({ ok: true, value: { step: 3 } });
  });

  it('works out the owners of slots that JSON left out', () => {
    const run = SERVER_REQUESTS.runScenario.result(JSON.parse(JSON.stringify({ state, summary })));
    expect(run.ok && [...run.value.state.aperture!.owners!.slice(0, 4)]).toEqual([-1, 0, 0, -1]);
  });

  it.each([
    ['platforms', SERVER_REQUESTS.platforms.result([{ ...platform, source: 'guess' }]), '0.source'],
    ['selectPlatform', SERVER_REQUESTS.selectPlatform.params({}), 'id'],
    ['panelState', SERVER_REQUESTS.panelState.params({ step: -1 }), 'step'],
    ['runScenario', SERVER_REQUESTS.runScenario.result({ state: { ...state, limits: 3 }, summary }), 'state.limits'],
    ['runScenario', SERVER_REQUESTS.runScenario.result({ state, summary: { ...summary, steps: 0.5 } }), 'summary.steps'],
    ['activePlatform', SERVER_NOTIFICATIONS.activePlatform.params({ id: 'a', label: '', tooltipMarkdown: '', health: 'fine' }), 'health'],
    ['readFile', CLIENT_REQUESTS.readFile.params({ uri: '' }), 'uri'],
    ['findFiles', CLIENT_REQUESTS.findFiles.params({ glob: '**/*.h', max: '7' }), 'max'],
  ])('%s names the place that is wrong', (_name, parsed, place) => {
    expect(parsed.ok).toBe(false);
    expect(parsed.ok || parsed.error).toMatch(new RegExp(`^${place.replaceAll('.', '\\.')}: .*[Ee]xpected`));
  });

  it('tells the three ends of a reading apart', () => {
    for (const result of [{ text: '' }, { missing: true }, { error: 'No permission.' }]) {
      expect(CLIENT_REQUESTS.readFile.result(result)).toEqual({ ok: true, value: result });
    }
    expect(CLIENT_REQUESTS.readFile.result({ missing: false }).ok).toBe(false);
  });

  it('gives every method a name of its own', () => {
    const methods = [SERVER_REQUESTS, SERVER_NOTIFICATIONS, CLIENT_REQUESTS].flatMap((table) => Object.values(table)).map((spec) => spec.method);
    expect(new Set(methods).size).toBe(methods.length);
    expect(methods.filter((method) => !/^dmaAperture\/[a-z][A-Za-z]+$/.test(method))).toEqual([]);
  });

  it('names the platform of a log by its URI', () => {
    expect(logPlatformId('file:///var/log/boot.dmesg')).toBe('log:file:///var/log/boot.dmesg');
  });
});

describe('initialisation options', () => {
  it('are all optional', () => {
    expect(parseInitializationOptions(undefined)).toEqual({ ok: true, value: {} });
    expect(parseInitializationOptions(null)).toEqual({ ok: true, value: {} });
  });
  it('carry bytes', () => {
    const wasm = { runtime: new Uint8Array([0]), grammar: new Uint8Array([1]) };
    expect(parseInitializationOptions({ wasm, platform: 'a' })).toEqual({ ok: true, value: { wasm, platform: 'a' } });
    expect(parseInitializationOptions({ wasm: { runtime: [0], grammar: [1] } }).ok).toBe(false);
  });
});

describe('settings', () => {
  it('take their default where they are missing or of the wrong type', () => {
    for (const value of [undefined, null, 3, [], {}, { platform: 3, diagnostics: 'all', codeLens: { enabled: 'yes' } }]) {
      expect(parseServerSettings(value)).toEqual(DEFAULT_SERVER_SETTINGS);
    }
  });
  it('keep what is right beside what is wrong', () => {
    expect(parseServerSettings({ platform: 'x', kernelTree: 7, diagnostics: { minimumSeverity: 'warning' } }))
      .toEqual({ ...DEFAULT_SERVER_SETTINGS, platform: 'x', diagnostics: { minimumSeverity: 'warning' } });
  });
});
