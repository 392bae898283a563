import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import { COMMANDS, EXTENSION_ID, INTERNAL_COMMANDS, PACKAGE_SCHEME, WALKTHROUGH_STEPS } from '../../../src/ids.ts';
import type { PanelState } from '../../../src/protocol/panel-state.ts';
import type { Report } from '../../../src/protocol/server-requests.ts';
import { eventually, find, findings, hoverText } from './support.ts';

interface Walkthrough {
  readonly steps: readonly { readonly id: string; readonly description: string }[];
}

type Step = (typeof WALKTHROUGH_STEPS)[number];

/** In a window without a folder: the walkthrough, step by step, by what its buttons say. */
describe('the walkthrough in an empty window', () => {
  const extension = vscode.extensions.getExtension<ExtensionApi>(EXTENSION_ID)!;
  const [walkthrough] = (extension.packageJSON as { contributes: { walkthroughs: Walkthrough[] } }).contributes.walkthroughs;
  const shown: PanelState[] = [];
  let api: ExtensionApi;

  /** The first button of a step: its command and arguments. */
  function button(id: Step): { command: string; args: unknown[] } {
    const [, command, args] = /\]\(command:([\w.]+)(?:\?([^)]*))?\)/.exec(walkthrough!.steps.find((step) => step.id === id)!.description)!;
    return { command: command!, args: args === undefined ? [] : JSON.parse(decodeURIComponent(args)) as unknown[] };
  }
  const press = <T>(id: Step): Thenable<T> => vscode.commands.executeCommand<T>(button(id).command, ...button(id).args);
  const sample = (name: string): vscode.Uri => vscode.Uri.from({ scheme: PACKAGE_SCHEME, path: `/media/sample/${name}` });
  /** The editor of a sample, once it is the active one: the workbench tells that late. */
  const editorOf = async (name: string): Promise<vscode.TextEditor> => {
    const editor = await eventually(name, () => vscode.window.activeTextEditor, (each) => each?.document.uri.toString() === sample(name).toString());
    return editor!;
  };

  before(async () => {
    const asleep = !extension.isActive;
    const begun = performance.now();
    api = await extension.activate();
    console.log(`    activation: ${Math.round(performance.now() - begun)} ms${asleep ? '' : ' (was active already)'}`);
    await eventually('the platform', () => api.platform, (platform) => platform !== undefined);
    console.log(`    language server ready: ${Math.round(performance.now() - begun)} ms`);
    api.onDidShowPanel((state) => shown.push(state));
  });

  it('has no folder to lean on', () => {
    assert.equal(vscode.workspace.workspaceFolders, undefined);
    assert.deepEqual(walkthrough?.steps.map(({ id }) => id), [...WALKTHROUGH_STEPS]);
  });

  it('begins with a platform that is assumed, of which no facts are shown', () => {
    assert.equal(api.platform?.assumed, true);
    assert.deepEqual(api.platformFacts, []);
  });

  it('opens by its command', async () => {
    await vscode.commands.executeCommand(COMMANDS.getStarted);
    await eventually('the walkthrough\'s page', () => vscode.window.tabGroups.activeTabGroup.activeTab?.label, (label) => label !== undefined);
  });

  it('opens the sample log, and makes it the platform', async () => {
    // The walkthrough's page is filled after it is shown, and may come over what is opened meanwhile: then the button is pressed again.
    await eventually('boot.dmesg', async () => {
      await press('log');
      return vscode.window.activeTextEditor?.document.uri.toString();
    }, (uri) => uri === sample('boot.dmesg').toString());
    await eventually('the platform', () => api.platform?.id, (id) => id === `log:${sample('boot.dmesg').toString()}`);
    assert.match(api.platform!.label, /Xen 4\.17 PV dom0/);
    assert.ok(api.platformFacts.length > 0);
  });

  it('explains a failure at its line', async () => {
    await press('failure');
    const { document, selection } = await editorOf('boot.dmesg');
    assert.match(document.lineAt(selection.active.line).text, /swiotlb buffer is full/);
    assert.match(await hoverText(document.uri, selection.active), /exceed the largest mapping, 256 KiB/);
    await eventually('findings', () => findings(document.uri).length, (count) => count > 0);
  });

  it('opens the panel for it', async () => {
    await press('panel');
    const state = await eventually('a state in the page', () => shown.at(-1), (last) => last !== undefined);
    assert.equal(state!.platform?.label, api.platform?.label);
    assert.equal(state!.aperture?.slots, 32_768);
  });

  it('says the sizes of the sample driver, its header included', async () => {
    await press('driver');
    const { document, selection } = await editorOf('capture-card.c');
    assert.equal(document.uri.toString(), sample('capture-card.c').toString());
    assert.match(document.lineAt(selection.active.line).text, /CAPTURE_RING_BYTES/);
    const found = await eventually('findings', () => findings(document.uri), (list) => list.length > 0);
    assert.ok(found.some(({ message }) => message.includes('8 MiB (8,388,608 B)')), found.map(({ message }) => message).join('\n'));
  });

  it('runs the founding case, and leads from a step to its line and back', async () => {
    await press('foundingCase');
    const state = await eventually('the run in the page', () => shown.findLast((each) => each.scenario), (each) => each !== undefined);
    const steps = state!.scenario!.steps;
    assert.ok(steps.some((step) => step.ok) && steps.some((step) => !step.ok));
    const { from } = steps[0]!;
    assert.ok(from, 'the step has no line');
    await vscode.commands.executeCommand(INTERNAL_COMMANDS.openEvidence, from.uri, from.line, from.column);
    const editor = await eventually('the scenario', () => vscode.window.activeTextEditor, (each) => each?.document.uri.path.endsWith('founding-case.dma.json') === true);
    // A step begins with its brace.
    const step = find(editor!.document, '"op"', editor!.document.offsetAt(find(editor!.document, '"steps"')));
    assert.equal(editor!.document.lineAt(from.line - 1).text.trim(), '{');
    assert.equal(step.line, from.line);
    await vscode.commands.executeCommand(COMMANDS.openPanel);
    await eventually('the panel', () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ isActive, input }) => isActive && input instanceof vscode.TabInputWebview).length, (count) => count === 1);
  });

  it('plans a buffer with the answers that are offered', async () => {
    let report: Report | undefined | null = null;
    void press<Report | undefined>('plan').then((answer) => { report = answer; });
    await eventually('the plan', async () => {
      if (report === null) await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return report;
    }, (answer) => answer !== null);
    assert.match((report as Report | null)?.markdown ?? '', /1 GiB/);
  });

  it('asks for a log of one’s own', async () => {
    const asked = press<string | undefined>('own').then((id) => ({ id }));
    const answer = await eventually('the answer', async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return Promise.race([asked, new Promise<undefined>((done) => setTimeout(done, 100))]);
    }, (given) => given !== undefined);
    assert.deepEqual(answer, { id: undefined });
  });
});
