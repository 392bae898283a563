import * as vscode from 'vscode';
import { SERVER_REQUESTS } from '../protocol/server-requests.ts';
import type { SettingRowShown } from '../protocol/setting-rows.ts';
import type { ServerClient } from './server-client.ts';

/** What is told of a step under other settings, one after the other. */
export interface SettingsTold {
  readonly recording: string;
  readonly step: number;
  readonly progress?: string;
  readonly rows?: SettingRowShown[];
  readonly error?: string;
}

/** Runs a step under other settings, one at a time: what is asked for later overtakes. */
export class SettingsTrial implements vscode.Disposable {
  readonly #server: ServerClient;
  readonly #tell: (told: SettingsTold) => void;
  #running: vscode.CancellationTokenSource | undefined;
  #asked = 0;

  constructor(server: ServerClient, tell: (told: SettingsTold) => void) {
    this.#server = server;
    this.#tell = tell;
  }

  async start(recording: string, step: number): Promise<void> {
    this.stop();
    const running = this.#running = new vscode.CancellationTokenSource();
    const workDoneToken = `settings-${++this.#asked}`;
    const listening = this.#server.followProgress(workDoneToken, (message) => this.#tell({ recording, step, progress: message }));
    this.#tell({ recording, step, progress: vscode.l10n.t('Running…') });
    const answer = await this.#server.request(SERVER_REQUESTS.trySettings, { recording, step, workDoneToken }, running.token);
    listening.dispose();
    running.dispose();
    if (running.token.isCancellationRequested) this.#tell({ recording, step });
    else this.#tell({ recording, step, ...(answer.ok ? { rows: answer.value } : { error: answer.error }) });
  }

  stop(): void {
    this.#running?.cancel();
    this.#running = undefined;
  }

  dispose(): void {
    this.stop();
  }
}
