import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSymbol, Hover } from 'vscode-languageserver-protocol';
import { parsePanelState } from '../../src/protocol/panel-state.ts';
import { fromBase64 } from '../../src/protocol/base64.ts';
import { RecordingPlayer } from '../../src/protocol/recording-player.ts';
import { recordingBounds, unpackRecording } from '../../src/protocol/unpack-recording.ts';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/proj';
const DRIVER = `${FOLDER}/card.c`;
const LOG = `${FOLDER}/boot.dmesg`;

const DRIVER_TEXT = `#include <linux/dma-mapping.h>
#include "card.h"

static int card_probe(struct device *dev)
{
	dma_addr_t bus;
	void *ring = dma_alloc_coherent(dev, RING_BYTES, &bus, GFP_KERNEL);
	dma_addr_t frame = dma_map_single(dev, ring, FRAME_BYTES, DMA_FROM_DEVICE);
	return frame ? 0 : -EIO;
}
`;
const HEADER_TEXT = '#define RING_BYTES (3 * 1024 * 1024)\n#define FRAME_BYTES 0x80000\n';

const LOG_TEXT = `(XEN) Xen version 4.17.7 (Debian 4.17.7-1~deb12u1) (team@lists) (x86_64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0) debug=n 
(XEN) Command line: placeholder dom0_mem=1024M
[    0.000000] Linux version 5.10.0-30-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld 2.35.2) #1 SMP Debian 5.10.218-1 (2024-06-01)
[    0.000000] Command line: placeholder root=/dev/sda1 ro
[    0.000000] Hypervisor detected: Xen PV
[    0.000000] Booting paravirtualized kernel on Xen
[    0.000000] Xen version: 4.17.7 (preserve-AD)
[    0.500000] software IO TLB: mapped [mem 0x000000003a000000-0x000000003e000000] (64MB)
[   12.345678] card 0000:03:00.0: swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 12 (slots)
`;

/** The recording of a run comes in parts, is of that run alone, and plays to the aperture of its state. */
async function checkRecording(client: LspClient, value: unknown): Promise<void> {
  const state = parsePanelState(value);
  if (!state.ok || !state.value.recording || !state.value.aperture) throw new Error('the run has no recording');
  const { recording, scenario, aperture } = state.value;
  const part = (id: string, offset: number): Promise<{ base64: string }> => client.connection.sendRequest('dmaAperture/recordingPart', { recording: id, offset });
  const bytes = fromBase64((await part(recording.id, 0)).base64)!;
  expect(bytes).toHaveLength(recording.bytes);
  expect(await part(recording.id, recording.bytes)).toEqual({ base64: '' });
  await expect(part('another', 0)).rejects.toThrow('That recording is gone');
  const columns = unpackRecording(bytes, recordingBounds(recording, scenario!.steps.length));
  if (!columns.ok) throw new Error(columns.error);
  expect(recording).toMatchObject({ operations: 6, complete: true });
  const player = new RecordingPlayer(columns.value, aperture.slots, aperture.areas.length);
  expect([...player.owners].map((owner) => owner < 0)).toEqual([...aperture.owners!].map((owner) => owner < 0));
}

describe('the language server over stdio', () => {
  let client: LspClient;

  beforeAll(async () => {
    client = new LspClient();
    await client.initialize({ [`${FOLDER}/card.h`]: HEADER_TEXT }, FOLDER);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('says its platform once it is up', async () => {
    const said = await client.until(() => client.notifications.find(({ method }) => method === 'dmaAperture/activePlatform'), 'platform');
    expect(said.params).toMatchObject({ label: 'Xen 4.17 PV dom0 · Linux 6.1.192 · 64 MiB', health: 'ok' });
  });

  it('checks a driver against the active platform, with sizes from a header read through the client', async () => {
    await client.open(DRIVER, 'c', DRIVER_TEXT);
    // 6.1.192 makes 4 MiB contiguous, of which the 3 MiB ring wastes one; a segment is 256 KiB everywhere.
    const found = await client.diagnostics(DRIVER, (all) => all.length > 0);
    expect(found.map(({ code, severity, range }) => [code, severity, range.start.line])).toEqual([['dma/order-rounding-waste', 3, 6], ['dma/streaming-exceeds-segment', 1, 7]]);
    expect(found[1]?.message).toContain('512 KiB');
  });

  it('reads a log: diagnostics, hover, outline, lens', async () => {
    await client.open(LOG, 'kernel-log', LOG_TEXT);
    const found = await client.diagnostics(LOG, (all) => all.length > 0);
    expect(found.map(({ code }) => code)).toEqual(['dma/log-aperture', 'dma/log-mapping-oversize']);
    const hover = await client.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri: LOG }, position: { line: 8, character: 60 } });
    expect(JSON.stringify(hover.contents)).toContain('exceed the largest mapping');
    const [boot] = await client.connection.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument: { uri: LOG } });
    expect(boot?.detail).toBe('Xen 4.17.7 · Linux 5.10.0-30-amd64');
    expect(boot?.children?.map(({ name }) => name)).toEqual(expect.arrayContaining(['Xen', 'Linux', 'Xen command line', 'Linux command line', 'Aperture', 'Failure']));
    const lenses = await client.connection.sendRequest<{ command: { command: string; arguments: unknown[] } }[]>('textDocument/codeLens', { textDocument: { uri: LOG } });
    expect(lenses.map(({ command }) => command.command)).toContain('dmaAperture.openPanelForLog');
  });

  it('offers the log as a platform; chosen, it checks the driver with related information that leads to its line', async () => {
    const choices = await client.connection.sendRequest<{ id: string; source: string; label: string }[]>('dmaAperture/platforms', {});
    const log = choices.find(({ source }) => source === 'log');
    expect(log?.label).toBe('Xen 4.17 PV dom0 · Linux 5.10.218 · 64 MiB');
    await client.connection.sendRequest('dmaAperture/selectPlatform', { id: log?.id });
    // 5.10.218 has MAX_CONTIG_ORDER 9: the 3 MiB ring, order 10, is refused now.
    const found = await client.diagnostics(DRIVER, (all) => all.some(({ code }) => code === 'dma/coherent-exceeds-contiguous-limit'));
    expect(found.map(({ code, severity }) => [code, severity])).toEqual([['dma/coherent-exceeds-contiguous-limit', 1], ['dma/streaming-exceeds-segment', 1]]);
    const hover = await client.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri: DRIVER }, position: { line: 6, character: 20 } });
    const text = JSON.stringify(hover.contents);
    expect(text).toContain('3 MiB (3,145,728 B)');
    expect(text).toContain('card.h:1');
    expect(text).toContain('MAX\\\\_CONTIG\\\\_ORDER');
  });

  it('draws the panel of the platform, and of a run', async () => {
    const state = parsePanelState(await client.connection.sendRequest('dmaAperture/panelState', {}));
    if (!state.ok) throw new Error(state.error);
    expect(state.value.aperture).toMatchObject({ slots: 32768, used: 0 });
    expect(state.value.aperture?.segmentMachine).toHaveLength(256);
    expect(state.value.limits.map(({ name, bytes }) => [name, bytes])).toEqual([['Coherent allocation', 2 ** 21], ['Streaming mapping', 2 ** 18]]);
    const choices = await client.connection.sendRequest<{ id: string }[]>('dmaAperture/scenarios', {});
    expect(choices.map(({ id }) => id)).toContain('founding-case');
    const run = await client.connection.sendRequest<{ state: unknown; summary: { ok: boolean; steps: number } }>('dmaAperture/runScenario', { id: 'founding-case' });
    expect(run.summary).toMatchObject({ ok: true, steps: 6, unexpected: 0 });
    await checkRecording(client, run.state);
    const whole = parsePanelState(run.state);
    if (!whole.ok) throw new Error(whole.error);
    expect(whole.value.aperture?.used).toBe(128);
    const { regions, freeBlocks } = whole.value.machine!;
    const inPlaces = regions.filter(({ kind }) => kind === 'free').reduce((sum, { start, end }) => sum + Number(end) - Number(start), 0);
    expect(freeBlocks?.allocator).toBe('Xen');
    expect(freeBlocks!.zones.reduce((sum, { orders }) => sum + orders.reduce((zone, count, order) => zone + count * 4096 * 2 ** order, 0), 0)).toBe(inPlaces);
    expect(whole.value.scenario?.steps.map(({ ok }) => ok)).toEqual([true, false, true, false, false, false]);
  });

  it('checks a scenario file, and offers to run it as it stands in the editor', async () => {
    const uri = `${FOLDER}/mine.dma.json`;
    const text = `{ // as the card asks\n  "name": "Mine", "devices": { "card": { "mask": 32 } },\n  "steps": [{ "op": "dma_map_single", "device": "card", "size": "4K", "ide": "a" }]\n}`;
    await client.open(uri, 'jsonc', text);
    const [problem] = await client.diagnostics(uri, (all) => all.length > 0);
    expect(problem?.range.start.line).toBe(2);
    await client.change(uri, 2, [{ text: text.replace('"ide"', '"id"') }]);
    await client.diagnostics(uri, (all, version) => version === 2 && all.length === 0);
    const [lens] = await client.connection.sendRequest<{ command: { command: string; arguments: string[] } }[]>('textDocument/codeLens', { textDocument: { uri } });
    expect(lens?.command).toMatchObject({ command: 'dmaAperture.runScenario', arguments: [uri] });
    const run = await client.connection.sendRequest<{ summary: { steps: number } }>('dmaAperture/runScenario', { id: uri });
    expect(run.summary.steps).toBe(1);
  });

  it('says what a symbol of a kernel configuration decides', async () => {
    const uri = `${FOLDER}/config-6.1.0-56-amd64`;
    await client.open(uri, 'kernel-config', '# Linux/x86 6.1.192 Kernel Configuration\nCONFIG_SWIOTLB=y\n# CONFIG_DMA_CMA is not set\nCONFIG_LOCALVERSION=""\n');
    const hover = async (line: number): Promise<string> => JSON.stringify(await client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri }, position: { line, character: 12 } }));
    expect(await hover(1)).toMatch(/CONFIG\\\\_SWIOTLB\*\* = y.*bounce buffers/);
    expect(await hover(2)).toMatch(/is not set.*contiguous memory area/);
    expect(await hover(3)).toBe('null');
  });

  it('follows edits, and forgets what a closed document said', async () => {
    await client.change(DRIVER, 2, [{ range: { start: { line: 7, character: 45 }, end: { line: 7, character: 56 } }, text: '4096       ' }]);
    const found = await client.diagnostics(DRIVER, (all, version) => version === 2 && all.length === 1);
    expect(found[0]?.code).toBe('dma/coherent-exceeds-contiguous-limit');
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: DRIVER } });
    expect(await client.diagnostics(DRIVER, (all) => all.length === 0)).toEqual([]);
  });

  it('refuses what it cannot do in one sentence', async () => {
    await expect(client.connection.sendRequest('dmaAperture/selectPlatform', { id: 'log:gone' })).rejects.toThrow(/no platform "log:gone" now/);
    await expect(client.connection.sendRequest('dmaAperture/runScenario', { id: 'memfs:/none.dma.json' })).rejects.toThrow(/none\.dma\.json: no such scenario/);
    await expect(client.connection.sendRequest('dmaAperture/selectPlatform', {})).rejects.toThrow(/id/);
  });
});
