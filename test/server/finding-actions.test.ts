import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, Diagnostic, TextEdit } from 'vscode-languageserver-protocol';
import { LspClient } from './lsp-client.ts';

const DRIVER = 'file:///proj/card.c';
const TEXT = `static int card_probe(struct device *dev, struct card *card)
{
	dma_addr_t a = dma_map_single(dev, card->ring, 64, DMA_FROM_DEVICE);

	if (dma_mapping_error(dev, a))
		return -EIO;
	dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);
	writel(virt_to_phys(card->ring), card->regs);
	/* dma-aperture: ignore dma/mask-unchecked -- 64 bits in every revision */
	dma_set_mask(dev, card->mask);
	return 0;
}
`;

function applied(text: string, edits: readonly TextEdit[]): string {
  const [edit] = edits;
  const offset = ({ line, character }: { line: number; character: number }): number => text.split('\n').slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  return edit ? text.slice(0, offset(edit.range.start)) + edit.newText + text.slice(offset(edit.range.end)) : text;
}

describe('findings in the editor', () => {
  let client: LspClient;
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize({}, 'file:///proj', { rules: { severity: { 'dma/bus-address-from-virt': 'error', 'dma/none': 'off' } } });
    await client.open(DRIVER, 'c', TEXT);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  const actions = async (line: number, diagnostics: readonly Diagnostic[]): Promise<CodeAction[]> => client.connection.sendRequest('textDocument/codeAction', {
    textDocument: { uri: DRIVER }, range: { start: { line, character: 10 }, end: { line, character: 10 } }, context: { diagnostics },
  });

  it('have the severity that the user wants, and no place where a comment ignores them', async () => {
    const found = await client.diagnostics(DRIVER, (all) => all.length > 0);
    expect(found.map(({ code, severity, range }) => [code, severity, range.start.line])).toEqual([['dma/unmap-mismatch', 2, 6], ['dma/bus-address-from-virt', 1, 7]]);
  });

  it('can be mended by an edit, or ignored by a comment whose reason is to be written', async () => {
    const found = await client.diagnostics(DRIVER, (all) => all.length > 0);
    const [mend, ignore] = await actions(6, found);
    expect(mend).toMatchObject({ title: 'Give back as mapped: DMA_FROM_DEVICE', isPreferred: true });
    expect(mend?.diagnostics?.map(({ code }) => code)).toEqual(['dma/unmap-mismatch']);
    const mended = applied(TEXT, mend?.edit?.changes?.[DRIVER] ?? []);
    expect(mended).toContain('dma_unmap_single(dev, a, 64, DMA_FROM_DEVICE);');
    expect(ignore?.title).toBe('Ignore dma/unmap-mismatch here');
    const ignored = applied(TEXT, ignore?.edit?.changes?.[DRIVER] ?? []);
    expect(ignored).toContain('\t/* dma-aperture: ignore dma/unmap-mismatch -- */\n\tdma_unmap_single(');
    await client.connection.sendNotification('textDocument/didChange', { textDocument: { uri: DRIVER, version: 2 }, contentChanges: [{ text: ignored }] });
    const after = await client.diagnostics(DRIVER, (all) => all.some(({ code }) => code === 'dma/suppression'));
    expect(after.map(({ code }) => code)).not.toContain('dma/unmap-mismatch');
  });

  it('offers nothing where nothing is found', async () => {
    expect(await actions(10, [])).toEqual([]);
  });
});
