import * as vscode from 'vscode';
import { State, WorkDoneProgress } from 'vscode-languageclient';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { Parsed } from '../protocol/panel-state.ts';
import type { NotificationSpec, RequestSpec } from '../protocol/server-requests.ts';

/** The language server as the rest of the extension sees it: checked answers, and failures as sentences. */
export class ServerClient implements vscode.Disposable {
  readonly #client: BaseLanguageClient;
  readonly #log: vscode.LogOutputChannel;
  readonly #running = new vscode.EventEmitter<boolean>();
  readonly onDidChangeRunning = this.#running.event;
  /** While the server starts; requests wait for it. */
  #starting: Promise<void> | undefined;

  constructor(client: BaseLanguageClient, log: vscode.LogOutputChannel) {
    this.#client = client;
    this.#log = log;
    client.onDidChangeState(({ newState }) => {
      if (newState !== State.Starting) this.#running.fire(newState === State.Running);
    });
  }

  async start(): Promise<void> {
    this.#starting ??= this.#client.start();
    try {
      await this.#starting;
    } finally {
      this.#starting = undefined;
    }
  }

  get starting(): boolean {
    return this.#starting !== undefined;
  }

  get running(): boolean {
    return this.#client.isRunning();
  }

  async restart(): Promise<void> {
    this.#log.info('Restarting the language server.');
    if (this.#client.needsStop()) await this.#client.stop();
    await this.start();
  }

  /** Asks the server. Never rejects: what went wrong is logged, and comes back as a sentence for the user. */
  async request<P, R>(spec: RequestSpec<P, R>, params: P, token?: vscode.CancellationToken): Promise<Parsed<R>> {
    await this.#starting?.catch(() => undefined);
    if (!this.#client.isRunning()) {
      return { ok: false, error: vscode.l10n.t('The language server is not running; its log says why.') };
    }
    try {
      const parsed = spec.result(await this.#client.sendRequest<unknown>(spec.method, params, token));
      if (!parsed.ok) {
        this.#log.error(`${spec.method}: unexpected answer: ${parsed.error}`);
        return { ok: false, error: vscode.l10n.t('The language server gave an answer that this version cannot read: {0}', parsed.error) };
      }
      return parsed;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#log.error(`${spec.method}: ${message}`);
      return { ok: false, error: message };
    }
  }

  /** Hears a notification, also over a restart of the server. */
  listen<P>(spec: NotificationSpec<P>, handler: (params: P) => void): vscode.Disposable {
    return this.#client.onNotification(spec.method, (value: unknown) => {
      const parsed = spec.params(value);
      if (parsed.ok) handler(parsed.value);
      else this.#log.error(`${spec.method}: unexpected parameters: ${parsed.error}`);
    });
  }

  /** Hears how far the server is with what was asked under a token: a few words, and hundredths done. */
  followProgress(token: string, handler: (message: string, percentage: number) => void): vscode.Disposable {
    return this.#client.onProgress(WorkDoneProgress.type, token, (value) => {
      if (value.kind === 'report') handler(value.message ?? '', value.percentage ?? 0);
    });
  }

  /** Answers a request of the server. A rejection goes back to it as an error. */
  answer<P, R>(spec: RequestSpec<P, R>, handler: (params: P) => Promise<R>): vscode.Disposable {
    return this.#client.onRequest(spec.method, async (value: unknown) => {
      const parsed = spec.params(value);
      if (!parsed.ok) throw new Error(`${spec.method}: ${parsed.error}`);
      return handler(parsed.value);
    });
  }

  async dispose(): Promise<void> {
    this.#running.dispose();
    if (this.#client.needsStop()) await this.#client.stop();
  }
}
