import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlatformSheet, SHEET_ROOMS, type SheetRow } from '../../src/protocol/platform-sheet.ts';
import { SERVER_REQUESTS, type ActivePlatform, type PlatformChoice, logPlatformId } from '../../src/protocol/server-requests.ts';
import { LspClient } from './lsp-client.ts';

const LOG = 'memfs:/proj/boot.dmesg';
const text = readFileSync('media/sample/boot.dmesg', 'utf8');
const lines = text.split('\n');

async function ask<T>(client: LspClient, method: string, params: object = {}): Promise<T> {
  return client.connection.sendRequest(`dmaAperture/${method}`, params);
}

async function sheetOf(client: LspClient): Promise<PlatformSheet> {
  const parsed = SERVER_REQUESTS.platformSheet.result(await ask(client, 'platformSheet'));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function rowOf(sheet: PlatformSheet, room: string, id: string): SheetRow | undefined {
  return sheet.rooms.find((each) => each.id === room)?.rows.find((row) => row.id === id);
}

describe('the facts of a platform', () => {
  let client: LspClient;
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize({ [LOG]: text }, 'memfs:/proj');
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('are of an assumed platform where nobody chose one and nothing says which, each with the source of its default', async () => {
    const sheet = await sheetOf(client);
    expect(sheet.assumed).toBe(true);
    expect(sheet.contradictions).toEqual([]);
    for (const { rows } of sheet.rooms) for (const { name, source, value } of rows) expect([name, source !== '', value !== ''], name).toEqual([name, true, true]);
  });

  it('name the line of the log that states them, of a log that was chosen as soon as it was opened', async () => {
    await client.open(LOG, 'kernel-log', text);
    const active = await ask<ActivePlatform>(client, 'selectPlatform', { id: logPlatformId(LOG) });
    expect(active).toMatchObject({ id: logPlatformId(LOG), health: 'warning' });
    expect(active.problem).toMatch(/^The log shows \d+ failed DMA requests/);
    const sheet = await sheetOf(client);
    expect(sheet.assumed).toBe(false);
    for (const [room, id, words] of [['kernel', 'kernelRelease', 'Linux version'], ['xen', 'xenVersion', 'Xen version'], ['swiotlb', 'apertureBytes', 'software IO TLB'], ['command-line', 'linuxCommandLine', 'ommand line']] as const) {
      const row = rowOf(sheet, room, id);
      expect(lines[(row?.from?.line ?? 0) - 1], id).toContain(words);
      expect(row?.source, id).toContain(`boot.dmesg:${row?.from?.line}`);
    }
    expect(rowOf(sheet, 'swiotlb', 'apertureBytes')?.value).toBe('64 MiB: 32,768 slots, 256 segments');
    expect(rowOf(sheet, 'limits', 'streamingLimit')?.value).toMatch(/^256 KiB/);
    expect(rowOf(sheet, 'limits', 'streamingLimit')?.notes?.some(({ knob }) => knob === 'does-not')).toBe(true);
  });

  it('are in rooms of a fixed order, each id once a room', async () => {
    const { rooms } = await sheetOf(client);
    const order = rooms.map(({ id }) => SHEET_ROOMS.indexOf(id));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const { rows } of rooms) expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('count the failed requests of each device', async () => {
    const { rooms } = await sheetOf(client);
    const devices = rooms.find(({ id }) => id === 'devices')!.rows.filter(({ id }) => id.startsWith('failures '));
    const full = lines.filter((line) => line.includes('swiotlb buffer is full'));
    expect(devices.length).toBeGreaterThan(0);
    for (const { name, from } of devices) expect(lines[from!.line - 1]).toContain(name);
    expect(devices.reduce((sum, { value }) => sum + Number(/^\d+/.exec(value)?.[0]), 0)).toBeGreaterThanOrEqual(full.length);
  });

  it('stay those of the log when it is closed, until another platform is chosen', async () => {
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: LOG } });
    expect((await sheetOf(client)).id).toBe(logPlatformId(LOG));
    await ask(client, 'selectPlatform', { id: 'linux-6.1' });
    expect((await ask<PlatformChoice[]>(client, 'platforms')).some(({ id }) => id === logPlatformId(LOG))).toBe(false);
  });
});

describe('where nobody chose', () => {
  it('the log that was opened first is the platform, while it is open', async () => {
    const client = new LspClient();
    await client.initialize({}, 'memfs:/proj');
    const active = (what: string, meets: (platform: ActivePlatform) => boolean): Promise<ActivePlatform> => client.until(() => {
      const last = client.notifications.findLast(({ method }) => method === 'dmaAperture/activePlatform')?.params as ActivePlatform | undefined;
      return last && meets(last) ? last : undefined;
    }, what);
    await active('an assumed platform', ({ assumed }) => assumed === true);
    await client.open(LOG, 'kernel-log', text);
    await active('the log', ({ id, assumed }) => id === logPlatformId(LOG) && assumed === undefined);
    await client.open('memfs:/proj/other.dmesg', 'kernel-log', '[    0.000000] Linux version 5.10.0-8-amd64 (gcc) #1 SMP Debian 5.10.46-4\n');
    await client.until(() => client.notifications.filter(({ method }) => method === 'dmaAperture/platformsChanged').length > 1 || undefined, 'the other log');
    expect((await sheetOf(client)).id).toBe(logPlatformId(LOG));
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: LOG } });
    await active('the other log', ({ id }) => id === logPlatformId('memfs:/proj/other.dmesg'));
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: 'memfs:/proj/other.dmesg' } });
    await active('an assumed platform again', ({ assumed }) => assumed === true);
    expect(await client.stop()).toBe(0);
  });
});

describe('a log that was chosen in an earlier session', () => {
  it('is read from its file', async () => {
    const client = new LspClient();
    await client.initialize({ [LOG]: text }, 'memfs:/proj', undefined, { platform: logPlatformId(LOG) });
    const active = await client.until(() => client.notifications.find(({ method }) => method === 'dmaAperture/activePlatform')?.params as ActivePlatform | undefined, 'the platform');
    expect(active.id).toBe(logPlatformId(LOG));
    expect(await client.stop()).toBe(0);
  });

  it('is said to be gone where its file is', async () => {
    const client = new LspClient();
    await client.initialize({}, 'memfs:/proj', undefined, { platform: logPlatformId(LOG) });
    const active = await client.until(() => client.notifications.find(({ method }) => method === 'dmaAperture/activePlatform')?.params as ActivePlatform | undefined, 'the platform');
    expect(active).toMatchObject({ health: 'error' });
    expect(await client.stop()).toBe(0);
  });
});

describe('a workspace whose evidence disagrees', () => {
  it('has the contradiction at its fact', async () => {
    const client = new LspClient();
    await client.initialize({
      'memfs:/proj/Makefile': 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\nEXTRAVERSION =\nNAME = x\n',
      'memfs:/proj/.config': '#\n# Linux/x86 5.10.9 Kernel Configuration\n#\nCONFIG_X86_64=y\nCONFIG_SWIOTLB=y\n',
    }, 'memfs:/proj');
    const sheet = await sheetOf(client);
    expect(rowOf(sheet, 'kernel', 'kernelRelease')).toMatchObject({ value: '5.10.9', contradiction: expect.stringContaining('6.1.192 (Makefile:1)') as string });
    expect(sheet.contradictions).toEqual([]);
    expect(rowOf(sheet, 'config', 'CONFIG_SWIOTLB')).toMatchObject({ value: 'y', from: { line: 5 } });
    expect(await client.stop()).toBe(0);
  });
});
