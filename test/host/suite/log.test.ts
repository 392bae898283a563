import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS, INTERNAL_COMMANDS } from '../../../src/ids.ts';
import { activate, eventually, find, findings, hoverText, open } from './support.ts';

describe('a boot log', () => {
  before(activate);

  it('has a problem for each size of mapping that failed, and counts them', async () => {
    const { document } = await open('boot.dmesg');
    const lines = document.getText().split('\n').filter((line) => line.includes('swiotlb buffer is full'));
    const sizes = new Set(lines.map((line) => /sz: (\d+) bytes/.exec(line)?.[1]));
    const failures = (): vscode.Diagnostic[] => findings(document.uri)
      .filter((each) => document.lineAt(each.range.start.line).text.includes('swiotlb buffer is full'));
    const found = await eventually('findings', failures, (list) => list.length >= sizes.size);
    assert.equal(found.length, sizes.size);
    const counted = found.map((each) => Number(/\((\d+) times/.exec(each.message)?.[1] ?? 1));
    assert.equal(counted.reduce((sum, count) => sum + count, 0), lines.length);
    for (const each of found) assert.match(each.message, /segment of 256 KiB/);
  });

  it('explains a line about the aperture in a hover', async () => {
    const { document } = await open('boot.dmesg');
    const text = await eventually(
      'hover', () => hoverText(document.uri, find(document, 'software IO TLB: mapped').translate(0, 5)), (seen) => seen !== '',
    );
    assert.match(text, /64 MiB/);
  });

  it('lists its facts in the outline', async () => {
    const { document } = await open('boot.dmesg');
    const symbols = await eventually(
      'outline',
      () => vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>('vscode.executeDocumentSymbolProvider', document.uri),
      (list) => (list ?? []).length > 0,
    );
    const names = (list: readonly vscode.DocumentSymbol[]): string[] => list.flatMap((each) => [`${each.name} ${each.detail}`, ...names(each.children)]);
    const all = names(symbols ?? []).join('\n');
    assert.match(all, /6\.1\.0-56-amd64/);
    assert.match(all, /4\.17\.7/);
    assert.match(all, /64 MiB/);
  });

  it('offers the panel by a code lens', async () => {
    const { document } = await open('boot.dmesg');
    const lenses = await eventually(
      'code lenses',
      () => vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 10),
      (list) => list.length > 0,
    );
    const commands: string[] = lenses.map((lens) => lens.command?.command ?? '');
    assert.ok(commands.some((command) => command === INTERNAL_COMMANDS.openPanelForLog || command === COMMANDS.openPanel), commands.join());
  });

  it('folds its phases and links its failures to the aperture', async () => {
    const { document } = await open('boot.dmesg');
    const folds = await eventually(
      'folds', () => vscode.commands.executeCommand<vscode.FoldingRange[] | undefined>('vscode.executeFoldingRangeProvider', document.uri), (list) => (list ?? []).length > 0,
    );
    const starts = (folds ?? []).map(({ start }) => document.lineAt(start).text);
    assert.ok(starts.some((text) => text.includes('Xen version')) && starts.some((text) => text.includes('Linux version')), starts.join('\n'));
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', document.uri);
    const failure = links.find(({ range }) => document.getText(range) === 'swiotlb buffer is full');
    const line = Number(/^L(\d+)/.exec(failure?.target?.fragment ?? '')?.[1]);
    assert.match(document.lineAt(line - 1).text, /software IO TLB: mapped/);
  });

  it('copies what it knows of a failure by a quick fix', async () => {
    const { document } = await open('boot.dmesg');
    const [failure] = await eventually(
      'findings', () => findings(document.uri).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error), (list) => list.length > 0,
    );
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, failure!.range);
    // No size of the aperture helps here, and none is offered.
    assert.deepEqual(fixes.map(({ title }) => title).filter((title) => title.startsWith('Copy')), ['Copy explanation']);
    const { command } = fixes.find(({ title }) => title === 'Copy explanation')!;
    await vscode.commands.executeCommand(command!.command, ...command!.arguments as string[]);
    assert.match(await vscode.env.clipboard.readText(), /can never succeed/);
  });
});
