import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver-protocol';
import { parseScenario } from '../../src/core/scenario/parse-scenario.ts';
import { fromBase64 } from '../../src/protocol/base64.ts';
import { SEARCH_VERDICTS } from '../../src/protocol/operation-detail.ts';
import { unpackCandidates } from '../../src/protocol/pack-candidates.ts';
import type { OperationAnswer, Report, ScenarioTest, ScenarioTestRun } from '../../src/protocol/server-requests.ts';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/proj';
const MINE = `${FOLDER}/mine.dma.json`;
const BROKEN = `${FOLDER}/broken.dma.json`;
const LONG = `${FOLDER}/long.dma.json`;
const LOG = `${FOLDER}/boot.dmesg`;

const DRIVER = `${FOLDER}/card.c`;
const forced = { linux: '6.12.117', domain: 'native', memory: '2G', swiotlb: '1024,1,force', cpus: 1 };
const files: Record<string, string> = {
  [MINE]: JSON.stringify({
    name: 'Mine', platform: forced, devices: { card: { mask: 64 } },
    steps: [{ op: 'dma_map_single', device: 'card', size: '1M', expect: { ok: true } }, { op: 'dma_map_single', device: 'card', size: '4K', expect: { ok: true } }, { op: 'dma_map_single', device: 'card', size: '4K' }],
  }, null, 2),
  [BROKEN]: '{ "name": "Broken", "devices": {}, "steps": [{ "op": "dma_map" }] }',
  [DRIVER]: '#include "card.h"\nstatic struct pci_driver d = { .name = "card" };\nstatic int up(struct device *dev)\n{\n\tdma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));\n\treturn dma_alloc_coherent(dev, CARD_BYTES, &bus, GFP_KERNEL) ? 0 : -ENOMEM;\n}\n',
  [`${FOLDER}/card.h`]: '#define CARD_BYTES (3 << 20)\n',
  [LONG]: JSON.stringify({ name: 'Long', platform: forced, devices: { nic: {} }, steps: [{ op: 'workload', device: 'nic', shape: 'nic', ticks: 10_000_000 }] }),
};

describe('scenarios in the server', () => {
  let client: LspClient;
  const ask = <T>(method: string, params: object = {}): Promise<T> => client.connection.sendRequest(`dmaAperture/${method}`, params);
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize(files, FOLDER);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('are tests with the steps that expect something, those of files with their lines', async () => {
    const tests = await ask<ScenarioTest[]>('scenarioTests');
    const mine = tests.find(({ id }) => id === MINE)!;
    expect(mine).toMatchObject({ label: 'Mine', source: 'workspace' });
    expect(mine.steps.map(({ index, title, line }) => [index, title, line !== undefined])).toEqual([[0, 'dma_map_single 1 MiB for card', true], [1, 'dma_map_single 4 KiB for card', true]]);
    expect(tests.find(({ id }) => id === BROKEN)!.problem).toMatch(/^broken\.dma\.json:1:\d+: expected an operation/);
    expect(tests.filter(({ source }) => source === 'built-in').length).toBeGreaterThan(20);
  });

  it('fail with what was expected, what came, and why', async () => {
    const { steps } = await ask<ScenarioTestRun>('runScenarioTest', { id: MINE });
    expect(steps.map(({ ok }) => ok)).toEqual([false, true, true]);
    expect(steps[0]!.message).toMatch(/^expected success true, got false\nOne mapping may not exceed a segment/);
    await expect(ask('runScenarioTest', { id: BROKEN })).rejects.toThrow('broken.dma.json:1:');
    await expect(ask('runScenarioTest', { id: 'no-such' })).rejects.toThrow('no-such: no such scenario');
  });

  it('stop where they are cancelled, and answer others meanwhile', async () => {
    const source = new CancellationTokenSource();
    const run = client.connection.sendRequest('dmaAperture/runScenarioTest', { id: LONG }, source.token);
    const stopped = expect(run).rejects.toThrow('Cancelled.');
    expect(await ask('platforms')).not.toHaveLength(0);
    source.cancel();
    await stopped;
  });

  it('tell of an operation why it came out as it did, and the search that it made', async () => {
    const run = await ask<{ state: { recording: { id: string; operations: number } } }>('runScenario', { id: MINE });
    const { id } = run.state.recording;
    const too = await ask<OperationAnswer>('operation', { recording: id, operation: 0 });
    expect(too.detail).toMatchObject({ operation: 0, ok: false, search: { need: 512, areas: [{ area: 0, hint: 0, endless: false, longest: { slots: 128 } }] } });
    expect(too.detail.explain.map(({ text }) => text).join('\n')).toContain('One mapping may not exceed a segment');
    const fits = await ask<OperationAnswer>('operation', { recording: id, operation: 2 });
    expect(fits.detail).toMatchObject({ ok: true, search: { need: 2, areas: [{ hint: 2, candidates: 1, found: 2 }] } });
    expect(unpackCandidates(fromBase64(fits.candidates)!, 1, 1024)).toEqual({ ok: true, value: { slots: Uint32Array.of(2), verdicts: Uint8Array.of(SEARCH_VERDICTS.indexOf('taken')) } });
    await expect(ask('operation', { recording: id, operation: 3 })).rejects.toThrow('That operation is gone');
    await expect(ask('operation', { recording: 'another', operation: 0 })).rejects.toThrow('That operation is gone');
  });

  it('leave nothing behind where they are cancelled: the panel shows what it showed', async () => {
    const before = await ask<object>('panelState');
    for (const method of ['runScenario', 'sizeAperture']) {
      const source = new CancellationTokenSource();
      const stopped = expect(client.connection.sendRequest(`dmaAperture/${method}`, { id: LONG }, source.token)).rejects.toThrow('Cancelled.');
      source.cancel();
      await stopped;
      expect(await ask('panelState')).toEqual(before);
    }
  });

  it('are planned and sized, in every form', async () => {
    const plan = await ask<Report>('planBuffer', { bytes: 2 ** 30, maskBits: 32, contiguous: true, zeroCopy: 'domu', bytesPerSecond: 0 });
    expect(plan.summary).toMatch(/^1 GiB below 32 bits, contiguous, no copy to a guest: 2 ways of \d on Xen 4\.17/);
    expect(JSON.parse(plan.json)).toMatchObject({ schema: 'dma-aperture/plan@1' });
    const size = await ask<Report>('sizeAperture', { id: 'sles-small-default' });
    expect(size.summary).toContain('swiotlb=');
    expect(size.csv.split('\n')[0]).toBe('swiotlb,bytes,areas,failures,highWaterSlots');
    await expect(ask('planBuffer', { bytes: -1 })).rejects.toThrow('expected one byte or more');
  });

  it('run a failed step again under other settings, until they are cancelled', async () => {
    const { state } = await ask<{ state: { recording: { id: string } } }>('runScenario', { id: MINE });
    const recording = state.recording.id;
    const rows = await ask<{ setting: string; ok: boolean }[]>('trySettings', { recording, step: 1, workDoneToken: 'settings' });
    expect(rows[0]).toEqual({ setting: 'as it is', kind: 'as-it-is', ok: false, refused: 1 });
    expect(rows.find(({ setting }) => setting.startsWith('in pieces of 128 KiB'))?.ok).toBe(true);
    await expect(ask('trySettings', { recording: 'another', step: 1 })).rejects.toThrow('That run is gone');
  });

  it('are planned until they are cancelled, with progress, and nothing is left of it', async () => {
    const seen: unknown[] = [];
    client.connection.onNotification('$/progress', ({ token, value }: { token: string; value: unknown }) => {
      if (token === 'plan') seen.push(value);
    });
    const request = { bytes: 2 ** 30, maskBits: 32, contiguous: false, zeroCopy: 'no', bytesPerSecond: 0, workDoneToken: 'plan' };
    const source = new CancellationTokenSource();
    const stopped = expect(client.connection.sendRequest('dmaAperture/planBuffer', request, source.token)).rejects.toThrow('Cancelled.');
    source.cancel();
    await stopped;
    expect(seen.at(0)).toMatchObject({ kind: 'begin', cancellable: true });
    expect(seen.at(-1)).toEqual({ kind: 'end' });
    expect((await ask<Report>('planBuffer', { ...request, contiguous: true })).markdown).toContain('| Works with Linux | Works with Xen |');
  });

  it('are made of what a log shows', async () => {
    const lines = ['Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP Debian 6.1.192-2', 'software IO TLB: mapped [mem 0x00000000bbece000-0x00000000bfece000] (64MB)', 'nvme 0000:01:00.0: swiotlb buffer is full (sz: 8192 bytes), total 32768 (slots), used 32766 (slots)', 'nvme 0000:01:00.0: swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 10 (slots)'];
    await client.open(LOG, 'kernel-log', `${lines.map((line, at) => `[    ${at}.000000] ${line}`).join('\n')}\n`);
    const { text } = await ask<{ text: string }>('scenarioFromLog', { uri: LOG });
    const parsed = parseScenario(text);
    expect(parsed.ok).toBe(true);
    files[`${FOLDER}/from-log.dma.json`] = text;
    const { steps } = await ask<ScenarioTestRun>('runScenarioTest', { id: `${FOLDER}/from-log.dma.json` });
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(text).toContain('"nvme 0000:01:00.0"');
    await expect(ask('scenarioFromLog', { uri: `${FOLDER}/other.dmesg` })).rejects.toThrow('other.dmesg is not open as a kernel log.');
  });

  it('are made of what a driver asks for, with what its headers define', async () => {
    await ask('selectPlatform', { id: 'xen-4.17-linux-6.1' });
    const { text } = await ask<{ text: string }>('scenarioFromDriver', { uri: DRIVER });
    const parsed = parseScenario(text);
    expect(parsed.ok && parsed.scenario).toMatchObject({ platform: 'xen-4.17-linux-6.1', devices: { card: { mask: 64 } }, steps: [{ op: 'dma_alloc_coherent', size: 3 * 2 ** 20, expect: { ok: true } }] });
    await expect(ask('scenarioFromDriver', { uri: `${FOLDER}/card.h` })).rejects.toThrow('card.h asks for no DMA memory');
    await expect(ask('scenarioFromDriver', { uri: `${FOLDER}/none.c` })).rejects.toThrow('none.c cannot be read.');
  });
});
