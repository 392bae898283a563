import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import { COMMANDS, EXTENSION_ID } from '../../../src/ids.ts';
import type { Report } from '../../../src/protocol/server-requests.ts';
import type { RunJson } from '../../../src/render/run-report.ts';
import { activate, eventually, open, workspaceFile } from './support.ts';

const WRONG = '{ "name": "Wrong", "platform": "linux-6.12", "devices": { "card": { "mask": 32 } },\n  "steps": [\n    { "op": "dma_map_single", "device": "card", "size": "1M", "expect": { "ok": true } }\n  ] }\n';

describe('scenarios in the Test Explorer', () => {
  let api: ExtensionApi;
  const uri = (): vscode.Uri => workspaceFile('wrong.dma.json');
  const group = (id: string): vscode.TestItem | undefined => api.tests.items.get(id);
  before(async () => {
    api = await activate();
  });
  after(() => vscode.workspace.fs.delete(uri()));

  it('are there, each with the steps that expect something', async () => {
    const built = await eventually('built-in scenarios', () => group('built-in'), (item) => (item?.children.size ?? 0) > 20);
    const founding = built!.children.get('founding-case');
    assert.equal(founding?.children.size, 6);
  });

  it('follow the files of the workspace, and point at the step that is not as expected', async () => {
    await vscode.workspace.fs.writeFile(uri(), new TextEncoder().encode(WRONG));
    const item = await eventually('the new scenario', () => group('workspace')?.children.get(uri().toString()), (found) => found !== undefined);
    const step = item!.children.get(`${uri().toString()}#0`);
    assert.equal(step?.range?.start.line, 2);
  });

  it('run, all of them and to the end: as expected is green', async () => {
    const source = new vscode.CancellationTokenSource();
    const built = await eventually('built-in scenarios', () => group('built-in'), (item) => item !== undefined);
    const reported = await api.tests.run(new vscode.TestRunRequest([built!]), source.token);
    source.dispose();
    assert.ok(reported.length > 100);
    assert.deepEqual(reported.filter(({ state }) => state !== 'passed'), []);
  });

  it('turn red where a step is not as expected, with the explanation and the place of the step', async () => {
    const source = new vscode.CancellationTokenSource();
    const reported = await api.tests.run(new vscode.TestRunRequest([group('workspace')!.children.get(uri().toString())!]), source.token);
    source.dispose();
    const [step, whole] = reported;
    assert.deepEqual(reported.map(({ id, state }) => [id, state]), [[`${uri().toString()}#0`, 'failed'], [uri().toString(), 'failed']]);
    // Word for word what the terminal says of the same file.
    const cli = spawnSync(process.execPath, [join(vscode.extensions.getExtension(EXTENSION_ID)!.extensionPath, 'dist/cli.cjs'), 'run', '--json', uri().fsPath], { encoding: 'utf8', env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
    const run = JSON.parse(cli.stdout) as RunJson;
    const texts = run.steps[0]!.explain.map(({ text }) => text);
    const [message] = step!.messages;
    assert.ok(message && typeof message.message === 'string');
    assert.deepEqual(message.message.split('\n').filter((line) => texts.includes(line)).length >= texts.length, true);
    assert.equal(message.message.split('\n')[0], run.steps[0]!.unmet);
    assert.match(message.message, /One mapping may not exceed a segment of 128 slots/);
    for (const each of [message, whole!.messages[0]!]) {
      assert.equal(each.location?.uri.toString(), uri().toString());
      assert.equal(each.location.range.start.line, 2);
    }
  });
});

describe('a plan', () => {
  it('is shown as a table, whatever stands in the editor', async () => {
    await activate();
    const report = await vscode.commands.executeCommand<Report>(COMMANDS.planBuffer, { bytes: 2 ** 30, maskBits: 32, contiguous: true, zeroCopy: 'domu', bytesPerSecond: 0 });
    assert.match(report.markdown, /\| memory set aside at boot, in large extents \| works \|/);
    await eventually('the table', () => vscode.workspace.textDocuments.find((document) => document.getText() === report.markdown), (document) => document?.languageId === 'markdown');
  });
});

describe('a scenario of a log', () => {
  it('has its platform and its failures', async () => {
    await activate();
    await open('boot.dmesg');
    const text = await vscode.commands.executeCommand<string>(COMMANDS.scenarioFromLog);
    assert.match(text, /"xen": "4\.17/);
    assert.match(text, /"reason": "segment-limit"/);
  });
});

describe('a scenario of a driver', () => {
  it('has its device and what it asks for, on the active platform', async () => {
    await activate();
    await open('capture-card.c');
    const text = await vscode.commands.executeCommand<string>(COMMANDS.scenarioFromDriver);
    assert.match(text, /"capture-card": \{ "mask": 32 \}/);
    assert.match(text, /"op": "dma_alloc_coherent", "device": "capture-card", "size": "8M"/);
    const editor = await eventually('the scenario in an editor', () => vscode.window.activeTextEditor?.document, (document) => document?.getText() === text);
    assert.equal(editor?.languageId, 'jsonc');
  });
});
