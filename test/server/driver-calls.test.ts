import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeLens, Location } from 'vscode-languageserver-protocol';
import { driverNames } from '../../src/csource/driver-names.ts';
import { LspClient } from './lsp-client.ts';

describe('driverNames', () => {
  it.each([
    ['drivers/a.c', 'static struct pci_driver card_driver = {\n\t.name = "card",\n\t.probe = p,\n};', ['card']],
    ['drivers/my-card.c', 'static struct pci_driver d = {\n\t.name\t\t= KBUILD_MODNAME,\n};', ['my_card']],
    ['drivers/a.c', '#define DRV_NAME "e1000"\nstatic struct pci_driver d = { .name = DRV_NAME };', ['e1000']],
    ['drivers/a.c', 'static const char hcd_name[] = "xhci_hcd";\nstatic struct pci_driver d = { .name = hcd_name };', ['xhci_hcd']],
    ['drivers/a.c', 'static struct pci_driver d = { .name = (char *)hcd };\nstatic char *hcd = "ehci";', ['ehci']],
    ['drivers/a.c', 'static struct platform_driver d = {\n\t.probe = p,\n\t.driver = {\n\t\t.name = "probe",\n\t\t.pm = &ops,\n\t},\n};', ['probe']],
    ['drivers/a.c', 'static struct pci_driver d = {\n\tname:\t"old",\n};', ['old']],
    ['drivers/a.c', 'static const struct net_device_ops ops = { .name = "not" };\nstruct pci_driver *d;', []],
    ['drivers/a.c', 'static struct pci_driver d = { .name = elsewhere };', []],
  ])('%s: %j', (path, text, names) => {
    expect([...driverNames(path, text)]).toEqual(names);
  });
});

const FOLDER = 'memfs:/proj';
const LOG = `${FOLDER}/boot.dmesg`;
const MAIN = `${FOLDER}/drivers/card/main.c`;
const RING = `${FOLDER}/drivers/card/ring.c`;
const FILES = {
  [MAIN]: '#include <linux/pci.h>\nstatic struct pci_driver card_driver = {\n\t.name = "card",\n};\nmodule_pci_driver(card_driver);\n',
  [RING]: '/* dma_map_single(dev) maps. */\nint f(struct device *dev, void *p)\n{\n\tdma_addr_t a = dma_map_single(dev, p, 4096, DMA_TO_DEVICE);\n\treturn dma_map_sg(dev, sg, 4, DMA_TO_DEVICE);\n}\n',
  [`${FOLDER}/drivers/other.c`]: 'static struct pci_driver d = { .name = "other" };\nint g(void) { return dma_map_single(d, p, 1, 0); }\n',
};
const LOG_TEXT = [
  '[    0.000000] Linux version 5.10.0-30-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld 2.35.2) #1 SMP Debian 5.10.218-1 (2024-06-01)',
  '[    0.500000] software IO TLB: mapped [mem 0x000000003a000000-0x000000003e000000] (64MB)',
  '[   12.345678] other 0000:03:00.0: swiotlb buffer is full (sz: 65536 bytes), total 32768 (slots), used 32760 (slots)',
  '[   12.345679] card 0000:04:00.0: swiotlb buffer is full (sz: 65536 bytes), total 32768 (slots), used 32760 (slots)',
  '[   12.345680] other 0000:03:00.0: swiotlb buffer is full (sz: 524288 bytes), total 32768 (slots), used 0 (slots)',
].join('\n');

describe('from a log to the driver, and back', () => {
  let client: LspClient;
  const definition = (line: number): Promise<Location[]> => client.connection.sendRequest('textDocument/definition', { textDocument: { uri: LOG }, position: { line, character: 20 } });
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize(FILES, FOLDER);
    await client.open(LOG, 'kernel-log', LOG_TEXT);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  it('leads from a failing line to the calls of the file that registers the driver', async () => {
    expect((await definition(2)).map(({ uri, range }) => [uri, range.start.line])).toEqual([[`${FOLDER}/drivers/other.c`, 1]]);
  });

  it('leads to the files beside it where that one maps nothing', async () => {
    expect((await definition(3)).map(({ uri, range }) => [uri, range.start])).toEqual([[RING, { line: 3, character: 16 }], [RING, { line: 4, character: 8 }]]);
    expect(await definition(1)).toEqual([]);
  });

  it('counts the failures over the mappings of that driver, and of no other', async () => {
    const lenses = async (uri: string, text: string): Promise<unknown[]> => {
      await client.open(uri, 'c', text);
      return (await client.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } })).map(({ range, command }) => [range.start.line, command?.title, command?.arguments]);
    };
    expect(await lenses(`${FOLDER}/drivers/other.c`, FILES[`${FOLDER}/drivers/other.c`])).toEqual([[1, 'other failed 2 times in boot.dmesg', [LOG, [3, 5]]]]);
    expect(await lenses(`${FOLDER}/third.c`, 'static struct pci_driver d = { .name = "third" };\nint g(void) { return dma_map_single(d, p, 1, 0); }\n')).toEqual([]);
  });

  it('counts over a call only failures of sizes that it can have asked for', async () => {
    const uri = `${FOLDER}/drivers/sizes.c`;
    await client.open(uri, 'c', `static struct pci_driver d = { .name = "other" };
int f(struct device *dev, void *p, struct scatterlist *sg, size_t n)
{
	dma_map_single(dev, p, 512 * 1024, 0);
	dma_map_single(dev, p, 65000, 0);
	dma_map_single(dev, p, 4096, 0);
	dma_map_single(dev, p, n, 0);
	return dma_map_sg(dev, sg, 4, 0);
}
`);
    const lenses = await client.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    expect(lenses.map(({ range, command }) => [range.start.line, command?.title, (command?.arguments as unknown[])[1]])).toEqual([
      [3, 'other failed once in boot.dmesg', [5]], [4, 'other failed once in boot.dmesg', [3]],
      [6, 'other failed 2 times in boot.dmesg', [3, 5]], [7, 'other failed 2 times in boot.dmesg', [3, 5]],
    ]);
  });

  it('finds what has no effect in a kernel configuration', async () => {
    const uri = `${FOLDER}/.config`;
    await client.open(uri, 'kernel-config', '# Linux/x86 6.1.192 Kernel Configuration\n# CONFIG_SWIOTLB is not set\nCONFIG_SWIOTLB_DYNAMIC=y\n');
    const found = await client.diagnostics(uri, (all) => all.length > 0);
    expect(new Set(found.map(({ range, code }) => [range.start.line, code].join()))).toEqual(new Set(['2,dma/kernel-config']));
  });
});
