import * as vscode from 'vscode';
import { COMMANDS, LANGUAGES, SETTINGS, SETTINGS_SECTION, STATUS_ITEM } from '../ids.ts';
import type { ActivePlatform } from '../protocol/server-requests.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import type { PlatformState } from './platform-state.ts';
import type { ServerClient } from './server-client.ts';

const SEVERITY = {
  ok: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
} as const;

/** The active platform in the status bar and in the language status, while an editor is open that it matters to. */
export class StatusItems implements vscode.Disposable {
  readonly #server: ServerClient;
  readonly #platform: PlatformState;
  readonly #language = vscode.languages.createLanguageStatusItem(STATUS_ITEM, [
    { language: LANGUAGES.c },
    { language: LANGUAGES.kernelLog },
  ]);
  readonly #bar = vscode.window.createStatusBarItem(STATUS_ITEM, vscode.StatusBarAlignment.Right, 90);
  readonly #subscriptions: vscode.Disposable[];

  constructor(server: ServerClient, platform: PlatformState) {
    this.#server = server;
    this.#platform = platform;
    this.#language.name = vscode.l10n.t('DMA Aperture: Platform');
    this.#bar.name = vscode.l10n.t('DMA Aperture: Platform');
    this.#subscriptions = [
      this.#language,
      this.#bar,
      platform.onDidChange(() => this.update()),
      server.onDidChangeRunning(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.workspace.onDidOpenTextDocument(() => this.update()), // also a change of the language
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SETTINGS_SECTION}.${SETTINGS.statusBar}`)) this.update();
      }),
    ];
    this.update();
  }

  /** What the status bar says, for a test; undefined while it is hidden. */
  get text(): string | undefined {
    return relevant() ? this.#bar.text : undefined;
  }

  update(): void {
    const active = this.#platform.active;
    if (active) this.#showPlatform(active);
    else if (this.#server.running || this.#server.starting) this.#showWaiting();
    else this.#showStopped();
    if (relevant()) this.#bar.show();
    else this.#bar.hide();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #showPlatform({ label, tooltipMarkdown, health, problem, assumed }: ActivePlatform): void {
    const choose = { command: COMMANDS.choosePlatform, title: vscode.l10n.t('Choose Platform') };
    const icon = assumed === true && health === 'ok' ? '$(question)' : { ok: '$(circuit-board)', warning: '$(warning)', error: '$(error)' }[health];
    this.#bar.text = assumed === true ? vscode.l10n.t('{0} {1} (assumed)', icon, label) : `${icon} ${label}`;
    const said = problem ?? (assumed === true ? vscode.l10n.t('Nothing here says which machine this is for: this platform is assumed. Open its boot log, or choose another.') : undefined);
    const tooltip = new vscode.MarkdownString(said === undefined ? tooltipMarkdown : `${escapeMarkdown(said)}\n\n${tooltipMarkdown}`);
    tooltip.isTrusted = { enabledCommands: [COMMANDS.choosePlatform, COMMANDS.openPanel] };
    this.#bar.tooltip = tooltip;
    this.#bar.command = choose.command;
    this.#bar.backgroundColor = health === 'ok' ? undefined : new vscode.ThemeColor(`statusBarItem.${health}Background`);
    this.#bar.accessibilityInformation = { label: [vscode.l10n.t('DMA platform: {0}', label), ...(said === undefined ? [] : [said])].join('. ') };
    Object.assign(this.#language, { text: label, detail: said ?? vscode.l10n.t('DMA platform'), severity: SEVERITY[health], command: choose, busy: false });
  }

  #showWaiting(): void {
    this.#bar.text = vscode.l10n.t('$(loading~spin) DMA platform');
    this.#bar.tooltip = vscode.l10n.t('The language server is starting.');
    this.#bar.command = COMMANDS.showLog;
    this.#bar.backgroundColor = undefined;
    this.#bar.accessibilityInformation = undefined;
    Object.assign(this.#language, { text: vscode.l10n.t('DMA platform'), detail: vscode.l10n.t('starting'), severity: SEVERITY.ok, command: undefined, busy: true });
  }

  #showStopped(): void {
    this.#bar.text = vscode.l10n.t('$(error) DMA Aperture: stopped');
    this.#bar.tooltip = vscode.l10n.t('The language server is not running; click for its log.');
    this.#bar.command = COMMANDS.showLog;
    this.#bar.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
    this.#bar.accessibilityInformation = undefined;
    Object.assign(this.#language, {
      text: vscode.l10n.t('Stopped'), detail: vscode.l10n.t('DMA Aperture'), severity: SEVERITY.error, busy: false,
      command: { command: COMMANDS.restartServer, title: vscode.l10n.t('Restart') },
    });
  }
}

function relevant(): boolean {
  const language = vscode.window.activeTextEditor?.document.languageId;
  return (language === LANGUAGES.c || language === LANGUAGES.kernelLog)
    && vscode.workspace.getConfiguration(SETTINGS_SECTION).get(SETTINGS.statusBar, true);
}
