import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import type { TreeNode } from '../../../src/extension/tree-nodes.ts';
import { COMMANDS, RULES, VIEWS } from '../../../src/ids.ts';
import type { ScanSummary } from '../../../src/protocol/server-requests.ts';
import { activate, eventually, findings, open, workspaceFile } from './support.ts';

const DRIVER = (bytes: string): string => `int f(struct device *dev, void *p)\n{\n\tdma_addr_t a = dma_map_single(dev, p, ${bytes}, DMA_TO_DEVICE);\n\n\treturn dma_mapping_error(dev, a);\n}\n`;
const write = (uri: vscode.Uri, text: string): Thenable<void> => vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
const label = (node: TreeNode): string => {
  const { resourceUri, label: text } = node.row();
  return typeof text === 'string' ? text : resourceUri?.path.split('/').at(-1) ?? '';
};

describe('the view of findings', () => {
  let api: ExtensionApi;
  const scan = (): Thenable<ScanSummary> => vscode.commands.executeCommand<ScanSummary>(COMMANDS.scanWorkspace);
  // Logs that earlier tests opened stay documents for a while after their editors are closed: only C files are looked at.
  const files = (): string[] => api.findings.map(label).filter((name) => name.endsWith('.c'));
  before(async () => {
    api = await activate();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand(COMMANDS.choosePlatform, 'xen-4.17-linux-6.1');
    await write(workspaceFile('drivers/large.c'), DRIVER('512 * 1024'));
    await write(workspaceFile('drivers/small.c'), DRIVER('4096'));
    await write(workspaceFile('attic/large.c'), DRIVER('1 << 20'));
    await vscode.workspace.getConfiguration('dmaAperture').update('scan.exclude', ['**/{attic,museum}/**'], vscode.ConfigurationTarget.Workspace);
  });
  after(async () => {
    await vscode.commands.executeCommand(COMMANDS.clearFindings);
    await vscode.workspace.getConfiguration('dmaAperture').update('scan.exclude', undefined, vscode.ConfigurationTarget.Workspace);
    for (const name of ['drivers', 'attic']) await vscode.workspace.fs.delete(workspaceFile(name), { recursive: true });
  });

  it('lists what a scan finds in files that nobody opened, and obeys the excludes', async () => {
    const summary = await eventually('a scan of the three files', scan, ({ files: count }) => count === 3);
    assert.equal(summary.findings, 3);
    await eventually('rows', files, (rows) => rows.join() === 'capture-card.c,large.c');
    assert.equal(findings(workspaceFile('drivers/large.c')).length, 1);
    assert.deepEqual(findings(workspaceFile('attic/large.c')), []);
  });

  it('has a row for each finding, which opens its line', async () => {
    const large = api.findings.find((node) => label(node) === 'large.c');
    const [row] = large?.children?.() ?? [];
    assert.equal(label(row!), 'Line 3');
    const { command, description } = row!.row();
    assert.match(String(description), /^dma_map_single maps 512 KiB \(524,288 B\) at once/);
    await vscode.commands.executeCommand(command!.command, ...(command!.arguments ?? []) as unknown[]);
    await eventually('the line', () => vscode.window.activeTextEditor, (editor) =>
      editor?.document.uri.path.endsWith('drivers/large.c') === true && editor.selection.start.line === 2);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('groups by rule when told to, and by file again', async () => {
    await vscode.commands.executeCommand(COMMANDS.groupFindingsByRule);
    const rule = api.findings.find((node) => label(node) === RULES.streamingExceedsSegment);
    assert.ok(rule, api.findings.map(label).join());
    assert.deepEqual(rule.children?.().map(label).filter((place) => place.includes('.c:')), ['capture-card.c:41', 'large.c:3']);
    await vscode.commands.executeCommand(COMMANDS.groupFindingsByFile);
    assert.deepEqual(files(), ['capture-card.c', 'large.c']);
  });

  it('follows a file that is changed on disk', async () => {
    const uri = workspaceFile('drivers/large.c');
    await write(uri, DRIVER('8192'));
    await eventually('rows', files, (rows) => rows.join() === 'capture-card.c');
    await write(uri, DRIVER('512 * 1024'));
    await eventually('rows', files, (rows) => rows.join() === 'capture-card.c,large.c');
  });

  it('keeps what is open when it is cleared', async () => {
    await open('capture-card.c');
    await vscode.commands.executeCommand(COMMANDS.clearFindings);
    await eventually('rows', files, (rows) => rows.join() === 'capture-card.c');
    assert.deepEqual(findings(workspaceFile('drivers/large.c')), []);
  });

  it('can be stopped when nothing runs, and focused by its command', async () => {
    await vscode.commands.executeCommand(COMMANDS.stopScan);
    await vscode.commands.executeCommand(`${VIEWS.findings}.focus`);
  });
});
