import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension-api.ts';
import { COMMANDS, EXTENSION_ID, INTERNAL_COMMANDS, LANGUAGES, UNPACKED_SCHEME } from '../../../src/ids.ts';
import type { EvidenceRef, PanelState } from '../../../src/protocol/panel-state.ts';
import type { ScenarioSummary } from '../../../src/protocol/server-requests.ts';
import { activate, eventually, findings, ruleOf, workspaceFile } from './support.ts';

/** A person's own scenario: the last step asks for more than any aperture gives. */
const SCENARIO = `{
  "name": "Tour",
  "platform": { "linux": "6.1.192", "domain": "native", "memory": "8G", "swiotlb": "4096,1,force", "cpus": 1 },
  "devices": { "card": { "mask": 32 } },
  "steps": [
    { "op": "dma_map_single", "device": "card", "size": "64K" },
    { "op": "dma_map_single", "device": "card", "size": "1M" }
  ]
}
`;

describe('the tour', () => {
  let api: ExtensionApi;
  let shown: PanelState[] = [];
  before(async () => {
    api = await activate();
    api.onDidShowPanel((state) => shown.push(state));
  });
  beforeEach(() => { shown = []; });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['own machine.txt', 'tour.dma.json', 'tour.trace.csv.gz']) await vscode.workspace.fs.delete(workspaceFile(name)).then(undefined, () => undefined);
  });

  const write = async (name: string, content: Uint8Array | string): Promise<vscode.Uri> => {
    const uri = workspaceFile(name);
    await vscode.workspace.fs.writeFile(uri, typeof content === 'string' ? new TextEncoder().encode(content) : content);
    return uri;
  };
  const state = (what: string, wanted: (state: PanelState) => boolean): Promise<PanelState> =>
    eventually(what, () => shown.find(wanted), (found) => found !== undefined).then((found) => found!);
  /** Follows a link as the page does. @returns the line that is shown */
  const follow = async ({ uri, line, column }: EvidenceRef): Promise<{ document: vscode.Uri; text: string }> => {
    await vscode.commands.executeCommand(INTERNAL_COMMANDS.openEvidence, uri, line, column);
    const editor = await eventually('the line', () => vscode.window.activeTextEditor, (active) => active?.selection.active.line === line - 1);
    return { document: editor!.document.uri, text: editor!.document.lineAt(line - 1).text };
  };

  it('leads from a log of any name to its failures, to the panel, to why, and back to the line', async () => {
    const log = await write('own machine.txt', await vscode.workspace.fs.readFile(workspaceFile('boot.dmesg')));
    await vscode.commands.executeCommand(COMMANDS.useAsPlatform, log);
    assert.equal(api.platform?.id, `log:${log.toString()}`);
    const failures = await eventually('failures', () => findings(log).filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error), (list) => list.length > 0);
    assert.match(ruleOf(failures[0]!), /^dma\/log-/);
    assert.equal(vscode.window.activeTextEditor?.document.languageId, LANGUAGES.kernelLog);
    shown = [];
    await vscode.commands.executeCommand(INTERNAL_COMMANDS.openPanelForLog, log.toString());
    const panel = await state('the log in the panel', ({ platform }) => platform?.label === api.platform?.label);
    const limit = panel.limits.find(({ name }) => name === 'Streaming mapping');
    assert.equal(limit?.bytes, 262_144);
    const aperture = panel.platform!.facts.find(({ name }) => name === 'Aperture');
    assert.equal(aperture?.from?.uri, log.toString());
    const { document, text } = await follow(aperture.from);
    assert.equal(document.toString(), log.toString());
    assert.match(text, /software IO TLB/);
    for (const { from } of panel.limits.flatMap(({ explain }) => explain)) if (from) assert.notEqual((await follow(from)).text, '');
  });

  it('leads from a scenario to its failing step in the panel, and to the step\'s text', async () => {
    const uri = await write('tour.dma.json', SCENARIO);
    const summary = await vscode.commands.executeCommand<ScenarioSummary>(COMMANDS.runScenario, uri);
    assert.deepEqual([summary.ok, summary.steps], [true, 2]);
    const panel = await state('the run', ({ scenario }) => scenario?.name === 'Tour');
    const failed = panel.scenario!.steps.filter(({ ok }) => !ok);
    assert.deepEqual(failed.map(({ index }) => index), [2]);
    assert.equal(panel.recording?.operations, 2);
    assert.ok(failed[0]!.explain.some(({ knob }) => knob === 'does-not'));
    const { document, text } = await follow(failed[0]!.from!);
    assert.equal(document.toString(), uri.toString());
    assert.match(text, /"size": "1M"/);
  });

  it('leads from a packed trace to an operation, and to its line', async () => {
    const { extensionUri } = vscode.extensions.getExtension(EXTENSION_ID)!;
    const uri = await write('tour.trace.csv.gz', await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'test/fixtures/traces/native-6.1.192-areas.trace.csv.gz')));
    assert.equal(await vscode.commands.executeCommand(COMMANDS.openTrace, uri, 0), 1);
    const panel = await state('the trace', ({ recording }) => recording?.source?.uri === uri.toString());
    assert.ok(panel.recording!.operations > 1000);
    const plan = panel.scenario!.steps[0]!;
    const { document, text } = await follow(plan.from!);
    assert.equal(document.scheme, UNPACKED_SCHEME);
    assert.equal(text, `#trace ${plan.summary.split(':')[0]}`);
  });
});
