import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction, Diagnostic, Hover, InlayHint, InlayHintLabelPart, MarkupContent } from 'vscode-languageserver-protocol';
import { parsePanelState } from '../../src/protocol/panel-state.ts';
import type { PanelState } from '../../src/protocol/panel-state.ts';
import { LspClient } from './lsp-client.ts';

const FOLDER = 'memfs:/proj';
const DRIVER = 'file:///proj/my%20card/card.c';
const HEADER = 'file:///proj/my%20card/card.h';
const TEXT = `#include <linux/dma-mapping.h>
#include "card.h"

static int card_probe(struct device *dev, struct card *card, u16 count)
{
	card->ring = dma_alloc_coherent(dev, RING_BYTES, &card->bus, GFP_KERNEL);
	card->odd = dma_alloc_coherent(dev, 9 * FRAME_BYTES + 1, &card->odd_bus, GFP_KERNEL);
	if (!card->ring || !card->odd)
		return -ENOMEM;
	card->in = dma_map_single(dev, card->data, count, DMA_FROM_DEVICE);
	card->out = dma_map_single(dev, card->data, 64, DMA_TO_DEVICE);
	card->some = dma_map_single(dev, card->data, card->length, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, card->in) || dma_mapping_error(dev, card->out) || dma_mapping_error(dev, card->some))
		return -EIO;
	return 0;
}
`;
const HEADER_TEXT = '#define FRAMES 8\n#define FRAME_BYTES (512 << 10)\n#define RING_BYTES (FRAMES * FRAME_BYTES * 4)\n';

const at = (text: string): { line: number; character: number } => {
  const before = TEXT.slice(0, TEXT.indexOf(text)).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length };
};

describe('a DMA call in the editor', () => {
  let client: LspClient;
  beforeAll(async () => {
    client = new LspClient();
    await client.initialize({ 'memfs:/proj/card.h': HEADER_TEXT }, FOLDER);
    await client.open(HEADER, 'c', HEADER_TEXT);
    await client.open(DRIVER, 'c', TEXT);
  });
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
  });

  const hover = async (place: { line: number; character: number }): Promise<string> => {
    const answer = await client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri: DRIVER }, position: place });
    return answer ? (answer.contents as MarkupContent).value : '';
  };
  const whole = { start: { line: 0, character: 0 }, end: { line: 50, character: 0 } };
  const hints = (range = whole): Promise<InlayHint[]> => client.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri: DRIVER }, range });
  const label = ({ label: parts }: InlayHint): string => (parts as InlayHintLabelPart[])[0]!.value;

  it('hovers with its size in every unit, the arithmetic with links to the definitions, the limit and its fact, and the rule', async () => {
    const text = await hover(at('RING_BYTES, &card'));
    expect(text).toContain('**`RING_BYTES` = 16 MiB** · 16,777,216 B · 4,096 pages · order 12');
    expect(text).toContain('[`RING_BYTES`](file:///proj/my%20card/card.h#L3,1) = `(FRAMES * FRAME_BYTES * 4)` = 16,777,216 — card.h:3');
    expect(text).toContain('[`FRAMES`](file:///proj/my%20card/card.h#L1,1)');
    expect(text).toContain('MAX\\_ORDER');
    expect(text).toContain('[dma/coherent-exceeds-page-allocator](command:dmaAperture.openRule?%5B%22dma%2Fcoherent-exceeds-page-allocator%22%5D)');
    const explain = /\[Explain in the panel\]\(command:dmaAperture\.explainCall\?([^)]*)\)/.exec(text)?.[1];
    expect(JSON.parse(decodeURIComponent(explain!))).toEqual([DRIVER, 6, 15]);
  });

  it('says what block a size that is no power of two takes, and that a size within the limit is', async () => {
    const text = await hover(at('dma_map_single(dev, card->data, 64'));
    expect(text).toContain('**`64` = 64 B** · 64 B · 1 page · 1 slot if it bounces');
    expect(text).toContain('Within the limit: 256 KiB');
    expect(await hover(at('9 * FRAME_BYTES'))).toMatch(/1,153 pages · order 11 \(a block of 8 MiB\)/);
  });

  it('hovers over nothing else', async () => {
    expect(await hover(at('return 0'))).toBe('');
    expect(await hover(at('GFP_KERNEL'))).toBe('');
  });

  it('has hints behind size arguments: exact with the order, bounded with the bound, none for what is plain or unknown', async () => {
    expect((await hints()).map((hint) => [hint.position.line, label(hint)])).toEqual([[5, '= 16 MiB, order 12'], [6, '= ~4.5 MiB, order 11'], [9, '<= ~64 KiB']]);
    expect((await hints({ start: { line: 6, character: 0 }, end: { line: 6, character: 9 } })).map(label)).toEqual(['= ~4.5 MiB, order 11']);
    const [first] = await hints();
    const part = (first!.label as InlayHintLabelPart[])[0]!;
    expect(first!.position).toEqual({ line: 5, character: at('RING_BYTES, &card').character + 'RING_BYTES'.length });
    expect(part.location).toEqual({ uri: HEADER, range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } } });
    expect((part.tooltip as MarkupContent).value).toContain('`FRAMES`');
  });

  it('offers the explanation of a call with a finding, at its problem', async () => {
    const found = await client.diagnostics(DRIVER, (all) => all.some(({ code }) => code === 'dma/coherent-exceeds-page-allocator'));
    const actions = (diagnostics: readonly Diagnostic[], line: number): Promise<CodeAction[]> => client.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: DRIVER }, range: { start: { line, character: 30 }, end: { line, character: 30 } }, context: { diagnostics },
    });
    const offered = await actions(found, 5);
    const explain = offered.find(({ command }) => command?.command === 'dmaAperture.explainCall');
    expect(explain).toMatchObject({ title: 'Explain dma_alloc_coherent in the panel', command: { arguments: [DRIVER, 6, 15] } });
    expect(explain?.diagnostics?.map(({ code }) => code)).toEqual(['dma/coherent-exceeds-page-allocator']);
    expect(await actions(found, 15)).toEqual([]);
  });

  it('is explained to the panel, wherever in the call the cursor stands', async () => {
    const explained = async (line: number, column: number): Promise<PanelState> => {
      const parsed = parsePanelState(await client.connection.sendRequest('dmaAperture/panelState', { call: { uri: DRIVER, line, column } }));
      if (!parsed.ok) throw new Error(parsed.error);
      return parsed.value;
    };
    const { call, limits } = await explained(6, 40);
    expect(call).toMatchObject({ name: 'dma_alloc_coherent', over: true, from: { label: 'card.c:6', uri: DRIVER, line: 6, column: 15 } });
    expect(call?.text).toContain('16 MiB');
    expect(call?.explain.map(({ text }) => text)).toEqual(expect.arrayContaining([expect.stringMatching(/^FRAMES = 8/), expect.stringMatching(/order 12/)]));
    expect(call?.explain.find(({ text }) => text.startsWith('FRAMES'))?.from).toMatchObject({ label: 'card.h:1', uri: HEADER, line: 1 });
    expect(call?.explain.some(({ knob }) => knob === 'does-not')).toBe(true);
    expect(limits.length).toBeGreaterThan(0);
    expect((await explained(11, 1)).call).toMatchObject({ over: false, text: '64 = 64 B; this platform gives at most 256 KiB' });
    await expect(explained(1, 1)).rejects.toThrow('There is no DMA call of a known kind at line 1 of card.c.');
  });

  it('keeps commands and links of its own from an editor that does not know them', async () => {
    const other = new LspClient();
    await other.initialize({}, FOLDER, undefined, { copiesText: false });
    await other.open(HEADER, 'c', HEADER_TEXT);
    await other.open(DRIVER, 'c', TEXT);
    const answer = await other.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri: DRIVER }, position: at('RING_BYTES, &card') });
    expect((answer.contents as MarkupContent).value).not.toContain('command:');
    expect((answer.contents as MarkupContent).value).toContain('card.h#L3,1');
    expect(await other.stop()).toBe(0);
  });
});

describe('hints that are turned off', () => {
  it('are none', async () => {
    const client = new LspClient();
    await client.initialize({}, FOLDER, { inlayHints: { enabled: false } });
    await client.until(() => client.notifications.find(({ method }) => method === 'dmaAperture/activePlatform'), 'platform');
    await client.open(HEADER, 'c', HEADER_TEXT);
    await client.open(DRIVER, 'c', TEXT);
    const range = { start: { line: 0, character: 0 }, end: { line: 50, character: 0 } };
    expect(await client.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri: DRIVER }, range })).toEqual([]);
    expect(await client.stop()).toBe(0);
  });
});
