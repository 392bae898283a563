import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { RULES } from '../../../src/ids.ts';
import { activate, eventually, find, findings, hoverText, open, ruleOf, workspaceFile } from './support.ts';

describe('a driver', () => {
  before(async () => {
    await activate();
    // Its facts are the platform that the sample driver is held against.
    await open('boot.dmesg');
    await vscode.commands.executeCommand('dmaAperture.choosePlatform', `log:${workspaceFile('boot.dmesg').toString()}`);
  });

  it('has a problem at each request that the platform does not serve', async () => {
    const { document } = await open('capture-card.c');
    const found = await eventually('findings', () => findings(document.uri), (list) => list.length >= 2);
    const lines = found.map((each) => [ruleOf(each), document.lineAt(each.range.start).text.trim()]);
    const at = (text: string): string | undefined => lines.find(([, line]) => line!.includes(text))?.[0];
    assert.equal(at('CAPTURE_FIRMWARE_BYTES'), RULES.streamingExceedsSegment);
    assert.equal(at('CAPTURE_RING_BYTES'), RULES.coherentExceedsPageAllocator);
    // The page and the chunk are served everywhere; 2 MiB are within what this kernel makes contiguous.
    assert.equal(found.length, 2, JSON.stringify(lines));
  });

  it('says where the limit comes from', async () => {
    const { document } = await open('capture-card.c');
    const found = await eventually('findings', () => findings(document.uri), (list) => list.length === 2);
    for (const each of found) {
      assert.match(each.message, /\b\d+(\.\d+)? [KM]iB\b/);
      // Its facts are a log's: the way to the line that says so has to be there.
      const places = (each.relatedInformation ?? []).map((related) => related.location.uri.path.split('/').at(-1));
      assert.ok(places.includes('boot.dmesg'), `${each.message}: leads to ${JSON.stringify(places)}`);
    }
  });

  it('explains the arithmetic in a hover', async () => {
    const { document } = await open('capture-card.c');
    await eventually('findings', () => findings(document.uri), (list) => list.length === 2);
    const text = await hoverText(document.uri, find(document, 'dma_alloc_coherent(card->dev, CAPTURE_RING_BYTES'));
    assert.match(text, /8 MiB/);
    assert.match(text, /CAPTURE_FRAMES/);
    assert.match(text, /order 11/);
  });

  it('updates its problems as it is edited', async () => {
    const { document } = await open('capture-card.c');
    await eventually('findings', () => findings(document.uri), (list) => list.length === 2);
    const call = find(document, 'CAPTURE_RING_BYTES, &card->ring_dma');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(call, call.translate(0, 'CAPTURE_RING_BYTES'.length)), '4096');
    assert.ok(await vscode.workspace.applyEdit(edit));
    await eventually('findings after the edit', () => findings(document.uri), (list) => list.length === 1);
    await vscode.commands.executeCommand('undo');
    await eventually('findings after undo', () => findings(document.uri), (list) => list.length === 2);
    await document.save();
  });

  it('follows a change of its header', async () => {
    const { document } = await open('capture-card.c');
    await eventually('findings', () => findings(document.uri), (list) => list.length === 2);
    const header = workspaceFile('capture-card.h');
    const before = await vscode.workspace.fs.readFile(header);
    const text = new TextDecoder().decode(before).replace('(512 << 10)', '(128 << 10)');
    await vscode.workspace.fs.writeFile(header, new TextEncoder().encode(text));
    await eventually('findings after the header shrank', () => findings(document.uri), (list) => list.length === 1);
    await vscode.workspace.fs.writeFile(header, before);
    await eventually('findings after the header is back', () => findings(document.uri), (list) => list.length === 2);
  });
});
