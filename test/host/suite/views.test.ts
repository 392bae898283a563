import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import type { TreeNode } from '../../../src/extension/tree-nodes.ts';
import { COMMANDS, PACKAGE_SCHEME, VIEWS } from '../../../src/ids.ts';
import type { ScenarioSummary } from '../../../src/protocol/server-requests.ts';
import { activate, eventually, workspaceFile } from './support.ts';

const labelOf = (node: TreeNode): string => {
  const { label } = node.row();
  return typeof label === 'string' ? label : label?.label ?? '';
};
const descriptionOf = (node: TreeNode): string => String(node.row().description);
const find = (nodes: readonly TreeNode[], label: string): TreeNode | undefined => nodes.find((node) => labelOf(node) === label);
const childrenOf = (nodes: readonly TreeNode[], label: string): readonly TreeNode[] => find(nodes, label)?.children?.() ?? [];

/** What a click on a row does. */
async function click(node: TreeNode): Promise<void> {
  const { command } = node.row();
  assert.ok(command, `${labelOf(node)} does nothing`);
  await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []) as unknown[]);
}

/** Every row of a view, down to the last. */
function all(nodes: readonly TreeNode[]): TreeNode[] {
  return nodes.flatMap((node) => [node, ...all(node.children?.() ?? [])]);
}

describe('the view of the platform', () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activate();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('has the facts of the log that is chosen, each with its place', async () => {
    await vscode.commands.executeCommand(COMMANDS.useAsPlatform, workspaceFile('boot.dmesg'));
    const swiotlb = await eventually('facts', () => childrenOf(api.platformFacts, 'SWIOTLB'), (rows) => rows.length > 0);
    assert.match(descriptionOf(find(swiotlb, 'Aperture')!), /^64 MiB: 32,768 slots, 256 segments · boot\.dmesg:176$/);
    assert.match(descriptionOf(find(childrenOf(api.platformFacts, 'Limits'), 'Streaming mapping')!), /^256 KiB/);
    // A log with failures is not healthy.
    assert.match(api.statusText ?? '', /^\$\(warning\)/);
    for (const node of all(api.platformFacts)) assert.ok(labelOf(node) !== '', node.id);
    const ids = all(api.platformFacts).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('opens the line that states a fact', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await click(find(childrenOf(api.platformFacts, 'SWIOTLB'), 'Aperture')!);
    await eventually('the line', () => vscode.window.activeTextEditor, (editor) => editor !== undefined
      && editor.document.uri.path.endsWith('/boot.dmesg') && editor.document.lineAt(editor.selection.active.line).text.includes('software IO TLB: mapped'));
  });

  it('keeps its facts when the log is closed', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    assert.equal(api.platform?.health, 'warning');
    assert.ok(childrenOf(api.platformFacts, 'SWIOTLB').length > 0);
  });

  it('copies a fact', async () => {
    await vscode.commands.executeCommand(COMMANDS.copyValue, find(childrenOf(api.platformFacts, 'Kernel'), 'Release'));
    assert.equal(await vscode.env.clipboard.readText(), '6.1.0-56-amd64');
  });

  it('changes the platform by a row', async () => {
    const other = childrenOf(api.platformFacts, 'Platforms to choose from').find((node) => descriptionOf(node) === 'Debian 12 on the bare machine');
    await vscode.commands.executeCommand(COMMANDS.useAsPlatform, other);
    await eventually('the platform', () => api.platform?.id, (id) => id === 'linux-6.1');
    await eventually('rooms', () => api.platformFacts.map(labelOf), (labels) => labels.length > 0 && !labels.includes('Xen'));
  });

  it('is focused by its command', async () => {
    for (const view of Object.values(VIEWS)) await vscode.commands.executeCommand(`${view}.focus`);
  });
});

describe('the view of scenarios', () => {
  let api: ExtensionApi;
  const mine = (): vscode.Uri => workspaceFile('quick.dma.json');
  before(async () => {
    api = await activate();
  });
  after(() => vscode.workspace.fs.delete(mine()));

  it('has the library, and runs a scenario of it', async () => {
    const row = await eventually('the founding case', () => childrenOf(api.scenarios, 'Library')[0], (node) => node !== undefined);
    assert.match(labelOf(row!), /^Founding case/);
    const summary = await vscode.commands.executeCommand<ScenarioSummary>(COMMANDS.runScenario, row);
    assert.equal(summary.ok, true, summary.text);
    await eventually('its outcome', () => descriptionOf(childrenOf(api.scenarios, 'Library')[0]!), (text) => /^\d+ steps, \d+ succeeded, \d+ refused$/.test(text));
  });

  it('opens a scenario of the library, which cannot be changed', async () => {
    await click(childrenOf(api.scenarios, 'Library')[0]!);
    const editor = await eventually('the scenario', () => vscode.window.activeTextEditor, (active) => active?.document.uri.scheme === PACKAGE_SCHEME);
    assert.match(editor!.document.getText(), /"name": "Founding case/);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(PACKAGE_SCHEME), false);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.writeFile(editor!.document.uri, new Uint8Array())));
    await assert.rejects(Promise.resolve(vscode.workspace.fs.readFile(editor!.document.uri.with({ path: '/package.json' }))));
  });

  it('follows the workspace’s files, and says which is not as expected', async () => {
    await vscode.workspace.fs.writeFile(mine(), new TextEncoder().encode(JSON.stringify({
      name: 'Too much', platform: { linux: '6.12.117', domain: 'native', memory: '2G', swiotlb: '1024,1,force' }, devices: { card: { mask: 32 } },
      steps: [{ op: 'dma_map_single', device: 'card', size: '1M', expect: { ok: true } }],
    })));
    const row = await eventually('the file', () => find(childrenOf(api.scenarios, 'This workspace'), 'Too much'), (node) => node !== undefined);
    const summary = await vscode.commands.executeCommand<ScenarioSummary>(COMMANDS.runScenario, row);
    assert.equal(summary.ok, false);
    await eventually('its outcome', () => descriptionOf(find(childrenOf(api.scenarios, 'This workspace'), 'Too much')!), (text) => text.startsWith('1 of 1 steps not as expected'));
    assert.match(descriptionOf(find(api.scenarios, 'This workspace')!), /1 not as expected$/);
  });
});
