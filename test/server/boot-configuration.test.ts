import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'vscode-vfs://proj/linux';
const GRUB = 'file:///etc/default/grub';
const LOG = `[    0.000000] Linux version 6.1.0 (a@b) (gcc) #1 SMP
[    0.000000] Command line: root=/dev/sda1
[    0.100000] software IO TLB: mapped [mem 0x0000000070000000-0x0000000074000000] (64MB)
`;

let client: LspClient;
beforeEach(() => {
  client = new LspClient();
});
afterEach(() => client.stop());

describe('files that set command lines', () => {
  it('are checked for the platform that is active', async () => {
    await client.initialize();
    await client.open(GRUB, 'shellscript', 'GRUB_CMDLINE_LINUX="swiotlb=64 swiotbl=1"\n');
    const before = await client.diagnostics(GRUB, (found) => found.length > 0);
    expect(before.map(({ message }) => message)).toEqual([expect.stringContaining('swiotlb= may be meant')]);
    await client.open('file:///tmp/boot.dmesg', 'kernel-log', LOG);
    await client.diagnostics('file:///tmp/boot.dmesg');
    await client.connection.sendRequest('dmaAperture/selectPlatform', { id: 'log:file:///tmp/boot.dmesg' });
    const after = await client.diagnostics(GRUB, (found) => found.length > 1);
    expect(after[0]).toMatchObject({ range: { start: { line: 0, character: 20 }, end: { line: 0, character: 30 } }, message: expect.stringContaining('64 slots are 256 KiB') as string });
  });
});

describe("a workspace's kernel", () => {
  const makefile = 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\n';

  it('has its features from the tree and its configuration from config.gz', async () => {
    const packed = gzipSync('CONFIG_X86_64=y\nCONFIG_SWIOTLB=y\nCONFIG_ARCH_FORCE_MAX_ORDER=13\n').toString('latin1');
    await client.initialize({
      [`${FOLDER}/Makefile`]: makefile, [`${FOLDER}/config.gz`]: packed,
      [`${FOLDER}/arch/x86/xen/mmu_pv.c`]: '#define MAX_CONTIG_ORDER 9\nint xen_create_contiguous_region(phys_addr_t pstart)\n{\n}\n',
    }, FOLDER);
    const active = await client.until(() => client.notifications.findLast(({ method, params }) => method === 'dmaAperture/activePlatform' && (params as { id: string }).id === 'workspace')?.params as { label: string; tooltipMarkdown: string } | undefined, 'the platform of the workspace');
    expect(active.label).toContain('6.1.192');
    expect(active.tooltipMarkdown).toContain('kernel tree and config.gz');
  });

  it('says once why a setting\'s kernel image gives none', async () => {
    // An x86 image (boot.rst): four sectors of set-up, and behind them a payload that begins as xz does.
    const image = new Uint8Array(4096);
    image.set(Buffer.from('HdrS'), 0x202);
    image.set([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 512 * 5);
    await client.initialize({ [`${FOLDER}/vmlinuz`]: String.fromCharCode(...image) }, FOLDER, { kernelConfig: 'vmlinuz' });
    const told = (): string[] => client.notifications.filter(({ method }) => method === 'window/showMessage').map(({ params }) => (params as { message: string }).message);
    await client.until(() => told()[0], 'a message');
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: `${FOLDER}/vmlinuz`, type: 2 }] });
    await client.open(GRUB, 'shellscript', 'GRUB_CMDLINE_LINUX="swiotbl=1"\n');
    await client.diagnostics(GRUB, (found) => found.length > 0);
    expect(told()).toEqual([`${FOLDER}/vmlinuz: a kernel image packed by xz, which is not unpacked here: expected what the kernel tree's scripts/extract-ikconfig prints of it`]);
  });

  it('is in doubt where its evidence contradicts itself, and says in which places', async () => {
    await client.initialize({ [`${FOLDER}/Makefile`]: makefile, [`${FOLDER}/.config`]: '# Linux/x86 5.10.9 Kernel Configuration\nCONFIG_SWIOTLB=y\n' }, FOLDER);
    const active = await client.until(() => client.notifications.findLast(({ method, params }) => method === 'dmaAperture/activePlatform' && (params as { id: string }).id === 'workspace')?.params as { health: string; problem?: string } | undefined, 'the platform of the workspace');
    expect(active).toMatchObject({ health: 'warning', problem: 'kernelRelease: 6.1.192 (Makefile:1), and 5.10.9 (.config:1): the latter holds' });
  });
});
