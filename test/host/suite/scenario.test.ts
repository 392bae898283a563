import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/ids.ts';
import { activate, eventually, findings, workspaceFile } from './support.ts';

const TEXT = `{
  // Comments are allowed.
  "name": "Mine",
  "devices": { "card": { "mask": 32 } },
  "steps": [{ "op": "dma_map_single", "device": "card", "size": "4K", "ide": "a" }]
}
`;

describe('a scenario file', () => {
  const uri = (): vscode.Uri => workspaceFile('mine.dma.json');
  before(activate);
  after(() => vscode.workspace.fs.delete(uri()));

  it('is JSON with comments, with its mistakes at their places', async () => {
    await vscode.workspace.fs.writeFile(uri(), new TextEncoder().encode(TEXT));
    const document = await vscode.workspace.openTextDocument(uri());
    await vscode.window.showTextDocument(document);
    assert.equal(document.languageId, 'jsonc');
    const [problem] = await eventually('findings', () => findings(uri()), (list) => list.length > 0);
    assert.equal(document.lineAt(problem!.range.start.line).text.includes('"ide"'), true);
  });

  it('is run by its lens', async () => {
    const lenses = await eventually(
      'code lenses', () => vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri(), 10), (list) => list.length > 0,
    );
    const command = lenses.map((lens) => lens.command).find((each) => each?.command === COMMANDS.runScenario);
    assert.deepEqual(command?.arguments, [uri().toString()]);
  });
});
