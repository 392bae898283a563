import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import { COMMANDS } from '../../../src/ids.ts';
import { activate, eventually, open, workspaceFile } from './support.ts';

describe('the platform', () => {
  let api: ExtensionApi;
  before(async () => {
    api = await activate();
    await open('boot.dmesg');
  });

  it('is chosen from a log’s facts, and shown in the status bar', async () => {
    const id = `log:${workspaceFile('boot.dmesg').toString()}`;
    assert.equal(await vscode.commands.executeCommand(COMMANDS.choosePlatform, id), id);
    const platform = await eventually('platform', () => api.platform, (active) => active?.id === id);
    assert.match(platform!.label, /Xen 4\.17/);
    assert.match(platform!.label, /Linux 6\.1/);
    assert.match(platform!.label, /64 MiB/);
    await eventually('status bar', () => api.statusText, (text) => text?.includes(platform!.label) ?? false);
  });

  it('can be a built-in one', async () => {
    const before = api.platform?.id;
    // Its last entry is a built-in platform. Nothing tells when the quick pick is up: where it was answered before it could
    // step backwards, it is opened anew and given longer.
    let patience = 100;
    const pick = async (): Promise<string | undefined> => {
      const pause = (): Promise<undefined> => new Promise((done) => setTimeout(() => done(undefined), patience));
      const answer = vscode.commands.executeCommand<string | undefined>(COMMANDS.choosePlatform).then((id) => ({ id }));
      for (;;) {
        await pause();
        await vscode.commands.executeCommand('workbench.action.quickOpenNavigatePrevious');
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        const done = await Promise.race([answer, pause()]);
        patience *= 2;
        if (done) return done.id;
      }
    };
    const chosen = await eventually('another platform', pick, (id) => id !== undefined && id !== before);
    await eventually('platform', () => api.platform?.id, (id) => id === chosen);
  });

  it('stays as it is where the one asked for is not to be had', async () => {
    const before = api.platform?.id;
    assert.equal(await vscode.commands.executeCommand(COMMANDS.choosePlatform, 'no-such-platform'), undefined);
    assert.equal(api.platform?.id, before);
  });

  it('is not in the status bar of an editor that it does not matter to', async () => {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content: '# A note\n' }));
    await eventually('status bar', () => api.statusText, (text) => text === undefined);
    await open('capture-card.c');
    await eventually('status bar', () => api.statusText, (text) => text !== undefined);
  });

  it('comes back after the server is restarted', async () => {
    const id = `log:${workspaceFile('boot.dmesg').toString()}`;
    await vscode.commands.executeCommand(COMMANDS.choosePlatform, id);
    await open('boot.dmesg');
    await vscode.commands.executeCommand(COMMANDS.restartServer);
    await eventually('platform', () => api.platform?.id, (active) => active === id);
  });
});
