import * as vscode from 'vscode';
import { escapeMarkdown } from './escape-markdown.ts';
import type { FindingsStore } from './findings-store.ts';
import type { TreeNode } from './tree-nodes.ts';

/** So many files are shown with their findings open; of more, only the files. */
const FEW = 20;

const ICONS: Readonly<Record<vscode.DiagnosticSeverity, { readonly icon: string; readonly color: string }>> = {
  [vscode.DiagnosticSeverity.Error]: { icon: 'error', color: 'problemsErrorIcon.foreground' },
  [vscode.DiagnosticSeverity.Warning]: { icon: 'warning', color: 'problemsWarningIcon.foreground' },
  [vscode.DiagnosticSeverity.Information]: { icon: 'info', color: 'problemsInfoIcon.foreground' },
  [vscode.DiagnosticSeverity.Hint]: { icon: 'lightbulb', color: 'problemsInfoIcon.foreground' },
};

/** A finding's row, for commands that are called on it. */
export interface FindingNode extends TreeNode {
  readonly uri: vscode.Uri;
  readonly diagnostic: vscode.Diagnostic;
}

export function isFindingNode(value: unknown): value is FindingNode {
  return typeof value === 'object' && value !== null && 'diagnostic' in value && 'uri' in value;
}

/** One row a file, its findings under it. */
export function nodesByFile(store: FindingsStore): TreeNode[] {
  const { files } = store;
  return files.map(({ uri, diagnostics }): TreeNode => {
    const node: TreeNode = {
      id: uri.toString(), expanded: files.length <= FEW,
      children: () => diagnostics.map((diagnostic, index) => findingNode(node, index, uri, diagnostic, vscode.l10n.t('Line {0}', diagnostic.range.start.line + 1))),
      row: () => {
        const item = new vscode.TreeItem(uri);
        const path = vscode.workspace.asRelativePath(uri);
        // Beside the name, like in a search: the editor itself counts the problems of a file.
        item.description = path.includes('/') && !path.startsWith('/') ? path.slice(0, path.lastIndexOf('/')) : '';
        item.iconPath = vscode.ThemeIcon.File;
        item.contextValue = 'file';
        item.tooltip = path;
        return item;
      },
    };
    return node;
  });
}

/** One row a rule, the gravest first, its findings under it. */
export function nodesByRule(store: FindingsStore): TreeNode[] {
  const rules = new Map<string, { uri: vscode.Uri; diagnostic: vscode.Diagnostic }[]>();
  for (const { uri, diagnostics } of store.files) {
    for (const diagnostic of diagnostics) {
      const rule = ruleOf(diagnostic);
      const known = rules.get(rule);
      if (known) known.push({ uri, diagnostic });
      else rules.set(rule, [{ uri, diagnostic }]);
    }
  }
  const gravest = (found: readonly { diagnostic: vscode.Diagnostic }[]): vscode.DiagnosticSeverity =>
    found.reduce<vscode.DiagnosticSeverity>((least, { diagnostic }) => (diagnostic.severity < least ? diagnostic.severity : least), vscode.DiagnosticSeverity.Hint);
  return [...rules].sort(([a, first], [b, second]) => gravest(first) - gravest(second) || (a < b ? -1 : 1)).map(([rule, found]): TreeNode => {
    const node: TreeNode = {
      id: rule, expanded: rules.size <= FEW && store.size <= FEW,
      children: () => found.map(({ uri, diagnostic }, index) => findingNode(node, index, uri, diagnostic, `${nameOf(uri)}:${diagnostic.range.start.line + 1}`)),
      row: () => {
        const item = new vscode.TreeItem(rule);
        item.description = String(found.length);
        item.iconPath = iconOf(gravest(found));
        item.contextValue = 'rule';
        return item;
      },
    };
    return node;
  });
}

function findingNode(parent: TreeNode, index: number, uri: vscode.Uri, diagnostic: vscode.Diagnostic, place: string): FindingNode {
  return {
    id: `${parent.id} ${index}`, parent, uri, diagnostic, copy: diagnostic.message,
    row: () => {
      // The place first: of a long sentence in a narrow view only the beginning is seen.
      const item = new vscode.TreeItem(place);
      item.description = headline(diagnostic);
      item.iconPath = iconOf(diagnostic.severity);
      item.contextValue = uri.path.endsWith('.c') ? 'findingOfCall' : 'finding';
      item.tooltip = tooltip(diagnostic);
      item.command = { title: vscode.l10n.t('Open'), command: 'vscode.open', arguments: [uri, { selection: diagnostic.range } satisfies vscode.TextDocumentShowOptions] };
      item.accessibilityInformation = { label: `${severityName(diagnostic.severity)}: ${diagnostic.message} ${place}` };
      return item;
    },
  };
}

/** The first sentence of a message: what is wrong. What it rests on is in the tooltip. */
function headline({ message }: vscode.Diagnostic): string {
  const end = message.indexOf('. ');
  return end < 0 ? message.replace(/\.$/, '') : message.slice(0, end);
}

function tooltip(diagnostic: vscode.Diagnostic): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown(`$(${ICONS[diagnostic.severity].icon}) ${escapeMarkdown(diagnostic.message)}\n\n\`${ruleOf(diagnostic)}\``);
  return text;
}

function iconOf(severity: vscode.DiagnosticSeverity): vscode.ThemeIcon {
  const { icon, color } = ICONS[severity];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

function severityName(severity: vscode.DiagnosticSeverity): string {
  switch (severity) {
    case vscode.DiagnosticSeverity.Error: return vscode.l10n.t('Error');
    case vscode.DiagnosticSeverity.Warning: return vscode.l10n.t('Warning');
    default: return vscode.l10n.t('Information');
  }
}

/** The id of the rule that a diagnostic is of. */
export function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code ?? '');
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
