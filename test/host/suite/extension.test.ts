import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS, EXTENSION_ID, INTERNAL_COMMANDS, LANGUAGES } from '../../../src/ids.ts';
import { activate, eventually, open, workspaceFile } from './support.ts';

describe('the extension', () => {
  /** What the tests write into the workspace, which the suites that follow share. */
  const written = new Set<string>();
  const write = (name: string, bytes: Uint8Array): Thenable<void> => {
    written.add(name);
    return vscode.workspace.fs.writeFile(workspaceFile(name), bytes);
  };
  after(() => Promise.all([...written].map((name) => vscode.workspace.fs.delete(workspaceFile(name)))));

  it('activates on a C file', async () => {
    console.log(`    VS Code ${vscode.version}, ${vscode.env.appName}, ui kind ${vscode.env.uiKind}, node ${process.version}`);
    await open('capture-card.c');
    const api = await activate();
    assert.equal(api.version, 1);
    assert.equal(vscode.extensions.getExtension(EXTENSION_ID)?.isActive, true);
  });

  it('registers every command that it contributes', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const wanted = [...Object.values(COMMANDS), ...Object.values(INTERNAL_COMMANDS)];
    assert.deepEqual(wanted.filter((command) => !registered.has(command)), []);
  });

  it('takes a boot log for a kernel log by its name', async () => {
    assert.equal((await open('boot.dmesg')).document.languageId, LANGUAGES.kernelLog);
  });

  it('takes one for a kernel log by its first line', async () => {
    const uri = workspaceFile('console-of-yesterday');
    const log = await vscode.workspace.fs.readFile(workspaceFile('boot.dmesg'));
    await write('console-of-yesterday', log);
    assert.equal((await vscode.workspace.openTextDocument(uri)).languageId, LANGUAGES.kernelLog);
  });

  it('leaves other logs and C files alone, whatever they are called', async () => {
    for (const [name, text] of [
      ['server.log', '[    0.000000] Linux version 6.1.0\n'],
      ['dmesg.c', 'int main(void) { return 0; }\n'],
      ['notes.txt', 'software IO TLB: a few notes\n'],
    ] as const) {
      const uri = workspaceFile(name);
      await write(name, new TextEncoder().encode(text));
      assert.notEqual((await vscode.workspace.openTextDocument(uri)).languageId, LANGUAGES.kernelLog, name);
    }
  });

  it('reads any document as a kernel log when told to', async () => {
    const uri = workspaceFile('server.log');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await vscode.commands.executeCommand(COMMANDS.readAsKernelLog);
    await eventually('language', () => vscode.window.activeTextEditor?.document.languageId, (id) => id === LANGUAGES.kernelLog);
  });
});
