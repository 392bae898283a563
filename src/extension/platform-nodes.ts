import * as vscode from 'vscode';
import { COMMANDS, INTERNAL_COMMANDS } from '../ids.ts';
import type { EvidenceRef, ExplainLine } from '../protocol/panel-state.ts';
import type { PlatformSheet, SheetRoom, SheetRow } from '../protocol/platform-sheet.ts';
import type { PlatformChoice } from '../protocol/server-requests.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import type { TreeNode } from './tree-nodes.ts';

/** A row that stands for a platform to choose, for commands that are called on it. */
export interface PlatformNode extends TreeNode {
  readonly platformId: string;
}

export function isPlatformNode(value: unknown): value is PlatformNode {
  return typeof value === 'object' && value !== null && 'platformId' in value && typeof value.platformId === 'string';
}

const WARNING = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));

function roomTexts(): Readonly<Record<SheetRoom, { readonly label: string; readonly icon: string }>> {
  return {
    'kernel': { label: vscode.l10n.t('Kernel'), icon: 'terminal-linux' },
    'xen': { label: vscode.l10n.t('Xen'), icon: 'vm' },
    'memory': { label: vscode.l10n.t('Memory'), icon: 'circuit-board' },
    'swiotlb': { label: vscode.l10n.t('SWIOTLB'), icon: 'layers' },
    'limits': { label: vscode.l10n.t('Limits'), icon: 'symbol-ruler' },
    'devices': { label: vscode.l10n.t('Devices'), icon: 'plug' },
    'command-line': { label: vscode.l10n.t('Command line'), icon: 'terminal' },
    'config': { label: vscode.l10n.t('Kernel configuration'), icon: 'settings-gear' },
  };
}

/** Rooms whose first fact says in short what the others are about. */
const SUMMED_UP: ReadonlySet<SheetRoom> = new Set(['kernel', 'xen', 'memory', 'swiotlb', 'command-line']);

/** What a driver's author looks for first is open. */
const EXPANDED: ReadonlySet<SheetRoom> = new Set(['swiotlb', 'limits']);

/** The facts of the active platform by room, what contradicts what, and the platforms that can be chosen. */
export function platformNodes(sheet: PlatformSheet, choices: readonly PlatformChoice[]): TreeNode[] {
  const texts = roomTexts();
  return [
    ...sheet.contradictions.map(({ text, from }, index): TreeNode => ({
      id: `contradiction ${index}`, copy: text,
      row: () => linked(Object.assign(new vscode.TreeItem(text), { iconPath: WARNING, tooltip: text, contextValue: 'fact', accessibilityInformation: { label: vscode.l10n.t('Contradiction: {0}', text) } }), from),
    })),
    ...sheet.rooms.map(({ id, rows }) => roomNode(id, rows, texts[id])),
    choicesNode(choices),
  ];
}

function roomNode(id: SheetRoom, rows: readonly SheetRow[], { label, icon }: { readonly label: string; readonly icon: string }): TreeNode {
  const contradicted = rows.some(({ contradiction }) => contradiction !== undefined);
  const node: TreeNode = {
    id, expanded: contradicted || EXPANDED.has(id),
    children: () => rows.map((row) => factNode(node, row)),
    row: () => {
      const item = new vscode.TreeItem(label);
      item.description = SUMMED_UP.has(id) ? rows[0]?.value ?? '' : '';
      item.iconPath = contradicted ? WARNING : new vscode.ThemeIcon(icon);
      item.contextValue = 'room';
      item.tooltip = contradicted ? vscode.l10n.t('{0}: evidence contradicts itself', label) : label;
      return item;
    },
  };
  return node;
}

function factNode(parent: TreeNode, fact: SheetRow): TreeNode {
  const { id, name, value, source, from, doubt, contradiction, notes } = fact;
  const node: TreeNode = {
    id: `${parent.id} ${id}`, parent, copy: value,
    ...(notes ? { children: () => notes.map((note, index) => noteNode(node, note, index)) } : {}),
    row: () => {
      const item = new vscode.TreeItem(name);
      // The place beside the value: where a fact comes from is what tells it from a guess.
      item.description = `${value} · ${from?.label ?? vscode.l10n.t('default')}`;
      item.iconPath = factIcon(fact);
      item.contextValue = 'fact';
      item.tooltip = factTooltip(fact);
      item.accessibilityInformation = {
        label: [
          `${name}: ${value}`, vscode.l10n.t('from {0}', source), ...(doubt === undefined ? [] : [vscode.l10n.t('in doubt: {0}', doubt)]),
          ...(contradiction === undefined ? [] : [vscode.l10n.t('contradicted: {0}', contradiction)]),
        ].join(', '),
      };
      return linked(item, from);
    },
  };
  return node;
}

function factIcon({ contradiction, doubt, from }: SheetRow): vscode.ThemeIcon {
  if (contradiction !== undefined) return WARNING;
  if (doubt !== undefined) return new vscode.ThemeIcon('question');
  return new vscode.ThemeIcon(from ? 'symbol-constant' : 'circle-outline');
}

function factTooltip({ name, value, source, doubt, contradiction }: SheetRow): vscode.MarkdownString {
  const parts = [
    `**${escapeMarkdown(name)}**: ${escapeMarkdown(value)}`, vscode.l10n.t('From {0}', escapeMarkdown(source)),
    ...(contradiction === undefined ? [] : [`$(warning) ${escapeMarkdown(contradiction)}`]), ...(doubt === undefined ? [] : [`$(question) ${escapeMarkdown(doubt)}`]),
  ];
  return new vscode.MarkdownString(parts.join('\n\n'), true);
}

function noteNode(parent: TreeNode, { text, from, knob }: ExplainLine, index: number): TreeNode {
  return {
    id: `${parent.id} ${index}`, parent, copy: text,
    row: () => {
      const item = new vscode.TreeItem(text);
      item.tooltip = text;
      item.contextValue = 'fact';
      if (knob) item.iconPath = new vscode.ThemeIcon(knob === 'helps' ? 'check' : 'circle-slash');
      if (from) item.description = from.label;
      return linked(item, from);
    },
  };
}

/** A row that opens the line that it rests on. */
function linked(item: vscode.TreeItem, from: EvidenceRef | undefined): vscode.TreeItem {
  if (from) item.command = { title: vscode.l10n.t('Open {0}', from.label), command: INTERNAL_COMMANDS.openEvidence, arguments: [from.uri, from.line, from.column] };
  return item;
}

function choicesNode(choices: readonly PlatformChoice[]): TreeNode {
  const sources = { 'workspace': 'root-folder', 'log': 'output', 'built-in': 'package' } as const;
  const node: TreeNode = {
    id: 'platforms', expanded: false,
    children: () => choices.map(({ id, label, detail, source, active }): PlatformNode => ({
      id: `platforms ${id}`, parent: node, platformId: id, copy: label,
      row: () => {
        const item = new vscode.TreeItem(label);
        item.description = active ? vscode.l10n.t('active · {0}', detail) : detail;
        item.iconPath = new vscode.ThemeIcon(active ? 'check' : sources[source]);
        item.tooltip = `${label}\n${detail}`;
        item.contextValue = active ? 'activePlatform' : 'platform';
        item.accessibilityInformation = { label: `${label}, ${detail}${active ? `, ${vscode.l10n.t('active')}` : ''}` };
        if (!active) item.command = { title: vscode.l10n.t('Use as Platform'), command: COMMANDS.useAsPlatform, arguments: [id] };
        return item;
      },
    })),
    row: () => {
      const item = new vscode.TreeItem(vscode.l10n.t('Platforms to choose from'));
      item.description = String(choices.length);
      item.iconPath = new vscode.ThemeIcon('list-selection');
      item.contextValue = 'room';
      return item;
    },
  };
  return node;
}
