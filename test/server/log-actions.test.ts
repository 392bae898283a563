import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, Diagnostic } from 'vscode-languageserver-protocol';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/proj';
const MAINLINE = [
  '[    0.000000] Linux version 5.10.0-30-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld 2.35.2) #1 SMP Debian 5.10.218-1 (2024-06-01)',
  '[    0.000000] Command line: placeholder root=/dev/sda1 ro',
  '[    0.500000] software IO TLB: mapped [mem 0x000000003a000000-0x000000003e000000] (64MB)',
  '[   12.345678] card 0000:03:00.0: swiotlb buffer is full (sz: 65536 bytes), total 32768 (slots), used 32760 (slots)',
  '[   12.345680] card 0000:03:00.0: swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 0 (slots)',
].join('\n');
const GRUB = '# If you change this file, run update-grub afterwards.\nGRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX="console=ttyS0"\n';

describe('quick fixes of a kernel log', () => {
  let client: LspClient;
  const actions = async (uri: string, diagnostic: Diagnostic): Promise<CodeAction[]> =>
    client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri }, range: diagnostic.range, context: { diagnostics: [diagnostic] } });
  const copied = (all: readonly CodeAction[]): unknown[] => all.filter(({ command }) => command?.command === 'dmaAperture.copyText').map(({ command }) => (command?.arguments as string[])[0]);
  const fix = async (name: string, text: string, code: string): Promise<CodeAction[]> => {
    const uri = `${FOLDER}/${name}`;
    await client.open(uri, 'kernel-log', text);
    const found = await client.diagnostics(uri, (all) => all.some((each) => each.code === code));
    const diagnostic = found.find((each) => each.code === code);
    if (!diagnostic) throw new Error('unreachable');
    return actions(uri, diagnostic);
  };

  beforeAll(async () => {
    client = new LspClient();
    await client.initialize({}, FOLDER);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('copies the option that helps, in the slots that a mainline kernel reads', async () => {
    const all = await fix('a.dmesg', MAINLINE, 'dma/log-aperture-exhausted');
    const [first] = copied(all);
    const slots = Number(/^swiotlb=(\d+)$/.exec(String(first))?.[1]);
    // A power of two above what was there, in slots of 2 KiB.
    expect(slots).toBeGreaterThan(32768);
    expect(Math.log2(slots) % 1).toBe(0);
    expect(all[0]?.diagnostics).toHaveLength(1);
    expect(all.at(-1)?.title).toBe('Copy explanation');
  });

  it('offers no size where none helps, and the explanation all the same', async () => {
    const texts = copied(await fix('b.dmesg', MAINLINE, 'dma/log-mapping-oversize'));
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/can never succeed/);
    expect(texts[0]).not.toMatch(/swiotlb=\d/);
  });

  it('puts it into an open boot configuration, and over the value that stands there', async () => {
    const grub = `file:///etc/default/grub`;
    await client.open(grub, 'shellscript', GRUB);
    const insert = (await fix('c.dmesg', MAINLINE, 'dma/log-aperture-exhausted')).find(({ edit }) => edit);
    const [edit] = insert?.edit?.changes?.[grub] ?? [];
    const line = GRUB.split('\n')[2] ?? '';
    expect(edit?.range).toEqual({ start: { line: 2, character: line.length - 1 }, end: { line: 2, character: line.length - 1 } });
    expect(edit?.newText).toMatch(/^ swiotlb=\d+$/);
    await client.change(grub, 2, [{ text: GRUB.replace('console=ttyS0', 'swiotlb=16384,force quiet') }]);
    const replace = (await fix('d.dmesg', MAINLINE, 'dma/log-aperture-exhausted')).find((action) => action.edit);
    const [over] = replace?.edit?.changes?.[grub] ?? [];
    const from = 'GRUB_CMDLINE_LINUX="swiotlb='.length;
    expect(over?.range).toEqual({ start: { line: 2, character: from }, end: { line: 2, character: from + 5 } });
    expect(over?.newText).toMatch(/^\d+$/);
  });

  it('puts the MiB of a XenLinux kernel where Xen loads it', async () => {
    const grub = 'file:///mnt/etc/default/grub';
    await client.open(grub, 'shellscript', 'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX_XEN_REPLACE="b"\n');
    const text = [
      'Linux version 2.6.18-53.el5xen (a@b.c) (gcc version 4.1.2) #1 SMP Wed', 'Kernel command line: ro root=/dev/VG/root', 'Software IO TLB enabled: ', ' Aperture:     64 megabytes',
      'PCI-DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:04:01.0',
    ].join('\n');
    const insert = (await fix('xen.dmesg', text, 'dma/log-aperture-full')).find(({ edit }) => edit?.changes?.[grub]);
    expect(insert?.edit?.changes?.[grub]).toEqual([{ range: { start: { line: 1, character: 33 }, end: { line: 1, character: 33 } }, newText: ' swiotlb=128' }]);
  });
});
