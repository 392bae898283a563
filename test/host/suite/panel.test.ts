import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import { COMMANDS, INTERNAL_COMMANDS } from '../../../src/ids.ts';
import type { PanelState } from '../../../src/protocol/panel-state.ts';
import type { ScenarioSummary } from '../../../src/protocol/server-requests.ts';
import { activate, eventually, open, workspaceFile } from './support.ts';

describe('the panel', () => {
  let api: ExtensionApi;
  let shown: PanelState[] = [];
  before(async () => {
    api = await activate();
    api.onDidShowPanel((state) => shown.push(state));
  });
  beforeEach(() => { shown = []; });

  const panelTabs = (): vscode.Tab[] => vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.input instanceof vscode.TabInputWebview && tab.label === 'DMA Aperture');

  // The workbench tells the extension host of its tabs some time after the page is up.
  const onePanel = (): Promise<number> => eventually('panels', () => panelTabs().length, (count) => count === 1);

  it('opens for a log, and its page asks for the state and gets it', async () => {
    const { document } = await open('boot.dmesg');
    await vscode.commands.executeCommand(INTERNAL_COMMANDS.openPanelForLog, document.uri.toString());
    const [state] = await eventually('a state in the page', () => shown, (list) => list.length > 0);
    await onePanel();
    assert.match(state!.platform?.label ?? '', /Xen 4\.17/);
    assert.equal(state!.aperture?.bytes, 64 * 1024 * 1024);
    assert.equal(state!.aperture.slots, 32_768);
  });

  it('is one, however often it is opened', async () => {
    await vscode.commands.executeCommand(COMMANDS.openPanel);
    await eventually('a state in the page', () => shown, (list) => list.length > 0);
    await onePanel();
  });

  it('follows the platform', async () => {
    const other = await vscode.commands.executeCommand<string>(COMMANDS.choosePlatform, `log:${workspaceFile('boot.dmesg').toString()}`);
    await vscode.commands.executeCommand(COMMANDS.refreshPanel);
    await eventually('a state in the page', () => shown.at(-1), (state) => state !== undefined);
    assert.equal(other, api.platform?.id);
    assert.equal(shown.at(-1)!.platform?.label, api.platform?.label);
  });

  it('shows the founding scenario, step by step', async () => {
    const summary = await vscode.commands.executeCommand<ScenarioSummary>(COMMANDS.runScenario, 'founding-case');
    assert.equal(summary.ok, true, summary.text);
    const state = await eventually('the run in the page', () => shown.find((each) => each.scenario), (each) => each !== undefined);
    const steps = state!.scenario!.steps;
    assert.equal(steps.length, summary.steps);
    assert.ok(steps.some((step) => step.ok) && steps.some((step) => !step.ok));
    for (const step of steps) assert.ok(step.explain.length > 0, `step ${step.index} explains nothing`);
  });

  it('opens the line that a fact rests on', async () => {
    const uri = workspaceFile('boot.dmesg');
    await vscode.commands.executeCommand(INTERNAL_COMMANDS.openEvidence, uri.toString(), 4, 7);
    await eventually('the selection', () => vscode.window.activeTextEditor, (editor) =>
      editor?.document.uri.toString() === uri.toString() && editor.selection.active.line === 3 && editor.selection.active.character === 6);
  });

  it('opens nothing but documents', async () => {
    const before = vscode.window.activeTextEditor?.document.uri.toString();
    for (const uri of ['command:workbench.action.quit', 'https://example.org/', 'not a uri', 'output:log']) {
      // Its message is not awaited: nobody closes it here.
      await vscode.commands.executeCommand(INTERNAL_COMMANDS.openEvidence, uri, 1, 1);
    }
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), before);
  });

  it('closes', async () => {
    await vscode.window.tabGroups.close(panelTabs());
    await eventually('panels', () => panelTabs().length, (count) => count === 0);
  });
});
