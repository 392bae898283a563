import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Hover } from 'vscode-languageserver-protocol';
import { LspClient } from './lsp-client.ts';

const DRIVER_TEXT = `#include <linux/card.h>
#include <shared.h>

static int card_probe(struct device *dev)
{
	void *ring = dma_alloc_coherent(dev, CARD_BYTES * SHARED, &bus, GFP_KERNEL);
	return ring ? 0 : -ENOMEM;
}
`;

/** A tree of its own making, with the layout of the kernel's. */
const TREE: Readonly<Record<string, string>> = {
  Kbuild: '',
  Makefile: 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 50\nEXTRAVERSION =\n',
  'include/linux/kernel.h': '#define KERNEL 1\n',
  'include/linux/compiler_types.h': '',
  'include/linux/card.h': '#include <asm/cardbits.h>\n#define CARD_BYTES (3 * CARD_STEP)\n',
  'include/asm-generic/cardbits.h': '#define CARD_STEP 7\n',
  'arch/x86/include/asm/cardbits.h': '#define CARD_STEP 4096\n',
  'drivers/shared/shared.h': '#define SHARED 2\n',
  'drivers/x/Makefile': 'ccflags-y += -I$(srctree)/drivers/shared\n',
  'drivers/x/card.c': DRIVER_TEXT,
  '.config': '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.1.50 Kernel Configuration\n#\nCONFIG_X86=y\nCONFIG_X86_64=y\nCONFIG_64BIT=y\nCONFIG_MMU=y\nCONFIG_HAS_DMA=y\nCONFIG_SWIOTLB=y\n# CONFIG_XEN is not set\n',
};

const POSITION = { line: 5, character: 18 };

async function hoverText(client: LspClient, uri: string): Promise<string> {
  const hover = await client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri }, position: POSITION });
  return JSON.stringify(hover?.contents ?? '');
}

/** Asks until the answer holds a text: what the workspace is is read after the server is up. */
async function untilHover(client: LspClient, uri: string, wanted: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const text = await hoverText(client, uri);
    if (text.includes(wanted)) return;
    if (tries === 400) expect(text).toContain(wanted);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A driver of two files: what one stores in a member is the size that the other asks for. */
const STORED = {
  'drivers/y/ring.h': 'struct ring {\n\tu32 bytes;\n};\n',
  'drivers/y/setup.c': '#include "ring.h"\nvoid ring_setup(struct ring *ring)\n{\n\tring->bytes = 12288;\n}\n',
  'drivers/y/ring.c': `#include <linux/card.h>
#include "ring.h"

void *ring_make(struct device *dev, struct ring *ring)
{
	return dma_alloc_coherent(dev, ring->bytes, &bus, GFP_KERNEL);
}
`,
};

describe("the kernel's headers in the editor", () => {
  let client: LspClient | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'dma-aperture-tree-'));
  afterEach(async () => {
    expect(await client?.stop()).toBe(0);
    client = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are found in a virtual workspace, one after the other through the client', async () => {
    client = new LspClient();
    const root = 'memfs:/linux';
    const uri = `${root}/drivers/x/card.c`;
    await client.initialize(Object.fromEntries(Object.entries(TREE).map(([path, text]) => [`${root}/${path}`, text])), root);
    await client.open(uri, 'c', DRIVER_TEXT);
    await untilHover(client, uri, '24,576 B');
  });

  it('are read from disk, and a header that changes changes the answer', async () => {
    for (const [path, text] of Object.entries(TREE)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    client = new LspClient();
    const root = pathToFileURL(folder).href;
    const uri = `${root}/drivers/x/card.c`;
    await client.initialize({}, root);
    await client.open(uri, 'c', DRIVER_TEXT);
    await untilHover(client, uri, '24,576 B');
    // In the editor: the open text counts.
    const header = `${root}/arch/x86/include/asm/cardbits.h`;
    await client.open(header, 'c', '#define CARD_STEP 8192\n');
    await untilHover(client, uri, '49,152 B');
    // On disk.
    writeFileSync(join(folder, 'drivers/shared/shared.h'), '#define SHARED 1\n');
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: `${root}/drivers/shared/shared.h`, type: 2 }] });
    await untilHover(client, uri, '24,576 B');
  });
  it('lead to what the other files of the driver store, in a virtual workspace as well', async () => {
    client = new LspClient();
    const root = 'memfs:/linux';
    const uri = `${root}/drivers/y/ring.c`;
    await client.initialize(Object.fromEntries(Object.entries({ ...TREE, ...STORED }).map(([path, text]) => [`${root}/${path}`, text])), root);
    await client.open(uri, 'c', STORED['drivers/y/ring.c']);
    await untilHover(client, uri, '12,288 B');
  });

  it('lead to what another file stores, and follow it', async () => {
    for (const [path, text] of Object.entries({ ...TREE, ...STORED })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    client = new LspClient();
    const root = pathToFileURL(folder).href;
    const uri = `${root}/drivers/y/ring.c`;
    await client.initialize({}, root);
    await client.open(uri, 'c', STORED['drivers/y/ring.c']);
    await untilHover(client, uri, '12,288 B');
    writeFileSync(join(folder, 'drivers/y/setup.c'), STORED['drivers/y/setup.c'].replace('12288', '20480'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: `${root}/drivers/y/setup.c`, type: 2 }] });
    await untilHover(client, uri, '20,480 B');
  });
});
