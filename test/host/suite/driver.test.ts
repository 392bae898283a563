import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS, RULES } from '../../../src/ids.ts';
import type { PanelState } from '../../../src/protocol/panel-state.ts';
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

  it('has each size as a hint behind its argument, with the way to its definition, and none when that is turned off', async () => {
    const { document } = await open('capture-card.c');
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = (): Thenable<vscode.InlayHint[]> => vscode.commands.executeCommand('vscode.executeInlayHintProvider', document.uri, whole);
    const text = ({ label }: vscode.InlayHint): string => (typeof label === 'string' ? label : label.map(({ value }) => value).join(''));
    const found = await eventually('hints', hints, (list) => list.some((hint) => text(hint) === '= 8 MiB, order 11'));
    assert.deepEqual(found.map(text).filter((each) => each.includes('order')), ['= 2 MiB, order 9', '= 8 MiB, order 11']);
    const ring = found.find((hint) => text(hint) === '= 8 MiB, order 11');
    const [part] = Array.isArray(ring!.label) ? ring!.label : [];
    assert.equal(part?.location?.uri.path, workspaceFile('capture-card.h').path);
    const settings = vscode.workspace.getConfiguration('dmaAperture');
    await settings.update('inlayHints.enabled', false, vscode.ConfigurationTarget.Workspace);
    try {
      await eventually('no hints', hints, (list) => list.length === 0);
    } finally {
      await settings.update('inlayHints.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await eventually('hints again', hints, (list) => list.length > 0);
  });

  it('is explained in the panel at the cursor', async () => {
    const api = await activate();
    const shown: PanelState[] = [];
    const listening = api.onDidShowPanel((state) => shown.push(state));
    const editor = await open('capture-card.c');
    const call = find(editor.document, 'CAPTURE_RING_BYTES, &card->ring_dma');
    editor.selection = new vscode.Selection(call, call);
    await vscode.commands.executeCommand(COMMANDS.explainCall);
    const state = await eventually('the explanation in the page', () => shown.find((each) => each.call), (each) => each !== undefined);
    assert.equal(state!.call!.name, 'dma_alloc_coherent');
    assert.equal(state!.call!.over, true);
    assert.equal(state!.call!.from.line, call.line + 1);
    assert.ok(state!.call!.explain.some(({ from }) => from?.label.startsWith('capture-card.h:')), JSON.stringify(state!.call!.explain));
    listening.dispose();
    await vscode.window.tabGroups.close(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter((tab) => tab.input instanceof vscode.TabInputWebview));
  });

  it('offers its explanation among the quick fixes of a problem', async () => {
    const { document } = await open('capture-card.c');
    const [problem] = await eventually('findings', () => findings(document.uri), (list) => list.length === 2);
    const actions = await eventually('actions', () => vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, problem!.range),
      (list) => list.some(({ command }) => command?.command === COMMANDS.explainCall));
    assert.ok(actions.length > 0);
  });

  it('leads from its mappings to the lines of a log that name it, and back', async () => {
    const name = 'capture-card.dmesg';
    const line = (at: number, bytes: number): string => `[   12.34567${at}] capture-card 0000:03:00.0: swiotlb buffer is full (sz: ${bytes} bytes), total 32768 (slots), used 32760 (slots)\n`;
    await vscode.workspace.fs.writeFile(workspaceFile(name), new TextEncoder().encode(
      `[    0.000000] Linux version 6.1.0-30-amd64 (debian-kernel@lists.debian.org) #1 SMP Debian 6.1.124-1\n${line(1, 524288)}${line(2, 524288)}`));
    const { document: log } = await open(name);
    const { document } = await open('capture-card.c');
    const lenses = await eventually('lenses', () => vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri), (list) => list.length > 0);
    assert.deepEqual(lenses.map(({ command }) => command?.title), [`capture-card failed 2 times in ${name}`]);
    assert.equal(document.lineAt(lenses[0]!.range.start).text.includes('CAPTURE_FIRMWARE_BYTES'), true);
    const { command } = lenses[0]!;
    await vscode.commands.executeCommand(command!.command, ...(command!.arguments ?? []) as unknown[]);
    await eventually('the line of the log', () => vscode.window.activeTextEditor, (editor) => editor?.document.uri.path.endsWith(name) === true && editor.selection.active.line === 1);
    const back = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>('vscode.executeDefinitionProvider', log.uri, new vscode.Position(1, 20));
    assert.ok(back.some((each) => ('targetUri' in each ? each.targetUri : each.uri).path.endsWith('capture-card.c')), JSON.stringify(back));
    await vscode.commands.executeCommand('closeReferenceSearch');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(workspaceFile(name));
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
