import * as vscode from 'vscode';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { PlatformChoice } from '../protocol/server-requests.ts';
import type { PlatformState } from './platform-state.ts';
import type { ServerClient } from './server-client.ts';

interface Item extends vscode.QuickPickItem {
  readonly choice?: PlatformChoice;
}

/**
 * The quick pick of platforms, or the platform of an id without asking.
 * @returns the id of the platform that is active now, undefined where none was chosen
 */
export async function choosePlatform(server: ServerClient, state: PlatformState, id?: string): Promise<string | undefined> {
  const wanted = id ?? (await pick(server));
  if (wanted === undefined) return undefined;
  const selected = await server.request(SERVER_REQUESTS.selectPlatform, { id: wanted });
  if (!selected.ok) {
    void vscode.window.showErrorMessage(selected.error);
    return undefined;
  }
  await state.choose(wanted);
  return selected.value.id;
}

async function pick(server: ServerClient): Promise<string | undefined> {
  const choices = await server.request(SERVER_REQUESTS.platforms, {});
  if (!choices.ok) {
    void vscode.window.showErrorMessage(choices.error);
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(items(choices.value), {
    title: vscode.l10n.t('Choose Platform'),
    placeHolder: vscode.l10n.t('Kernel, hypervisor and aperture that requests are held against'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.choice?.id;
}

/** Groups with a heading each, in the order of how near they are to the person's own machine. */
function items(choices: readonly PlatformChoice[]): Item[] {
  const groups = [
    ['workspace', vscode.l10n.t('This workspace')],
    ['log', vscode.l10n.t('Opened logs')],
    ['built-in', vscode.l10n.t('Built in')],
  ] as const;
  return groups.flatMap(([source, label]): Item[] => {
    const members = choices.filter((choice) => choice.source === source);
    return members.length === 0 ? [] : [
      { label, kind: vscode.QuickPickItemKind.Separator },
      ...members.map((choice): Item => ({
        label: choice.active ? `$(check) ${choice.label}` : choice.label,
        detail: choice.detail,
        ...(choice.active ? { description: vscode.l10n.t('active') } : {}),
        choice,
      })),
    ];
  });
}
