import * as vscode from 'vscode';
import { COMMANDS, CONTEXT_KEYS, VIEW_TYPES } from '../ids.ts';
import { fromBase64 } from '../protocol/base64.ts';
import { panelHtml } from '../protocol/panel-html.ts';
import { panelTranslations } from '../protocol/panel-translations.ts';
import { PANEL_PROTOCOL_VERSION, parsePanelMessage } from '../protocol/panel-messages.ts';
import type { ExportFormat, HostError, HostMessage, PanelCommand, PanelMessage } from '../protocol/panel-messages.ts';
import { unpackCandidates } from '../protocol/pack-candidates.ts';
import type { ReplyContent } from '../protocol/panel-requests.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { SERVER_NOTIFICATIONS, SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { CallPlace } from '../protocol/server-requests.ts';
import { makeNonce } from './make-nonce.ts';
import { openEvidence } from './open-evidence.ts';
import { pickExportFormat, saveExport } from './save-export.ts';
import type { ServerClient } from './server-client.ts';
import { SettingsTrial } from './try-settings.ts';
import { placeAtCursor } from './place-at-cursor.ts';

/** A host message before its version is put on it. */
type Outgoing = HostMessage extends infer M ? (M extends HostMessage ? Omit<M, 'version'> : never) : never;

/** What the page asks for by name, as commands. */
const PAGE_COMMANDS: Readonly<Record<Exclude<PanelCommand, 'refresh' | 'openScenario'>, string>> = {
  openLog: COMMANDS.openLog,
  choosePlatform: COMMANDS.choosePlatform,
  runScenario: COMMANDS.runScenario,
  showLog: COMMANDS.showLog,
};

/** The panel: one webview at most, rebuilt from the server's answers whenever its page comes up. */
export class PanelHost implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #extensionUri: vscode.Uri;
  readonly #server: ServerClient;
  readonly #log: vscode.LogOutputChannel;
  readonly #shown = new vscode.EventEmitter<PanelState>();
  readonly #subscriptions: vscode.Disposable[];
  /** Fires when a state has been handed to a page that is up. */
  readonly onDidShow = this.#shown.event;
  #panel: vscode.WebviewPanel | undefined;
  /** What the page shows when it comes up, where the server need not be asked: the run that opened the panel. */
  #pending: PanelState | undefined;
  /** The step that it goes to then. */
  #step: number | undefined;
  /** Ends the search for why an operation came out as it did: another was asked for. */
  #explaining: vscode.CancellationTokenSource | undefined;
  readonly #settings: SettingsTrial;
  /** What the page shows. */
  #state: PanelState | undefined;
  /** The call that the panel explains: asked again whenever the state is, as another platform answers otherwise. */
  #call: CallPlace | undefined;
  /** Answers that are overtaken by a later question are dropped. */
  #asked = 0;

  constructor(extensionUri: vscode.Uri, server: ServerClient, log: vscode.LogOutputChannel) {
    this.#extensionUri = extensionUri;
    this.#server = server;
    this.#log = log;
    this.#settings = new SettingsTrial(server, (told) => this.#send({ kind: 'settings', ...told }));
    this.#subscriptions = [
      this.#shown, this.#settings,
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPES.panel, this),
      server.listen(SERVER_NOTIFICATIONS.panelChanged, () => void this.refresh()),
      server.onDidChangeRunning((running) => {
        if (running) void this.refresh();
      }),
      vscode.window.onDidChangeTextEditorSelection((event) => {
        const place = this.#panel && placeAtCursor(event, this.#state);
        if (place) this.#send(place);
      }),
    ];
  }

  /** Shows the panel, with a state that is known already or with the server's present one. @param step that the page goes to */
  open(state?: PanelState, step?: number): void {
    this.#call = undefined;
    this.#step = step;
    this.#reveal(state);
  }

  /** Shows the panel with the explanation of a call. @returns a sentence where there is none */
  async explain(call: CallPlace): Promise<string | undefined> {
    const answer = await this.#server.request(SERVER_REQUESTS.panelState, { call });
    if (!answer.ok) return answer.error;
    this.#call = call;
    this.#reveal(answer.value);
    return undefined;
  }

  #reveal(state?: PanelState): void {
    if (this.#panel) {
      this.#panel.reveal(undefined, true);
      if (state) this.#show(++this.#asked, state);
      else void this.refresh();
      return;
    }
    this.#pending = state;
    this.#adopt(vscode.window.createWebviewPanel(
      VIEW_TYPES.panel,
      vscode.l10n.t('DMA Aperture'),
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      this.#webviewOptions(),
    ));
  }

  /** After a reload of the window the page keeps its view, and asks for the state anew. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = this.#webviewOptions();
    this.#adopt(panel);
    return Promise.resolve();
  }

  /** Keeps what the page shows as a file, in a form that is given or that the person picks. */
  async exportAs(format?: ExportFormat): Promise<void> {
    const wanted = format ?? await pickExportFormat();
    if (wanted) this.#send({ kind: 'exportAs', format: wanted });
  }

  /** Asks the server for the state and shows it; nothing where no panel is open. */
  async refresh(step?: number): Promise<void> {
    if (!this.#panel) return;
    const question = ++this.#asked;
    const call = this.#call;
    let answer = await this.#server.request(SERVER_REQUESTS.panelState, step !== undefined ? { step } : call ? { call } : {});
    if (question !== this.#asked) return;
    if (!answer.ok && call && step === undefined) {
      // The call may have been edited away: the platform is still there to show.
      this.#call = undefined;
      answer = await this.#server.request(SERVER_REQUESTS.panelState, {});
      if (question !== this.#asked) return;
    }
    if (answer.ok) {
      this.#show(question, answer.value);
    } else {
      const error: HostError = { title: vscode.l10n.t('No state to show.'), message: answer.error, commands: ['refresh', 'showLog'] };
      this.#send({ kind: 'error', error });
    }
  }

  dispose(): void {
    this.#panel?.dispose();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #webviewOptions(): vscode.WebviewOptions {
    return { enableScripts: true, enableForms: false, localResourceRoots: [vscode.Uri.joinPath(this.#extensionUri, 'dist')] };
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.#extensionUri, 'media', 'icon.png');
    panel.webview.onDidReceiveMessage((message: unknown) => void this.#receive(message));
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.panelOpen, false);
    });
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.panelOpen, true);
    const asset = (name: string): string => panel.webview.asWebviewUri(vscode.Uri.joinPath(this.#extensionUri, 'dist', name)).toString();
    panel.webview.html = panelHtml({
      nonce: makeNonce(),
      cspSource: panel.webview.cspSource,
      scriptUri: asset('panel.js'),
      styleUri: asset('panel.css'),
      lang: vscode.env.language,
      title: vscode.l10n.t('DMA Aperture'),
      translations: panelTranslations(vscode.l10n.bundle),
    });
  }

  async #receive(value: unknown): Promise<void> {
    const parsed = parsePanelMessage(value);
    if (!parsed.ok) {
      this.#log.error(`panel: unexpected message: ${parsed.error}`);
      return;
    }
    const { value: message } = parsed;
    if (message.kind === 'recordingPart') {
      this.#send({ kind: 'reply', id: message.id, ...await this.#recordingPart(message.recording, message.offset) });
      return;
    }
    if (message.kind === 'operation') {
      this.#send({ kind: 'reply', id: message.id, ...await this.#operation(message.recording, message.operation) });
      return;
    }
    const error = await this.#handle(message);
    this.#send({ kind: 'reply', id: message.id, ...(error === undefined ? {} : { error }) });
  }

  async #recordingPart(recording: string, offset: number): Promise<ReplyContent> {
    const answer = await this.#server.request(SERVER_REQUESTS.recordingPart, { recording, offset });
    if (!answer.ok) return { error: answer.error };
    const bytes = fromBase64(answer.value.base64);
    return bytes ? { bytes } : { error: vscode.l10n.t('The language server gave a recording that cannot be read.') };
  }

  async #operation(recording: string, operation: number): Promise<ReplyContent> {
    this.#explaining?.cancel();
    const source = this.#explaining = new vscode.CancellationTokenSource();
    const answer = await this.#server.request(SERVER_REQUESTS.operation, { recording, operation }, source.token);
    source.dispose();
    if (source.token.isCancellationRequested) return { error: vscode.l10n.t('Cancelled.') };
    if (!answer.ok) {
      // Another run may have come meanwhile, of which the page is told: nobody waits for this answer then.
      await this.refresh();
      return this.#state?.recording?.id === recording ? { error: answer.error } : {};
    }
    const { detail } = answer.value;
    const count = (detail.search?.areas ?? []).reduce((sum, { candidates }) => sum + candidates, 0);
    const bytes = fromBase64(answer.value.candidates);
    const candidates = bytes && unpackCandidates(bytes, count, this.#state?.aperture?.slots ?? 0);
    return candidates?.ok ? { detail, candidates: candidates.value } : { error: candidates?.error ?? vscode.l10n.t('The language server gave a recording that cannot be read.') };
  }

  /** Does what the page asks. @returns a sentence where it could not be done */
  async #handle(message: Exclude<PanelMessage, { kind: 'recordingPart' | 'operation' }>): Promise<string | undefined> {
    switch (message.kind) {
      case 'ready': {
        const pending = this.#pending;
        this.#pending = undefined;
        if (pending) this.#show(++this.#asked, pending);
        else await this.refresh();
        return undefined;
      }
      case 'openEvidence':
        return openEvidence(message.uri, message.line, message.column);
      case 'selectStep':
        await this.refresh(message.index);
        return undefined;
      case 'export':
        // Not awaited: the page's request would time out while the person looks for a place.
        void saveExport(message.format, this.#state?.scenario?.name ?? this.#state?.title ?? 'panel', message.bytes);
        return undefined;
      case 'trySettings':
        // Not awaited: it tells of itself.
        void this.#settings.start(message.recording, message.step);
        return undefined;
      case 'stopSettings':
        this.#settings.stop();
        return undefined;
      case 'runScenario':
        await vscode.commands.executeCommand(COMMANDS.runScenario, message.scenario);
        return undefined;
      case 'command':
        return this.#command(message.command);
    }
  }

  async #command(command: PanelCommand): Promise<undefined> {
    switch (command) {
      case 'refresh':
        await this.refresh();
        return undefined;
      case 'openScenario':
        // Not awaited: the page's request would time out while the person looks for a file.
        void this.#openScenario();
        return undefined;
      default:
        void vscode.commands.executeCommand(PAGE_COMMANDS[command]);
        return undefined;
    }
  }

  async #openScenario(): Promise<void> {
    const [uri] = (await vscode.window.showOpenDialog({ canSelectMany: false, filters: { [vscode.l10n.t('Scenarios')]: ['dma.json', 'json'] } })) ?? [];
    if (uri) await vscode.commands.executeCommand(COMMANDS.runScenario, uri.toString());
  }

  #show(question: number, state: PanelState): void {
    if (question !== this.#asked) return;
    this.#state = state;
    this.#send({ kind: 'state', state });
    if (this.#step !== undefined) this.#send({ kind: 'goTo', index: this.#step });
    this.#step = undefined;
    this.#shown.fire(state);
  }

  #send(message: Outgoing): void {
    void this.#panel?.webview.postMessage({ version: PANEL_PROTOCOL_VERSION, ...message });
  }
}
