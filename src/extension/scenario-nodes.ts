import * as vscode from 'vscode';
import { COMMANDS } from '../ids.ts';
import type { ScenarioChoice } from '../protocol/server-requests.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import type { ScenarioOutcome, ScenarioOutcomes } from './scenario-outcomes.ts';
import type { TreeNode } from './tree-nodes.ts';

/** A scenario's row, for commands that are called on it. */
export interface ScenarioNode extends TreeNode {
  readonly scenario: ScenarioChoice;
}

export function isScenarioNode(value: unknown): value is ScenarioNode {
  return typeof value === 'object' && value !== null && 'scenario' in value;
}

/** The workspace's scenarios, and those that ship; a group each where there are any. */
export function scenarioNodes(choices: readonly ScenarioChoice[], outcomes: ScenarioOutcomes): TreeNode[] {
  const groups = [
    ['workspace', vscode.l10n.t('This workspace'), 'root-folder'],
    ['built-in', vscode.l10n.t('Library'), 'library'],
  ] as const;
  return groups.flatMap(([source, label, icon]): TreeNode[] => {
    const members = choices.filter((choice) => choice.source === source);
    if (members.length === 0) return [];
    const node: TreeNode = {
      id: source, expanded: true,
      children: () => members.map((choice) => scenarioNode(node, choice, outcomes)),
      row: () => {
        const item = new vscode.TreeItem(label);
        const failed = members.filter(({ id }) => outcomes.of(id)?.ok === false).length;
        item.description = failed === 0 ? String(members.length) : vscode.l10n.t('{0}, {1} not as expected', members.length, failed);
        item.iconPath = new vscode.ThemeIcon(icon);
        item.contextValue = 'scenarios';
        return item;
      },
    };
    return [node];
  });
}

function scenarioNode(parent: TreeNode, scenario: ScenarioChoice, outcomes: ScenarioOutcomes): ScenarioNode {
  const { id, label, detail, source } = scenario;
  return {
    id: `${parent.id} ${id}`, parent, scenario, copy: label,
    row: () => {
      const outcome = outcomes.of(id);
      const item = new vscode.TreeItem(label);
      item.description = outcome ? outcomeText(outcome, label) : source === 'workspace' ? detail : '';
      item.iconPath = outcomeIcon(outcome);
      item.tooltip = tooltip(scenario, outcome);
      item.contextValue = source === 'workspace' ? 'scenario' : 'libraryScenario';
      item.accessibilityInformation = { label: `${label}, ${outcome ? outcomeText(outcome, label) : vscode.l10n.t('not run yet')}` };
      item.command = { title: vscode.l10n.t('Open'), command: COMMANDS.openScenario, arguments: [id] };
      return item;
    },
  };
}

/** An outcome's sentence begins with the scenario's name, which the row has already. */
function outcomeText({ text }: ScenarioOutcome, label: string): string {
  return text.startsWith(`${label}: `) ? text.slice(label.length + 2) : text;
}

function outcomeIcon(outcome: ScenarioOutcome | undefined): vscode.ThemeIcon {
  if (!outcome) return new vscode.ThemeIcon('beaker');
  return outcome.ok
    ? new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'))
    : new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
}

function tooltip({ label, detail }: ScenarioChoice, outcome: ScenarioOutcome | undefined): vscode.MarkdownString {
  const last = outcome && (outcome.platform === undefined
    ? vscode.l10n.t('Last run: {0}', escapeMarkdown(outcomeText(outcome, label)))
    : vscode.l10n.t('Last run, on {0}: {1}', escapeMarkdown(outcome.platform), escapeMarkdown(outcomeText(outcome, label))));
  return new vscode.MarkdownString([`**${escapeMarkdown(label)}**`, escapeMarkdown(detail), last ?? vscode.l10n.t('Not run yet')].filter((part) => part !== '').join('\n\n'));
}
