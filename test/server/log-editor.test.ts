import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeLens, DocumentLink, FoldingRange, Hover, MarkupContent } from 'vscode-languageserver-protocol';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/proj';
const LOG = `${FOLDER}/boot.dmesg`;

const BOOT = [
  '(XEN) Xen version 4.17.7 (Debian 4.17.7-1~deb12u1) (team@lists) (x86_64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0) debug=n ',
  '(XEN) Command line: placeholder dom0_mem=1024M',
  '(XEN) Freed 656kB init memory',
  '[    0.000000] Linux version 5.10.0-30-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld 2.35.2) #1 SMP Debian 5.10.218-1 (2024-06-01)',
  '[    0.000000] Command line: placeholder root=/dev/sda1 ro swiotlb=65536',
  '[    0.000000] Hypervisor detected: Xen PV',
  '[    0.200000] Memory: 206864K/2096632K available (14343K kernel code, 2338K rwdata)',
  '[    0.300000] SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=2, Nodes=1',
  '[    0.500000] software IO TLB: mapped [mem 0x0000000038000000-0x0000000040000000] (128MB)',
  '[    2.500000] Freeing unused kernel image (initmem) memory: 2048K',
  '[   10.000000] systemd[1]: Reached target.',
  '[   12.345678] card 0000:03:00.0: swiotlb buffer is full (sz: 4096 bytes), total 65536 (slots), used 65536 (slots)',
  '[   12.345679] card 0000:03:00.0: swiotlb buffer is full (sz: 8192 bytes), total 65536 (slots), used 65536 (slots)',
  '[   12.345680] card 0000:03:00.0: swiotlb buffer is full (sz: 524288 bytes), total 65536 (slots), used 0 (slots)',
];

describe('a kernel log in an editor', () => {
  let client: LspClient;
  const ask = <T>(method: string, uri: string): Promise<T> => client.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri } });
  const linesOf = (ranges: readonly FoldingRange[]): string[] => ranges.map(({ startLine, endLine }) => `${startLine}-${endLine}`).sort();

  beforeAll(async () => {
    client = new LspClient();
    await client.initialize({}, FOLDER);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('folds hypervisor, memory set-up, initialisation, running system and runs of failures', async () => {
    await client.open(LOG, 'kernel-log', `${BOOT.join('\n')}\n`);
    expect(linesOf(await ask<FoldingRange[]>('foldingRange', LOG))).toEqual(['0-2', '10-13', '11-13', '3-6', '7-9']);
  });

  it('folds several boots, each with its phases', async () => {
    const uri = `${FOLDER}/two.dmesg`;
    await client.open(uri, 'kernel-log', [...BOOT, ...BOOT].join('\n'));
    const second = BOOT.length;
    const folds = linesOf(await ask<FoldingRange[]>('foldingRange', uri));
    expect(folds).toEqual(expect.arrayContaining([`0-${second - 1}`, `${second}-${2 * second - 1}`, '3-6', `${second + 3}-${second + 6}`, `${second + 10}-${second + 13}`]));
    // One range a line: an editor drops the second.
    expect(new Set(folds.map((fold) => fold.split('-')[0])).size).toBe(folds.length);
  });

  it('hovers over a failure with what its diagnostic does not say: the argument, the aperture, the device\'s other failures', async () => {
    const found = await client.diagnostics(LOG, (all) => all.some(({ code }) => code === 'dma/log-mapping-oversize'));
    const line = BOOT.length - 1;
    expect(found).toContainEqual(expect.objectContaining({ message: expect.stringContaining('it can never succeed') as string }));
    const hover = await client.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri: LOG }, position: { line, character: 30 } });
    const { value } = hover.contents as MarkupContent;
    expect(value).toContain('exceed the largest mapping');
    expect(value).toContain('3 failures of 0000:03:00.0 in this log, lines 12 to 14, of 4 KiB to 512 KiB');
    expect(value).toContain('The aperture: 128 MiB, line 9');
    expect(value).not.toContain('it can never succeed');
  });

  it('links a failure to the aperture it found full, and the aperture to the option that sized it', async () => {
    const links = await ask<DocumentLink[]>('documentLink', LOG);
    const texts = links.map(({ range, target }) => [BOOT[range.start.line]?.slice(range.start.character, range.end.character), target?.replace(`${LOG}#`, '')]);
    const optionColumn = (BOOT[4]?.indexOf('swiotlb=') ?? 0) + 1;
    const poolColumn = (BOOT[8]?.indexOf('software') ?? 0) + 1;
    expect(texts).toEqual([['(128MB)', `L5,${optionColumn}`], ...[1, 2, 3].map(() => ['swiotlb buffer is full', `L9,${poolColumn}`])]);
  });

  it('offers the panel and the platform at the top and at the aperture, and says when it is in use', async () => {
    const lenses = async (): Promise<unknown[]> => (await ask<CodeLens[]>('codeLens', LOG)).map(({ range, command }) => [range.start.line, command?.command, command?.arguments ?? []]);
    const show = ['dmaAperture.openPanelForLog', [LOG]];
    await client.connection.sendRequest('dmaAperture/selectPlatform', { id: 'linux-6.1' });
    expect(await lenses()).toEqual([0, 8].flatMap((line) => [[line, ...show], [line, 'dmaAperture.choosePlatform', [`log:${LOG}`]]]));
    await client.connection.sendRequest('dmaAperture/selectPlatform', { id: `log:${LOG}` });
    expect((await ask<CodeLens[]>('codeLens', LOG)).map(({ command }) => command?.title)).toContain('In use as platform');
  });

  it('has nothing of this for a text that is no kernel log', async () => {
    const uri = `${FOLDER}/notes.dmesg`;
    await client.open(uri, 'kernel-log', 'On the host we saw "swiotlb buffer is full" and raised swiotlb= to 65536.\nThat did not help.\nSo we asked.\nNobody knew.\n');
    for (const method of ['foldingRange', 'documentLink', 'codeLens', 'documentSymbol']) expect(await ask<unknown[]>(method, uri), method).toEqual([]);
  });
});
